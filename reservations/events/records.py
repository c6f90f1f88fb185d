"""Records of events and their seats: JSON-ready data in the shapes of the API.

The hints also describe the responses in the API schema: `serializer_of` makes serializers of them.
"""

from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, NotRequired, TypedDict

from django.conf import settings
from rest_framework.serializers import ChoiceField, DateTimeField, DecimalField

from reservations.domain.features import ALL_FEATURES, SeatFeature, SoldBy
from reservations.domain.states import Fees, SeatStatus, iso

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


def fees_record(fees: Fees) -> FeesRecord:
    """Return fees as the API shows them."""
    return {
        "each_ticket": money(fees.each_ticket),
        "each_booking": money(fees.each_booking),
        "tax_percent": None if fees.tax_percent is None else money(fees.tax_percent),
    }


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
