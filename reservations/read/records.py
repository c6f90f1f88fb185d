"""Records that selectors and the command queue return: JSON-ready data in the shapes of the API.

Prices are decimal strings, times are ISO 8601 in UTC.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, NotRequired, TypedDict

from django.conf import settings

from reservations.domain.rules import price_of
from reservations.domain.states import SeatStatus, iso
from reservations.models import Event, Reservation
from reservations.read.stored_states import terms_of
from reservations.tickets import ticket_code

# The `payment_status` of reservations that are paid offline.
DUE, PAID = "due", "paid"


class SeatRecord(TypedDict):
    id: int
    seat_number: str
    section: str
    row: str
    number: str
    x: float
    y: float
    category: int | None
    price: str
    status: str
    is_available: bool
    locked_by: str | None
    locked_until: str | None
    reserved_by: str | None


class ReservedSeatRecord(TypedDict):
    seat_id: int
    seat_number: str
    section: str
    row: str
    number: str
    price: str
    entry: "EntryRecord | None"


class EntryRecord(TypedDict):
    """The time and gate of a seat's entry."""

    at: str
    gate: str


class AdmittedRecord(EntryRecord):
    seat_id: int
    seat_number: str


class ReservationRecord(TypedDict):
    id: str
    event: int
    event_name: str
    venue: str
    date: str
    time_zone: str
    seats: list[str]
    seat_details: list[ReservedSeatRecord]
    total_price: str
    currency: str
    payment_method: str
    payment_status: str | None
    payment_due_at: str | None
    paid_at: str | None
    status: str
    created_at: str
    cancelled_at: str | None
    cancel_until: str
    ticket_code: str


class TicketRecord(TypedDict):
    """The check of a ticket; `reason` is given if it does not admit."""

    admits: bool
    reason: str | None
    buyer: str
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
    admitted: NotRequired[list[AdmittedRecord]]
    reservation: NotRequired[ReservationRecord]


class LockRecord(SeatRecord):
    """A seat that the requester holds."""

    extensions_left: int


class EventRecord(TypedDict):
    id: int
    name: str
    description: str
    venue: str
    date: str
    time_zone: str
    price: str
    price_from: str
    currency: str
    seats_total: int
    seats_available: int
    sales_open_at: str | None
    sales_close_at: str | None
    sales: str
    cancel_until: str
    lock_seconds: int
    max_extensions: int
    hold_seconds: int
    seat_cap: int
    purchase_cap: int
    payment_seconds: int
    requires_verified_email: bool
    visibility: str
    layout: str


class RevenueRecord(TypedDict):
    """The revenue of an event at sequence number `seq` or later."""

    seq: int
    total: str
    currency: str
    sections: list["SectionRevenueRecord"]


class SectionRevenueRecord(TypedDict):
    section: str
    revenue: str


class CategoryRecord(TypedDict):
    id: int
    name: str
    color: str
    price: str | None


class PaymentMethodRecord(TypedDict):
    code: str
    name: str
    demo: str | None


class EventDetailRecord(EventRecord):
    categories: list[CategoryRecord]
    payment_methods: list[PaymentMethodRecord]
    plan: dict[str, Any]


def money(amount: Decimal) -> str:
    """Format an amount as in the API: with two decimals in every currency."""
    return f"{amount:.2f}"


def seat_record(
    *,
    event_price: Decimal,
    category_price: Decimal | None,
    fields: dict[str, Any],
    status: SeatStatus,
    holder: str | None,
    locked_until: datetime | None,
    reserved_by: str | None,
) -> SeatRecord:
    """Return one seat; `fields` has those of STATIC_SEAT_FIELDS.

    Names are None if SEATCAST_SHOW_NAMES is off. Pass an expired lock as available, without holder
    and deadline.
    """
    shown = settings.SEATCAST_SHOW_NAMES
    return {
        "id": fields["id"],
        "seat_number": fields["seat_number"],
        "section": fields["section"],
        "row": fields["row"],
        "number": fields["number"],
        "x": fields["x"],
        "y": fields["y"],
        "category": fields["category_id"],
        "price": money(price_of(seat=fields["price"], category=category_price, event=event_price)),
        "status": status.word,
        "is_available": status is SeatStatus.AVAILABLE,
        "locked_by": holder if shown else None,
        "locked_until": iso(locked_until),
        "reserved_by": reserved_by if shown else None,
    }


def reservation_record(
    *,
    event: Event,
    reservation: Reservation,
    seats: Iterable[ReservedSeatRecord],
    payment_status: str | None,
    now: datetime,
) -> ReservationRecord:
    """Return one reservation with its seats in index order.

    Pass None as `payment_status` without a payment. An overdue reservation has status lapsed even
    before LapseUnpaid has ended it.
    """
    details, due_at = list(seats), reservation.payment_due_at
    status, is_unpaid = reservation.status, due_at is not None and reservation.paid_at is None
    if status == Reservation.Status.CONFIRMED and is_unpaid and due_at and due_at <= now:
        status = Reservation.Status.LAPSED
    if reservation.paid_at is not None:
        payment_status = PAID
    elif is_unpaid and status == Reservation.Status.CONFIRMED:
        payment_status = DUE
    return {
        "id": reservation.public_id,
        "event": event.pk,
        "event_name": event.name,
        "venue": event.venue,
        "date": str(iso(event.date)),
        "time_zone": event.time_zone,
        "seats": [seat["seat_number"] for seat in details],
        "seat_details": details,
        "total_price": money(reservation.total_price),
        "currency": reservation.currency,
        "payment_method": reservation.payment_method,
        "payment_status": payment_status,
        "payment_due_at": iso(due_at),
        "paid_at": iso(reservation.paid_at),
        "status": status,
        "created_at": str(iso(reservation.created_at)),
        "cancelled_at": iso(reservation.cancelled_at),
        "cancel_until": str(iso(terms_of(event).cancel_until)),
        "ticket_code": ticket_code(reservation.public_id),
    }
