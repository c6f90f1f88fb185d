"""Tell buyers what happened to their bookings, by what is registered here (`config/apps.py`).

It is called in the transaction of what it tells, and must only write rows there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingNotice:
    """A booking as all mail about it names it.

    It is mailed to `address`, if it has one of its own, else to the account's or the guest's.
    """

    person_id: int | None
    address: str
    public_id: str
    event_id: int
    event_name: str
    venue: str
    venue_address: str
    date: datetime
    time_zone: str
    organisation_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledBooking(BookingNotice):
    """A booking that was cancelled.

    `refund` was charged online and is returned the same way; `owed` is paid back by the box office.
    `merged_into` is the number of the booking that has its seats and its money.
    """

    refund: Decimal = Decimal(0)
    owed: Decimal = Decimal(0)
    currency: str
    merged_into: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LapsedBooking(BookingNotice):
    """A booking that was not paid by `payment_due_at`."""

    payment_due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidBack(BookingNotice):
    """A booking of which an amount was paid back."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBooking(BookingNotice):
    """A booking that was just made, or paid.

    `seats` are seat numbers. `payment_due_at` is None if it is paid.
    """

    seats: Sequence[str]
    total: Decimal
    currency: str
    payment_due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventNotice(BookingNotice):
    """A live booking whose buyer is told of its event.

    `before` has the old `date`, `time_zone` and `venue`, as JSON, as far as they were changed.
    """

    before: Mapping[str, Any]


class MailPreview(Protocol):
    """A mail as a buyer gets it, without links to a booking of theirs."""

    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedBooking(BookingNotice):
    """A booking that organisers changed, or whose mail they send again, as it is now.

    `moved` has the old and the new seats in words, by language; empty if none was moved. `refund`
    is returned the way it was paid.
    """

    seats: Sequence[str]
    refund: Decimal = Decimal(0)
    currency: str
    moved: Mapping[str, str] = field(default_factory=dict)
    is_change: bool = True


class Unsent(Protocol):
    """How many mails wait for their first attempt, and for another one, and were given up."""

    @property
    def waiting(self) -> int: ...
    @property
    def retrying(self) -> int: ...
    @property
    def given_up(self) -> int: ...


class Notices(Protocol):
    """What tells the buyers."""

    def unsent(self, event_id: int) -> Unsent:
        """Count the mail about an event's bookings that is due and not sent."""

    def send_again(self, event_id: int) -> int:
        """Have an event's mail that failed sent at once; return how many."""

    def previews(self, sample: NewBooking, *, language: str) -> Sequence[MailPreview]:
        """Return all mail that the buyer of a booking can get; nothing is stored."""

    def booked(self, bookings: Sequence[NewBooking]) -> list[str]:
        """Confirm bookings to their buyers.

        Return the address to which each is mailed; empty without one, or beyond the mail limits.
        """

    def event_changed(self, bookings: Sequence[EventNotice]) -> None:
        """Tell the buyers of bookings that date or place of their event are others."""

    def reminder(self, bookings: Sequence[EventNotice]) -> None:
        """Remind the buyers of bookings that their event begins soon."""

    def event_cancelled(self, bookings: Sequence[CancelledBooking]) -> None:
        """Tell the buyers of bookings that their event is cancelled."""

    def booking_cancelled(self, bookings: Sequence[CancelledBooking]) -> None:
        """Tell the buyers that their bookings are cancelled."""

    def withdrawn(self, bookings: Sequence[BookingNotice]) -> None:
        """Tell the buyers that their bookings have ended because nothing could be charged."""

    def lapsed(self, bookings: Sequence[LapsedBooking]) -> None:
        """Tell the buyers that their bookings were not paid in time."""

    def paid(self, bookings: Sequence[NewBooking]) -> None:
        """Tell the buyers that their money has arrived, and send the tickets."""

    def paid_back(self, bookings: Sequence[PaidBack]) -> None:
        """Tell the buyers that they were paid back."""

    def booking_changed(self, booking: ChangedBooking) -> bool:
        """Tell the buyer what a booking is now.

        Return False if there is no address to which it may be sent, or it was mailed too often.
        """

    def has_address(self, person_id: int | None, address: str) -> bool:
        """Return whether there is an address to which a booking may be mailed."""


_registered: list[Notices] = []


def register(implementation: Notices) -> None:
    """Have the buyers told by `implementation`."""
    _registered[:] = [implementation]


def notices() -> Notices:
    """Return what tells the buyers."""
    return _registered[0]
