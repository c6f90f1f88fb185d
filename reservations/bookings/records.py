"""Records of bookings and of the results of commands, in the shapes of the API."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, NamedTuple, NotRequired, TypedDict

from reservations.bookings.ticket_codes import ticket_code
from reservations.domain.features import SoldBy
from reservations.domain.states import UNDECIDED, PaymentStatus, SaleChannel, iso
from reservations.events.records import (
    Percent,
    Price,
    Revenue,
    SeatRecord,
    Timestamp,
    TimeZone,
    Total,
    money,
    one_of,
)
from reservations.events.terms import terms_of
from reservations.models import Event, Reservation

# The `payment_status` of reservations that are paid offline.
DUE, PAID = "due", "paid"


class EntryRecord(TypedDict):
    """The time and gate of a seat's entry."""

    at: Timestamp
    gate: Annotated[str, "Empty when none was given."]


class AdmittedSeatRecord(EntryRecord):
    seat_id: int
    seat_number: str


class ReservedSeatRecord(TypedDict):
    seat_id: int
    seat_number: str
    section: str
    row: str
    number: str
    price: Price
    ticket_type: Annotated[str, "The name of its ticket type; empty for none."]
    floor: NotRequired[
        Annotated[str, "If the hall has several floors. Absent in answers of commands."]
    ]
    is_place: NotRequired[
        Annotated[
            bool, "True for a place of a standing area, whose number means nothing to buyers."
        ]
    ]
    entry: Annotated[EntryRecord | None, "Null: the seat has not been admitted."]


class ReservationRecord(TypedDict):
    id: Annotated[str, "16 random characters of Crockford's base32."]
    event: int
    event_name: str
    venue: str
    address: Annotated[str, "The venue's; empty if none is given."]
    date: Timestamp
    ends_at: Annotated[Timestamp | None, "When the event ends; null: unknown."]
    time_zone: TimeZone
    seats: list[str]
    seat_details: list[ReservedSeatRecord]
    total_price: Annotated[Total, "With the fees."]
    fees: Total
    tax_percent: Annotated[Percent | None, "The rate of the tax that the total includes."]
    currency: str
    channel: Annotated[
        str,
        one_of(*SaleChannel),
        "Where it was made; comp: given away at the box office.",
    ]
    buyer_name: Annotated[str, "Whom it is for, if that is not an account."]
    buyer_email: Annotated[str, "Of a buyer without an account; empty if there is none."]
    payment_method: str
    payment_status: Annotated[
        str | None,
        one_of(
            *(status.value for status in PaymentStatus if status not in UNDECIDED),
            *(DUE, PAID),
        ),
        "For offline methods: due, paid, or null when no payment is expected.",
    ]
    payment_due_at: Annotated[Timestamp | None, "The payment deadline; null if it was paid online."]
    paid_at: Annotated[Timestamp | None, "When it was marked as paid."]
    status: Annotated[str, one_of("confirmed", "cancelled", "lapsed")]
    created_at: Timestamp
    cancelled_at: Timestamp | None
    changed_at: Annotated[Timestamp, "When it, its seats or its event were last changed."]
    calendar_sequence: Annotated[int, "SEQUENCE of its entry in a calendar (RFC 5545)."]
    to_pay_back: Annotated[
        Total | None,
        "What the box office owes its buyer: of a booking that has ended, what was paid there,"
        " until it is marked as paid back. Null: nothing.",
    ]
    paid_back_at: Annotated[Timestamp | None, "When it was marked as paid back."]
    cancel_until: Annotated[Timestamp, "Until when its buyer may cancel it."]
    ticket_code: Annotated[str, "To be typed at the door where a QR code cannot be read."]
    signed_ticket: NotRequired[
        Annotated[str, "For the QR code. Absent where several are listed, and of ended ones."]
    ]
    merged_into: Annotated[
        str | None, "The booking that has its seats now, if it was merged into another one."
    ]


class GivenUpRecord(TypedDict):
    """A seat that a booking had, and what came in its place."""

    seat_id: int
    seat_number: str
    new_seat: Annotated[str | None, "The number of the seat that it was moved to."]
    new_reservation: Annotated[str | None, "The booking that has the seat since."]
    at: Timestamp


class TicketRecord(TypedDict):
    """The check of a ticket."""

    admits: bool
    reason: Annotated[
        str | None,
        one_of("cancelled", "lapsed", "unpaid", "used", "given_up"),
        "Why the ticket does not admit. Used: all its seats have been admitted. Given up: the"
        " booking does not have the ticket's seat any more.",
    ]
    seat: Annotated[int | None, "The id of the seat that the ticket is for; null: for all."]
    given_up: Annotated[list[GivenUpRecord], "The seats that the booking had before."]
    buyer: Annotated[str, "The booking's own name, else the username or the guest's name."]
    reservation: ReservationRecord


class PaymentRecord(TypedDict):
    """A pending payment, to be authorised at the provider."""

    reference: str
    amount: str
    currency: str


class CommandResult(TypedDict):
    """The result of a command that was carried out."""

    message: str
    seats: list[SeatRecord]
    payment: NotRequired[PaymentRecord]
    open_payment: NotRequired[Annotated[str, "The reference of a payment that was left open."]]
    admitted: NotRequired[list[AdmittedSeatRecord]]
    reservation: NotRequired[ReservationRecord]
    buyer_mailed: NotRequired[Annotated[bool, "Whether buyers get a mail about changed bookings."]]
    mailed_to: NotRequired[Annotated[str, "Where a new booking is mailed; empty: nowhere."]]


class SectionRevenueRecord(TypedDict):
    section: str
    revenue: Revenue


class RevenueRecord(TypedDict):
    seq: Annotated[int, "The event's sequence number; all changes up to it are included."]
    total: Annotated[Revenue, "The sum of the reservations, paid or due, with their fees."]
    fees: Revenue
    currency: str
    sections: Annotated[list[SectionRevenueRecord], "The sections with reserved seats, by name."]


class _WhereItIs(TypedDict, total=False):
    floor: str
    is_place: bool


def where_it_is(sold_by: int, *, floor: str = "") -> _WhereItIs:
    """Return the fields of a `ReservedSeatRecord` that only some seats have."""
    found: _WhereItIs = {}
    if floor:
        found["floor"] = floor
    if sold_by == SoldBy.NUMBER:
        found["is_place"] = True
    return found


def reservation_record(
    *,
    event: Event,
    reservation: Reservation,
    seats: Iterable[ReservedSeatRecord],
    payment_status: str | None,
    to_pay_back: Decimal | None,
    paid_back_at: datetime | None = None,
    now: datetime,
) -> ReservationRecord:
    """Return one reservation with its seats in index order.

    Pass None as `payment_status` without a payment, and as `to_pay_back` if nothing is owed. An
    overdue reservation has status lapsed even before LapseUnpaid has ended it.
    """
    details, due_at = list(seats), reservation.payment_due_at
    status, is_unpaid = reservation.status, due_at is not None and reservation.paid_at is None
    if status == Reservation.Status.CONFIRMED and is_unpaid and due_at and due_at <= now:
        status = Reservation.Status.LAPSED
    if payment_status is None and reservation.paid_at is not None:
        payment_status = PAID
    elif is_unpaid and status == Reservation.Status.CONFIRMED:
        payment_status = DUE
    return {
        "id": reservation.public_id,
        "event": event.pk,
        "event_name": event.name,
        "venue": event.venue,
        "address": event.address,
        "date": str(iso(event.date)),
        "ends_at": iso(event.ends_at),
        "time_zone": event.time_zone,
        "seats": [seat["seat_number"] for seat in details],
        "seat_details": details,
        "total_price": money(reservation.total_price),
        "fees": money(reservation.fees),
        "tax_percent": None if reservation.tax_percent is None else money(reservation.tax_percent),
        "currency": reservation.currency,
        "channel": reservation.channel,
        "buyer_name": reservation.buyer_name,
        "buyer_email": reservation.buyer_email,
        "payment_method": reservation.payment_method,
        "payment_status": payment_status,
        "payment_due_at": iso(due_at),
        "paid_at": iso(reservation.paid_at),
        "status": status,
        "created_at": str(iso(reservation.created_at)),
        "cancelled_at": iso(reservation.cancelled_at),
        "to_pay_back": None if to_pay_back is None else money(to_pay_back),
        "paid_back_at": iso(paid_back_at),
        "cancel_until": str(iso(terms_of(event).cancel_until)),
        "ticket_code": ticket_code(reservation.public_id),
        "merged_into": reservation.merged_into.public_id if reservation.merged_into else None,
        "changed_at": str(iso(calendar_version(event, reservation).changed_at)),
        "calendar_sequence": calendar_version(event, reservation).sequence,
    }


class CalendarVersion(NamedTuple):
    """SEQUENCE and LAST-MODIFIED of a booking's entry in a calendar (RFC 5545)."""

    sequence: int
    changed_at: datetime


def calendar_version(event: Event, reservation: Reservation) -> CalendarVersion:
    """Return the version of a booking's entry: it grows with each edit of its event."""
    times = (
        *(event.edited_at, reservation.created_at, reservation.seats_changed_at),
        *(reservation.cancelled_at, reservation.lapsed_at),
    )
    has_ended = reservation.status != Reservation.Status.CONFIRMED
    return CalendarVersion(event.revision + has_ended, max(filter(None, times)))
