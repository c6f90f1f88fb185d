"""The seats of an event as the API shows them. Expired locks count as available."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from reservations.domain.rules import price_of
from reservations.domain.states import SeatStatus
from reservations.events.event_heads import event_head
from reservations.events.records import (
    LockRecord,
    MissingSeatRecord,
    SeatRecord,
    fees_record,
    money,
    seat_record,
)
from reservations.events.terms import held_prices_of, terms_of
from reservations.models import Seat
from reservations.models.seats import STATIC_SEAT_FIELDS
from reservations.runtime import clock

# The chunk size of unbounded queries.
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class SeatsVersion:
    """The version of an event's seat list; `tag` changes with its content."""

    layout: str
    tag: str


def seats_version(*, event_id: int) -> SeatsVersion:
    """Return the version of an event's seat list, without reading the seats. Raises: EventNotFound.

    Between two changes only locks can expire, so the tag includes the number of expired locks.
    """
    head = event_head(event_id=event_id)
    lapsed = Seat.objects.filter(
        event_id=event_id, status=SeatStatus.LOCKED, locked_until__lte=clock.now()
    ).count()
    names = "" if settings.SEATCAST_SHOW_NAMES else "-h"
    return SeatsVersion(layout=head.layout, tag=f"{head.layout}-{head.seq}-{lapsed}{names}")


def seats(*, event_id: int) -> list[SeatRecord]:
    """Return all seats of an event in index order."""
    return list(iter_seats(event_id=event_id))


def iter_seats(*, event_id: int, only: Collection[int] | None = None) -> Iterator[SeatRecord]:
    """Yield all seats of an event in index order, or `only` those with these ids.

    A list of a stadium's would take 400 MB.
    """
    found = Seat.objects.filter(event_id=event_id)
    return _each_record(found if only is None else found.filter(pk__in=only))


def iter_taken_seats(*, event_id: int) -> Iterator[SeatRecord]:
    """Yield the seats of an event whose stored status is not available, in index order."""
    taken = Seat.objects.filter(event_id=event_id).exclude(status=SeatStatus.AVAILABLE)
    return _each_record(taken)


def locks(*, event_id: int, person_id: int) -> list[LockRecord]:
    """Return the seats on which a person has a live lock, in index order."""
    held = Seat.objects.filter(
        event_id=event_id,
        status=SeatStatus.LOCKED,
        locked_by_id=person_id,
        locked_until__gt=clock.now(),
    )
    now = clock.now()
    return with_extensions([_seat_record(row, now=now) for row in _seat_rows(held)])


def other_seats_of_tables(*, seat_ids: Collection[int]) -> list[MissingSeatRecord]:
    """Return the other seats of the tables to which seats of one event belong, in index order."""
    named = Seat.objects.filter(pk__in=seat_ids)
    rows = (
        Seat.objects.filter(event_id__in=named.values("event_id"), group__in=named.values("group"))
        .exclude(pk__in=seat_ids)
        .exclude(group="")
        .order_by("pk")
        .values_list("pk", "seat_number")
    )
    return [{"seat_id": pk, "seat_number": number} for pk, number in rows]


def with_extensions(seats: Sequence[SeatRecord]) -> list[LockRecord]:
    """Add what only their holder is told to seats of one event."""
    found = Seat.objects.filter(pk__in=[seat["id"] for seat in seats]).select_related("event")
    stored = {seat.pk: seat for seat in found.defer("event__plan")}
    return [_lock_record(seat, stored[seat["id"]]) for seat in seats]


def _lock_record(record: SeatRecord, seat: Seat) -> LockRecord:
    kept = held_prices_of(seat.held_prices, locked_at=seat.locked_at)
    by_type = kept.by_type if kept else {}
    return {
        **record,
        "price": money(kept.seat) if kept else record["price"],
        "extensions_left": _extensions_left(seat),
        "held_prices": [
            {"ticket_type": type_id, "price": money(price)} for type_id, price in by_type.items()
        ],
        "held_fees": fees_record(kept.fees) if kept else None,
    }


def _extensions_left(seat: Seat) -> int:
    if seat.locked_at is None or seat.locked_until is None:
        return 0
    return terms_of(seat.event).extensions_left(
        locked_at=seat.locked_at, locked_until=seat.locked_until, extensions=seat.extensions
    )


def _each_record(found: QuerySet[Seat]) -> Iterator[SeatRecord]:
    now = clock.now()
    for row in _seat_rows(found).iterator(_BATCH):
        yield _seat_record(row, now=now)


def _seat_rows(found: QuerySet[Seat]) -> QuerySet[Seat, dict[str, Any]]:
    rows: QuerySet[Seat, dict[str, Any]] = found.order_by("pk").values(
        *STATIC_SEAT_FIELDS,
        "status",
        "locked_until",
        "allocation_id",
        "locked_by__username",
        "reservation__user__username",
        "category__price",
        "event__price",
    )
    return rows


def _seat_record(row: dict[str, Any], *, now: datetime) -> SeatRecord:
    status, locked_until = SeatStatus(row["status"]), row["locked_until"]
    if locked_until is not None and locked_until <= now:
        is_kept = row["allocation_id"] is not None
        status = SeatStatus.BLOCKED if is_kept else SeatStatus.AVAILABLE
        locked_until = None
    price = price_of(seat=row["price"], category=row["category__price"], event=row["event__price"])
    return seat_record(
        price=price,
        fields=row,
        status=status,
        holder=row["locked_by__username"] if status is SeatStatus.LOCKED else None,
        locked_until=locked_until,
        reserved_by=row["reservation__user__username"],
    )
