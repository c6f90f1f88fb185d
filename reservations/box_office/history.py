"""The state of an event's seats at a moment, rebuilt from the change log.

A seat that has not changed since is as it is now, which its `version` tells; for the others the
last row of the log up to the moment is read, by an index. So a moment costs as many rows as the
event has seats, however long the log is. Seats of an older plan are counted, not shown: the map is
drawn with the event's present layout.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

from django.contrib.auth import get_user_model
from django.db import connection

from reservations.domain.errors import EventNotFound, HistoryPruned
from reservations.domain.states import SeatStatus, iso
from reservations.events.change_log import Log
from reservations.events.packing import packed
from reservations.events.records import Timestamp
from reservations.models import ArchivedLog, Event, Seat, SeatChange
from reservations.runtime import clock

_BATCH = 5_000
_MILLISECOND = timedelta(milliseconds=1)


class MomentRecord(TypedDict):
    """A sequence number and its time; number 0 is the time before the first change."""

    seq: int
    at: Timestamp | None


class ArchivedLogRecord(TypedDict):
    """The file that has the changes up to `seq`, and when their removal began."""

    seq: int
    at: Timestamp
    sha256: str


class PastMapRecord(TypedDict):
    """The seats at a moment, like the snapshot of the live map; `seq` is the last change then.

    `archived` is None if no log of the event was removed for an archive.
    """

    event: int
    seq: int
    at: Timestamp
    now: int
    layout: str
    statuses: str
    locks: list[list[Any]]
    missing: int
    previous: int | None
    next: int | None
    first: MomentRecord
    last: MomentRecord
    archived: ArchivedLogRecord | None


@dataclass(frozen=True, slots=True)
class PastSeat:
    """A seat at a moment. An expired lock counts as available."""

    status: int
    locked_until: datetime | None
    holder: str | None


@dataclass(frozen=True, slots=True)
class PastMap:
    """The seats of an event at a moment, in index order of `layout`.

    `missing` is how many seats were held, sold or blocked then that the plan no longer has.
    """

    seq: int
    at: datetime
    layout: str
    seats: tuple[PastSeat, ...]
    missing: int


@dataclass(frozen=True, slots=True)
class _Log(Log):
    """What is known of an event's log: its newest number, and from which number on it is kept."""

    head: int
    since: int
    layout: str


def past_map(*, event_id: int, at: datetime | None = None, seq: int | None = None) -> PastMap:
    """Return an event's seats after change `seq`, or at a time; by default now.

    Raises: EventNotFound; HistoryPruned for a moment before the kept log.
    """
    while True:
        log = _log(event_id)
        moment = _moment(log, at=at, seq=seq)
        seats, missing = _seats(log, *moment)
        if seats or not Seat.objects.filter(event_id=event_id).exists():
            return PastMap(*moment, layout=log.layout, seats=tuple(seats), missing=missing)


def past_map_record(
    *, event_id: int, at: datetime | None = None, seq: int | None = None
) -> PastMapRecord:
    """Return `past_map` for the API, with the numbers before and after it. Raises: as it does."""
    found = past_map(event_id=event_id, at=at, seq=seq)
    log = _log(event_id)
    before = log.last_until(found.seq - 1) if found.seq > log.since else None
    after = log.first_from(found.seq + 1)
    last = log.last_until(log.head)
    return {
        "event": event_id,
        "seq": found.seq,
        "at": str(iso(found.at)),
        "now": _milliseconds(found.at),
        "layout": found.layout,
        "statuses": packed(bytes(seat.status for seat in found.seats)),
        "locks": [
            [index, _milliseconds(seat.locked_until), seat.holder]
            for index, seat in enumerate(found.seats)
            if seat.locked_until is not None
        ],
        "missing": found.missing,
        "previous": max(before[0] if before else 0, log.since) if found.seq > log.since else None,
        "next": after[0] if after else None,
        "first": _first(log),
        "last": {"seq": log.head, "at": iso(last[1]) if last else None},
        "archived": _archived(event_id),
    }


def _archived(event_id: int) -> ArchivedLogRecord | None:
    found = ArchivedLog.objects.filter(event=event_id).order_by("-seq").first()
    if found is None:
        return None
    return {"seq": found.seq, "at": str(iso(found.removed_at)), "sha256": found.sha256}


def _log(event_id: int) -> _Log:
    """Raises: EventNotFound."""
    columns = ("change_seq", "history_since", "layout")
    found = Event.objects.filter(pk=event_id).values_list(*columns).first()
    if found is None:
        raise EventNotFound
    return _Log(event_id, *found)


def _first(log: _Log) -> MomentRecord:
    """Return the first moment that can be told, and the time of the first kept change."""
    first = log.first_from(log.since)
    return {"seq": log.since, "at": iso(first[1]) if first else None}


def _moment(log: _Log, *, at: datetime | None, seq: int | None) -> tuple[int, datetime]:
    """Return the number of the last change at a moment, and its time. Raises: HistoryPruned."""
    now = clock.now()
    if at is not None:
        # Times of the API are in milliseconds, those of the log are not.
        seq, at = _seq_at(log, at + _MILLISECOND), min(at, now)
    elif seq is None or seq >= log.head:
        seq, at = log.head, now
    elif seq >= log.since:
        found = log.last_until(seq) or log.first_from(seq)
        at = found[1] if found else now
    if seq < log.since or at is None:
        raise HistoryPruned(kept_since=_first(log))
    return seq, at


def _seq_at(log: _Log, until: datetime) -> int:
    """Return the number of the last change before a time; -1 if it is before the kept log."""
    if log.since and (first := log.first_from(log.since)) and first[1] >= until:
        return -1
    return log.last_before(until, low=log.since, high=log.head)


# The last row of a seat up to number `seq`, for seats that have changed since.
_LAST_CHANGE = {
    "postgresql": """
        LEFT JOIN LATERAL (
            SELECT status, locked_until, holder_id, allocation_id FROM {log} AS change
            WHERE change.seat_id = seat.id AND change.seq <= %(seq)s AND seat.version > %(seq)s
            ORDER BY change.seq DESC LIMIT 1
        ) AS past ON TRUE
        """,
    "sqlite": """
        LEFT JOIN {log} AS past ON seat.version > %(seq)s AND past.event_id = seat.event_id
            AND past.seat_id = seat.id AND past.seq = (
                SELECT max(seq) FROM {log} AS change
                WHERE change.seat_id = seat.id AND change.seq <= %(seq)s
            )
        """,
}
_SEATS = """
    SELECT state.removed_at IS NOT NULL, state.status, state.locked_until, state.allocation_id,
        person.username
    FROM (
        SELECT seat.id, seat.removed_at,
            CASE WHEN seat.version > %(seq)s THEN coalesce(past.status, 0) ELSE seat.status END
                AS status,
            CASE WHEN seat.version > %(seq)s THEN past.locked_until ELSE seat.locked_until END
                AS locked_until,
            CASE WHEN seat.version > %(seq)s THEN past.allocation_id ELSE seat.allocation_id END
                AS allocation_id,
            CASE WHEN seat.version > %(seq)s THEN past.holder_id ELSE seat.locked_by_id END
                AS holder_id
        FROM {seat} AS seat
        JOIN {event} AS event ON event.id = seat.event_id AND event.layout = %(layout)s
        {last_change}
        WHERE seat.event_id = %(event)s
    ) AS state
    LEFT JOIN {person} AS person ON person.id = state.holder_id
    ORDER BY state.id
    """


def _seats(log: _Log, seq: int, at: datetime) -> tuple[list[PastSeat], int]:
    """Return the seats of the layout, none if it is not the present one; and how many are missing.

    One statement, so that seats and log are of the same snapshot.
    """
    seats: list[PastSeat] = []
    missing = 0
    for is_removed, status, until, allocation_id, holder in _rows(log, seq):
        if status == SeatStatus.LOCKED and until is not None and until <= at:
            # What a promo code opened goes back to its allocation.
            status = SeatStatus.AVAILABLE if allocation_id is None else SeatStatus.BLOCKED
            until = holder = None
        if is_removed:
            missing += status != SeatStatus.AVAILABLE
        else:
            seats.append(PastSeat(int(status), until, holder))
    return seats, missing


_Row = tuple[bool, int, datetime | None, int | None, str | None]


def _rows(log: _Log, seq: int) -> Iterator[_Row]:
    quote = connection.ops.quote_name
    tables = {
        "log": quote(SeatChange._meta.db_table),
        "seat": quote(Seat._meta.db_table),
        "event": quote(Event._meta.db_table),
        "person": quote(get_user_model()._meta.db_table),
    }
    last_change = _LAST_CHANGE[connection.vendor].format(**tables)
    sql = _SEATS.format(**tables, last_change=last_change)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"seq": seq, "layout": log.layout, "event": log.event_id})
        while rows := cursor.fetchmany(_BATCH):
            for is_removed, status, until, allocation_id, holder in rows:
                yield bool(is_removed), status, _time(until), allocation_id, holder


def _time(value: Any) -> datetime | None:
    """Return a time of a raw query, which SQLite returns as text."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    found: datetime | None = value
    return found


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
