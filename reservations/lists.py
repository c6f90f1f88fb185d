"""The list of an event's seats, as it is sent.

A stadium's takes half a second to write, and anybody may ask for it. So a seat that nobody has is
written once for each layout, and one list is written at a time, for all who wait for it: a crowd
that asks again and again leaves the process to those who click.
"""

from dataclasses import dataclass

import orjson

from reservations import selectors
from reservations.errors import LayoutNotFound
from reservations.records import SeatRecord
from reservations.selectors import SeatsVersion
from reservations.sharing import Rounds, Shared

_MOST_KEPT = 4
_MOST_WAITING = 24


@dataclass(frozen=True, slots=True)
class SeatList:
    """All seats in index order, as JSON; `version` is no newer than what is in it."""

    content: bytes
    version: SeatsVersion


_lists: Rounds[int, SeatList] = Rounds(most_waiting=_MOST_WAITING)
# By the seats' ids, in index order.
_free: Shared[tuple[int, str], dict[int, bytes]] = Shared(most=_MOST_KEPT)


def seat_list(*, event_id: int) -> SeatList:
    """Return the list of an event's seats. Raises: EventNotFound, Busy."""
    return _lists.get(event_id, lambda: _write(event_id))


def forget_lists() -> None:
    """Forget what was written; only tests put other seats under a layout's name."""
    _free.clear()


def _write(event_id: int) -> SeatList:
    while True:
        version = selectors.seats_version(event_id=event_id)
        key = event_id, version.layout
        try:
            seats = _free.get(key, lambda: _written_free(*key)).copy()  # noqa: B023 - asked at once
            for seat in selectors.seats_taken(event_id=event_id):
                seats[seat["id"]] = orjson.dumps(seat)
            _require_current(*key)
        except LayoutNotFound:
            continue
        return SeatList(content=b"[%b]" % b",".join(seats.values()), version=version)


def _written_free(event_id: int, layout: str) -> dict[int, bytes]:
    """Return each seat as it is listed while nobody has it. Raises: LayoutNotFound."""
    seats = selectors.seats(event_id=event_id)
    _require_current(event_id, layout)
    return {seat["id"]: orjson.dumps(_free_again(seat)) for seat in seats}


def _free_again(seat: SeatRecord) -> SeatRecord:
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
