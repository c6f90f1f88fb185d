"""Write a plan as a document in pretix's format: the inverse of reading one. Pure."""

import uuid
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import orjson

from reservations.plans.plan import (
    Circle,
    Ellipse,
    Plan,
    PlanCategory,
    PlanSeat,
    Polygon,
    Rectangle,
    Shape,
)

# So that writing a plan twice gives the same bytes.
_NAMESPACE = uuid.UUID("6f9d7c6e-1f0b-4f58-9c6e-4c1d5a1f7e11")


def document_of(plan: Plan) -> bytes:
    """Return a plan's document. Its seats and shapes have absolute positions, in one place each."""
    seats = [
        {
            "seat_guid": seat.guid,
            "uuid": _uuid("seat", seat.guid),
            "seat_number": seat.number,
            "position": {"x": seat.x, "y": seat.y},
            "category": seat.category or "",
            "radius": plan.seat_radius,
        }
        for seat in plan.seats
    ]
    zones = zones_of(plan.seats, seats)
    if plan.shapes:
        zones.append(new_zone("", areas=[area_of(shape) for shape in plan.shapes]))
    return written(
        name=plan.name, size=(plan.width, plan.height), categories=plan.categories, zones=zones
    )


def written(
    *,
    name: str,
    size: tuple[float, float],
    categories: Iterable[PlanCategory],
    zones: list[dict[str, Any]],
    floors: Sequence[str] = (),
) -> bytes:
    """Return the bytes of a document. Floors have their names as ids."""
    document: dict[str, Any] = {
        "name": name,
        "size": {"width": size[0], "height": size[1]},
        "categories": [{"name": each.name, "color": each.color} for each in categories],
        "zones": zones,
    }
    if floors:
        document["floors"] = [{"id": floor, "name": floor} for floor in floors]
    return orjson.dumps(document)


def zones_of(seats: Sequence[PlanSeat], written: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a zone for each section, and in it a row for each run of seats of one row.

    `written` has the seats as they are written, in the same order.
    """
    zones: dict[str, dict[str, Any]] = {}
    pairs = zip(seats, written, strict=True)
    for (section, name), found in groupby(pairs, key=lambda pair: (pair[0].section, pair[0].row)):
        zone = zones.setdefault(section, new_zone(section))
        add_row(zone, name).extend(seat for _, seat in found)
    return list(zones.values())


def add_row(zone: dict[str, Any], name: str, **more: Any) -> list[dict[str, Any]]:
    """Add a row to a zone; return the list of its seats."""
    seats: list[dict[str, Any]] = []
    zone["rows"].append(
        {
            "row_number": name,
            "row_number_position": "both",
            "uuid": _uuid("row", zone["name"], name, str(len(zone["rows"]))),
            "position": {"x": 0, "y": 0},
            **more,
            "seats": seats,
        }
    )
    return seats


def new_zone(
    name: str, *, areas: Sequence[dict[str, Any]] = (), number: str = "", **more: Any
) -> dict[str, Any]:
    """Return an empty zone; `number` tells it apart from others with its name."""
    return {
        "name": name,
        "uuid": _uuid("zone", name, str(bool(areas)), *([number] if number else [])),
        "position": {"x": 0, "y": 0},
        "rows": [],
        "areas": list(areas),
        **more,
    }


def area_of(shape: Shape) -> dict[str, Any]:
    """Return a shape as an area of a zone at its origin."""
    area: dict[str, Any] = {
        "shape": "text",
        "position": {"x": shape.x, "y": shape.y},
        "rotation": shape.rotation,
        "color": shape.color or "",
        "border_color": shape.border_color or "",
    }
    match shape.body:
        case Rectangle(width, height):
            area |= {"shape": "rectangle", "rectangle": {"width": width, "height": height}}
        case Circle(radius):
            area |= {"shape": "circle", "circle": {"radius": radius}}
        case Ellipse(x, y):
            area |= {"shape": "ellipse", "ellipse": {"radius": {"x": x, "y": y}}}
        case Polygon(points):
            corners = [{"x": x, "y": y} for x, y in points]
            area |= {"shape": "polygon", "polygon": {"points": corners}}
    if shape.text is not None:
        area["text"] = {
            "text": shape.text.text,
            "position": {"x": shape.text.x, "y": shape.text.y},
            "color": shape.text.color,
            "size": shape.text.size,
        }
    area["uuid"] = _uuid("area", orjson.dumps(area).decode())
    return area


def _uuid(*parts: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts)))
