"""Ticket codes: a reservation's public id with a signature.

Both are short, so that the QR code can be read from a damaged screen. A code only identifies the
reservation; whether it admits is looked up at the door.

Codes are signed with SEATCAST_TICKET_KEY. Older codes have the primary key instead, and are signed
with the site's secret key; they are valid while that is in SEATCAST_TICKET_KEY_FALLBACKS.
"""

import base64
import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from reservations.public_ids import LENGTH

_SALT = "reservations.tickets"
# 80 bits, sixteen letters: too many to guess.
_SIGNATURE_BYTES = 10
MAX_CODE_LENGTH = 40
_CODE = re.compile(rf"([0-9A-Z]{{{LENGTH}}}|[1-9][0-9]{{0,14}})-([A-Z2-7]{{16}})", re.ASCII)


def ticket_code(public_id: str) -> str:
    """Return the ticket code of a reservation, which never changes."""
    return f"{public_id}-{_signature(public_id, settings.SEATCAST_TICKET_KEY)}"


def booking_of(code: str) -> dict[str, str | int] | None:
    """Return the filter for the reservation with a ticket code: a unique column and its value.

    None if the code is not valid. Letters may be in either case.
    """
    found = _CODE.fullmatch(code.upper()) if len(code) <= MAX_CODE_LENGTH else None
    if found is None:
        return None
    name, signature = found.groups()
    keys = [settings.SEATCAST_TICKET_KEY, *settings.SEATCAST_TICKET_KEY_FALLBACKS]
    if not any(constant_time_compare(signature, _signature(name, key)) for key in keys):
        return None
    return {"public_id": name} if len(name) == LENGTH else {"pk": int(name)}


def _signature(name: str, key: str | bytes) -> str:
    signed = salted_hmac(_SALT, name, secret=key, algorithm="sha256").digest()
    return base64.b32encode(signed[:_SIGNATURE_BYTES]).decode()
