"""The layout of an event: the static data of its seats, in columns, as sent to clients.

Clients draw the map from it and cache it for good, because a layout's hash names its content. Each
process builds a layout once, and caches the compressed bytes.
"""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import Annotated, Any, NamedTuple, NotRequired, TypedDict

from django.core.cache import caches

from reservations.domain.errors import LayoutNotFound
from reservations.domain.features import SeatFeature, SoldBy
from reservations.events import event_heads, selectors
from reservations.events.records import SOLD_BY, Price, money, one_of
from reservations.models import Seat
from reservations.models.seats import STATIC_SEAT_FIELDS, seat_price
from reservations.runtime import standby
from reservations.runtime.singleflight import SingleflightCache

UNITS = 100
"""Positions are sent in hundredths of a plan unit."""

_MAX_ENTRIES = 8
_BATCH = 5_000
# Makes gzip reproducible: every process must produce the same bytes for a tag.
_NO_TIME = 0


class SeatRunRecord(TypedDict):
    """Consecutive seats with the same section, row, category, price, prefix and table.

    A seat's `seat_number` is `prefix` and its number. A seat for which that does not hold is a run
    of its own: its `prefix` is the whole `seat_number`, and `number` its number.
    """

    section: Annotated[int, "An index in `sections`."]
    row: str
    category: int | None
    price: Price
    prefix: Annotated[str, "`seat_number` is `prefix` and the seat's number."]
    count: Annotated[int, "The number of consecutive seats in this run."]
    group: NotRequired[Annotated[str, "The table or standing area of these seats."]]
    sold_by: NotRequired[Annotated[str, one_of("table", "number"), SOLD_BY]]
    first: NotRequired[
        Annotated[
            int,
            "Only in runs of places of a standing area: the number of the first; the others follow"
            " it. Such a run has no values in `numbers`, `xs` and `ys`.",
        ]
    ]
    x: NotRequired[Annotated[int, "Where these places are, in hundredths of a plan unit."]]
    y: NotRequired[Annotated[int, "Like `x`."]]
    number: NotRequired[
        Annotated[str, "Only in runs of one seat whose `seat_number` is the whole `prefix`."]
    ]


class SeatNoteRecord(TypedDict):
    note: str
    seats: Annotated[list[int], "The indexes of the seats, delta-encoded like `ids`."]


class LayoutRecord(TypedDict):
    """Seats in index order. What no seat has is left out."""

    layout: str
    sections: list[str]
    floors: NotRequired[
        Annotated[list[str], "The floor of each of `sections`, if there are several floors."]
    ]
    runs: list[SeatRunRecord]
    ids: Annotated[
        list[int],
        "Delta-encoded: each value is the difference to the one before, the first to 0.",
    ]
    numbers: list[str]
    xs: Annotated[list[int], "Delta-encoded like `ids`, in hundredths of a plan unit."]
    ys: Annotated[list[int], "Like `xs`."]
    accessible: NotRequired[
        Annotated[list[int], "The indexes of the accessible seats, delta-encoded like `ids`."]
    ]
    restricted_view: NotRequired[Annotated[list[int], "Like `accessible`."]]
    aisle: NotRequired[Annotated[list[int], "Like `accessible`: the seats on an aisle."]]
    notes: NotRequired[list[SeatNoteRecord]]
    companions: NotRequired[Annotated[list[int], "Like `accessible`: the companion seats."]]
    companions_of: NotRequired[
        Annotated[list[int], "The index of the accessible seat of each of `companions`."]
    ]


@dataclass(frozen=True, slots=True)
class PackedLayout:
    """A layout as compressed JSON. `tag` is a hash of the uncompressed bytes."""

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
    features: int = 0
    note: str = ""
    companion_of: int | None = None
    group: str = ""
    group_size: int = 0
    sold_by: int = SoldBy.SEAT


_packed: SingleflightCache[tuple[int, str], PackedLayout] = SingleflightCache(
    max_entries=_MAX_ENTRIES
)


def packed_layout(*, event_id: int, layout: str) -> PackedLayout:
    """Return the layout of an event by its hash.

    Raises: EventNotFound; LayoutNotFound when it is not the current one.
    """
    _require_current(event_id, layout)
    pack = partial(_pack, event_id, layout)
    return _packed.get((event_id, layout), lambda: standby.read(pack))


def static_seats(*, event_id: int, layout: str) -> Iterator[StaticSeat]:
    """Yield an event's seats in index order; none if `layout` is not the current one.

    The condition is in the same statement, so that the seats are those of the layout.
    """
    rows = (
        Seat.objects.filter(event_id=event_id, event__layout=layout)
        .order_by("pk")
        .values_list(
            *(seat_price() if name == "price" else name for name in STATIC_SEAT_FIELDS),
        )
    )
    return map(StaticSeat._make, rows.iterator(_BATCH))


def layout_record(
    layout: str, seats: Iterable[StaticSeat], floors: Mapping[str, str] | None = None
) -> LayoutRecord:
    """Return the layout of seats, which must be in index order; `floors` are those of sections."""
    found = list(seats)
    section_indexes: dict[str, int] = {}
    for seat in found:
        section_indexes.setdefault(seat.section, len(section_indexes))
    runs: list[SeatRunRecord] = []
    numbers: list[str] = []
    drawn: list[StaticSeat] = []
    for alike, group in groupby(found, key=_in_common):
        together = list(group)
        section, row, category, price, prefix, group_name, sold_by = alike
        run: SeatRunRecord = {
            "section": section_indexes[section],
            "row": row,
            "category": category,
            "price": money(price),
            "prefix": prefix or "",
            "count": len(together),
        }
        if group_name:
            run["group"] = group_name
        if sold_by:
            run["sold_by"] = SoldBy(sold_by).name.lower()
        if prefix is not None and (place := _place(together)):
            runs.append({**run, **place})
            continue
        drawn += together
        if prefix is not None:
            runs.append(run)
            numbers += [seat.number for seat in together]
            continue
        for seat in together:
            runs.append({**run, "prefix": seat.seat_number, "count": 1, "number": seat.number})
            numbers.append("")
    record: LayoutRecord = {
        "layout": layout,
        "sections": list(section_indexes),
        "runs": runs,
        "ids": differences(seat.id for seat in found),
        "numbers": numbers,
        "xs": differences(round(seat.x * UNITS) for seat in drawn),
        "ys": differences(round(seat.y * UNITS) for seat in drawn),
    }
    if floors:
        record["floors"] = [floors.get(section, "") for section in section_indexes]
    _add_features(record, found)
    return record


def clear_layout_cache() -> None:
    """Clear the cache. For tests, which change seats without a new layout."""
    _packed.clear()


class _PlaceRecord(TypedDict):
    first: int
    x: int
    y: int


def _place(seats: list[StaticSeat]) -> _PlaceRecord | None:
    """Return what describes a run of numbered places at one point; None if they are not."""
    seat = seats[0]
    if seat.sold_by != SoldBy.NUMBER or not seat.number.isdecimal():
        return None
    first = int(seat.number)
    is_regular = all(
        (each.number, each.x, each.y) == (str(number), seat.x, seat.y)
        for number, each in enumerate(seats, start=first)
    )
    return (
        {"first": first, "x": round(seat.x * UNITS), "y": round(seat.y * UNITS)}
        if is_regular
        else None
    )


def _add_features(record: LayoutRecord, seats: list[StaticSeat]) -> None:
    """Add what only some seats have."""

    def having(feature: SeatFeature) -> list[int]:
        return differences(at for at, seat in enumerate(seats) if seat.features & feature)

    if accessible := having(SeatFeature.ACCESSIBLE):
        record["accessible"] = accessible
    if restricted := having(SeatFeature.RESTRICTED_VIEW):
        record["restricted_view"] = restricted
    if aisle := having(SeatFeature.AISLE):
        record["aisle"] = aisle
    notes: defaultdict[str, list[int]] = defaultdict(list)
    for at, seat in enumerate(seats):
        if seat.note:
            notes[seat.note].append(at)
    if notes:
        record["notes"] = [{"note": note, "seats": differences(at)} for note, at in notes.items()]
    if companions := [at for at, seat in enumerate(seats) if seat.companion_of is not None]:
        indexes = {seat.id: at for at, seat in enumerate(seats)}
        record["companions"] = differences(companions)
        record["companions_of"] = [indexes[seats[at].companion_of or 0] for at in companions]


def _in_common(
    seat: StaticSeat,
) -> tuple[str, str, int | None, Decimal, str | None, str, int]:
    """Return what the seats of a run share; prefix is None if `seat_number` has no such form."""
    is_regular = seat.seat_number.endswith(seat.number)
    prefix = seat.seat_number[: len(seat.seat_number) - len(seat.number)] if is_regular else None
    return (
        *(seat.section, seat.row, seat.category, seat.price, prefix),
        *(seat.group, seat.sold_by),
    )


def differences(values: Iterable[int]) -> list[int]:
    """Delta-encode integers."""
    found = list(values)
    return [value - before for value, before in zip(found, [0, *found], strict=False)]


def _require_current(event_id: int, layout: str) -> None:
    """Raises: EventNotFound, LayoutNotFound.

    The current layout is cached for a second, for the rush when a sale opens.
    """
    cache, name = caches["process"], f"event-{event_id}-layout"
    if cache.get(name) == layout:
        return
    current = event_heads.event_head(event_id=event_id).layout
    if layout != current:
        raise LayoutNotFound(layout=current)
    cache.set(name, current, timeout=1)


def _pack(event_id: int, layout: str) -> PackedLayout:
    """Read and compress a layout. Raises: EventNotFound, LayoutNotFound."""
    if event_heads.event_head(event_id=event_id).layout != layout:
        # A standby may not have it yet.
        raise LayoutNotFound
    floors = {
        each["section"]: each["floor"]
        for each in selectors.plan(event_id=event_id).get("floors", [])
    }
    record = layout_record(layout, static_seats(event_id=event_id, layout=layout), floors)
    if not record["ids"] and Seat.objects.filter(event_id=event_id).exists():
        # The layout changed before the seats were read.
        raise LayoutNotFound
    plain = _as_json(record)
    return PackedLayout(
        gzipped=gzip.compress(plain, mtime=_NO_TIME), tag=hashlib.sha256(plain).hexdigest()[:16]
    )


def _as_json(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
