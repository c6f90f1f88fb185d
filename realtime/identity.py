"""Who opens a socket: the session cookie, or a bearer token offered as a subprotocol.

A token never travels in the query string, which ends up in logs.
"""

from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from rest_framework.exceptions import APIException
from rest_framework_simplejwt.authentication import JWTAuthentication

from reservations.selectors import Asker

TOKEN_PREFIX = "bearer."


def asker_of(scope: dict[str, Any]) -> Asker:
    """Return who opens the socket; nobody when neither cookie nor token is good.

    Asks the database: call it in a thread.
    """
    for offered in scope.get("subprotocols", ()):
        if offered.startswith(TOKEN_PREFIX):
            return _by_token(offered.removeprefix(TOKEN_PREFIX))
    return _by_session(scope)


def _by_token(token: str) -> Asker:
    authentication = JWTAuthentication()
    try:
        user = authentication.get_user(authentication.get_validated_token(token.encode()))
    except APIException:
        return Asker(id=None)
    return Asker(id=user.pk, is_staff=bool(getattr(user, "is_staff", False)))


def _by_session(scope: dict[str, Any]) -> Asker:
    cookies: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                cookies.load(value.decode("latin-1"))
            except CookieError:
                return Asker(id=None)
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(
        morsel.value if morsel else None
    )
    user = get_user(request)
    return Asker(id=user.pk, is_staff=bool(getattr(user, "is_staff", False)))
