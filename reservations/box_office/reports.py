"""Reports of an event's sale: what was booked, what was ended, and what is left of it.

Amounts are those that bookings were made at, or have since seats were moved, split off or merged,
also on the day that they were made. A booking counts on the day that it was made, and
again, as ended, on the day that it was cancelled or lapsed; so over all days what is left is the
total of the live bookings, which is the event's revenue. Each report is one query.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypedDict
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate

from reservations.bookings.settlements import amounts_owed, refunded_amounts
from reservations.domain.errors import EventNotFound
from reservations.domain.states import BoxOfficeMethod, PaymentStatus, SaleChannel
from reservations.events.records import Revenue, money, one_of
from reservations.formats.currencies import rounded
from reservations.formats.time_zones import is_time_zone
from reservations.models import (
    Event,
    Payment,
    PromoCode,
    Reservation,
    ReservationSeat,
    Settlement,
    overdue,
)
from reservations.ports.payment_provider import payment_methods
from reservations.runtime import clock

_BOX_OFFICE_METHODS: Mapping[str, str] = {
    BoxOfficeMethod.CASH: "Cash",
    BoxOfficeMethod.CARD_READER: "Card reader",
    BoxOfficeMethod.COMP: "Given away",
}


class AmountsRecord(TypedDict):
    """Sums of bookings. `prices` and `fees` make the `total`."""

    bookings: int
    tickets: int
    prices: Revenue
    fees: Revenue
    total: Revenue


class TicketAmountsRecord(TypedDict):
    """Sums of tickets, whose prices have no fees."""

    tickets: int
    prices: Revenue


class DayRecord(TypedDict):
    day: Annotated[str, "On the venue's calendar, as 2030-05-24."]
    made: AmountsRecord
    ended: AmountsRecord
    left: AmountsRecord


class MethodRecord(TypedDict):
    """Bookings by channel and payment method."""

    channel: Annotated[str, one_of(*SaleChannel)]
    method: str
    name: str
    made: AmountsRecord
    ended: AmountsRecord
    left: AmountsRecord
    due: Annotated[Revenue, "The part of what is left that was not paid yet."]


class TaxRecord(TypedDict):
    percent: Annotated[str | None, "Null: bookings that name no tax."]
    total: Annotated[Revenue, "Of what is left, with the tax."]
    tax: Annotated[Revenue, "Included in it, rounded once, to the currency's decimals."]


class TicketGroupRecord(TypedDict):
    name: Annotated[str, "Of the category or ticket type; empty for none."]
    made: TicketAmountsRecord
    ended: TicketAmountsRecord
    left: TicketAmountsRecord


class PromoCodeSalesRecord(TypedDict):
    """What was sold with a promo code, of the seats of a channel."""

    label: Annotated[str, "The channel's name."]
    code: str
    made: TicketAmountsRecord
    ended: TicketAmountsRecord
    left: TicketAmountsRecord


class PaymentsRecord(TypedDict):
    """Sums of the payments by the provider, by status."""

    status: str
    payments: int
    amount: Revenue


class BoxOfficeRecord(TypedDict):
    """Differences in price of moved seats that were settled at the box office."""

    method: str
    paid: Revenue
    paid_back: Revenue


class PaidBackSumsRecord(TypedDict):
    """What the box office owes, and paid back, for bookings that ended."""

    due: Revenue
    paid_back: Revenue


class ReportsRecord(TypedDict):
    currency: str
    time_zone: str
    total: Annotated[AmountsRecord, "What is left: the live bookings, paid or due."]
    days: list[DayRecord]
    categories: list[TicketGroupRecord]
    ticket_types: list[TicketGroupRecord]
    methods: list[MethodRecord]
    promo_codes: list[PromoCodeSalesRecord]
    taxes: list[TaxRecord]
    payments: list[PaymentsRecord]
    settlements: list[BoxOfficeRecord]
    paid_back: PaidBackSumsRecord


@dataclass(slots=True)
class _Amounts:
    bookings: int = 0
    tickets: int = 0
    total: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)

    def add(self, row: dict[str, Any], sign: int = 1) -> None:
        self.bookings += sign * row["count"]
        self.tickets += sign * (row["tickets"] or 0)
        self.total += sign * row["sum"]
        self.fees += sign * row["sum_fees"]

    def record(self) -> AmountsRecord:
        return {
            "bookings": self.bookings,
            "tickets": self.tickets,
            "prices": money(self.total - self.fees),
            "fees": money(self.fees),
            "total": money(self.total),
        }

    def ticket_record(self) -> TicketAmountsRecord:
        return {"tickets": self.tickets, "prices": money(self.total)}


@dataclass(slots=True)
class _Group:
    """The bookings of a group: made, ended, and the difference."""

    made: _Amounts
    ended: _Amounts
    left: _Amounts
    due: Decimal = Decimal(0)

    @classmethod
    def empty(cls) -> "_Group":
        return cls(_Amounts(), _Amounts(), _Amounts())

    def add_made(self, row: dict[str, Any]) -> None:
        self.made.add(row)
        self.left.add(row)

    def add_ended(self, row: dict[str, Any]) -> None:
        self.ended.add(row)
        self.left.add(row, sign=-1)

    def record(self) -> dict[str, AmountsRecord]:
        return {
            "made": self.made.record(),
            "ended": self.ended.record(),
            "left": self.left.record(),
        }

    def ticket_record(self) -> dict[str, TicketAmountsRecord]:
        return {
            "made": self.made.ticket_record(),
            "ended": self.ended.ticket_record(),
            "left": self.left.ticket_record(),
        }


def reports(*, event_id: int) -> ReportsRecord:
    """Return all reports of an event's sale. Raises: EventNotFound."""
    event = Event.objects.filter(pk=event_id).values("currency", "time_zone").first()
    if event is None:
        raise EventNotFound
    zone = event["time_zone"] if is_time_zone(event["time_zone"]) else "UTC"
    now = clock.now()
    methods = _methods(event_id, now)
    total = _Amounts()
    for group in methods.values():
        for name in ("bookings", "tickets", "total", "fees"):
            setattr(total, name, getattr(total, name) + getattr(group.left, name))
    return {
        "currency": event["currency"],
        "time_zone": zone,
        "total": total.record(),
        "days": _days(event_id, now, ZoneInfo(zone)),
        "categories": _by_ticket(event_id, now, "seat__category__name"),
        "ticket_types": _by_ticket(event_id, now, "ticket_type"),
        "methods": [
            {
                "channel": channel,
                "method": code,
                "name": _names_of(channel).get(code, code),
                **group.record(),  # type: ignore[typeddict-item]
                "due": money(group.due),
            }
            for (channel, code), group in sorted(methods.items())
        ],
        "promo_codes": _promo_codes(event_id, now),
        "taxes": list(_taxes(event_id, event["currency"], now)),
        "payments": _payments(event_id),
        "settlements": _settlements(event_id),
        "paid_back": _paid_back(event_id),
    }


def _bookings(event_id: int, now: datetime) -> QuerySet[Any, Any]:
    """Return an event's bookings with when they ended, and the number of their tickets.

    An overdue booking ended at its deadline, also if that is not written down yet.
    """
    ended = Case(
        When(status="cancelled", then=F("cancelled_at")),
        When(Q(status="lapsed") | overdue(now), then=F("payment_due_at")),
        output_field=DateTimeField(null=True),
    )
    seats = ReservationSeat.objects.filter(reservation=OuterRef("pk")).order_by()
    count = seats.values("reservation").annotate(count=Count("pk")).values("count")
    return Reservation.objects.filter(event=event_id).annotate(
        ended=ended, seat_count=Subquery(count, output_field=IntegerField())
    )


def _sums(rows: QuerySet[Any, Any], *by: str) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = (
        rows.order_by()
        .values(*by)
        .annotate(
            count=Count("pk"),
            tickets=Sum("seat_count"),
            sum=Sum("total_price"),
            sum_fees=Sum("fees"),
        )
    )
    return found


def _days(event_id: int, now: datetime, zone: ZoneInfo) -> list[DayRecord]:
    rows = _bookings(event_id, now).annotate(
        day=TruncDate("created_at", tzinfo=zone), last_day=TruncDate("ended", tzinfo=zone)
    )
    groups: dict[Any, _Group] = {}
    for row in _sums(rows, "day", "last_day"):
        groups.setdefault(row["day"], _Group.empty()).add_made(row)
        if row["last_day"] is not None:
            groups.setdefault(row["last_day"], _Group.empty()).add_ended(row)
    return [
        {"day": day.isoformat(), **group.record()}  # type: ignore[typeddict-item]
        for day, group in sorted(groups.items())
    ]


def _names_of(channel: str) -> Mapping[str, str]:
    return payment_methods() if channel == SaleChannel.ONLINE else _BOX_OFFICE_METHODS


def _methods(event_id: int, now: datetime) -> dict[tuple[str, str], _Group]:
    """Return the bookings by channel and payment method."""
    rows = _bookings(event_id, now).annotate(
        is_live=Case(When(ended__isnull=True, then=Value(1)), default=Value(0)),
        is_due=Case(
            When(payment_due_at__isnull=False, paid_at__isnull=True, then=Value(1)),
            default=Value(0),
        ),
    )
    groups: dict[tuple[str, str], _Group] = {}
    for row in _sums(rows, "channel", "payment_method", "is_live", "is_due"):
        key = row["channel"], row["payment_method"]
        group = groups.setdefault(key, _Group.empty())
        group.add_made(row)
        if not row["is_live"]:
            group.add_ended(row)
        elif row["is_due"]:
            group.due += row["sum"]
    return groups


def _by_ticket(event_id: int, now: datetime, by: str) -> list[TicketGroupRecord]:
    """Return the tickets by a column; its fees are of bookings, not of tickets."""
    groups = _ticket_groups(event_id, now, Coalesce(by, Value(""), output_field=CharField()))
    return [
        {"name": name, **group.ticket_record()}  # type: ignore[typeddict-item]
        for name, group in sorted(groups.items())
    ]


def _promo_codes(event_id: int, now: datetime) -> list[PromoCodeSalesRecord]:
    groups = _ticket_groups(event_id, now, F("promo_code"))
    codes = PromoCode.objects.filter(event=event_id, pk__in=[pk for pk in groups if pk])
    return [
        {"label": label, "code": code, **groups[pk].ticket_record()}  # type: ignore[typeddict-item]
        for pk, label, code in codes.order_by("allocation__label", "code").values_list(
            "pk", "allocation__label", "code"
        )
    ]


def _ticket_groups(event_id: int, now: datetime, by: Any) -> dict[Any, _Group]:
    ended = ~Q(reservation__status="confirmed") | Q(
        reservation__paid_at__isnull=True, reservation__payment_due_at__lte=now
    )
    rows = (
        ReservationSeat.objects.filter(event=event_id)
        .order_by()
        .annotate(
            group=by,
            is_live=Case(When(ended, then=Value(0)), default=Value(1)),
        )
        .values("group", "is_live")
        .annotate(tickets=Count("pk"), sum=Sum("price"))
    )
    groups: dict[Any, _Group] = {}
    for row in rows:
        group = groups.setdefault(row["group"], _Group.empty())
        sums = {**row, "count": 0, "sum_fees": Decimal(0)}
        group.add_made(sums)
        if not row["is_live"]:
            group.add_ended(sums)
    return groups


def _taxes(event_id: int, currency: str, now: datetime) -> Iterator[TaxRecord]:
    live = _bookings(event_id, now).filter(ended__isnull=True)
    rows = live.order_by("tax_percent").values("tax_percent").annotate(sum=Sum("total_price"))
    for row in rows:
        percent = row["tax_percent"]
        tax = row["sum"] * percent / (100 + percent) if percent is not None else Decimal(0)
        yield {
            "percent": None if percent is None else money(percent),
            "total": money(row["sum"]),
            "tax": money(rounded(tax, currency)),
        }


def _payments(event_id: int) -> list[PaymentsRecord]:
    """Return the payments by status; a part that is refunded counts as one that is."""
    rows = Payment.objects.filter(event=event_id).order_by("status").values("status")
    found = {
        row["status"]: (row["count"], row["sum"])
        for row in rows.annotate(count=Count("pk"), sum=Sum("amount"))
    }
    for status, (count, amount) in refunded_amounts(event_id).items():
        before = found.get(status, (0, Decimal(0)))
        found[status] = (before[0] + count, before[1] + amount)
        held, held_amount = found[PaymentStatus.CAPTURED]
        found[PaymentStatus.CAPTURED] = (held, held_amount - amount)
    return [
        {"status": status, "payments": count, "amount": money(amount)}
        for status, (count, amount) in sorted(found.items())
    ]


def _paid_back(event_id: int) -> PaidBackSumsRecord:
    rows = Settlement.objects.filter(event=event_id)
    paid_back = rows.filter(kind=Settlement.Kind.PAID_BACK).aggregate(sum=Sum("amount"))["sum"]
    due = amounts_owed(event_id)
    return {
        "due": money(sum(due.values(), Decimal(0))),
        "paid_back": money(-(paid_back or Decimal(0))),
    }


def _settlements(event_id: int) -> list[BoxOfficeRecord]:
    rows = Settlement.objects.filter(event=event_id, kind=Settlement.Kind.DIFFERENCE)
    sums = (
        rows.order_by("method")
        .values("method")
        .annotate(
            paid=Sum("amount", filter=Q(amount__gt=0)),
            paid_back=Sum("amount", filter=Q(amount__lt=0)),
        )
    )
    return [
        {
            "method": row["method"],
            "paid": money(row["paid"] or Decimal(0)),
            "paid_back": money(-(row["paid_back"] or Decimal(0))),
        }
        for row in sums
    ]
