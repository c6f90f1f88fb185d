"""Who a session cookie stands for, remembered for a minute in the cache.

Looking up a session and its person costs two queries, with every click. What is remembered is what
a token would say: who it is, and whether they are an organiser. Each time it is asked whether that
has ended, so who was deactivated or has a new password elsewhere is looked up within a second; who
signs out is signed out at once.

While the cache cannot be reached nothing is remembered.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from rest_framework_simplejwt.models import TokenUser

from accounts import revocations, shared
from accounts.models import User
from accounts.revocations import Credential

REMEMBERED_SECONDS = 60
_GONE = "gone"


def person_of(request: HttpRequest) -> Any:
    """Return who sends a request with a session cookie, None if nobody that is active."""
    name = _name(request)
    if name is None:
        return None
    claims = _ask("get", name)
    if isinstance(claims, dict) and "stamp" in claims:
        said = Credential(claims["user_id"], name, claims["stamp"], 0.0)
        if not revocations.is_ended(said):
            return TokenUser(claims)  # type: ignore[arg-type]
        _ask("delete", name)
    user: User | AnonymousUser = request.user
    if isinstance(user, AnonymousUser) or not user.is_active:
        return None
    claims = {
        "user_id": user.pk,
        "username": user.get_username(),
        "is_staff": user.is_staff,
        "stamp": user.stamp(),
    }
    # Not if it was forgotten meanwhile: that leaves a mark.
    _ask("add", name, claims, min(REMEMBERED_SECONDS, request.session.get_expiry_age()))
    return user


def forget(*, request: HttpRequest, user: User | None, **_: Any) -> None:
    """Have the session that a request came with end everywhere, also if it is being looked up.

    The receiver of Django's signals that somebody signed in, for which there is a new one, or out.
    """
    name = _name(request)
    if name is None:
        return
    _ask("set", name, _GONE, REMEMBERED_SECONDS)
    if user is not None:
        revocations.end(name, person_id=user.pk)


def _name(request: HttpRequest) -> str | None:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    # Whoever reads the cache must not find cookies there.
    return key and revocations.session_name(key)


def _ask(method: str, *arguments: Any) -> Any:
    try:
        return shared.ask(method, *arguments)
    except shared.Away:
        return None
