"""Tickets by which a socket is told whose session it belongs to.

A page whose calls a static host forwards has its session cookie from that host, and its sockets go
straight to the API's, where no such cookie is sent. So the page asks for a ticket with its cookie,
and offers it as sockets offer an access token. A ticket says which session it is of, and a socket
ends with that session; it is good for TICKET_SECONDS, for opening sockets and for nothing else.
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
class SocketIdentity:
    """Whose session a ticket is of. `person.mfa_passed` says whether it showed a second factor."""

    person: User
    credential: Credential


def issue(request: HttpRequest) -> str | None:
    """Return a ticket of the session that a request came with; None if it came with none."""
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


def identify_session(request: HttpRequest) -> SocketIdentity | None:
    """Return whose session a request came with; None if nobody's, or it has ended.

    Asks the database.
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
    return SocketIdentity(person, credential)


def identify_ticket(ticket: str) -> SocketIdentity | None:
    """Return whose a ticket is; None if it is no good, or its session has ended.

    Asks the database.
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
    return SocketIdentity(person, credential)


def _signer() -> signing.TimestampSigner:
    # A colon may not be in a subprotocol.
    return signing.TimestampSigner(salt=_SALT, sep="~")
