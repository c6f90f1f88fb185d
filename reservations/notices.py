"""Tell buyers what happened to their bookings, by the module that SEATCAST_NOTICES names.

It is called in the transaction of what it tells, and must only write rows there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledBooking:
    """A booking that was cancelled together with its event.

    `refund` is the amount that was charged and is returned; None if nothing was charged online.
    """

    person_id: int
    public_id: str
    event_name: str
    venue: str
    date: datetime
    time_zone: str
    refund: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBooking:
    """A booking that was just made.

    `seats` are seat numbers. `payment_due_at` is None if it is paid.
    """

    person_id: int
    public_id: str
    event_name: str
    venue: str
    date: datetime
    time_zone: str
    seats: Sequence[str]
    total: Decimal
    currency: str
    payment_due_at: datetime | None


class Notices(Protocol):
    """The interface of SEATCAST_NOTICES."""

    def booked(self, bookings: Sequence[NewBooking]) -> None:
        """Confirm bookings to their buyers."""

    def event_cancelled(self, bookings: Sequence[CancelledBooking]) -> None:
        """Tell the buyers of bookings that their event is cancelled."""


@cache
def notices() -> Notices:
    """Return the module that SEATCAST_NOTICES names."""
    return cast("Notices", import_module(settings.SEATCAST_NOTICES))
