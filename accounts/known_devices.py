"""Devices from which somebody has signed in: a signed cookie, or a token for clients without.

A device that is known for a name is not held up by the daily limits that others' wrong guesses
reach: it has a count of its own (see `login_throttle`). It opens nothing by itself. The cookie
names the last few people who signed in there, each with a digest of their password at that time, so
a new password makes every device unknown again.
"""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User, folded

COOKIE = "seatcast_device"
KEPT_SECONDS = 180 * 24 * 60 * 60
MOST_PEOPLE = 5
MAX_LENGTH = 1024
_SALT = "accounts.devices"


def known_device(request: Any, name: str, *, token: str = "") -> str | None:
    """Return the id of the device that sends a request, None if nobody signed in to `name` there.

    It asks the database only for what was signed here, so that who has no such thing learns nothing
    by the time it takes.
    """
    found = _read(token or request.COOKIES.get(COOKIE, ""))
    if found is None:
        return None
    device, people = found
    person = User.objects.filter(folded_username=folded(name[:150])).first()
    if person is None:
        return None
    expected = _digest(person)
    is_known = any(pk == person.pk and constant_time_compare(d, expected) for pk, d in people)
    return device if is_known else None


def device_token(request: Any, person: User, *, token: str = "") -> str:
    """Return a token by which this device is known for a person, and for who was before."""
    device, people = _read(token or request.COOKIES.get(COOKIE, "")) or (_new_id(), [])
    others = [[pk, digest] for pk, digest in people if pk != person.pk]
    people = [[person.pk, _digest(person)], *others[: MOST_PEOPLE - 1]]
    return signing.dumps([device, people], salt=_SALT)


def set_cookie(request: Any, response: HttpResponseBase, person: User) -> None:
    """Have the browser that sends a request known for a person from now on."""
    response.set_cookie(
        COOKIE,
        device_token(request, person),
        max_age=KEPT_SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _read(token: str) -> tuple[str, list[list[Any]]] | None:
    """Return a device's id and its people; None for what was not signed here, or is too old."""
    if not token or len(token) > MAX_LENGTH:
        return None
    try:
        device, people = signing.loads(token, salt=_SALT, max_age=KEPT_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(device), list(people)


def _digest(person: User) -> str:
    return salted_hmac(_SALT, person.password, algorithm="sha256").hexdigest()[:32]


def _new_id() -> str:
    return secrets.token_hex(16)
