"""Miniatures of seating plans: the drafts of an organisation's plans, as small pictures.

A document is read once in each process, as long as it is among the last MAX_ENTRIES.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import NamedTuple, cast

from infrastructure.slow_work.kinds import PLAN
from infrastructure.slow_work.turns import turn
from reservations.events.miniatures import (
    MAX_POINTS,
    MiniatureRecord,
    PackedMiniature,
    Point,
    packed,
    record_of,
    square_size,
)
from reservations.events.records import ShapeRecord
from reservations.organising import plan_records
from reservations.plans import document
from reservations.plans.areas import area_shape, coordinates, table_shape
from reservations.plans.frame import DEFAULT_SEAT_RADIUS, common_radius
from reservations.plans.plan import CATEGORY_COLOR, Shape, shape_record
from reservations.plans.pretix_format import PretixPlan
from reservations.runtime.singleflight import SingleflightCache

MAX_ENTRIES = 256

# By the SHA-256 of the document.
_packed: SingleflightCache[str, PackedMiniature] = SingleflightCache(max_entries=MAX_ENTRIES)


def plan_miniature(*, plan_id: int) -> PackedMiniature:
    """Return the miniature of a plan's draft, with all its seats free.

    Raises: PlanNotFound; what `slow_work` raises.
    """
    return _packed.get(plan_records.draft_sha256(plan_id=plan_id), lambda: _pack(plan_id))


def _pack(plan_id: int) -> PackedMiniature:
    stored = plan_records.draft_document(plan_id=plan_id)
    with turn(PLAN):
        return packed(plan_miniature_record(document.read(stored.data).found))


def plan_miniature_record(found: PretixPlan) -> MiniatureRecord:
    """Return the miniature of a document that was read."""
    seats = list(_seats(found))
    radius = common_radius(
        seat.radius or DEFAULT_SEAT_RADIUS
        for zone in found.zones
        for row in zone.rows
        for seat in row.seats
    )
    width, height = _extent([seat.x for seat in seats]), _extent([seat.y for seat in seats])
    if len(seats) <= MAX_POINTS:
        points = [Point(seat.x, seat.y, seat.color, 1, 1) for seat in seats]
    else:
        size = square_size(width=width, height=height)
        points, radius = _squares(seats, size), max(radius, size / 2)
    return record_of(
        points,
        width=found.size.width if found.size else width,
        height=found.size.height if found.size else height,
        seat_radius=radius,
        shapes=list(_shapes(found)),
    )


def _extent(coordinates: Sequence[float]) -> float:
    return max(coordinates) - min(coordinates) if coordinates else 0.0


class _Seat(NamedTuple):
    x: float
    y: float
    color: str | None


def _seats(found: PretixPlan) -> Iterator[_Seat]:
    colors = _colors(found)
    for zone in found.zones:
        for row in zone.rows:
            left, top = coordinates(row.position)
            left, top = left + zone.position.x, top + zone.position.y
            for seat in row.seats:
                at = seat.position
                yield _Seat(left + at.x, top + at.y, colors.get(seat.category))


def _squares(seats: Sequence[_Seat], size: float) -> list[Point]:
    """Return a point for each square of a grid with seats in it, in the middle of its seats."""
    squares: defaultdict[tuple[float, float], list[_Seat]] = defaultdict(list)
    for seat in seats:
        squares[seat.y // size, seat.x // size].append(seat)
    return [
        Point(
            fmean(seat.x for seat in inside),
            fmean(seat.y for seat in inside),
            min((seat.color for seat in inside if seat.color is not None), default=None),
            len(inside),
            len(inside),
        )
        for _, inside in sorted(squares.items())
    ]


def _shapes(found: PretixPlan) -> Iterator[ShapeRecord]:
    colors = _colors(found)
    for zone in found.zones:
        origin = coordinates(zone.position)
        for row in zone.rows:
            if row.table:
                x, y = coordinates(row.position)
                at = (origin[0] + x, origin[1] + y)
                yield _record(table_shape(row.table, name="", at=at))
        for area in zone.areas or ():
            shape = area_shape(area, origin=origin)
            if shape is None:
                continue
            record = _record(shape)
            if area.standing is not None:
                record["color"] = colors.get(area.standing.category, CATEGORY_COLOR)
            yield record


def _record(shape: Shape) -> ShapeRecord:
    return cast("ShapeRecord", shape_record(shape))


def _colors(found: PretixPlan) -> dict[str, str]:
    return {category.name: category.color or CATEGORY_COLOR for category in found.categories}
