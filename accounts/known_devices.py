"""Recognise devices on which somebody has signed in, by a signed cookie or, for clients, a token.

A known device is exempt from the ceilings that others' wrong guesses reach; it has a count of its
own (see `login_throttle`). It authenticates nobody. The cookie names the last few people who signed
in there, each with a digest of their password at that time, so a new password makes the device
unknown again.
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
    """Return the id of the device that sends a request if it is known for `name`, else None.

    Only a valid cookie or token leads to a query, so response times reveal nothing to others.
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
    """Return a token that makes this device known for a person, besides earlier people."""
    device, people = _read(token or request.COOKIES.get(COOKIE, "")) or (_new_id(), [])
    others = [[pk, digest] for pk, digest in people if pk != person.pk]
    people = [[person.pk, _digest(person)], *others[: MOST_PEOPLE - 1]]
    return signing.dumps([device, people], salt=_SALT)


def set_cookie(request: Any, response: HttpResponseBase, person: User) -> None:
    """Make the browser that sends a request known for a person."""
    response.set_cookie(
        COOKIE,
        device_token(request, person),
        max_age=KEPT_SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _read(token: str) -> tuple[str, list[list[Any]]] | None:
    """Return a token's device id and its [primary key, digest] pairs; None if it is invalid."""
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
