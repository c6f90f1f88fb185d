"""An event's seats as they stand in the house: all that is static about them, column by column.

A client draws the map from this and keeps it: what a layout names never changes. So it is made
once for each process and layout, and kept as it is sent.
"""

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple, NotRequired, TypedDict

from django.core.cache import caches

from reservations.domain.errors import LayoutNotFound
from reservations.models import Seat
from reservations.models.seats import STATIC_SEAT_FIELDS, seat_price
from reservations.read import selectors
from reservations.read.records import money
from reservations.singleflight import SingleflightCache

UNITS = 100
"""Positions are told in hundredths of the plan's unit."""

_MAX_ENTRIES = 8
_BATCH = 5_000
# Other processes must make the same bytes, or a tag would not name them.
_NO_TIME = 0


class RunRecord(TypedDict):
    """Seats that follow each other and have all of this in common.

    Each is called `prefix` and then its number. A seat that is not called so is a run of its own:
    `prefix` is all of its name, and `number` is its number.
    """

    section: int
    row: str
    category: int | None
    price: str
    prefix: str
    count: int
    number: NotRequired[str]


class LayoutRecord(TypedDict):
    """Seats in index order. `ids`, `xs` and `ys` are each the difference to the one before."""

    layout: str
    sections: list[str]
    runs: list[RunRecord]
    ids: list[int]
    numbers: list[str]
    xs: list[int]
    ys: list[int]


@dataclass(frozen=True, slots=True)
class PackedLayout:
    """A layout as it is sent: JSON, compressed. `tag` changes with any of its bytes."""

    gzipped: bytes
    tag: str

    @property
    def plain(self) -> bytes:
        return gzip.decompress(self.gzipped)


class StaticSeat(NamedTuple):
    """The STATIC_SEAT_FIELDS of a seat; `price` is what it costs, from wherever that is stored."""

    id: int
    seat_number: str
    section: str
    row: str
    number: str
    x: float
    y: float
    category: int | None
    price: Decimal


_packed: SingleflightCache[tuple[int, str], PackedLayout] = SingleflightCache(
    max_entries=_MAX_ENTRIES
)


def packed_layout(*, event_id: int, layout: str) -> PackedLayout:
    """Return the seats of an event as its layout of that name has them.

    Raises: EventNotFound; LayoutNotFound when the event has another layout now.
    """
    _require_current(event_id, layout)
    return _packed.get((event_id, layout), lambda: _pack(event_id, layout))


def static_seats(*, event_id: int, layout: str) -> Iterator[StaticSeat]:
    """Yield an event's seats in index order, none unless its layout is the one of that name.

    The layout is asked for in the same statement, so that what is read is what it names.
    """
    rows = (
        Seat.objects.filter(event_id=event_id, event__layout=layout)
        .order_by("pk")
        .values_list(
            *(seat_price() if name == "price" else name for name in STATIC_SEAT_FIELDS),
        )
    )
    return map(StaticSeat._make, rows.iterator(_BATCH))


def layout_record(layout: str, seats: Iterable[StaticSeat]) -> LayoutRecord:
    """Return seats, given in index order, column by column."""
    found = list(seats)
    places: dict[str, int] = {}
    for seat in found:
        places.setdefault(seat.section, len(places))
    runs: list[RunRecord] = []
    numbers: list[str] = []
    # What seats have in common is looked at once for each run of them.
    for alike, group in groupby(found, key=_in_common):
        together = list(group)
        section, row, category, price, prefix = alike
        run: RunRecord = {
            "section": places[section],
            "row": row,
            "category": category,
            "price": money(price),
            "prefix": prefix or "",
            "count": len(together),
        }
        if prefix is not None:
            runs.append(run)
            numbers += [seat.number for seat in together]
            continue
        for seat in together:
            runs.append({**run, "prefix": seat.seat_number, "count": 1, "number": seat.number})
            numbers.append("")
    return {
        "layout": layout,
        "sections": list(places),
        "runs": runs,
        "ids": _differences(seat.id for seat in found),
        "numbers": numbers,
        "xs": _differences(round(seat.x * UNITS) for seat in found),
        "ys": _differences(round(seat.y * UNITS) for seat in found),
    }


def clear_layout_cache() -> None:
    """Forget what was made; only tests put other seats under a layout's name."""
    _packed.clear()


def _in_common(seat: StaticSeat) -> tuple[str, str, int | None, Decimal, str | None]:
    """Return what the seats of a run share; no prefix, if the seat is not called by its number."""
    is_regular = seat.seat_number.endswith(seat.number)
    prefix = seat.seat_number[: len(seat.seat_number) - len(seat.number)] if is_regular else None
    return seat.section, seat.row, seat.category, seat.price, prefix


def _differences(values: Iterable[int]) -> list[int]:
    """Return each value less the one before it. They are rounded already, so no error adds up."""
    found = list(values)
    return [value - before for value, before in zip(found, [0, *found], strict=False)]


def _require_current(event_id: int, layout: str) -> None:
    """Raises: EventNotFound, LayoutNotFound.

    That a layout is the current one is remembered for a second, for the rush in which a sale opens.
    """
    remembered, name = caches["process"], f"event-{event_id}-layout"
    if remembered.get(name) == layout:
        return
    current = selectors.event_head(event_id=event_id).layout
    if layout != current:
        raise LayoutNotFound(layout=current)
    remembered.set(name, current, timeout=1)


def _pack(event_id: int, layout: str) -> PackedLayout:
    record = layout_record(layout, static_seats(event_id=event_id, layout=layout))
    if not record["ids"] and Seat.objects.filter(event_id=event_id).exists():
        # The layout was changed just as it was to be read.
        raise LayoutNotFound
    plain = _as_json(record)
    return PackedLayout(
        gzipped=gzip.compress(plain, mtime=_NO_TIME), tag=hashlib.sha256(plain).hexdigest()[:16]
    )


def _as_json(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
