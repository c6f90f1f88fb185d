"""Records that selectors and the command queue return: JSON-ready data in the shapes of the API.

The hints also describe the responses in the API schema: `serializer_of` makes serializers of them.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, NamedTuple, NotRequired, TypedDict

from django.conf import settings
from rest_framework.serializers import ChoiceField, DateTimeField, DecimalField

from reservations.domain.features import ALL_FEATURES, SeatFeature, SoldBy
from reservations.domain.states import UNDECIDED, PaymentStatus, SaleChannel, SeatStatus, iso
from reservations.models import Event, Reservation
from reservations.read.stored_states import terms_of
from reservations.tickets import ticket_code

# The `payment_status` of reservations that are paid offline.
DUE, PAID = "due", "paid"

Price = Annotated[str, partial(DecimalField, max_digits=10, decimal_places=2)]
"""A decimal string."""
Total = Annotated[str, partial(DecimalField, max_digits=12, decimal_places=2)]
Percent = Annotated[str, partial(DecimalField, max_digits=5, decimal_places=2)]
Revenue = Annotated[str, partial(DecimalField, max_digits=14, decimal_places=2)]
Timestamp = Annotated[str, DateTimeField]
"""ISO 8601 in UTC."""
TimeZone = Annotated[str, "The event's, from the IANA database."]


def one_of(*choices: str) -> Any:
    """Return what annotates a string of which these are the values."""
    return partial(ChoiceField, choices=choices)


SOLD_BY = (
    "Absent: by the seat. Table: only with all seats of its table. Number: as any place of its"
    " standing area."
)
Feature = Annotated[str, one_of(*ALL_FEATURES.words)]


class SeatRecord(TypedDict):
    id: int
    seat_number: str
    section: str
    row: str
    number: str
    x: float
    y: float
    category: int | None
    price: Price
    features: NotRequired[
        Annotated[list[Feature], "What is special about the seat; absent if nothing is."]
    ]
    note: NotRequired[Annotated[str, "About the seat, for buyers; absent if there is none."]]
    companion_of: NotRequired[
        Annotated[
            int,
            "Only of a companion seat: the id of the accessible seat with which it is sold.",
        ]
    ]
    group: NotRequired[
        Annotated[str, "The seat's table or standing area in the plan; absent if it has none."]
    ]
    sold_by: NotRequired[Annotated[str, one_of("table", "number"), SOLD_BY]]
    status: Annotated[str, one_of("available", "locked", "reserved", "blocked")]
    is_available: bool
    locked_by: str | None
    locked_until: Timestamp | None
    reserved_by: str | None


class HeldPriceRecord(TypedDict):
    """A ticket type's price for a seat, as it was when the seat was locked."""

    ticket_type: int
    price: Price


class FeesRecord(TypedDict):
    """What is added to prices, and the tax that both include."""

    each_ticket: Annotated[Price, "Added to each ticket that costs something."]
    each_booking: Annotated[Price, "Added once to a booking that costs something."]
    tax_percent: Percent | None


class LockRecord(SeatRecord):
    """A seat that the requester holds."""

    extensions_left: int
    held_prices: Annotated[
        list[HeldPriceRecord], "Prices of ticket types that were changed since it was locked."
    ]
    held_fees: Annotated[
        FeesRecord | None,
        "What is added to the price, if that was changed since it was locked. A booking has the tax"
        " and the fee for each booking of its seat with the lowest id that has these.",
    ]


class MissingSeatRecord(TypedDict):
    """Another seat of a table that is sold as a whole."""

    seat_id: int
    seat_number: str


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


class PictureRecord(TypedDict):
    """An event's picture. Its URL has the digest as `v`, so that browsers may cache it for ever."""

    digest: str
    width: Annotated[int, "Of the large one, in pixels."]
    height: int


class EventRecord(TypedDict):
    id: int
    name: str
    description: Annotated[str, "In Markdown. HTML in it is text."]
    venue: str
    address: Annotated[str, "The venue's; empty if none is given."]
    date: Timestamp
    ends_at: Annotated[Timestamp | None, "When the event ends; null: unknown."]
    time_zone: TimeZone
    price: Price
    price_from: Annotated[Price, "The price of the cheapest seat."]
    currency: str
    seats_total: int
    seats_available: int
    sales_open_at: Timestamp | None
    sales_close_at: Timestamp | None
    sales: Annotated[str, one_of("upcoming", "open", "closed")]
    cancel_until: Timestamp
    companions_held_until: Annotated[
        Timestamp | None,
        "Until when companion seats are sold only with their accessible seat; null: always.",
    ]
    lock_seconds: int
    max_extensions: Annotated[int, "How often a lock can be extended."]
    hold_seconds: Annotated[int, "The maximum duration of a hold, including extensions."]
    seat_cap: Annotated[int, "How many seats one person can hold at a time."]
    purchase_cap: Annotated[int, "How many seats one person can buy."]
    payment_seconds: Annotated[
        int, "The time to pay a reservation that is paid offline; at most until `date`."
    ]
    requires_verified_email: Annotated[
        bool, "Whether only people with a verified e-mail address can book."
    ]
    visibility: Annotated[str, one_of("draft", "public", "members")]
    organisation: Annotated[
        int | None, "The id of the organisation that manages it; null: only operators do."
    ]
    cancelled_at: Annotated[Timestamp | None, "When the event was cancelled."]
    picture: PictureRecord | None
    revision: Annotated[int, "Changes with every edit of the event; beats have it too."]
    layout: str


class SectionRevenueRecord(TypedDict):
    section: str
    revenue: Revenue


class RevenueRecord(TypedDict):
    seq: Annotated[int, "The event's sequence number; all changes up to it are included."]
    total: Annotated[Revenue, "The sum of the reservations, paid or due, with their fees."]
    fees: Revenue
    currency: str
    sections: Annotated[list[SectionRevenueRecord], "The sections with reserved seats, by name."]


class CategoryRecord(TypedDict):
    id: int
    name: str
    color: str
    price: Price | None


class PaymentMethodRecord(TypedDict):
    code: str
    name: str
    demo: Annotated[
        str | None,
        one_of("success", "problem"),
        "What a demo provider simulates with it, which takes no money. Null: no demo.",
    ]


class ShapeTextRecord(TypedDict):
    text: str
    color: str | None
    size: float
    x: float
    y: float


class ShapeRecord(TypedDict):
    group: NotRequired[Annotated[str, "The standing area that the shape is."]]
    shape: Annotated[str, one_of("rectangle", "circle", "ellipse", "polygon", "text")]
    x: float
    y: float
    rotation: float
    color: str | None
    border_color: str | None
    width: NotRequired[float]
    height: NotRequired[float]
    radius: NotRequired[float]
    radius_x: NotRequired[float]
    radius_y: NotRequired[float]
    points: NotRequired[list[list[float]]]
    text: NotRequired[ShapeTextRecord]


class DrawingRecord(TypedDict):
    width: float
    height: float
    seat_radius: float
    shapes: list[ShapeRecord]


class FocalPointRecord(TypedDict):
    x: float
    y: float


class FloorRecord(TypedDict):
    """The floor of a section, if there are several floors."""

    section: str
    floor: str


class PlanRecord(DrawingRecord):
    name: str
    focal_point: NotRequired[FocalPointRecord]
    floors: NotRequired[list[FloorRecord]]


class TicketPriceRecord(TypedDict):
    category: Annotated[int | None, "Null: the price of seats without a category."]
    price: Price


class TicketTypeRecord(TypedDict):
    """A kind of ticket that may be chosen for a seat in place of its own price."""

    id: int
    name: str
    prices: Annotated[list[TicketPriceRecord], "It is not sold in other categories."]


class EventDetailRecord(EventRecord):
    ticket_types: list[TicketTypeRecord]
    fees: FeesRecord
    orphan_rule: Annotated[
        str,
        one_of("warn", "refuse", "off"),
        "What is done if a buyer leaves a single free seat between taken ones. `refuse`: the"
        " booking is refused with `orphan_seat` if as many seats fit there without one.",
    ]
    categories: list[CategoryRecord]
    payment_methods: list[PaymentMethodRecord]
    has_promo_codes: Annotated[bool, "Whether there are codes that open seats."]
    plan: PlanRecord


def money(amount: Decimal) -> str:
    """Format an amount as in the API: with two decimals in every currency."""
    return f"{amount:.2f}"


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


def seat_record(
    *,
    price: Decimal,
    fields: dict[str, Any],
    status: SeatStatus,
    holder: str | None,
    locked_until: datetime | None,
    reserved_by: str | None,
) -> SeatRecord:
    """Return one seat; `price` is what it costs, and `fields` has those of STATIC_SEAT_FIELDS.

    Names are None if SEATCAST_SHOW_NAMES is off. Pass an expired lock as available, without holder
    and deadline.
    """
    shown = settings.SEATCAST_SHOW_NAMES
    record: SeatRecord = {
        "id": fields["id"],
        "seat_number": fields["seat_number"],
        "section": fields["section"],
        "row": fields["row"],
        "number": fields["number"],
        "x": fields["x"],
        "y": fields["y"],
        "category": fields["category_id"],
        "price": money(price),
        "status": status.word,
        "is_available": status is SeatStatus.AVAILABLE,
        "locked_by": holder if shown else None,
        "locked_until": iso(locked_until),
        "reserved_by": reserved_by if shown else None,
    }
    if fields["features"]:
        record["features"] = SeatFeature(fields["features"]).words
    if fields["note"]:
        record["note"] = fields["note"]
    if fields["companion_of_id"] is not None:
        record["companion_of"] = fields["companion_of_id"]
    if fields["group"]:
        record["group"] = fields["group"]
    if fields["sold_by"]:
        record["sold_by"] = SoldBy(fields["sold_by"]).name.lower()
    return record


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
