"""The data of a seating plan, in absolute coordinates: x to the right, y down.

The unit is the plan's own. A seat is a circle of `seat_radius`, and the plan fills the rectangle
from 0,0 to width,height.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reservations.domain.features import NO_FEATURES, SeatFeature, SoldBy

MAX_SEATS = 100_000
MAX_SHAPES = 5_000
MAX_ZONES = 2_000
"""Zones become sections, of which each takes its part of every frame with the whole map."""

# The lengths of the database's columns.
MAX_NAME_LENGTH = 200
MAX_CATEGORY_LENGTH = MAX_SECTION_LENGTH = MAX_GUID_LENGTH = MAX_SEAT_NUMBER_LENGTH = 100
MAX_ROW_LENGTH = MAX_NUMBER_LENGTH = 50
MAX_NOTE_LENGTH = 200

CATEGORY_COLOR = "#7c8797"
TEXT_COLOR = "#64748b"
"""The default colour of text, readable on white and on black."""


@dataclass(frozen=True, slots=True)
class PlanCategory:
    """A price category. Colours are valid by `colors.is_color`."""

    name: str
    color: str = CATEGORY_COLOR


@dataclass(frozen=True, slots=True)
class PlanSeat:
    """A seat. `seat_number` and `guid` are unique in the plan; `category` is a category's name.

    `companion_of` is the guid of the accessible seat whose companion sits here, and `group` names
    the table that the seat belongs to, which has `group_size` seats.
    """

    guid: str
    seat_number: str
    section: str
    row: str
    number: str
    x: float
    y: float
    category: str | None = None
    features: SeatFeature = NO_FEATURES
    note: str = ""
    companion_of: str | None = None
    group: str = ""
    group_size: int = 0
    sold_by: SoldBy = SoldBy.SEAT

    @property
    def grouping(self) -> tuple[Any, ...]:
        """With which seats it is sold: its group, the group's size, how it is sold, and
        `companion_of`."""
        return (self.group, self.group_size, self.sold_by, self.companion_of)


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle. Its shape's x,y is the upper left corner."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle. Its shape's x,y is the centre."""

    radius: float


@dataclass(frozen=True, slots=True)
class Ellipse:
    """An ellipse. Its shape's x,y is the centre."""

    radius_x: float
    radius_y: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """A polygon. Points are relative to the shape's x,y."""

    points: tuple[tuple[float, float], ...]


Body = Rectangle | Circle | Ellipse | Polygon


@dataclass(frozen=True, slots=True)
class ShapeText:
    """A line of text. x,y is its centre, relative to its shape; `size` is the font size."""

    text: str
    size: float
    color: str
    x: float = 0
    y: float = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """Decoration: a stage, a table, a label. Without a body it is only text.

    A standing area has the name of its places' `group`. `rotation` is in degrees, clockwise, about
    x,y.
    """

    x: float
    y: float
    body: Body | None = None
    rotation: float = 0
    color: str | None = None
    border_color: str | None = None
    text: ShapeText | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A seating plan. The order of `seats` becomes the order of their index on the wire.

    The best seats are nearest to `focal_point`. `notes` are sentences about what parsing has
    changed or left out. If it has several floors, `floors` has the floor of each section by name.
    """

    name: str
    width: float
    height: float
    seat_radius: float
    categories: tuple[PlanCategory, ...]
    seats: tuple[PlanSeat, ...]
    shapes: tuple[Shape, ...] = ()
    notes: tuple[str, ...] = ()
    focal_point: tuple[float, float] | None = None
    floors: Mapping[str, str] = field(default_factory=dict)


def with_categories_renamed(plan: Plan, renamed: Mapping[str, str]) -> Plan:
    """Return the plan with categories renamed, from old to new name.

    Categories with the same new name become one, with the colour of the one that had that name, or
    else of the first.
    """
    categories: dict[str, PlanCategory] = {}
    for category in plan.categories:
        name = renamed.get(category.name, category.name)
        if name == category.name or name not in categories:
            categories[name] = replace(category, name=name)
    return replace(
        plan,
        categories=tuple(categories.values()),
        seats=tuple(
            replace(seat, category=renamed.get(seat.category, seat.category))
            if seat.category
            else seat
            for seat in plan.seats
        ),
    )


def drawing(plan: Plan) -> dict[str, Any]:
    """Return the plan without its seats as JSON, as stored in `Event.plan` and shown by the API."""
    drawn = {
        "name": plan.name,
        "width": plan.width,
        "height": plan.height,
        "seat_radius": plan.seat_radius,
        "shapes": [shape_record(shape) for shape in plan.shapes],
    }
    if plan.focal_point is not None:
        drawn["focal_point"] = {"x": plan.focal_point[0], "y": plan.focal_point[1]}
    if plan.floors:
        drawn["floors"] = [
            {"section": section, "floor": floor} for section, floor in plan.floors.items()
        ]
    return drawn


def shape_record(shape: Shape) -> dict[str, Any]:
    """Return a shape as JSON."""
    data: dict[str, Any] = {
        **_body_data(shape.body),
        "x": shape.x,
        "y": shape.y,
        "rotation": shape.rotation,
        "color": shape.color,
        "border_color": shape.border_color,
    }
    if shape.group:
        data["group"] = shape.group
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
