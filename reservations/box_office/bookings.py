"""The organisers' search for bookings of an event, and what they see of one.

A text finds the bookings whose buyer's name has words that begin with its words, in any case and
order; those whose number, buyer's address or user name begins with it; and those of the seats whose
number is the text or ends with it. Names have an index of words on PostgreSQL, the others one of
prefixes. Each column is asked for one page of its own, newest first, so that no query reads more of
a large event.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypedDict

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Q, QuerySet

from infrastructure.security_log.prefixes import Folded, begins_with
from infrastructure.security_log.words import Words
from reservations.bookings.booking_records import given_up, reservation_records
from reservations.bookings.records import GivenUpRecord, ReservationRecord
from reservations.bookings.settlements import given_back
from reservations.domain.errors import ReservationNotFound
from reservations.domain.states import DisputeStatus, PaymentStatus, iso
from reservations.events.records import Revenue, Timestamp, Total, money, one_of
from reservations.formats.public_ids import parse_beginning
from reservations.models import Reservation, ReservationSeat, Seat, Settlement, overdue
from reservations.runtime import clock

MAX_BOOKINGS = 100
MAX_TEXT = 254

_FEW = 1_000
_CHARGED = [PaymentStatus.CAPTURED, PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED]


class BookingState(StrEnum):
    """Which bookings to list."""

    ALL = "all"
    LIVE = "live"
    UNPAID = "unpaid"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class BuyerRecord(TypedDict):
    """Who booked. `name` and `email` are of the account or guest, unless others were given."""

    name: str
    email: str
    account: Annotated[str | None, "The user name of the account."]


class FoundBookingRecord(ReservationRecord):
    buyer: BuyerRecord


class SettlementRecord(TypedDict):
    """Money of a booking besides its payment: paid here, refunded or transferred."""

    at: Timestamp
    kind: Annotated[str, one_of(*Settlement.Kind.values)]
    method: str
    amount: Annotated[Revenue, "Negative for what the booking no longer has."]
    status: Annotated[str, "Of a refund by the provider: refund_due, refunded or refund_failed."]
    other: Annotated[str | None, "Of a transfer: the other booking."]


class PaidBackRecord(TypedDict):
    amount: Total
    by: Annotated[str, "The user name; empty if the account is gone."]


class GivenBackRecord(TypedDict):
    """What a booking's buyer gets back if it is cancelled now."""

    refunded: Annotated[Total, "The way it was paid online."]
    paid_back: Annotated[Total, "At the box office."]


class BookingRecord(FoundBookingRecord):
    if_cancelled: Annotated[GivenBackRecord | None, "Null: it has ended."]
    paid_online: Annotated[Total | None, "What the provider charged, before any refund."]
    settlements: list[SettlementRecord]
    given_up: list[GivenUpRecord]
    split_from: str | None
    dispute: Annotated[
        str | None,
        one_of(*DisputeStatus),
        "Of a buyer who asked their bank for the money back.",
    ]
    paid_back: Annotated[PaidBackRecord | None, "What was marked as paid back."]


@dataclass(frozen=True, slots=True)
class BookingPage:
    """Bookings, newest first; `last` is where the next page begins, None on the last page."""

    bookings: list[FoundBookingRecord]
    last: int | None


def bookings(
    *, event_id: int, text: str, state: BookingState, before: int | None = None, limit: int
) -> BookingPage:
    """Return a page of the bookings that a text finds; an empty text finds all."""
    rows = Reservation.objects.filter(_is(state), event=event_id).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found: set[int] = set()
    for condition in _conditions(event_id, text):
        found.update(rows.filter(condition).values_list("pk", flat=True)[: limit + 1])
    page = sorted(found, reverse=True)
    stored = Reservation.objects.filter(pk__in=page[:limit])
    return BookingPage(
        bookings=_with_buyers(stored),
        last=page[limit - 1] if len(page) > limit else None,
    )


def booking(*, reservation_id: int) -> BookingRecord:
    """Return all that organisers see of a booking. Raises: ReservationNotFound."""
    records = _with_buyers(Reservation.objects.filter(pk=reservation_id))
    if not records:
        raise ReservationNotFound
    related = ("split_from", "payment")
    stored = Reservation.objects.select_related(*related).get(pk=reservation_id)
    payment = stored.payment if hasattr(stored, "payment") else None
    return {
        **records[0],
        "if_cancelled": _if_cancelled(stored),
        "paid_online": money(payment.amount) if payment and payment.status in _CHARGED else None,
        "settlements": _settlements(reservation_id),
        "given_up": given_up(reservation_id=reservation_id),
        "paid_back": _paid_back(reservation_id),
        "split_from": stored.split_from.public_id if stored.split_from else None,
        "dispute": (payment.dispute or None) if payment else None,
    }


def booking_with_seat(*, seat_id: int) -> BookingRecord:
    """Return the live booking of a seat. Raises: ReservationNotFound."""
    found = ReservationSeat.objects.filter(seat=seat_id, live=True)
    number = found.values_list("reservation_id", flat=True).first()
    if number is None:
        raise ReservationNotFound
    return booking(reservation_id=number)


def _is(state: BookingState) -> Q:
    late = overdue(clock.now())
    match state:
        case BookingState.LIVE:
            return Q(status="confirmed") & ~late
        case BookingState.UNPAID:
            unpaid = Q(status="confirmed", paid_at__isnull=True, payment_due_at__isnull=False)
            return unpaid & ~late
        case BookingState.CANCELLED:
            return Q(status="cancelled")
        case BookingState.LAPSED:
            return Q(status="lapsed")
        case _:
            return Q()


def _conditions(event_id: int, text: str) -> Iterator[Q]:
    """Yield the conditions of which one is met, each with an index of its own."""
    if not text:
        yield Q()
        return
    people: Any = get_user_model()._default_manager
    named = people.annotate(folded=Folded("username")).filter(begins_with("folded", text))
    called = people.annotate(words=Words("first_name")).filter(words__has_words=text)
    mailed = people.annotate(folded=Folded("email")).filter(begins_with("folded", text))
    for accounts in (named.order_by("folded"), mailed.exclude(email="").order_by("folded")):
        yield from _few_or_all("user", accounts)
    yield from _few_or_all("user", called.exclude(first_name="").order_by())
    own = Reservation.objects.filter(event=event_id)
    written = own.exclude(buyer_name="").annotate(words=Words("buyer_name"))
    yield from _few_or_all("pk", written.filter(words__has_words=text).order_by())
    reached = own.exclude(buyer_email="").annotate(folded=Folded("buyer_email"))
    yield from _few_or_all("pk", reached.filter(begins_with("folded", text)).order_by("folded"))
    is_named = Q(seat_number__iexact=text) | Q(seat_number__iendswith=f" {text}")
    seats = Seat.with_removed.filter(is_named, event=event_id).order_by()
    if seat_ids := list(seats.values_list("pk", flat=True)):
        sold = ReservationSeat.objects.filter(seat__in=seat_ids).order_by()
        yield Q(pk__in=list(sold.values_list("reservation_id", flat=True)))
    if (begin := parse_beginning(text)) is not None:
        # SQLite uses its index only for a range, PostgreSQL only for LIKE.
        is_so = Q(public_id__startswith=begin)
        if connection.vendor == "sqlite":
            is_so = Q(public_id__gte=begin, public_id__lt=f"{begin}~")
        yield from _few_or_all("pk", Reservation.objects.filter(is_so).order_by("public_id"))


def _few_or_all(name: str, found: QuerySet[Any]) -> Iterator[Q]:
    """Yield the condition that a column is among the keys of some rows, unless there are none.

    A few keys are read first, by the index that the rows are ordered by: with a subquery the
    database would rather look at all bookings of the event, from the newest on. With many keys that
    is right, because it soon has found enough.
    """
    keys = list(found.values_list("pk", flat=True)[: _FEW + 1])
    if len(keys) > _FEW:
        yield Q(**{f"{name}__in": found.order_by().values("pk")})
    elif keys:
        yield Q(**{f"{name}__in": keys})


def _with_buyers(stored: QuerySet[Reservation]) -> list[FoundBookingRecord]:
    newest = stored.order_by("-pk").select_related("user")
    people = {found.public_id: found for found in newest}
    return [
        {**record, "buyer": _buyer(people[record["id"]])} for record in reservation_records(newest)
    ]


def _buyer(found: Reservation) -> BuyerRecord:
    account = found.user
    name = account.get_username() if account else ""
    return {
        "name": found.buyer_name or (account.first_name if account else "") or found.buyer,
        # As mail is addressed.
        "email": found.buyer_email or (account.email if account else ""),
        "account": name or None,
    }


def _if_cancelled(stored: Reservation) -> GivenBackRecord | None:
    if stored.status != Reservation.Status.CONFIRMED:
        return None
    money_back = given_back(stored)
    online = sum(money_back.online.values(), Decimal(0))
    return {"refunded": money(online), "paid_back": money(money_back.here)}


def _paid_back(reservation_id: int) -> PaidBackRecord | None:
    kind = Settlement.Kind.PAID_BACK
    rows = list(
        Settlement.objects.filter(reservation=reservation_id, kind=kind)
        .select_related("by")
        .order_by("-pk")
    )
    if not rows:
        return None
    by = rows[0].by
    amount = -sum((each.amount for each in rows), Decimal(0))
    return {"amount": money(amount), "by": by.get_username() if by else ""}


def _settlements(reservation_id: int) -> list[SettlementRecord]:
    rows = Settlement.objects.filter(reservation=reservation_id).order_by("pk")
    return [
        {
            "at": str(iso(at)),
            "kind": kind,
            "method": method,
            "amount": money(amount),
            "status": status,
            "other": other,
        }
        for at, kind, method, amount, status, other in rows.values_list(
            "created_at", "kind", "method", "amount", "status", "other__public_id"
        )
    ]
