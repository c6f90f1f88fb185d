"""What a seating plan is. Plain data in absolute plan coordinates: x to the right, y down.

The unit is the plan's own; a seat is a circle of `seat_radius`, and the plan fills the rectangle
from 0,0 to width,height.
"""

from dataclasses import dataclass
from typing import Any

MAX_SEATS = 100_000
MAX_SHAPES = 5_000

# As many characters as the database has room for.
MAX_NAME_LENGTH = 200
MAX_CATEGORY_LENGTH = MAX_SECTION_LENGTH = MAX_GUID_LENGTH = MAX_SEAT_NUMBER_LENGTH = 100
MAX_ROW_LENGTH = MAX_NUMBER_LENGTH = 50

CATEGORY_COLOR = "#7c8797"
TEXT_COLOR = "#64748b"
"""For text that names none: it can be read on white and on black."""


@dataclass(frozen=True, slots=True)
class PlanCategory:
    """Seats that are sold alike. Colours are as `colors.is_color` has them."""

    name: str
    color: str = CATEGORY_COLOR


@dataclass(frozen=True, slots=True)
class PlanSeat:
    """A place. `seat_number` and `guid` are unique in the plan; `category` is a category's name."""

    guid: str
    seat_number: str
    section: str
    row: str
    number: str
    x: float
    y: float
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Its shape's x,y is the upper left corner."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Circle:
    """Its shape's x,y is the centre."""

    radius: float


@dataclass(frozen=True, slots=True)
class Ellipse:
    """Its shape's x,y is the centre."""

    radius_x: float
    radius_y: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """Points are relative to the shape's x,y."""

    points: tuple[tuple[float, float], ...]


Body = Rectangle | Circle | Ellipse | Polygon


@dataclass(frozen=True, slots=True)
class ShapeText:
    """A line of text; x,y is its centre, relative to its shape's; `size` is the height of type."""

    text: str
    size: float
    color: str
    x: float = 0
    y: float = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """Decoration: a stage, a table, a sign. No body: nothing but the text.

    `rotation` is in degrees, clockwise, about x,y.
    """

    x: float
    y: float
    body: Body | None = None
    rotation: float = 0
    color: str | None = None
    border_color: str | None = None
    text: ShapeText | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A seating plan. `seats` is in plan order, which becomes the order of the seats' index.

    `notes` are sentences on what reading it has changed, or left out.
    """

    name: str
    width: float
    height: float
    seat_radius: float
    categories: tuple[PlanCategory, ...]
    seats: tuple[PlanSeat, ...]
    shapes: tuple[Shape, ...] = ()
    notes: tuple[str, ...] = ()


def drawing(plan: Plan) -> dict[str, Any]:
    """Return what `Event.plan` keeps and the API shows: the plan without its seats, as JSON."""
    return {
        "name": plan.name,
        "width": plan.width,
        "height": plan.height,
        "seat_radius": plan.seat_radius,
        "shapes": [_shape_data(shape) for shape in plan.shapes],
    }


def _shape_data(shape: Shape) -> dict[str, Any]:
    data: dict[str, Any] = {
        **_body_data(shape.body),
        "x": shape.x,
        "y": shape.y,
        "rotation": shape.rotation,
        "color": shape.color,
        "border_color": shape.border_color,
    }
    if shape.text is not None:
        data["text"] = {
            "text": shape.text.text,
            "color": shape.text.color,
            "size": shape.text.size,
            "x": shape.text.x,
            "y": shape.text.y,
        }
    return data


def _body_data(body: Body | None) -> dict[str, Any]:
    match body:
        case Rectangle(width, height):
            return {"shape": "rectangle", "width": width, "height": height}
        case Circle(radius):
            return {"shape": "circle", "radius": radius}
        case Ellipse(radius_x, radius_y):
            return {"shape": "ellipse", "radius_x": radius_x, "radius_y": radius_y}
        case Polygon(points):
            return {"shape": "polygon", "points": [list(point) for point in points]}
        case None:
            return {"shape": "text"}
