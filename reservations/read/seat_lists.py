"""The list of an event's seats, as it is sent.

A stadium's takes half a second to write, and anybody may ask for it. So a seat that nobody has is
written once for each layout, and one list is written at a time, for all who wait for it: a crowd
that asks again and again leaves the process to those who click. While nothing has changed all get
the same bytes, so that a hundred who read slowly take no more memory than one.
"""

from dataclasses import dataclass

import orjson

from reservations.domain.errors import LayoutNotFound
from reservations.read import selectors
from reservations.read.records import SeatRecord
from reservations.read.selectors import SeatsVersion
from reservations.singleflight import CoalescedCalls, SingleflightCache

_MAX_ENTRIES = 4
_MAX_LISTS = 2
_MAX_WAITING = 24


@dataclass(frozen=True, slots=True)
class SeatList:
    """All seats in index order, as JSON; `version` is no newer than what is in it."""

    content: bytes
    version: SeatsVersion


_lists: CoalescedCalls[int, SeatList] = CoalescedCalls(max_waiting=_MAX_WAITING)
# By the event and the list's tag.
_written: SingleflightCache[tuple[int, str], SeatList] = SingleflightCache(max_entries=_MAX_LISTS)
# By the seats' ids, in index order.
_free: SingleflightCache[tuple[int, str], dict[int, bytes]] = SingleflightCache(
    max_entries=_MAX_ENTRIES
)


def seat_list(*, event_id: int, version: SeatsVersion) -> SeatList:
    """Return the list of an event's seats; `version` is the current one, which may be known.

    Raises: EventNotFound, Busy.
    """
    key = event_id, version.tag
    if known := _written.peek(key):
        return known
    found = _lists.get(event_id, lambda: _write(event_id))
    return _written.get((event_id, found.version.tag), lambda: found)


def clear_list_cache() -> None:
    """Forget what was written; only tests put other seats under a layout's name."""
    _free.clear()
    _written.clear()


def _write(event_id: int) -> SeatList:
    while True:
        version = selectors.seats_version(event_id=event_id)
        key = event_id, version.layout
        try:
            seats = _free.get(key, lambda: _encode_available(*key)).copy()  # noqa: B023 - asked at once
            for seat in selectors.iter_taken_seats(event_id=event_id):
                seats[seat["id"]] = _encode_seat(seat)
            _require_current(*key)
        except LayoutNotFound:
            continue
        return SeatList(content=b"[%b]" % b",".join(seats.values()), version=version)


def _encode_available(event_id: int, layout: str) -> dict[int, bytes]:
    """Return each seat as it is listed while nobody has it. Raises: LayoutNotFound."""
    seats = selectors.iter_seats(event_id=event_id)
    written = {seat["id"]: _encode_seat(_as_available(seat)) for seat in seats}
    _require_current(event_id, layout)
    return written


def _encode_seat(seat: SeatRecord) -> bytes:
    """Return a seat as JSON, and no more memory: what orjson returns holds 8 KiB each."""
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
    """Raises: LayoutNotFound when the seats may be others than those of a layout."""
    if selectors.event_head(event_id=event_id).layout != layout:
        raise LayoutNotFound
