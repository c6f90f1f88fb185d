"""Locks and reads the seats that a batch needs, and counts what its people hold and have bought."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple, TypeVar, cast

from django.contrib.auth import get_user_model
from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from reservations.domain import rows as adjacency
from reservations.domain.commands import Command, Reads
from reservations.domain.features import SeatFeature
from reservations.domain.rules import price_of
from reservations.domain.states import SeatCounts, SeatState, SeatStatus
from reservations.events.terms import grouping_of, held_prices_of, taken_grouping_of
from reservations.models import Event, Reservation, ReservationSeat, Seat
from reservations.models.seats import STATIC_SEAT_FIELDS
from reservations.runtime.prepared import PreparedPair, PreparedQuery

HOLD_COLUMNS = (
    *("locked_by_id", "locked_until", "locked_at", "extensions", "lapsed_holder_id"),
    *("former_holder_id", "former_locked_at", "released_at"),
)
_SEAT_COLUMNS = (
    *STATIC_SEAT_FIELDS,
    *("category__price", "status", *HOLD_COLUMNS, "held_prices", "reservation_id"),
    *("allocation_id", "promo_code_id", "reservation__user_id", "reservation__payment_due_at"),
    *("reservation__paid_at", "mailbox", "network", "taken_grouping"),
)

T = TypeVar("T")

# The values of _SEAT_COLUMNS by column name.
SeatRow = dict[str, Any]


def present(values: Iterable[T | None]) -> frozenset[T]:
    return frozenset(value for value in values if value is not None)


class Usage(NamedTuple):
    """Bought seats by person, the counts by cap key, and who has departed."""

    bought: dict[int, set[int]]
    counts: SeatCounts
    departed: frozenset[int]


class Caps(NamedTuple):
    """Whose held and bought seats are counted: people, and the cap keys of the commands' actors."""

    people: frozenset[int]
    keys: frozenset[int]

    @classmethod
    def of(cls, commands: Sequence[Command]) -> "Caps":
        capped = [each for each in commands if each.reads().caps_of is not None]
        keys = frozenset[int]().union(*(each.actor.cap_keys() for each in capped if each.actor))
        reads = [command.reads() for command in commands]
        people = present(chain.from_iterable((each.caps_of, each.holds_of) for each in reads))
        return cls(people, keys)

    def arguments(self, event_id: int, *, now: datetime) -> tuple[Any, ...]:
        """Return the arguments of `usage_rows`."""
        return event_id, list(self.people), list(self.keys), now

    def usage(self, rows: Iterable[tuple[int, int, int]]) -> Usage:
        """Return what the rows of `usage_rows` say."""
        bought: dict[int, set[int]] = {}
        counts = SeatCounts(self.keys)
        departed = set()
        for kind, key, value in rows:
            if kind == _DEPARTED:
                departed.add(key)
            elif kind == _BOUGHT_BY_PERSON:
                bought.setdefault(key, set()).add(value)
            elif kind == SeatStatus.LOCKED:
                counts.held[key] = value
            else:
                counts.bought[key] = value
        return Usage(bought, counts, frozenset(departed))


def locked_seats(
    event: Event,
    reads: list[Reads],
    reservations: dict[int, Reservation],
    allocated: frozenset[int],
    *,
    caps: Caps,
    now: datetime,
) -> tuple[dict[int, SeatRow], Usage]:
    """Lock and read seats by id; return also what counts towards the caps."""
    ids, people = list(named_seat_ids(reads, reservations) | allocated), list(caps.people)
    arguments = caps.arguments(event.pk, now=now)
    if any(each.expired_locks for each in reads):
        rows, used = _seats_and_lapsed(event.pk, ids, people, now), usage_rows(*arguments)
    else:
        rows, used = _seats_and_usage((event.pk, ids, people), arguments)
    return _by_id(rows), caps.usage(cast("Iterable[tuple[int, int, int]]", used))


def rows_around(
    event_id: int, reads: list[Reads], seats: Mapping[int, SeatRow]
) -> tuple[dict[int, SeatRow], list[list[int]]]:
    """Return all seats in the rows of those to be bought, and the ids of adjacent ones in order.

    They are read without locks: only who holds the event's lock changes a seat's status.
    """
    bought = [seats.get(seat_id) for each in reads if each.rows for seat_id in each.seat_ids]
    names = {(seat["section"], seat["row"]) for seat in bought if seat and not seat["group"]}
    if not names:
        return {}, []
    found = Seat.objects.filter(
        event=event_id,
        group="",
        section__in={section for section, _ in names},
        row__in={row for _, row in names},
    )
    stored = _by_id(_values(found))
    rows = adjacency.rows(
        [_Neighbour(*(seat[name] for name in _Neighbour._fields)) for seat in stored.values()]
    )
    stretches = adjacency.stretches([row for row in rows if (row[0].section, row[0].row) in names])
    ids = [[seat.id for seat in stretch] for stretch in stretches]
    return stored, ids


class _Neighbour(NamedTuple):
    id: int
    section: str
    row: str
    x: float
    y: float


def named_seat_ids(reads: list[Reads], reservations: dict[int, Reservation]) -> set[int]:
    ids = {seat.seat_id for found in reservations.values() for seat in found.seats.all()}
    ids.update(*(each.seat_ids for each in reads))
    return ids


@PreparedQuery
def _seats(event_id: int, ids: list[int], people: list[int]) -> QuerySet[Any, Any]:
    """Lock and read seats by id, and all that people hold."""
    return _select_for_update(event_id, *_seat_id_queries(event_id, ids, people))


@PreparedQuery
def _seats_as_they_are(event_id: int, ids: list[int], people: list[int]) -> QuerySet[Any, Any]:
    """Read like `_seats`, without locks."""
    return _select(event_id, *_seat_id_queries(event_id, ids, people))


def states_as_they_are(
    event: Event, ids: list[int], people: list[int], *, now: datetime
) -> dict[int, SeatState]:
    """Return the states of `_seats_as_they_are` by id."""
    rows = _by_id(_seats_as_they_are(event.pk, ids, people))
    return {seat_id: seat_state(row, event, now=now) for seat_id, row in rows.items()}


@PreparedQuery
def _seats_and_lapsed(
    event_id: int, ids: list[int], people: list[int], now: datetime
) -> QuerySet[Any, Any]:
    """Lock and read like `_seats`, and all seats whose lock has expired."""
    lapsed = (
        Seat.with_removed.filter(event=event_id, status=SeatStatus.LOCKED, locked_until__lte=now)
        .order_by()
        .values("pk")
    )
    return _select_for_update(event_id, *_seat_id_queries(event_id, ids, people), lapsed)


def _seat_id_queries(event_id: int, ids: list[int], people: list[int]) -> list[QuerySet[Any, Any]]:
    """Return subqueries of the ids of seats."""
    named = Seat.with_removed.filter(pk__any_of=ids)
    held = Seat.with_removed.filter(
        event=event_id, status=SeatStatus.LOCKED, locked_by__any_of=people
    )
    return [named.order_by().values("pk"), held.order_by().values("pk")]


# The first column of a row of `usage_rows`: one of these, or the status of the counted seats.
_BOUGHT_BY_PERSON = 0
_DEPARTED = -1


@PreparedQuery
def usage_rows(
    event_id: int, people: list[int], keys: list[int], now: datetime
) -> QuerySet[Any, Any]:
    """Read what counts towards the caps, as rows of three numbers.

    For people, _BOUGHT_BY_PERSON, the person and the id of a seat in a live reservation of theirs
    that is not overdue; for those who have departed, _DEPARTED and the person twice; for cap keys,
    a status, the key and how many of its seats have that status.

    No row is locked: only who holds the event's lock changes them.
    """
    due = Q(reservation__paid_at__isnull=True, reservation__payment_due_at__lte=now)
    bought = ReservationSeat.objects.filter(
        ~due, live=True, reservation__event=event_id, reservation__user__any_of=people
    )
    rows = bought.order_by().values_list(
        Value(_BOUGHT_BY_PERSON), "reservation__user_id", "seat_id"
    )
    is_counted = Q(status=SeatStatus.RESERVED) | Q(status=SeatStatus.LOCKED, locked_until__gt=now)
    seats = Seat.with_removed.filter(is_counted, event=event_id).order_by()
    counts = [
        seats.filter(**{f"{name}__any_of": keys})
        .values("status", name)
        .annotate(count=Count("pk"))
        .values_list("status", name, "count")
        for name in ("mailbox", "network")
    ]
    gone = get_user_model()._default_manager.filter(pk__any_of=people, is_active=False).order_by()
    departed = gone.values_list(Value(_DEPARTED), "pk", F("pk"))
    return rows.union(departed, *counts, all=True)


_seats_and_usage = PreparedPair(_seats, usage_rows)


def _by_id(rows: Iterable[Sequence[Any]]) -> dict[int, SeatRow]:
    """Return seats, read as _SEAT_COLUMNS, by id."""
    return {row[0]: dict(zip(_SEAT_COLUMNS, row, strict=True)) for row in rows}


def _select_for_update(event_id: int, *queries: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Select and lock seats by several subqueries of ids, as `_select` does."""
    return _select(event_id, *queries).select_for_update(of=("self",), no_key=True)


def _select(event_id: int, *queries: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Select seats by several subqueries of ids, in a UNION so that each uses its own index.

    With OR, PostgreSQL reads all seats of an event until it has statistics of them, which it has
    not when a sale begins. For the same reason the condition on the event is one that no index has:
    PostgreSQL must begin with the ids.
    """
    first, *more = queries
    event_of_seat = Case(When(removed_at=None, then=F("event_id")), default=0)
    found = Seat.with_removed.annotate(event_of_seat=event_of_seat).filter(
        event_of_seat=event_id, pk__in=first.union(*more)
    )
    return _values(found)


def _values(found: QuerySet[Seat]) -> QuerySet[Any, Any]:
    return found.order_by("pk").values_list(*_SEAT_COLUMNS)


def seat_state(seat: SeatRow, event: Event, *, now: datetime) -> SeatState:
    due_at, is_paid = seat["reservation__payment_due_at"], seat["reservation__paid_at"] is not None
    is_overdue = due_at is not None and due_at <= now and not is_paid
    price = price_of(seat=seat["price"], category=seat["category__price"], event=event.price)
    kept = held_prices_of(seat["held_prices"], locked_at=seat["locked_at"])
    planned = grouping_of(seat)
    is_lapsed = seat["status"] == SeatStatus.LOCKED and seat["locked_until"] <= now
    taken = None if is_lapsed else taken_grouping_of(seat["taken_grouping"])
    return SeatState(
        id=seat["id"],
        seat_number=seat["seat_number"],
        price=kept.seat if kept else price,
        status=SeatStatus(seat["status"]),
        holder_id=seat["locked_by_id"],
        locked_until=seat["locked_until"],
        locked_at=seat["locked_at"],
        extensions=seat["extensions"],
        lapsed_holder_id=seat["lapsed_holder_id"],
        former_holder_id=seat["former_holder_id"],
        former_locked_at=seat["former_locked_at"],
        released_at=seat["released_at"],
        reservation_id=seat["reservation_id"],
        # An overdue reservation does not count towards the cap, though its seats are not free yet.
        buyer_id=None if is_overdue else seat["reservation__user_id"],
        category_id=seat["category_id"],
        held_prices=kept.by_type if kept else {},
        held_fees=kept.fees if kept else None,
        grouping=planned if taken is None else taken,
        planned=None if taken is None else planned,
        is_ordinary=(
            not seat["group"]
            and seat["companion_of_id"] is None
            and not seat["features"] & SeatFeature.ACCESSIBLE
        ),
        allocation_id=seat["allocation_id"],
        promo_code_id=seat["promo_code_id"],
        mailbox=seat["mailbox"],
        network=seat["network"],
    )
