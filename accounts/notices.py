"""Mail to buyers about their bookings: the module that SEATCAST_NOTICES names."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.mail import notify_all
from accounts.models import Mail, User


class Booking(Protocol):
    """What is told of any booking."""

    @property
    def person_id(self) -> int: ...
    @property
    def public_id(self) -> str: ...
    @property
    def event_name(self) -> str: ...
    @property
    def venue(self) -> str: ...
    @property
    def date(self) -> datetime: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def currency(self) -> str: ...


class CancelledBooking(Booking, Protocol):
    """`refund` is None if nothing was charged online."""

    @property
    def refund(self) -> Decimal | None: ...


class NewBooking(Booking, Protocol):
    """`payment_due_at` is None if it is paid."""

    @property
    def seats(self) -> Sequence[str]: ...
    @property
    def total(self) -> Decimal: ...
    @property
    def payment_due_at(self) -> datetime | None: ...


def booked(bookings: Sequence[NewBooking]) -> None:
    """Queue a confirmation of each booking that can be mailed, in the transaction."""
    people = _recipients(bookings)
    notify_all(
        Mail(
            kind=Mail.Kind.BOOKED,
            address=people[booking.person_id].email,
            person=people[booking.person_id],
            details={
                **_about(booking),
                "seats": ", ".join(booking.seats),
                "total": _amount(booking.total, booking.currency),
                "due": _local(booking.payment_due_at, booking) if booking.payment_due_at else "",
            },
        )
        for booking in bookings
        if booking.person_id in people
    )


def event_cancelled(bookings: Sequence[CancelledBooking]) -> None:
    """Queue a mail about each booking that can be mailed, in the transaction."""
    people = _recipients(bookings)
    notify_all(
        Mail(
            kind=Mail.Kind.CANCELLED,
            address=people[booking.person_id].email,
            person=people[booking.person_id],
            details={
                **_about(booking),
                "refund": (
                    "" if booking.refund is None else _amount(booking.refund, booking.currency)
                ),
            },
        )
        for booking in bookings
        if booking.person_id in people
    )


def _recipients(bookings: Sequence[Booking]) -> dict[int, User]:
    """Return the buyers by id who can be mailed: with a verified address, and guests with any."""
    return (
        User.objects.filter(
            Q(email_verified_at__isnull=False) | Q(guest_since__isnull=False),
            pk__in={booking.person_id for booking in bookings},
            is_active=True,
        )
        .exclude(email="")
        .in_bulk()
    )


def _about(booking: Booking) -> dict[str, str]:
    """Return what the texts of all mail about a booking show."""
    return {
        "booking": booking.public_id,
        "event": " ".join(booking.event_name.split()),
        "venue": " ".join(booking.venue.split()),
        "date": _local(booking.date, booking),
    }


def _local(moment: datetime, booking: Booking) -> str:
    return f"{moment.astimezone(ZoneInfo(booking.time_zone)):%Y-%m-%d %H:%M}"


def _amount(amount: Decimal, currency: str) -> str:
    return f"{amount} {currency}"
