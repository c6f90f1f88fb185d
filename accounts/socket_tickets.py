"""Tickets that authenticate a WebSocket as a session on another host.

When a static host forwards the API, the session cookie belongs to that host. WebSockets go straight
to the API's host, without the cookie. So the page requests a ticket with its cookie, and offers it
as a subprotocol, like an access token. A ticket identifies a session, and the socket ends with
that session. It is valid for TICKET_SECONDS, and only for opening sockets.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user
from django.core import signing
from django.http import HttpRequest

from accounts import revocations
from accounts.models import User
from accounts.revocations import Credential
from accounts.sign_ins import tracking

TICKET_SECONDS = 30
_SALT = "accounts.socket_tickets"


@dataclass(frozen=True, slots=True)
class SocketUser:
    """The person and credential of a session. `person.mfa_passed` is set from the session."""

    person: User
    credential: Credential


def issue(request: HttpRequest) -> str | None:
    """Return a ticket for a request's session, or None without one."""
    identity = identify_session(request)
    if identity is None:
        return None
    found = identity.credential
    claims = [
        found.person_id,
        found.name,
        found.security_stamp,
        found.expires_at,
        identity.person.mfa_passed,
    ]
    return _signer().sign_object(claims)


def identify_session(request: HttpRequest) -> SocketUser | None:
    """Return the identity of a request's session, or None without a valid one.

    Queries the database.
    """
    session: Any = request.session
    person: Any = get_user(request)
    expires_at = session.expires_at() if person.is_authenticated else None
    if expires_at is None:
        return None
    person.mfa_passed = tracking.mfa_claim(person, session.get(tracking.MFA_AT)) is True
    credential = revocations.credential_of_session(
        session.session_key, person, expires_at=expires_at
    )
    return SocketUser(person, credential)


def identify_ticket(ticket: str) -> SocketUser | None:
    """Return the identity of a ticket, or None if it is invalid or its session has ended.

    Queries the database.
    """
    try:
        claims = _signer().unsign_object(ticket, max_age=TICKET_SECONDS)
    except signing.BadSignature:
        return None
    person_id, name, stamp, expires_at, mfa_passed = claims
    credential = Credential(person_id, name, stamp, expires_at)
    person = User.objects.filter(pk=person_id, is_active=True).first()
    if person is None or credential in revocations.invalid_among([credential]):
        return None
    person.mfa_passed = mfa_passed
    return SocketUser(person, credential)


def _signer() -> signing.TimestampSigner:
    # Subprotocols must not contain a colon.
    return signing.TimestampSigner(salt=_SALT, sep="~")
