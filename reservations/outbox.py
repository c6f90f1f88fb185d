"""Tell other systems what happened to bookings, by the module that SEATCAST_OUTBOX names.

It is called in the transaction of what it tells, with the event's row locked, and must only write
rows there. Only organisations with an open outbox pay for it, and only for batches that booked,
cancelled or admitted something: locks and releases are not told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from django.conf import settings


class MessageKind(StrEnum):
    """What happened. The values are part of the API, so they are never renamed."""

    BOOKING_CREATED = "booking.created"
    BOOKING_CHANGED = "booking.changed"
    BOOKING_CANCELLED = "booking.cancelled"
    BOOKING_CHECKED_IN = "booking.checked_in"
    EVENT_SOLD_OUT = "event.sold_out"


@dataclass(frozen=True, slots=True)
class Message:
    """What happened to one booking or event. Messages with the same `topic` are told in order."""

    kind: MessageKind
    topic: str
    data: dict[str, Any]


class Outbox(Protocol):
    """The interface of SEATCAST_OUTBOX."""

    def is_open(self, organisation_id: int) -> bool:
        """Return whether anything is to be told to an organisation's systems."""

    def write(self, messages: Sequence[Message], *, organisation_id: int, at: datetime) -> None:
        """Store messages in the caller's transaction."""


@cache
def outbox() -> Outbox:
    """Return the module that SEATCAST_OUTBOX names."""
    return cast("Outbox", import_module(settings.SEATCAST_OUTBOX))
