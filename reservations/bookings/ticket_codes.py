"""Ticket codes, which identify a reservation, and signed tickets, which also prove it offline.

A ticket code is a reservation's public id with a short signature, to be typed where a camera fails.
A seat's own code has the seat's id after it: that is not signed, because it only says for which of
the booking's seats the ticket is. Codes are signed with SEATCAST_TICKET_KEY.

A signed ticket is what the QR code shows: the public id, the event, when the ticket became valid in
this form, for how many people, and whether it is paid, with an Ed25519 signature (RFC 8032). Doors
have the public key, so they recognise a forged or an older ticket by themselves, and cannot make
one. The private key is derived from SEATCAST_TICKET_KEY.

Either only identifies the reservation; whether it admits is looked up at the door.
"""

import base64
import re
from datetime import datetime
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from reservations.formats.public_ids import LENGTH

_SALT = "reservations.tickets"
_KEY_SALT = "reservations.tickets.ed25519"
# 80 bits, sixteen letters: too many to guess.
_SIGNATURE_BYTES = 10
MAX_CODE_LENGTH = 200
_CODE = re.compile(rf"([0-9A-Z]{{{LENGTH}}})([A-Z2-7]{{16}})(?:\.([1-9][0-9]{{0,17}}))?", re.ASCII)
# What people put between the letters of a code: spaces, hyphens and dashes, and the minus sign.
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]+")
_SIGNED = re.compile(
    rf"(([0-9A-Z]{{{LENGTH}}})\.[0-9]{{1,19}}\.([0-9]{{1,12}})\.[0-9]{{1,3}}[PU])\.([\w-]{{86}})",
    re.ASCII,
)


def ticket_code(public_id: str) -> str:
    """Return the ticket code of a reservation, which never changes."""
    return f"{public_id}-{_signature(public_id, settings.SEATCAST_TICKET_KEY)}"


def signed_ticket(
    public_id: str, *, event_id: int, valid_from: datetime, people: int, is_paid: bool
) -> str:
    """Return a reservation's signed ticket.

    `<public id>.<event>.<Unix seconds>.<people><P or U>.<signature>`: P if it is paid, U if not.
    The signature is base64url without padding, of the text before its dot.
    """
    seconds = int(valid_from.timestamp())
    signed = f"{public_id}.{event_id}.{seconds}.{people}{'P' if is_paid else 'U'}"
    key = _private_key(settings.SEATCAST_TICKET_KEY)
    return f"{signed}.{_base64url(key.sign(signed.encode()))}"


def public_keys() -> list[str]:
    """Return the keys that verify signed tickets, as base64url of 32 bytes, the newest first."""
    return [
        _base64url(_private_key(key).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
        for key in _keys()
    ]


def public_id_of(code: str) -> str | None:
    """Return the public id of a ticket's reservation; None if the ticket is not valid.

    `code` is a signed ticket, or a ticket code as people type it: in either case, with spaces, and
    with any dash or none. None if it is not valid.
    """
    if len(code) > MAX_CODE_LENGTH:
        return None
    if signed := _SIGNED.fullmatch(code):
        text, public_id, _, signature = signed.groups()
        return public_id if _is_signed(text, signature) else None
    found = _typed(code)
    if found is None:
        return None
    public_id, signature, _ = found.groups()
    is_signed = any(constant_time_compare(signature, _signature(public_id, key)) for key in _keys())
    return public_id if is_signed else None


def valid_from_of(code: str) -> int | None:
    """Return since when a signed ticket is valid, in Unix seconds; None for a ticket code."""
    found = _SIGNED.fullmatch(code) if len(code) <= MAX_CODE_LENGTH else None
    return int(found[3]) if found else None


def _is_signed(text: str, signature: str) -> bool:
    for key in _keys():
        try:
            _private_key(key).public_key().verify(
                base64.urlsafe_b64decode(f"{signature}=="), text.encode()
            )
        except InvalidSignature:
            continue
        return True
    return False


def _keys() -> list[str | bytes]:
    return [settings.SEATCAST_TICKET_KEY, *settings.SEATCAST_TICKET_KEY_FALLBACKS]


@cache
def _private_key(key: str | bytes) -> Ed25519PrivateKey:
    seed = salted_hmac(_KEY_SALT, "key", secret=key, algorithm="sha256").digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def seat_of(code: str) -> int | None:
    """Return the id of the seat for which a ticket is; None if it is for all of its booking's."""
    found = _typed(code) if len(code) <= MAX_CODE_LENGTH else None
    return int(found[3]) if found and found[3] else None


def _typed(code: str) -> re.Match[str] | None:
    return _CODE.fullmatch(_SEPARATORS.sub("", code).upper())


def _signature(public_id: str, key: str | bytes) -> str:
    signed = salted_hmac(_SALT, public_id, secret=key, algorithm="sha256").digest()
    return base64.b32encode(signed[:_SIGNATURE_BYTES]).decode()
