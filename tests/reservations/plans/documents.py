"""Small seating plans in pretix's format, for tests to break."""

import json
from typing import Any

Json = dict[str, Any]


def seat(guid: str = "s1", number: str = "1", *, x: float = 0, y: float = 0, **more: Any) -> Json:
    return {
        "seat_guid": guid,
        "seat_number": number,
        "position": {"x": x, "y": y},
        "category": "Stalls",
        **more,
    }


def row(*seats: Json, name: str = "A", x: float = 0, y: float = 0, **more: Any) -> Json:
    return {"row_number": name, "position": {"x": x, "y": y}, "seats": list(seats), **more}


def zone(*rows: Json, name: str = "Stalls", x: float = 0, y: float = 0, **more: Any) -> Json:
    return {"name": name, "position": {"x": x, "y": y}, "rows": list(rows), **more}


def document(*zones: Json, **more: Any) -> Json:
    """Return a plan with the zones given, else with one seat."""
    return {
        "name": "A plan",
        "size": {"width": 800, "height": 600},
        "categories": [{"name": "Stalls", "color": "#7c3aed"}, {"name": "Circle", "color": "red"}],
        "zones": list(zones) or [zone(row(seat(x=100, y=100)))],
        **more,
    }


def written(plan: Json) -> bytes:
    return json.dumps(plan).encode()


def area(shape: str | None = "circle", **more: Any) -> Json:
    return {"shape": shape, "position": {"x": 10, "y": 20}, "circle": {"radius": 5}, **more}
