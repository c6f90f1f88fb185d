"""The code on a ticket: names a booking, and nobody can make one up.

It is the booking's id and a signature of it, both short enough for a QR code that is read from a
phone's cracked screen. It says nothing by itself: what it admits to is looked up at the door, and
a cancelled booking's code is still its code.
"""

import base64
import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_SALT = "reservations.tickets"
# 80 bits, sixteen letters: who guesses needs more tries than there is time until the show.
_SIGNATURE_BYTES = 10
_CODE = re.compile(r"([1-9][0-9]{0,18})-([A-Z2-7]{16})", re.ASCII)


def ticket_code(reservation_id: int) -> str:
    """Return the code of a booking; the same one each time."""
    return f"{reservation_id}-{_signature(reservation_id, settings.SECRET_KEY)}"


def reservation_id_of(code: str) -> int | None:
    """Return whose code it is, None if it is nobody's. Small letters will do."""
    found = _CODE.fullmatch(code.upper())
    if found is None:
        return None
    reservation_id, signature = int(found[1]), found[2]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    is_ours = any(constant_time_compare(signature, _signature(reservation_id, key)) for key in keys)
    return reservation_id if is_ours else None


def _signature(reservation_id: int, key: str | bytes) -> str:
    signed = salted_hmac(_SALT, str(reservation_id), secret=key, algorithm="sha256").digest()
    return base64.b32encode(signed[:_SIGNATURE_BYTES]).decode()
