"""What a request carries besides its body: who asks, what it names, and its idempotency key."""

import re

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from reservations.selectors import Asker
from reservations.states import Person

MAX_KEY_LENGTH = 255
MAX_ID = 2**63 - 1


class IdConverter:
    """A database id in a path: 1 to 2^63 - 1. Anything else names nothing."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if not 1 <= number <= MAX_ID:
            raise ValueError("not an id")
        return number

    def to_url(self, value: int) -> str:
        return str(value)


def asker(request: Request) -> Asker:
    """Return who asks, for a selector."""
    user = request.user
    return Asker(
        id=int(user.pk) if user.pk else None, is_staff=bool(getattr(user, "is_staff", False))
    )


def actor(request: Request) -> Person:
    """Return who sends a command. The view must have required a sign-in."""
    return Person(id=int(request.user.pk or 0), name=request.user.get_username())


def idempotency_key(request: Request) -> str | None:
    """Return the Idempotency-Key header. Raises: ValidationError."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not is_key(key):
        raise ValidationError(
            {"Idempotency-Key": [f"Must be 1 to {MAX_KEY_LENGTH} printable ASCII characters."]}
        )
    return key


def is_key(text: str) -> bool:
    """Tell whether a text can be an idempotency key."""
    return 1 <= len(text) <= MAX_KEY_LENGTH and text.isascii() and text.isprintable()


def accepts_gzip(request: Request) -> bool:
    """Tell whether the answer may be compressed, by the Accept-Encoding header."""
    offers = re.findall(
        r"(?:^|,)\s*(gzip|\*)\s*(?:;\s*q\s*=\s*([\d.]+))?\s*(?=,|$)",
        request.headers.get("Accept-Encoding", ""),
        re.IGNORECASE,
    )
    named = {name.lower(): weight.strip("0.") != "" or not weight for name, weight in offers}
    return named.get("gzip", named.get("*", False))
