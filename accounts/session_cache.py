"""Cache whom a session cookie belongs to, for a minute, in this process and in the shared cache.

Loading a session and its user takes two queries for each request. A cache entry holds the claims
that an access token would: the user, and whether they passed a second factor. Every hit is checked
against the revocations, so a session that was ended, or whose user got a new password or was
deactivated on another server, is loaded again within a second.

Entries are signed, so that writing to the cache is not enough to impersonate somebody. While the
shared cache is unavailable nothing is cached.
"""

import json
import time
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import revocations
from accounts.models import User
from accounts.revocations import Credential
from accounts.sign_ins import tracking
from accounts.token_types import ClaimsUser
from infrastructure import shared_cache

CACHE_SECONDS = 60
MAX_LOCAL_ENTRIES = 10_000
_ENDED = "gone"
# Servers of the releases before and after share the cache.
_SALT = "accounts.remembered"

# Entries of the shared cache that this process has read.
_local: dict[str, dict[str, Any]] = {}


def authenticated_user(request: HttpRequest) -> Any:
    """Return the active user of a request's session cookie, or None."""
    name = _cache_key(request)
    if name is None:
        return None
    claims = _read_local(name) or _verified(name, _call("get", name))
    if claims is not None:
        if not revocations.is_revoked(_credential(name, claims)):
            _store_local(name, claims)
            return ClaimsUser(claims)  # type: ignore[arg-type]
        _local.pop(name, None)
        _call("delete", name)
    user = _load_user(request)
    if isinstance(user, AnonymousUser) or not user.is_active:
        return None
    tracking.touch_session(request, user)
    mfa = tracking.mfa_claim(user, request.session.get(tracking.MFA_AT))
    user.mfa_passed = mfa is True
    seconds = min(CACHE_SECONDS, request.session.get_expiry_age())
    claims = {
        "user_id": user.pk,
        "username": user.get_username(),
        "mailbox": user.mailbox,
        "mfa": mfa,
        "stamp": user.security_stamp(),
        "until": time.time() + seconds,
    }
    # `add` does not overwrite the mark that `invalidate` leaves if the session ends meanwhile.
    _call("add", name, _signed(name, claims), seconds)
    return user


def _load_user(request: HttpRequest) -> User | AnonymousUser:
    """Return the user of a request's session, also if it has not passed the session middleware."""
    if not hasattr(request, "session"):
        SessionMiddleware(_no_answer).process_request(request)
        AuthenticationMiddleware(_no_answer).process_request(request)
    return request.user


def stored_user(request: HttpRequest) -> User | AnonymousUser:
    """Return the user of a request's session as the database has both now."""
    if not hasattr(request, "session"):
        SessionMiddleware(_no_answer).process_request(request)
    return get_user(request)


def _no_answer(_: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def invalidate(*, request: HttpRequest, user: User | None, **_: Any) -> None:
    """Drop and revoke the session that a request came with, also while another request loads it.

    Receiver of `user_logged_in`, after which there is a new session, and `user_logged_out`.
    """
    name = _cache_key(request)
    if name is None:
        return
    _call("set", name, _ENDED, CACHE_SECONDS)
    _local.pop(name, None)
    if user is not None:
        revocations.revoke(name, person_id=user.pk)


def _read_local(name: str) -> dict[str, Any] | None:
    claims = _local.get(name)
    return claims if claims and claims["until"] > time.time() else None


def _store_local(name: str, claims: dict[str, Any]) -> None:
    if len(_local) >= MAX_LOCAL_ENTRIES:
        _local.clear()
    _local[name] = claims


def _credential(name: str, claims: dict[str, Any]) -> Credential:
    return Credential(claims["user_id"], name, claims["stamp"], claims["until"])


def _cache_key(request: HttpRequest) -> str | None:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    # A digest: whoever reads the cache must not find cookies there.
    return key and revocations.session_name(key)


def _signed(name: str, claims: dict[str, Any]) -> list[str]:
    text = json.dumps(claims)
    return [text, _signature(name, text)]


def _verified(name: str, found: Any) -> dict[str, Any] | None:
    match found:
        case [str(text), str(seal)] if constant_time_compare(seal, _signature(name, text)):
            claims: dict[str, Any] = json.loads(text)
            return claims
    return None


def _signature(name: str, text: str) -> str:
    return salted_hmac(_SALT, f"{name} {text}", algorithm="sha256").hexdigest()


def _call(method: str, *arguments: Any) -> Any:
    try:
        return shared_cache.call(method, *arguments)
    except shared_cache.CacheUnavailable:
        return None
