"""Tell other systems what happened to bookings, by what is registered here (`webhooks/apps.py`).

It is called in the transaction of what it tells, with the event's row locked, and must only write
rows there. Only organisations with an open outbox pay for it, and only for batches that booked,
cancelled or admitted something: locks and releases are not told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


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
    """What stores the messages."""

    def is_open(self, organisation_id: int) -> bool:
        """Return whether anything is to be told to an organisation's systems."""

    def write(self, messages: Sequence[Message], *, organisation_id: int, at: datetime) -> None:
        """Store messages in the caller's transaction."""


_registered: list[Outbox] = []


def register(implementation: Outbox) -> None:
    """Have messages stored by `implementation`."""
    _registered[:] = [implementation]


def outbox() -> Outbox:
    """Return what stores the messages."""
    return _registered[0]
