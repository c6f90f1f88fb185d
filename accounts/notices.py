"""Mail to buyers about their bookings: the module that SEATCAST_NOTICES names."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from accounts.mail import notify_all
from accounts.models import Mail, User


class Booking(Protocol):
    """What is told of a booking. `refund` is None if nothing was charged online."""

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
    def refund(self) -> Decimal | None: ...
    @property
    def currency(self) -> str: ...


def event_cancelled(bookings: Sequence[Booking]) -> None:
    """Queue a mail for each booking whose buyer has a verified address, in the transaction."""
    people = User.objects.filter(
        pk__in={booking.person_id for booking in bookings},
        email_verified_at__isnull=False,
        is_active=True,
    ).in_bulk()
    notify_all(
        Mail(
            kind=Mail.Kind.CANCELLED,
            address=people[booking.person_id].email,
            person=people[booking.person_id],
            details=_about(booking),
        )
        for booking in bookings
        if booking.person_id in people
    )


def _about(booking: Booking) -> dict[str, str]:
    """Return what the mail's texts show."""
    begins = booking.date.astimezone(ZoneInfo(booking.time_zone))
    return {
        "booking": booking.public_id,
        "event": " ".join(booking.event_name.split()),
        "venue": " ".join(booking.venue.split()),
        "date": f"{begins:%Y-%m-%d %H:%M}",
        "refund": "" if booking.refund is None else f"{booking.refund} {booking.currency}",
    }
