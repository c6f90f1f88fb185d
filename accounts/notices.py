"""Mail to buyers about their bookings: the module that SEATCAST_NOTICES names."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts import mail_templates
from accounts.mail import notify, notify_all
from accounts.mail_formats import stored_amount, stored_time
from accounts.mail_message import html_of
from accounts.models import Mail, User


class EventBooking(Protocol):
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
    def organisation_id(self) -> int | None: ...


class Booking(EventBooking, Protocol):
    """A booking and its currency."""

    @property
    def currency(self) -> str: ...


class CancelledBooking(Booking, Protocol):
    """`refund` is None if nothing was charged online."""

    @property
    def refund(self) -> Decimal | None: ...


class EventNotice(EventBooking, Protocol):
    """`before` has the old `date`, `time_zone` and `venue`, as far as they were changed."""

    @property
    def before(self) -> Mapping[str, Any]: ...


class NewBooking(Booking, Protocol):
    """`payment_due_at` is None if it is paid."""

    @property
    def seats(self) -> Sequence[str]: ...
    @property
    def total(self) -> Decimal: ...
    @property
    def payment_due_at(self) -> datetime | None: ...


class Preview(NamedTuple):
    """A mail as a buyer gets it."""

    kind: str
    subject: str
    text: str
    html: str


B = TypeVar("B", bound=EventBooking)


def booked(bookings: Sequence[NewBooking]) -> None:
    """Queue a confirmation of each booking that can be mailed, in the transaction."""
    _notify(
        Mail.Kind.BOOKED,
        bookings,
        lambda each: {
            "seats": ", ".join(each.seats),
            "total": stored_amount(each.total, each.currency),
            "due": _local(each.payment_due_at, each) if each.payment_due_at else "",
        },
        is_paid=lambda each: each.payment_due_at is None and each.total > 0,
    )


def event_changed(bookings: Sequence[EventNotice]) -> None:
    """Queue a mail about each booking that can be mailed, in the transaction."""
    _notify(Mail.Kind.CHANGED_EVENT, bookings, lambda each: {"before": _before(each)})


def reminder(bookings: Sequence[EventNotice]) -> None:
    """Queue a reminder of each booking that can be mailed, in the transaction."""
    _notify(Mail.Kind.REMINDER, bookings, lambda _: {})


class Changed(Protocol):
    """What is told of a booking that organisers changed, or whose mail is sent again."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def address(self) -> str: ...
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
    def organisation_id(self) -> int | None: ...
    @property
    def seats(self) -> Sequence[str]: ...
    @property
    def moved(self) -> Sequence[tuple[str, str]]: ...
    @property
    def is_change(self) -> bool: ...


def booking_changed(booking: Changed) -> bool:
    """Queue a mail about a booking, in the transaction.

    Return False without an address, which an account must have verified unless it is a guest's, or
    beyond the mail limits.
    """
    owner = _owner(booking.person_id)
    address = _address(owner, booking.address)
    if not address:
        return False
    mail = Mail(
        kind=Mail.Kind.SEATS if booking.is_change else Mail.Kind.BOOKING,
        address=address,
        person=owner,
        organisation_id=booking.organisation_id,
        details={
            **_about(booking),
            "seats": ", ".join(booking.seats),
            "moved": ", ".join(f"{old} → {new}" for old, new in booking.moved),
        },
    )
    return notify(mail)


def has_address(person_id: int | None, address: str) -> bool:
    """Return whether a booking has an address, of its own or that its account has verified."""
    return bool(_address(_owner(person_id), address))


def _owner(person_id: int | None) -> User | None:
    if person_id is None:
        return None
    return User.objects.filter(pk=person_id, is_active=True).first()


def _address(owner: User | None, own: str) -> str:
    may_be_mailed = owner is not None and (owner.email_verified_at or owner.guest_since)
    return str(owner.email) if owner is not None and may_be_mailed and not own else own


def event_cancelled(bookings: Sequence[CancelledBooking]) -> None:
    """Queue a mail about each booking that can be mailed, in the transaction."""
    _notify(
        Mail.Kind.CANCELLED,
        bookings,
        lambda each: {
            "refund": "" if each.refund is None else stored_amount(each.refund, each.currency)
        },
    )


def previews(sample: NewBooking, *, language: str) -> list[Preview]:
    """Return all mail that the buyer of a booking can get, as it would be now."""
    person = User(language=language)
    about = _about(sample)
    total = stored_amount(sample.total, sample.currency)
    shown = []
    for kind, more in (
        (Mail.Kind.BOOKED, {"seats": ", ".join(sample.seats), "total": total, "due": ""}),
        (Mail.Kind.REMINDER, {}),
        (Mail.Kind.CHANGED_EVENT, {"before": f"{about['venue']}, {about['date']}"}),
        (Mail.Kind.CANCELLED, {"refund": total}),
    ):
        subject, text = mail_templates.render(Mail(kind=kind, details={**about, **more}), [person])
        html = html_of(subject, text, language=language)
        shown.append(Preview(kind.value, subject, text, html))
    return shown


def _notify(
    kind: Mail.Kind,
    bookings: Sequence[B],
    more: Callable[[B], dict[str, str]],
    *,
    is_paid: Callable[[B], bool] = lambda _: False,
) -> None:
    """Queue a mail about each booking; those `is_paid` do not count for their organisation."""
    people = _recipients(bookings)
    notify_all(
        Mail(
            kind=kind,
            address=people[booking.person_id].email,
            person=people[booking.person_id],
            organisation_id=(
                None
                if people[booking.person_id].email_verified_at or is_paid(booking)
                else booking.organisation_id
            ),
            details={**_about(booking), **more(booking)},
        )
        for booking in bookings
        if booking.person_id in people
    )


def _recipients(bookings: Sequence[EventBooking]) -> dict[int, User]:
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


def _about(booking: EventBooking | Changed) -> dict[str, str]:
    """Return what the texts of all mail about a booking show."""
    return {
        "booking": booking.public_id,
        "event": " ".join(booking.event_name.split()),
        "venue": " ".join(booking.venue.split()),
        "date": _local(booking.date, booking),
    }


def _local(moment: datetime, booking: EventBooking | Changed) -> str:
    return stored_time(moment.astimezone(ZoneInfo(booking.time_zone)))


def _before(booking: EventNotice) -> str:
    """Return the old place and time, as far as they were changed."""
    old = booking.before
    zone = ZoneInfo(old.get("time_zone", booking.time_zone))
    begins = datetime.fromisoformat(old["date"]) if "date" in old else booking.date
    venue = " ".join(old.get("venue", booking.venue).split())
    return f"{venue}, {stored_time(begins.astimezone(zone))}"
