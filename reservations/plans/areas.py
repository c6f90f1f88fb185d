"""Parse the areas of a pretix seating plan: decoration around the seats.

An area is an object with optional keys. `shape` (circle, ellipse, polygon, rectangle or text)
selects one of the bodies: `circle` {radius}, `ellipse` {radius {x, y}}, `polygon` {points [{x, y}]}
relative to the area, or `rectangle` {width, height}. `position` {x, y} is relative to the zone;
`rotation` is in degrees clockwise about the position; then `color`, `border_color`, and `text`
{text, position relative to the area, color, size, by default 16}, which any shape may have.
"""

from reservations.plans.node import Node
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

MAX_POINTS = 1_000
MAX_TEXT_LENGTH = 200


def read_area(area: Node, *, origin: tuple[float, float]) -> Shape | None:
    """Return the shape of an area in a zone at `origin`, or None if it is invisible."""
    kind = area["shape"].one_of("circle", "ellipse", "polygon", "rectangle", "text")
    x, y = read_point(area["position"], required=False)
    body = _body(area, kind)
    text = _text(area["text"])
    rotation = area["rotation"].number(default=0) % 360
    color, border_color = area["color"].color(), area["border_color"].color()
    if body is None and text is None:
        return None
    return Shape(
        x=round(origin[0] + x, 3),
        y=round(origin[1] + y, 3),
        body=body,
        rotation=round(rotation, 3),
        color=color,
        border_color=border_color,
        text=text,
    )


def read_point(position: Node, *, required: bool = True) -> tuple[float, float]:
    """Return a position {x, y}, or 0,0 if it is absent and not required."""
    if position.is_absent and not required:
        return 0, 0
    return position["x"].number(), position["y"].number()


def _body(area: Node, kind: str | None) -> Body | None:
    match kind:
        case "rectangle":
            rectangle = area["rectangle"]
            return Rectangle(
                rectangle["width"].number(least=0), rectangle["height"].number(least=0)
            )
        case "circle":
            return Circle(area["circle"]["radius"].number(least=0))
        case "ellipse":
            radius = area["ellipse"]["radius"]
            return Ellipse(radius["x"].number(least=0), radius["y"].number(least=0))
        case "polygon":
            return _polygon(area["polygon"]["points"])
        case _:
            return None


def _polygon(points: Node) -> Polygon | None:
    found = points.items()
    if len(found) > MAX_POINTS:
        points.refuse(f"must have at most {MAX_POINTS:,} points, not {len(found):,}")
        return None
    return Polygon(tuple(read_point(point) for point in found)) if found else None


def _text(text: Node) -> ShapeText | None:
    if text.is_absent:
        return None
    line = text["text"].line(max_length=MAX_TEXT_LENGTH)
    x, y = read_point(text["position"], required=False)
    size = text["size"].number(default=16, above=0, most=1_000)
    color = text["color"].color() or TEXT_COLOR
    return ShapeText(text=line, size=size, color=color, x=x, y=y) if line else None
