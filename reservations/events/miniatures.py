"""A miniature of an event's hall: some hundred points, with the share of their seats that is free.

For the event list, which shows many halls at once: a layout of 50,000 seats would be too much, and
its seats too small to see. Each seat of a small hall is a point; in a larger one, neighbouring
seats share a point. A standing area is a shape in its category's colour while it has free places.

Each process reads an event's seats for it at most once in SECONDS.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Annotated, NamedTuple, TypedDict

from django.db.models import Avg, Case, Count, F, Max, Min, Q, QuerySet, When
from django.db.models.functions import Floor
from rest_framework.serializers import IntegerField

from reservations.domain.features import SoldBy
from reservations.domain.states import SeatStatus
from reservations.events import selectors
from reservations.events.layouts import UNITS, differences
from reservations.events.records import DrawingRecord, ShapeRecord
from reservations.models import Seat
from reservations.plans.plan import CATEGORY_COLOR
from reservations.runtime import clock, standby
from reservations.runtime.singleflight import SingleflightCache

SECONDS = 10
MAX_POINTS = 1_200
# More would take longer to load and to draw than the seats.
MAX_SHAPES = 150
FREE_LEVELS = 9
"""`free` counts up to this: 0 is none, 9 is all."""

_MAX_ENTRIES = 256

FreeLevel = Annotated[int, partial(IntegerField, min_value=0, max_value=FREE_LEVELS)]


class MiniatureRecord(TypedDict):
    """A hall, as points."""

    plan: Annotated[DrawingRecord, "`seat_radius` is that of a point."]
    colors: list[str]
    xs: Annotated[
        list[int],
        "The points: delta-encoded, in hundredths of a plan unit, as in a layout. A point is a"
        " seat, in a large hall some neighbouring seats.",
    ]
    ys: Annotated[list[int], "Like `xs`."]
    color: Annotated[
        list[int | None],
        "An index in `colors` for each point. Null: its seats have no category.",
    ]
    free: Annotated[list[FreeLevel], "The free share of each point's seats: 0 is none, 9 all."]


@dataclass(frozen=True, slots=True)
class PackedMiniature:
    """A miniature as JSON; `tag` is a hash of it."""

    content: bytes
    tag: str


class Point(NamedTuple):
    """Some neighbouring seats, or one: `total`, of which `free` can be bought."""

    x: float
    y: float
    color: str | None
    total: int
    free: int


class _Extent(NamedTuple):
    total: int
    left: float | None
    right: float | None
    top: float | None
    bottom: float | None


# By event and period of time: an entry does not change, and the next period has another key.
_packed: SingleflightCache[tuple[int, int], PackedMiniature] = SingleflightCache(
    max_entries=_MAX_ENTRIES
)


def miniature(*, event_id: int) -> PackedMiniature:
    """Return the miniature of an event, at most SECONDS old and as a standby may lag.

    Raises: EventNotFound.
    """
    period = int(monotonic() / SECONDS)
    return _packed.get((event_id, period), lambda: standby.read(partial(_pack, event_id)))


def clear_miniature_cache() -> None:
    """Clear the cache. For tests."""
    _packed.clear()


def miniature_record(*, event_id: int) -> MiniatureRecord:
    """Return the current miniature of an event. Raises: EventNotFound."""
    plan = selectors.plan(event_id=event_id)
    everything = Seat.objects.filter(event_id=event_id).order_by()
    seats = everything.exclude(sold_by=SoldBy.NUMBER)
    extent = _Extent(
        *seats.aggregate(
            total=Count("pk"), left=Min("x"), right=Max("x"), top=Min("y"), bottom=Max("y")
        ).values()
    )
    radius = plan["seat_radius"]
    if extent.total <= MAX_POINTS:
        points = _each_seat(seats)
    else:
        width = (extent.right or 0) - (extent.left or 0)
        height = (extent.bottom or 0) - (extent.top or 0)
        size = square_size(width=width, height=height)
        points, radius = _squares(seats, size), max(radius, size / 2)
    shapes = plan["shapes"]
    if any("group" in shape for shape in shapes):
        shapes = with_standing_colors(shapes, _standing_colors(everything))
    return record_of(
        points,
        width=plan["width"],
        height=plan["height"],
        seat_radius=radius,
        shapes=shapes,
    )


def record_of(
    points: Sequence[Point],
    *,
    width: float,
    height: float,
    seat_radius: float,
    shapes: Sequence[ShapeRecord],
) -> MiniatureRecord:
    """Return points and shapes as a miniature; `seat_radius` is that of a point."""
    colors = sorted({point.color for point in points if point.color is not None})
    indexes = {color: index for index, color in enumerate(colors)}
    return {
        "plan": {
            "width": width,
            "height": height,
            "seat_radius": seat_radius,
            "shapes": _without_texts(shapes),
        },
        "colors": colors,
        "xs": differences(round(point.x * UNITS) for point in points),
        "ys": differences(round(point.y * UNITS) for point in points),
        "color": [None if point.color is None else indexes[point.color] for point in points],
        "free": [_level(point) for point in points],
    }


def packed(record: MiniatureRecord) -> PackedMiniature:
    content = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
    return PackedMiniature(content=content, tag=hashlib.sha256(content).hexdigest()[:16])


def square_size(*, width: float, height: float) -> float:
    """Return the side of the squares of which about MAX_POINTS cover a rectangle."""
    return max(math.sqrt(width * height / MAX_POINTS), width / MAX_POINTS, height / MAX_POINTS, 1)


def with_standing_colors(
    shapes: Iterable[ShapeRecord], colors: Mapping[str, str | None]
) -> list[ShapeRecord]:
    """Return the shapes, those of standing areas in the colours given by their group."""
    return [
        {**shape, "color": colors.get(shape["group"])} if "group" in shape else shape
        for shape in shapes
    ]


def _standing_colors(seats: QuerySet[Seat]) -> dict[str, str | None]:
    """Return the colour of each standing area; None where no place is free."""
    areas = (
        seats.filter(sold_by=SoldBy.NUMBER)
        .values("group")
        .annotate(color=Min("category__color"), free=Count("pk", filter=_is_free()))
    )
    return {
        group: (color or CATEGORY_COLOR) if free else None
        for group, color, free in areas.values_list("group", "color", "free")
    }


def _pack(event_id: int) -> PackedMiniature:
    return packed(miniature_record(event_id=event_id))


def _is_free() -> Q:
    return Q(status=SeatStatus.AVAILABLE) | Q(
        status=SeatStatus.LOCKED, locked_until__lte=clock.now(), allocation=None
    )


def _each_seat(seats: QuerySet[Seat]) -> Sequence[Point]:
    rows = seats.order_by("pk").annotate(is_free=Case(When(_is_free(), then=1), default=0))
    found = rows.values_list("x", "y", "category__color", "is_free")
    return [Point(x, y, color, 1, is_free) for x, y, color, is_free in found]


def _squares(seats: QuerySet[Seat], size: float) -> Sequence[Point]:
    """Return a point for each square of a grid with seats in it, in the middle of its seats."""
    rows = (
        seats.values(column=Floor(F("x") / size), line=Floor(F("y") / size))
        .annotate(
            at_x=Avg("x"),
            at_y=Avg("y"),
            color=Min("category__color"),
            total=Count("pk"),
            free=Count("pk", filter=_is_free()),
        )
        .order_by("line", "column")
    )
    return [Point(*row) for row in rows.values_list("at_x", "at_y", "color", "total", "free")]


def _level(point: Point) -> int:
    """Return the free share of a point's seats; 0 and FREE_LEVELS only for none and all."""
    if point.free in (0, point.total):
        return FREE_LEVELS if point.free else 0
    return 1 + (FREE_LEVELS - 1) * point.free // (point.total + 1)


def _without_texts(shapes: Sequence[ShapeRecord]) -> list[ShapeRecord]:
    """Return shapes without texts, too small to read; none if there are very many."""
    if len(shapes) > MAX_SHAPES:
        return []
    bare = [each.copy() for each in shapes]
    for shape in bare:
        shape.pop("text", None)
    return bare
