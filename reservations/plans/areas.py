"""The shapes that a pretix plan's areas draw around the seats."""

import math
from dataclasses import replace

from reservations.plans.plan import (
    TEXT_COLOR,
    Body,
    Circle,
    Ellipse,
    Polygon,
    Rectangle,
    Shape,
    ShapeText,
)
from reservations.plans.pretix_format import (
    CircleArea,
    EllipseArea,
    PolygonArea,
    PretixArea,
    PretixPoint,
    PretixTable,
    PretixText,
    RectangleArea,
)

TEXT_SIZE = 16
_TABLE, _TABLE_EDGE = "rgba(100, 116, 139, 0.16)", "rgba(100, 116, 139, 0.6)"


def area_shape(area: PretixArea, *, origin: tuple[float, float]) -> Shape | None:
    """Return the shape of an area in a zone at `origin`, or None if it is invisible."""
    x, y = coordinates(area.position)
    body, text = _body(area), _text(area.text)
    if body is None and text is None:
        return None
    return Shape(
        x=round(origin[0] + x, 3),
        y=round(origin[1] + y, 3),
        body=body,
        rotation=round((area.rotation or 0.0) % 360, 3),
        color=area.color,
        border_color=area.border_color,
        text=text,
    )


def middle(shape: Shape) -> tuple[float, float]:
    """Return the middle of a shape's outline."""
    match shape.body:
        case Rectangle(width, height):
            x, y = width / 2, height / 2
        case Polygon(points):
            x = (min(x for x, _ in points) + max(x for x, _ in points)) / 2
            y = (min(y for _, y in points) + max(y for _, y in points)) / 2
        case _:
            x = y = 0
    turn = math.radians(shape.rotation)
    sine, cosine = math.sin(turn), math.cos(turn)
    return round(shape.x + x * cosine - y * sine, 3), round(shape.y + x * sine + y * cosine, 3)


def table_shape(table: PretixTable, *, name: str, at: tuple[float, float]) -> Shape:
    """Return the top of a table with its name; `at` is its middle."""
    width, height = table.width, table.height or table.width
    x, y = round(at[0], 3), round(at[1], 3)
    text = None
    if name:
        # A letter is about as wide as six tenths of its height.
        size = min(0.8 * width / max(0.6 * len(name), 1), 0.5 * height, TEXT_SIZE)
        text = ShapeText(text=name, size=round(size, 3), color=TEXT_COLOR)
    if table.shape == "round":
        return Shape(x, y, Circle(width / 2), color=_TABLE, border_color=_TABLE_EDGE, text=text)
    rotation = (table.rotation or 0.0) % 360
    turn = math.radians(rotation)
    # From the middle to the upper left corner, where a rectangle begins.
    dx = (-width * math.cos(turn) + height * math.sin(turn)) / 2
    dy = (-width * math.sin(turn) - height * math.cos(turn)) / 2
    return Shape(
        x=round(x + dx, 3),
        y=round(y + dy, 3),
        body=Rectangle(width, height),
        rotation=round(rotation, 3),
        color=_TABLE,
        border_color=_TABLE_EDGE,
        text=replace(text, x=width / 2, y=height / 2) if text else None,
    )


def coordinates(position: PretixPoint | None) -> tuple[float, float]:
    """Return a position, 0,0 if it is absent."""
    return (position.x, position.y) if position else (0, 0)


def _body(area: PretixArea) -> Body | None:
    match area:
        case RectangleArea(rectangle=rectangle):
            return Rectangle(rectangle.width, rectangle.height)
        case CircleArea(circle=circle):
            return Circle(circle.radius)
        case EllipseArea(ellipse=ellipse):
            return Ellipse(ellipse.radius.x, ellipse.radius.y)
        case PolygonArea(polygon=polygon) if polygon.points:
            return Polygon(tuple(coordinates(point) for point in polygon.points))
        case _:
            return None


def _text(text: PretixText | None) -> ShapeText | None:
    if text is None or not text.text:
        return None
    x, y = coordinates(text.position)
    return ShapeText(
        text=text.text, size=text.size or TEXT_SIZE, color=text.color or TEXT_COLOR, x=x, y=y
    )
