"""Mail to buyers about their bookings. `config/apps.py` registers it where bookings are changed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from accounts import mail, mail_templates
from accounts.mail import Notice, Unsent, notify_all
from accounts.mail_formats import stored_amount, stored_time
from accounts.mail_message import html_of
from accounts.models import Mail, User


class BookingNotice(Protocol):
    """What is told of any booking, and to whom: `address` is the booking's own, if it has one."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def address(self) -> str: ...
    @property
    def public_id(self) -> str: ...
    @property
    def event_id(self) -> int: ...
    @property
    def event_name(self) -> str: ...
    @property
    def venue(self) -> str: ...
    @property
    def venue_address(self) -> str: ...
    @property
    def date(self) -> datetime: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def organisation_id(self) -> int | None: ...


class CancelledBooking(BookingNotice, Protocol):
    """`refund` was charged online; `owed` is paid back by the box office.

    `merged_into` is the number of the booking that has its seats and its money.
    """

    @property
    def merged_into(self) -> str: ...
    @property
    def refund(self) -> Decimal: ...
    @property
    def owed(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...


class LapsedBooking(BookingNotice, Protocol):
    """A booking that was not paid by `payment_due_at`."""

    @property
    def payment_due_at(self) -> datetime: ...


class PaidBack(BookingNotice, Protocol):
    """A booking of which an amount was paid back."""

    @property
    def amount(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...


class EventNotice(BookingNotice, Protocol):
    """`before` has the old `date`, `time_zone` and `venue`, as far as they were changed."""

    @property
    def before(self) -> Mapping[str, Any]: ...


class NewBooking(BookingNotice, Protocol):
    """`payment_due_at` is None if it is paid."""

    @property
    def seats(self) -> Sequence[str]: ...
    @property
    def total(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...
    @property
    def payment_due_at(self) -> datetime | None: ...


class ChangedBooking(BookingNotice, Protocol):
    """A booking that organisers changed, or whose mail is sent again."""

    @property
    def seats(self) -> Sequence[str]: ...
    @property
    def moved(self) -> Mapping[str, str]: ...
    @property
    def refund(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...
    @property
    def is_change(self) -> bool: ...


class Preview(NamedTuple):
    """A mail as a buyer gets it."""

    kind: str
    subject: str
    text: str
    html: str


N = TypeVar("N", bound=BookingNotice)


def booked(bookings: Sequence[NewBooking]) -> list[str]:
    """Queue a confirmation of each booking, in the transaction; return where each is mailed.

    Empty for one without an address, or beyond the mail limits.
    """
    return _notify(
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
    """Queue a mail about each booking with an address, in the transaction."""
    _notify(Mail.Kind.CHANGED_EVENT, bookings, _before)


def reminder(bookings: Sequence[EventNotice]) -> None:
    """Queue a reminder of each booking with an address, in the transaction."""
    _notify(Mail.Kind.REMINDER, bookings, lambda _: {})


def booking_changed(booking: ChangedBooking) -> bool:
    """Queue a mail about a booking, in the transaction.

    Return False without an address, or beyond the mail limits.
    """
    [address] = _notify(
        Mail.Kind.SEATS if booking.is_change else Mail.Kind.BOOKING,
        [booking],
        lambda each: {
            "seats": ", ".join(each.seats),
            "moved": dict(each.moved),
            "refund": _amount(each.refund, each.currency),
        },
    )
    return bool(address)


def has_address(person_id: int | None, address: str) -> bool:
    """Return whether a booking has an address, of its own or its account's."""
    if address or person_id is None:
        return bool(address)
    return User.objects.filter(pk=person_id, is_active=True).exclude(email="").exists()


def event_cancelled(bookings: Sequence[CancelledBooking]) -> None:
    """Queue a mail about each booking with an address, in the transaction."""
    _notify(Mail.Kind.CANCELLED, bookings, _returned)


def booking_cancelled(bookings: Sequence[CancelledBooking]) -> None:
    """Queue a mail about each booking with an address, in the transaction."""
    _notify(Mail.Kind.ENDED, bookings, lambda each: {**_returned(each), "into": each.merged_into})


def withdrawn(bookings: Sequence[BookingNotice]) -> None:
    """Queue a mail about each booking with an address, in the transaction."""
    _notify(Mail.Kind.WITHDRAWN, bookings, lambda _: {})


def lapsed(bookings: Sequence[LapsedBooking]) -> None:
    """Queue a mail about each booking with an address, in the transaction."""
    _notify(Mail.Kind.LAPSED, bookings, lambda each: {"until": _local(each.payment_due_at, each)})


def paid(bookings: Sequence[NewBooking]) -> None:
    """Queue a mail with the ticket of each booking with an address, in the transaction."""
    _notify(
        Mail.Kind.PAID,
        bookings,
        lambda each: {
            "seats": ", ".join(each.seats),
            "total": stored_amount(each.total, each.currency),
        },
    )


def paid_back(bookings: Sequence[PaidBack]) -> None:
    """Queue a mail about each booking with an address, in the transaction."""
    _notify(
        Mail.Kind.REFUNDED,
        bookings,
        lambda each: {"amount": stored_amount(each.amount, each.currency)},
    )


def unsent(event_id: int) -> Unsent:
    """Count the mail about an event's bookings that is due and not sent."""
    return mail.unsent(event_id=event_id)


def send_again(event_id: int) -> int:
    """Have an event's mail that failed sent at once; return how many."""
    return mail.send_again(event_id=event_id)


def previews(sample: NewBooking, *, language: str) -> list[Preview]:
    """Return all mail that the buyer of a booking can get, as it would be now."""
    person = User(language=language)
    about = _about(sample)
    total = stored_amount(sample.total, sample.currency)
    shown = []
    for kind, more in (
        (Mail.Kind.BOOKED, {"seats": ", ".join(sample.seats), "total": total, "due": ""}),
        (Mail.Kind.PAID, {"seats": ", ".join(sample.seats), "total": total}),
        (Mail.Kind.REMINDER, {}),
        (Mail.Kind.CHANGED_EVENT, {"old_venue": about["venue"], "old_date": about["date"]}),
        (Mail.Kind.CANCELLED, {"refund": total, "owed": ""}),
        (Mail.Kind.ENDED, {"refund": total, "owed": "", "into": ""}),
        (Mail.Kind.LAPSED, {"until": about["date"]}),
        (Mail.Kind.WITHDRAWN, {}),
    ):
        subject, text = mail_templates.render(Mail(kind=kind, details={**about, **more}), [person])
        html = html_of(subject, text, language=language)
        shown.append(Preview(kind.value, subject, text, html))
    return shown


def _notify(
    kind: Mail.Kind,
    bookings: Sequence[N],
    more: Callable[[N], Mapping[str, Any]],
    *,
    is_paid: Callable[[N], bool] = lambda _: False,
) -> list[str]:
    """Queue a mail about each booking; return the address of each, empty if it is not mailed.

    Those `is_paid` online are mailed beyond the limits: somebody has paid for them.
    """
    buyers = User.objects.filter(is_active=True).in_bulk({each.person_id for each in bookings})
    addresses = [_address(each, buyers) for each in bookings]
    notices = [
        Notice(
            Mail(
                kind=kind,
                address=address,
                person=buyers.get(booking.person_id or 0),
                event_id=booking.event_id,
                organisation_id=booking.organisation_id,
                details={**_about(booking), **more(booking)},
            ),
            is_limited=not is_paid(booking),
        )
        for booking, address in zip(bookings, addresses, strict=True)
        if address
    ]
    queued = iter(notify_all(notices))
    return [address if address and next(queued) else "" for address in addresses]


def _address(booking: BookingNotice, buyers: Mapping[int, User]) -> str:
    """Return where a booking is mailed: the address that bought it, verified or not."""
    buyer = buyers.get(booking.person_id or 0)
    return booking.address or (str(buyer.email) if buyer else "")


def _about(booking: BookingNotice) -> dict[str, str]:
    """Return what the texts of all mail about a booking show."""
    return {
        "booking": booking.public_id,
        "event": " ".join(booking.event_name.split()),
        "venue": " ".join(booking.venue.split()),
        "venue_address": " ".join(booking.venue_address.split()),
        "date": _local(booking.date, booking),
    }


def _returned(booking: CancelledBooking) -> dict[str, str]:
    return {
        "refund": _amount(booking.refund, booking.currency),
        "owed": _amount(booking.owed, booking.currency),
    }


def _amount(amount: Decimal, currency: str) -> str:
    """Return an amount as in rows; empty if it is zero."""
    return stored_amount(amount, currency) if amount else ""


def _local(moment: datetime, booking: BookingNotice) -> str:
    return stored_time(moment.astimezone(ZoneInfo(booking.time_zone)))


def _before(booking: EventNotice) -> dict[str, str]:
    """Return the old place and time."""
    old = booking.before
    zone = ZoneInfo(old.get("time_zone", booking.time_zone))
    begins = datetime.fromisoformat(old["date"]) if "date" in old else booking.date
    return {
        "old_venue": " ".join(old.get("venue", booking.venue).split()),
        "old_date": stored_time(begins.astimezone(zone)),
    }
