"""The code on a ticket: names a booking, and nobody can make one up.

It is the booking's public id and a signature of it, both short enough for a QR code that is read
from a phone's cracked screen. It says nothing by itself: what it admits to is looked up at the
door, and a cancelled booking's code is still its code.

Tickets have a key of their own. Codes from before that name the primary key and are signed with
the site's secret key: they are good while that is among SEATCAST_TICKET_KEY_FALLBACKS.
"""

import base64
import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from reservations.public_ids import LENGTH

_SALT = "reservations.tickets"
# 80 bits, sixteen letters: who guesses needs more tries than there is time until the show.
_SIGNATURE_BYTES = 10
MAX_CODE_LENGTH = 40
_CODE = re.compile(rf"([0-9A-Z]{{{LENGTH}}}|[1-9][0-9]{{0,14}})-([A-Z2-7]{{16}})", re.ASCII)


def ticket_code(public_id: str) -> str:
    """Return the code of a booking; the same one each time."""
    return f"{public_id}-{_signature(public_id, settings.SEATCAST_TICKET_KEY)}"


def booking_of(code: str) -> dict[str, str | int] | None:
    """Return the unique column, with its value, of the booking whose code it is.

    None if it is nobody's. Small letters will do.
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
