"""The bounding box of a plan, the labels at the ends of its rows, and the names of its zones."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from reservations.plans.places import Point, SeatPlaces
from reservations.plans.plan import (
    TEXT_COLOR,
    Circle,
    Ellipse,
    Plan,
    PlanSeat,
    Polygon,
    Rectangle,
    Shape,
    ShapeText,
)

DEFAULT_SEAT_RADIUS = 10.0

Thing = TypeVar("Thing", PlanSeat, Shape)


def framed(plan: Plan) -> Plan:
    """Return the plan enlarged and shifted so that it contains every seat.

    A plan of size 0 by 0 also grows to contain its shapes. A seat outside the frame could not be
    seen, and so not be sold.
    """
    reach = 2 * plan.seat_radius
    xs = [seat.x for seat in plan.seats]
    ys = [seat.y for seat in plan.seats]
    corners = [(min(xs) - reach, min(ys) - reach), (max(xs) + reach, max(ys) + reach)]
    if not (plan.width and plan.height):
        corners += [corner for shape in plan.shapes for corner in _corners(shape)]
    elif _is_inside(plan, xs, ys):
        return plan
    left, top = (min(0.0, *(corner[axis] for corner in corners)) for axis in (0, 1))
    width = max(plan.width, *(x for x, _ in corners)) - left
    height = max(plan.height, *(y for _, y in corners)) - top
    return replace(
        plan,
        width=round(width, 3),
        height=round(height, 3),
        seats=tuple(_moved(plan.seats, left, top)),
        shapes=tuple(_moved(plan.shapes, left, top)),
        focal_point=plan.focal_point
        and (round(plan.focal_point[0] - left, 3), round(plan.focal_point[1] - top, 3)),
    )


def common_radius(radii: Iterable[float]) -> float:
    """Return the most common radius; the smaller one of two equally common ones."""
    counted = Counter(radii)
    return max(counted, key=lambda radius: (counted[radius], -radius), default=DEFAULT_SEAT_RADIUS)


def row_signs(
    name: str, ends: Sequence[tuple[float, float]], *, radius: float, at_start: bool, at_end: bool
) -> list[Shape]:
    """Return a row's name as text beside its first seat, its last one, or both.

    `ends` has the positions of the first, second, last but one and last seat.
    """
    first, second, penultimate, last = ends
    signs = []
    if at_start:
        signs.append(_sign(name, first, second, radius))
    if at_end:
        signs.append(_sign(name, last, penultimate, radius, alone=1))
    return signs


class Boxes:
    """Rectangles that are taken: left, top, right, bottom."""

    def __init__(self) -> None:
        self._taken: list[tuple[float, float, float, float]] = []

    def take(self, left: float, top: float, right: float, bottom: float) -> None:
        self._taken.append((left, top, right, bottom))

    def take_sign(self, sign: Shape) -> None:
        """Take the place of a text."""
        if sign.text is not None:
            half, high = _half_width(sign.text.text, sign.text.size), sign.text.size / 2
            x, y = sign.x + sign.text.x, sign.y + sign.text.y
            self.take(x - half, y - high, x + half, y + high)

    def is_free(self, left: float, top: float, right: float, bottom: float) -> bool:
        return not any(
            left < other_right and other_left < right and top < other_bottom and other_top < bottom
            for other_left, other_top, other_right, other_bottom in self._taken
        )


def boxes_of(areas: Sequence[Shape], seats: Sequence[Point]) -> Boxes:
    """Return the places of areas, except of those below the seats, and of all their texts."""
    boxes = Boxes()
    for area in areas:
        corners = _corners(area)
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        box = (min(xs), min(ys), max(xs), max(ys))
        is_below = any(box[0] < x < box[2] and box[1] < y < box[3] for x, y in seats)
        if area.body is not None and not is_below:
            boxes.take(*box)
        boxes.take_sign(area)
    return boxes


def zone_sign(
    name: str,
    seats: Sequence[Point],
    *,
    radius: float,
    size: tuple[float, float],
    places: SeatPlaces,
    boxes: Boxes,
) -> Shape | None:
    """Return a zone's name as text above or below its seats; None if there is no room for it.

    It is smaller where a large one has no room. `size` is the plan's width and height, 0 by 0 if it
    has none; `places` are those of all seats, and `boxes` what else must not be covered.
    """
    xs, ys = [x for x, _ in seats], [y for _, y in seats]
    middle = (min(xs) + max(xs)) / 2
    for text_size in (2.4 * radius, 1.8 * radius, 1.2 * radius):
        half, high = _half_width(name, text_size), text_size / 2
        for y in (min(ys) - radius - text_size, max(ys) + radius + text_size):
            is_inside = not any(size) or (
                half <= middle <= size[0] - half and high <= y <= size[1] - high
            )
            if (
                is_inside
                and boxes.is_free(middle - half, y - high, middle + half, y + high)
                and places.is_free(middle=(middle, y), width=2 * half, height=text_size)
            ):
                return Shape(
                    x=round(middle, 3),
                    y=round(y, 3),
                    text=ShapeText(text=name, size=round(text_size, 3), color=TEXT_COLOR),
                )
    return None


def _half_width(text: str, size: float) -> float:
    """Return half the width of a text, whose letters are about 0.6 of its size wide."""
    return 0.3 * size * len(text)


def _sign(
    name: str,
    seat: tuple[float, float],
    neighbour: tuple[float, float],
    radius: float,
    *,
    alone: int = -1,
) -> Shape:
    """Return a label beyond a seat, away from its neighbour.

    `alone` is the direction for a row of a single seat.
    """
    dx, dy = seat[0] - neighbour[0], seat[1] - neighbour[1]
    distance = math.hypot(dx, dy)
    out_x, out_y = (dx / distance, dy / distance) if distance else (alone, 0)
    return Shape(
        x=round(seat[0] + out_x * 2.4 * radius, 3),
        y=round(seat[1] + out_y * 2.4 * radius, 3),
        text=ShapeText(text=name, size=round(1.2 * radius, 3), color=TEXT_COLOR),
    )


def _is_inside(plan: Plan, xs: list[float], ys: list[float]) -> bool:
    radius = plan.seat_radius
    return (
        min(xs) >= radius
        and min(ys) >= radius
        and max(xs) <= plan.width - radius
        and max(ys) <= plan.height - radius
    )


def _moved(things: Iterable[Thing], left: float, top: float) -> Iterable[Thing]:
    return (
        replace(thing, x=round(thing.x - left, 3), y=round(thing.y - top, 3)) for thing in things
    )


def _corners(shape: Shape) -> list[tuple[float, float]]:
    """Return points whose bounding box contains the rotated shape."""
    match shape.body:
        case Rectangle(width, height):
            points = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
        case Polygon(polygon):
            points = list(polygon)
        case Circle(radius):
            points = _around(radius)
        case Ellipse(radius_x, radius_y):
            points = _around(max(radius_x, radius_y))
        case None:
            points = [(0.0, 0.0)]
    if isinstance(shape.body, Circle | Ellipse):
        return [(shape.x + x, shape.y + y) for x, y in points]
    sine, cosine = math.sin(math.radians(shape.rotation)), math.cos(math.radians(shape.rotation))
    return [(shape.x + x * cosine - y * sine, shape.y + x * sine + y * cosine) for x, y in points]


def _around(radius: float) -> list[tuple[float, float]]:
    return [(-radius, -radius), (radius, radius)]
