"""What organisers see of an event: its own settings, its categories and the figures of its sale."""

from decimal import Decimal
from typing import Annotated, TypedDict

from django.conf import settings
from django.db.models import Case, Count, Exists, OuterRef, Q, Sum, Value, When
from django.db.models.functions import Lower

from organisations.models import Organisation
from reservations.bookings.settlements import held
from reservations.domain.errors import EventNotFound
from reservations.domain.states import PaymentStatus, SeatStatus, iso
from reservations.events.records import (
    CategoryRecord,
    Percent,
    PictureRecord,
    Price,
    Timestamp,
    TimeZone,
    Total,
    money,
    one_of,
)
from reservations.events.selectors import category_record, picture_records
from reservations.models import Category, Event, Payment, Reservation, Seat, Settlement, overdue
from reservations.ports.notices import notices
from reservations.runtime import clock

_CHARGED = (PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED)
_BACK = (PaymentStatus.REFUND_DUE, PaymentStatus.VOID_DUE)

# Where a booking is mailed, as `reservations.ports.notices.BookingNotice` says.
_ADDRESS = Case(
    When(~Q(buyer_email=""), then=Lower("buyer_email")),
    When(user__is_active=True, then=Lower("user__email")),
    default=Value(""),
)


class OrganisationHead(TypedDict):
    id: int
    name: str


class DefaultsRecord(TypedDict):
    """The site's settings, which apply where an event has none of its own."""

    lock_seconds: int
    max_extensions: int
    seat_cap: int
    purchase_cap: int
    payment_seconds: int


class OfflineMethodRecord(TypedDict):
    code: str
    name: str


class FiguresRecord(TypedDict):
    """What an event has held and sold, and what is to be paid back if it is cancelled now."""

    seats: int
    held: int
    sold: int
    blocked: int
    bookings: int
    buyers: Annotated[int, "Addresses of bookings, and buyers without one."]
    buyers_by_mail: Annotated[int, "How many of the buyers are mailed: those with an address."]
    mails_retrying: Annotated[int, "Mails that failed, and are sent again by themselves."]
    mails_given_up: int
    refunds: Annotated[int, "Bookings paid online, also in part."]
    refund_total: Total
    paid_later: Annotated[
        int, "Bookings paid in another way, also in part, which only you can pay back."
    ]
    paid_later_total: Total
    refunds_due: Annotated[int, "Payments of this event that are being refunded."]


class EventSettingsRecord(TypedDict):
    """An event as it is set; null where the site's setting applies."""

    id: int
    organisation: OrganisationHead | None
    name: str
    description: str
    venue: str
    address: str
    date: Timestamp
    ends_at: Timestamp | None
    time_zone: TimeZone
    price: Price
    currency: str
    is_currency_fixed: Annotated[bool, "Whether seats are held, or anything was booked or paid."]
    sales_open_at: Timestamp | None
    sales_close_at: Timestamp | None
    cancel_until: Timestamp | None
    companions_held_until: Timestamp | None
    orphan_rule: Annotated[str, one_of("warn", "refuse", "off")]
    lock_seconds: int | None
    max_extensions: int | None
    seat_cap: int | None
    purchase_cap: int | None
    offline_methods: list[str] | None
    payment_seconds: int | None
    requires_verified_email: bool
    ticket_fee: Price
    booking_fee: Price
    tax_percent: Percent | None
    visibility: Annotated[str, one_of("draft", "public", "members")]
    cancelled_at: Timestamp | None
    picture: PictureRecord | None
    revision: int
    edited_at: Timestamp | None
    edited_by: str | None
    defaults: DefaultsRecord
    offline_choices: list[OfflineMethodRecord]
    figures: FiguresRecord


class PricedCategoryRecord(CategoryRecord):
    """A category with the number of its seats."""

    seats: int


class CategoriesRecord(TypedDict):
    """The categories of an event, and how many seats have none."""

    categories: list[PricedCategoryRecord]
    seats_without: int
    revision: int


def event_settings(*, event_id: int) -> EventSettingsRecord:
    """Return an event's settings and figures. Raises: EventNotFound."""
    found = Event.objects.select_related("organisation", "edited_by").defer("plan")
    event = found.filter(pk=event_id).first()
    if event is None:
        raise EventNotFound
    owner, figures = event.organisation, _figures(event_id)
    return {
        "id": event.pk,
        "organisation": {"id": owner.pk, "name": owner.name} if owner else None,
        "name": event.name,
        "description": event.description,
        "venue": event.venue,
        "address": event.address,
        "date": str(iso(event.date)),
        "ends_at": iso(event.ends_at),
        "time_zone": event.time_zone,
        "price": money(event.price),
        "currency": event.currency,
        "is_currency_fixed": figures["held"] > 0 or _has_money(event_id),
        "sales_open_at": iso(event.sales_open_at),
        "sales_close_at": iso(event.sales_close_at),
        "cancel_until": iso(event.cancel_until),
        "companions_held_until": iso(event.companions_held_until),
        "orphan_rule": event.orphan_rule,
        "lock_seconds": event.lock_seconds,
        "max_extensions": event.max_extensions,
        "seat_cap": event.seat_cap,
        "purchase_cap": event.purchase_cap,
        "offline_methods": event.offline_methods,
        "payment_seconds": event.payment_seconds,
        "requires_verified_email": event.requires_verified_email,
        "ticket_fee": money(event.ticket_fee),
        "booking_fee": money(event.booking_fee),
        "tax_percent": None if event.tax_percent is None else money(event.tax_percent),
        "visibility": event.visibility,
        "cancelled_at": iso(event.cancelled_at),
        "picture": picture_records([event_id]).get(event_id),
        "revision": event.revision,
        "edited_at": iso(event.edited_at),
        "edited_by": event.edited_by.get_username() if event.edited_by else None,
        "defaults": {
            "lock_seconds": settings.SEATCAST_LOCK_SECONDS,
            "max_extensions": settings.SEATCAST_MAX_EXTENSIONS,
            "seat_cap": settings.SEATCAST_SEAT_CAP,
            "purchase_cap": settings.SEATCAST_PURCHASE_CAP,
            "payment_seconds": settings.SEATCAST_PAYMENT_DEADLINE_SECONDS,
        },
        "offline_choices": [
            {"code": code, "name": name} for code, name in settings.SEATCAST_OFFLINE_METHODS.items()
        ],
        "figures": figures,
    }


def categories(*, event_id: int) -> CategoriesRecord:
    """Return an event's categories with the numbers of their seats. Raises: EventNotFound."""
    revision = Event.objects.filter(pk=event_id).values_list("revision", flat=True).first()
    if revision is None:
        raise EventNotFound
    rows = Seat.objects.filter(event=event_id).order_by().values_list("category")
    counts = dict(rows.annotate(Count("pk")))
    found = Category.objects.filter(event=event_id)
    return {
        "categories": [
            {**category_record(category), "seats": counts.get(category.pk, 0)} for category in found
        ],
        "seats_without": counts.get(None, 0),
        "revision": revision,
    }


def has_organisation(*, organisation_id: int) -> bool:
    return Organisation.objects.filter(pk=organisation_id).exists()


def time_zone(*, event_id: int) -> str:
    """Return an event's time zone. Raises: EventNotFound."""
    found = Event.objects.filter(pk=event_id).values_list("time_zone", flat=True).first()
    if found is None:
        raise EventNotFound
    return found


def _figures(event_id: int) -> FiguresRecord:
    now = clock.now()
    seats = Seat.objects.filter(event=event_id).aggregate(
        seats=Count("pk"),
        held=Count("pk", filter=Q(status=SeatStatus.LOCKED, locked_until__gt=now)),
        sold=Count("pk", filter=Q(status=SeatStatus.RESERVED)),
        blocked=Count("pk", filter=Q(status=SeatStatus.BLOCKED)),
    )
    live = Reservation.objects.filter(event=event_id, status=Reservation.Status.CONFIRMED)
    live = live.exclude(overdue(now))
    is_settled = Exists(Settlement.objects.filter(reservation=OuterRef("pk")))
    charged = Q(~is_settled, payment__status__in=_CHARGED)
    has_none = Q(address="")
    booked = live.annotate(address=_ADDRESS).aggregate(
        bookings=Count("pk"),
        addresses=Count("address", distinct=True, filter=~has_none),
        accounts_without=Count("user", distinct=True, filter=has_none),
        sold_without=Count("pk", filter=has_none & Q(user=None)),
        refunds=Count("pk", filter=charged),
        refund_total=Sum("payment__amount", filter=charged),
    )
    settled = held(live.filter(is_settled).values("pk")).values()
    online = [amount for each in settled if (amount := sum(each.online.values(), Decimal(0)))]
    here = [each.here for each in settled if each.here]
    due = Payment.objects.filter(event=event_id, status__in=_BACK)
    unsent = notices().unsent(event_id)
    parts_due = Settlement.objects.filter(event=event_id, status=PaymentStatus.REFUND_DUE)
    return {
        "seats": seats["seats"],
        "held": seats["held"],
        "sold": seats["sold"],
        "blocked": seats["blocked"],
        "bookings": booked["bookings"],
        "buyers": booked["addresses"] + booked["accounts_without"] + booked["sold_without"],
        "buyers_by_mail": booked["addresses"],
        "mails_retrying": unsent.retrying,
        "mails_given_up": unsent.given_up,
        "refunds": booked["refunds"] + len(online),
        "refund_total": money(sum(online, booked["refund_total"] or Decimal(0))),
        "paid_later": len(here),
        "paid_later_total": money(sum(here, Decimal(0))),
        "refunds_due": due.count() + parts_due.count(),
    }


def _has_money(event_id: int) -> bool:
    """Return whether an event has bookings or payments; settlements are of bookings."""
    kept = (Reservation.objects, Payment.objects)
    return any(rows.filter(event=event_id).exists() for rows in kept)
