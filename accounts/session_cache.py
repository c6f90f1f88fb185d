"""Who a session cookie stands for, cached for a minute in this process and in the shared cache.

Looking up a session and its person costs two queries, with every click. What is cached is what
a token would say: who it is, and whether they showed a second factor. Each time it is checked
whether that has been revoked, so a session that ended, was deactivated or got a new password at
another server is looked up anew within a second.

What is remembered bears a seal of this site's, so that who can write to the cache is nobody else by
that. While the cache cannot be reached nothing is remembered.
"""

import json
import time
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import revocations, shared_cache
from accounts.models import User
from accounts.revocations import Credential
from accounts.sign_ins import tracking
from accounts.token_types import ClaimsUser

CACHE_SECONDS = 60
MAX_LOCAL_ENTRIES = 10_000
_ENDED = "gone"
# Servers of other versions use the same one.
_SALT = "accounts.remembered"

# What this process has read of the shared cache.
_local: dict[str, dict[str, Any]] = {}


def authenticated_user(request: HttpRequest) -> Any:
    """Return who sends a request with a session cookie, None if nobody that is active."""
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
        "mfa": mfa,
        "stamp": user.security_stamp(),
        "until": time.time() + seconds,
    }
    # Not if it was forgotten meanwhile: that leaves a mark.
    _call("add", name, _signed(name, claims), seconds)
    return user


def _load_user(request: HttpRequest) -> User | AnonymousUser:
    """Return whose session a request has, also if it has not passed the middleware for that."""
    if not hasattr(request, "session"):
        SessionMiddleware(_no_answer).process_request(request)
        AuthenticationMiddleware(_no_answer).process_request(request)
    return request.user


def _no_answer(_: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def invalidate(*, request: HttpRequest, user: User | None, **_: Any) -> None:
    """Have the session that a request came with end everywhere, also if it is being looked up.

    The receiver of Django's signals that somebody signed in, for which there is a new one, or out.
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
    return claims if claims and claims.get("until", 0.0) > time.time() else None


def _store_local(name: str, claims: dict[str, Any]) -> None:
    if len(_local) >= MAX_LOCAL_ENTRIES:
        _local.clear()
    _local[name] = claims


def _credential(name: str, claims: dict[str, Any]) -> Credential:
    # Servers of the version before do not say until when.
    return Credential(claims["user_id"], name, claims["stamp"], claims.get("until", 0.0))


def _cache_key(request: HttpRequest) -> str | None:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    # Whoever reads the cache must not find cookies there.
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
