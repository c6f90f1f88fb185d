"""Parsing of requests besides their body: path ids, user and headers."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from infrastructure.security_log.cap_keys import cap_key
from infrastructure.security_log.networks import customer_network, is_public
from infrastructure.security_log.request_context import current_request
from infrastructure.security_log.second_factors import has_powers
from reservations.domain.states import Person
from reservations.events.access import Requester
from reservations.formats.public_ids import parse_public_id

MAX_KEY_LENGTH = 255
MAX_ACCEPT_ENCODING_LENGTH = 500
MAX_ID = 2**63 - 1


class IdConverter:
    """A path converter for database ids, from 1 to 2^63 - 1; other numbers are not found."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if not 1 <= number <= MAX_ID:
            raise ValueError("not an id")
        return number

    def to_url(self, value: int) -> str:
        return str(value)


class PublicIdConverter:
    """A path converter for public ids of reservations, in either case."""

    regex = "[0-9A-Za-z]{16}"

    def to_python(self, value: str) -> str:
        public_id = parse_public_id(value)
        if public_id is None:
            raise ValueError("not a public id")
        return public_id

    def to_url(self, value: str) -> str:
        return value


class ReferenceConverter:
    """A path converter for the references of payments."""

    regex = "[0-9a-f]{32}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def requester(request: Request) -> Requester:
    """Return the sender of a request, for selectors."""
    user = request.user
    return Requester(id=int(user.pk) if user.pk else None, has_powers=has_powers(user))


def actor(request: Request) -> Person:
    """Return the sender of a command. The view must require authentication."""
    user: Any = request.user
    return Person(
        id=int(user.pk or 0),
        name=user.get_username(),
        mailbox=user.mailbox,
        network=_network_key(),
    )


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
    """Return whether a text is a valid idempotency key."""
    return 1 <= len(text) <= MAX_KEY_LENGTH and text.isascii() and text.isprintable()


def accepts_gzip(request: Request) -> bool:
    """Return whether the Accept-Encoding header allows gzip.

    Overlong headers are not parsed, and count as no.
    """
    header = request.headers.get("Accept-Encoding", "")
    if len(header) > MAX_ACCEPT_ENCODING_LENGTH:
        return False
    offers = (offer.partition(";") for offer in header.split(","))
    wanted = {coding.strip().lower(): _is_wanted(weight) for coding, _, weight in offers}
    return wanted.get("gzip", wanted.get("*", False))


def _network_key() -> int | None:
    """Return the cap key of the current request's network; None for one that is not public."""
    sent = current_request.get()
    client = sent.address() if sent else ""
    return cap_key("network", customer_network(client)) if is_public(client) else None


def _is_wanted(parameter: str) -> bool:
    """Return whether a coding's `q=` parameter is absent or more than zero."""
    name, _, weight = parameter.partition("=")
    if not name.strip():
        return True
    try:
        return name.strip().lower() == "q" and float(weight) > 0
    except ValueError:
        return False
