"""The encoded list of an event's seats.

Encoding a stadium takes half a second, and the endpoint is public. So the JSON of available seats
is cached per layout, and only one list is encoded at a time, for all requests that wait for it;
otherwise frequent requests would take the CPU from commands. Requests for an unchanged list share
the same bytes, so that slow readers do not each need a copy.

The seats may come from a standby. Those that the primary's log says it has in an older state are
then read from the primary, so that a list is never older than its request.
"""

from dataclasses import dataclass
from functools import partial

import orjson

from reservations.domain.errors import LayoutNotFound
from reservations.events import event_heads, mapped_seats, seat_records
from reservations.events.records import SeatRecord
from reservations.events.seat_records import SeatsVersion
from reservations.runtime import standby
from reservations.runtime.singleflight import CoalescedCalls, SingleflightCache

_MAX_ENTRIES = 4
_MAX_LISTS = 2
_MAX_WAITING = 24
# More rows of the log than this take longer than reading the taken seats from the primary.
_MAX_LOG_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class SeatList:
    """All seats in index order, as JSON; the content is at least as new as `version`."""

    content: bytes
    version: SeatsVersion


_lists: CoalescedCalls[int, SeatList] = CoalescedCalls(max_waiting=_MAX_WAITING)
# By the event and the list's tag.
_written: SingleflightCache[tuple[int, str], SeatList] = SingleflightCache(max_entries=_MAX_LISTS)
# Seats as JSON by their ids, in index order.
_Seats = dict[int, bytes]
_free: SingleflightCache[tuple[int, str], _Seats] = SingleflightCache(max_entries=_MAX_ENTRIES)


def seat_list(*, event_id: int, version: SeatsVersion) -> SeatList:
    """Return the list of an event's seats; `version` is the current one.

    Raises: EventNotFound, Busy.
    """
    key = event_id, version.tag
    if cached := _written.peek(key):
        return cached
    found = _lists.get(event_id, lambda: _write(event_id))
    return _written.get((event_id, found.version.tag), lambda: found)


def clear_list_cache() -> None:
    """Clear the caches. For tests, which change seats without a new layout."""
    _free.clear()
    _written.clear()


def _write(event_id: int) -> SeatList:
    lagging = standby.try_read(partial(_read, event_id))
    if lagging is not None and (found := _completed(event_id, *lagging)) is not None:
        return found
    version, _, seats = _read(event_id)
    return _joined(version, seats)


def _completed(event_id: int, lagging: SeatsVersion, seq: int, seats: _Seats) -> SeatList | None:
    """Return a list as new as the primary; None if the log does not have what the seats lack."""
    version = seat_records.seats_version(event_id=event_id)
    head = event_heads.event_head(event_id=event_id)
    logged = mapped_seats.changes_since(event_id=event_id, seq=seq, limit=_MAX_LOG_ROWS)
    if logged is None or logged.seq < head.seq or head.layout != lagging.layout:
        return None
    changed = [change.seat_id for change in logged.changes]
    for seat in seat_records.iter_seats(event_id=event_id, only=changed):
        seats[seat["id"]] = _encode_seat(seat)
    if event_heads.event_head(event_id=event_id).layout != lagging.layout:
        return None
    return _joined(version, seats)


def _joined(version: SeatsVersion, seats: _Seats) -> SeatList:
    return SeatList(content=b"[%b]" % b",".join(seats.values()), version=version)


def _read(event_id: int) -> tuple[SeatsVersion, int, _Seats]:
    """Return all seats, and the version and number that they are at least as new as."""
    while True:
        seq = event_heads.event_head(event_id=event_id).seq
        version = seat_records.seats_version(event_id=event_id)
        key = event_id, version.layout
        try:
            seats = _free.get(key, lambda: _encode_available(*key)).copy()  # noqa: B023 - called immediately
            for seat in seat_records.iter_taken_seats(event_id=event_id):
                seats[seat["id"]] = _encode_seat(seat)
            _require_current(*key)
        except LayoutNotFound:
            continue
        return version, seq, seats


def _encode_available(event_id: int, layout: str) -> _Seats:
    """Return each seat as available, as JSON by id. Raises: LayoutNotFound."""
    seats = seat_records.iter_seats(event_id=event_id)
    written = {seat["id"]: _encode_seat(_as_available(seat)) for seat in seats}
    _require_current(event_id, layout)
    return written


def _encode_seat(seat: SeatRecord) -> bytes:
    """Encode a seat. The bytes are copied, because those of orjson hold 8 KiB each."""
    return bytes(memoryview(orjson.dumps(seat)))


def _as_available(seat: SeatRecord) -> SeatRecord:
    return {
        **seat,
        "status": "available",
        "is_available": True,
        "locked_by": None,
        "locked_until": None,
        "reserved_by": None,
    }


def _require_current(event_id: int, layout: str) -> None:
    """Raises: LayoutNotFound when the layout has changed."""
    if event_heads.event_head(event_id=event_id).layout != layout:
        raise LayoutNotFound
