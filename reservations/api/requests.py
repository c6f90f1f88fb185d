"""What a request carries besides its body: who asks, what it names, and its idempotency key."""

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from reservations.api.permissions import has_powers
from reservations.domain.states import Person
from reservations.public_ids import parse_public_id
from reservations.read.selectors import Requester

MAX_KEY_LENGTH = 255
MAX_ACCEPT_ENCODING_LENGTH = 500
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


class PublicIdConverter:
    """A booking's public id in a path, in either case. Anything else names nothing."""

    regex = "[0-9A-Za-z]{16}"

    def to_python(self, value: str) -> str:
        public_id = parse_public_id(value)
        if public_id is None:
            raise ValueError("not a public id")
        return public_id

    def to_url(self, value: str) -> str:
        return value


def requester(request: Request) -> Requester:
    """Return who asks, for a selector."""
    user = request.user
    return Requester(id=int(user.pk) if user.pk else None, has_powers=has_powers(user))


def actor(request: Request) -> Person:
    """Return who sends a command. The view must have required a sign-in."""
    user = request.user
    return Person(id=int(user.pk or 0), name=user.get_username())


def idempotency_key(request: Request) -> str | None:
    """Return the Idempotency-Key header. Raises: ValidationError."""
    key: str | None = request.META.get("HTTP_IDEMPOTENCY_KEY")
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
    """Tell whether the answer may be compressed, by the Accept-Encoding header.

    A header that is longer than any browser's is not read; plain answers are always allowed.
    """
    header = request.headers.get("Accept-Encoding", "")
    if len(header) > MAX_ACCEPT_ENCODING_LENGTH:
        return False
    offers = (offer.partition(";") for offer in header.split(","))
    wanted = {coding.strip().lower(): _is_wanted(weight) for coding, _, weight in offers}
    return wanted.get("gzip", wanted.get("*", False))


def _is_wanted(parameter: str) -> bool:
    """Tell whether a coding's `q=` parameter, empty if there is none, is more than zero."""
    name, _, weight = parameter.partition("=")
    if not name.strip():
        return True
    try:
        return name.strip().lower() == "q" and float(weight) > 0
    except ValueError:
        return False
