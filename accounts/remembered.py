"""Who a session cookie stands for, remembered for a minute in the cache.

Looking up a session and its person costs two queries, with every click. What is remembered is what
a token would say: who it is, and whether they are an organiser. So who was deactivated, or has a
new password elsewhere, may go on for REMEMBERED_SECONDS; who signs out is signed out at once.

While the cache cannot be reached nothing is remembered, and it is asked again after PAUSE_SECONDS.
"""

import hashlib
import logging
import time
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError
from rest_framework_simplejwt.models import TokenUser

REMEMBERED_SECONDS = 60
PAUSE_SECONDS = 5.0
_GONE = "gone"

logger = logging.getLogger(__name__)
_away_until = 0.0


def person_of(request: HttpRequest) -> Any:
    """Return who sends a request with a session cookie, None if nobody that is active."""
    name = _name(request)
    if name is None:
        return None
    claims = _ask("get", name)
    if isinstance(claims, dict):
        return TokenUser(claims)  # type: ignore[arg-type]
    user = request.user
    if isinstance(user, AnonymousUser) or not user.is_active:
        return None
    claims = {"user_id": user.pk, "username": user.get_username(), "is_staff": user.is_staff}
    # Not if it was forgotten meanwhile: that leaves a mark.
    _ask("add", name, claims, min(REMEMBERED_SECONDS, request.session.get_expiry_age()))
    return user


def forget(*, request: HttpRequest, **_: Any) -> None:
    """Have a session looked up anew, also if somebody is looking it up just now.

    The receiver of Django's signals that somebody signed in or out.
    """
    name = _name(request)
    if name is not None:
        _ask("set", name, _GONE, REMEMBERED_SECONDS)


def _name(request: HttpRequest) -> str | None:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    # Whoever reads the cache must not find cookies there.
    return key and f"session-{hashlib.sha256(key.encode(errors='replace')).hexdigest()}"


def _ask(method: str, *arguments: Any) -> Any:
    global _away_until
    if time.monotonic() < _away_until:
        return None
    try:
        return getattr(cache, method)(*arguments)
    except RedisError as error:
        _away_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("The cache is away; sessions are looked up each time: %s", error)
        return None
