"""Identify the client of a socket or event stream: by session cookie, token or ticket.

A socket sends a token or ticket as a subprotocol, an event stream in the header `Authorization`.
Neither travels in the query string, which ends up in logs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import APIException
from rest_framework_simplejwt.authentication import JWTAuthentication

from accounts import revocations, socket_tickets
from accounts.organisers import may_use_powers
from accounts.revocations import Credential
from accounts.socket_tickets import SocketUser
from reservations.events.access import Requester

TOKEN_PREFIX = "bearer."
TICKET_PREFIX = "ticket."
_SUBPROTOCOL_BY_SCHEME = {"bearer": TOKEN_PREFIX, "ticket": TICKET_PREFIX}


@dataclass(frozen=True, slots=True)
class SocketIdentity:
    """The client of a socket and its credential. `credential` is None for anonymous clients."""

    requester: Requester
    credential: Credential | None = None


_ANONYMOUS = SocketIdentity(Requester(id=None))


def identify(scope: dict[str, Any]) -> SocketIdentity:
    """Return the client's identity; anonymous if no valid cookie, token or ticket was sent.

    Queries the database: call it in a thread.
    """
    for offered in (*scope.get("subprotocols", ()), *_authorizations(scope)):
        if offered.startswith(TOKEN_PREFIX):
            return _identity_by_token(offered.removeprefix(TOKEN_PREFIX))
        if offered.startswith(TICKET_PREFIX):
            ticket = offered.removeprefix(TICKET_PREFIX)
            return _identity_of_user(socket_tickets.identify_ticket(ticket))
    return _identity_by_session(scope)


def _authorizations(scope: dict[str, Any]) -> Iterator[str]:
    """Return the credentials of the header `Authorization`, as the subprotocols of a socket."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, credential = value.decode("latin-1").partition(" ")
            yield _SUBPROTOCOL_BY_SCHEME.get(scheme.lower(), "") + credential.strip()


def _identity_by_token(token: str) -> SocketIdentity:
    authentication = JWTAuthentication()
    try:
        validated = authentication.get_validated_token(token.encode())
        user: Any = authentication.get_user(validated)
    except APIException:
        return _ANONYMOUS
    user.mfa_passed = validated.get("mfa") is True
    credential = revocations.credential_of_token(validated)
    if revocations.is_revoked(credential):
        return _ANONYMOUS
    return SocketIdentity(Requester(id=user.pk, has_powers=may_use_powers(user)), credential)


def _identity_by_session(scope: dict[str, Any]) -> SocketIdentity:
    cookies: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                cookies.load(value.decode("latin-1"))
            except CookieError:
                return _ANONYMOUS
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    if morsel is None:
        return _ANONYMOUS
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value)
    return _identity_of_user(socket_tickets.identify_session(request))


def _identity_of_user(user: SocketUser | None) -> SocketIdentity:
    if user is None:
        return _ANONYMOUS
    person = user.person
    return SocketIdentity(
        Requester(id=person.pk, has_powers=may_use_powers(person)), user.credential
    )
