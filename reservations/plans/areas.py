"""The shapes that a pretix plan's areas draw around the seats."""

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
    PretixText,
    RectangleArea,
)

TEXT_SIZE = 16


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
