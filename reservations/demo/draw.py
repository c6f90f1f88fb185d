"""Draw the demo halls as seating plans in pretix's format: `python -m reservations.demo.draw`.

Rows are arcs about a point behind the stage, so that every seat faces it. Aisles have a constant
width, and each block's seats are spread evenly from edge to edge. Angles are in degrees from
straight ahead, positive to the right on the plan.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any

SEAT_SPACING = 24.0
ROW_PITCH = 31.0
AISLE_WIDTH = 54.0
# No row is called I or O, which look like numbers.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"

FLOOR = "rgba(100, 116, 139, 0.1)"
RAIL = "rgba(100, 116, 139, 0.5)"
INK = "#64748b"

Json = dict[str, Any]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ArcCentre:
    """The common centre of all arcs."""

    x: float
    y: float

    def at(self, angle: float, radius: float, *, aside: float = 0) -> Point:
        """Return a point on an arc, shifted `aside` to the right of the line of sight."""
        turn = math.radians(angle)
        sine, cosine = math.sin(turn), math.cos(turn)
        return self.x + radius * sine + aside * cosine, self.y + radius * cosine - aside * sine

    def arc(self, reach: float, radius: float) -> list[Point]:
        """Return points on an arc from -reach to reach."""
        return [self.at(reach * step / 16, radius) for step in range(-16, 17)]

    def band(self, reach: float, inner: float, outer: float) -> list[Point]:
        """Return the outline of a ring segment."""
        return self.arc(reach, inner) + self.arc(reach, outer)[::-1]


def theatre() -> Json:
    """A playhouse: stalls, seven boxes on either side, a circle, and a standing area behind."""
    centre = ArcCentre(840, -260)
    stalls = [
        _row(centre, "stalls", LETTERS[at], 580 + ROW_PITCH * at, reach=33, aisles=(-11.5, 11.5))
        for at in range(16)
    ]
    circle = [
        _row(centre, "circle", LETTERS[at], 1172 + ROW_PITCH * at, reach=34, aisles=(-17, 0, 17))
        for at in range(8)
    ]
    _mark_wheelchair_places(stalls[-1])
    boxes = [_box(centre, side, number) for side in (-1, 1) for number in range(1, 8)]
    for row, _ in boxes[::7]:
        for seat in row["seats"][:2]:
            seat |= {
                "features": ["restricted_view"],
                "note": "The near corner of the stage is hidden.",
            }
    return _plan(
        "Aurelia Theatre",
        (1680, 1300),
        {
            "Stalls": "#7c3aed",
            "Circle": "#d97706",
            "Boxes": "#be185d",
            "Standing": "#0f766e",
        },
        [
            _zone("House", "house", [], _theatre_areas(centre)),
            _zone("Stalls", "stalls", _sold_as("Stalls", stalls)),
            _zone("Circle", "circle", _sold_as("Circle", circle)),
            _zone(
                "Boxes",
                "boxes",
                _sold_as("Boxes", (row for row, _ in boxes)),
                [area for _, areas in boxes for area in areas],
            ),
            _zone("Standing", "standing", [], [_standing_area(centre)]),
        ],
    )


def chamber_hall() -> Json:
    """A small hall for chamber music: dear in front, less so behind."""
    centre = ArcCentre(440, -640)
    rows = [
        _row(centre, "hall", LETTERS[at], 870 + ROW_PITCH * at, reach=19, aisles=(0,))
        for at in range(9)
    ]
    stage = [(340, 40), *centre.arc(10, 800), (540, 40)]
    areas = [
        _polygon(centre.band(21.2, 836, 1152), FLOOR),
        _polygon(stage, "#334155", "#1e293b"),
        _text("STAGE", (440, 105), size=20, color="#f8fafc"),
        _text("DOORS", (440, 550), size=14),
    ]
    return _plan(
        "Lindenhof Chamber Hall",
        (880, 586),
        {"Front": "#be185d", "Rear": "#7c3aed"},
        [_zone("Hall", "hall", _sold_as("Front", rows[:4]) + _sold_as("Rear", rows[4:]), areas)],
    )


def _theatre_areas(centre: ArcCentre) -> list[Json]:
    stage = [(660, 40), *centre.arc(30, 490), (1020, 40)]
    return [
        _polygon(centre.band(35, 552, 1078), FLOOR),
        _polygon(centre.band(36, 1144, 1422), FLOOR),
        _polygon(centre.band(36, 1128, 1136), RAIL),
        _polygon(stage, "#334155", "#1e293b"),
        _text("STAGE", (840, 130), size=34, color="#f8fafc"),
        _text("STALLS", (840, 268), size=20),
        _text("CIRCLE", (840, 843), size=20),
        _text("BOXES", centre.at(-33, 514, aside=-84), size=16),
        _text("BOXES", centre.at(33, 514, aside=84), size=16),
        _text("FOYER", (330, 1240), size=16),
        _text("FOYER", (1350, 1240), size=16),
    ]


def _standing_area(centre: ArcCentre) -> Json:
    """A curved place to stand behind the circle."""
    area = _polygon(centre.band(10, 1440, 1540), FLOOR)
    left, top = area["position"]["x"], area["position"]["y"]
    (x, y), size = _position((centre.x - left, centre.y + 1490 - top)), 20
    return {
        **area,
        "text": {"text": "Standing", "position": {"x": x, "y": y}, "size": size, "color": INK},
        "standing": {"capacity": 60, "category": "Standing", "guid": "standing"},
    }


def _box(centre: ArcCentre, side: int, number: int) -> tuple[Json, list[Json]]:
    """Return a box beside the stalls, two seats by two behind a wall, and its decoration."""
    name = f"{'L' if side < 0 else 'R'}{number}"
    angle, radius = 33 * side, 512 + 76 * number

    def place(ahead: float, out: float) -> Point:
        return centre.at(angle, radius + ahead, aside=side * (84 + out))

    seats = [place(ahead, out) for out in (-13, 13) for ahead in (-13, 13)]
    walls = [place(ahead, out) for ahead, out in ((-33, -30), (33, -30), (33, 30), (-33, 30))]
    row = _seated("boxes", name, seats, row_number_position=None)
    return row, [_polygon(walls, FLOOR, RAIL), _text(name, place(0, 45), size=14)]


def _row(
    centre: ArcCentre,
    zone: str,
    name: str,
    radius: float,
    *,
    reach: float,
    aisles: tuple[float, ...],
) -> Json:
    """Return a row from -reach to reach, with aisles at the given angles."""
    half_aisle = math.degrees(AISLE_WIDTH / 2 / radius)
    edges = [-reach - half_aisle, *aisles, reach + half_aisle]
    seats: list[Point] = []
    on_aisle: list[int] = []
    for left, right in pairwise(edges):
        on_aisle.append(len(seats))
        start, end = left + half_aisle, right - half_aisle
        gaps = int(math.radians(end - start) * radius / SEAT_SPACING)
        seats += [centre.at(start + (end - start) * at / gaps, radius) for at in range(gaps + 1)]
        on_aisle.append(len(seats) - 1)
    row = _seated(zone, name, seats, row_number_position="both")
    for at in on_aisle[1:-1]:
        row["seats"][at]["features"] = ["aisle"]
    return row


def _mark_wheelchair_places(row: Json) -> None:
    """Make the seats of a row that are on an aisle accessible, each with a companion seat."""
    seats = row["seats"]
    places = [at for at, seat in enumerate(seats) if seat.get("features")]
    for at, step in zip(places, cycle((-1, 1)), strict=False):
        seats[at] |= {"features": ["accessible", "aisle"], "note": "Level access from the foyer."}
        seats[at + step] |= {"features": ["companion"], "companion_of": seats[at]["seat_guid"]}


def _seated(zone: str, name: str, seats: list[Point], *, row_number_position: str | None) -> Json:
    """Return a row with seats at absolute points, numbered from 1."""
    x, y = _position(seats[0])
    return {
        "row_number": name,
        "row_number_position": row_number_position,
        "position": {"x": x, "y": y},
        "seats": [
            {
                "seat_guid": f"{zone}-{name}-{number}",
                "seat_number": str(number),
                "position": dict(zip("xy", _position((at[0] - x, at[1] - y)), strict=True)),
            }
            for number, at in enumerate(seats, start=1)
        ],
    }


def _sold_as(category: str, rows: Iterable[Json]) -> list[Json]:
    return [
        {**row, "seats": [{**seat, "category": category} for seat in row["seats"]]} for row in rows
    ]


def _zone(name: str, zone_id: str, rows: list[Json], areas: list[Json] | None = None) -> Json:
    return {
        "name": name,
        "zone_id": zone_id,
        "position": {"x": 0, "y": 0},
        "rows": rows,
        "areas": areas or [],
    }


def _plan(name: str, size: tuple[int, int], colors: dict[str, str], zones: list[Json]) -> Json:
    return {
        "name": name,
        "size": {"width": size[0], "height": size[1]},
        "categories": [{"name": category, "color": colors[category]} for category in colors],
        "zones": zones,
    }


def _polygon(points: Iterable[Point], color: str, border_color: str | None = None) -> Json:
    first, *rest = (_position(point) for point in points)
    x, y = first
    relative = [(0.0, 0.0), *(_position((at[0] - x, at[1] - y)) for at in rest)]
    return {
        "shape": "polygon",
        "position": {"x": x, "y": y},
        "rotation": 0,
        "color": color,
        "border_color": border_color or "transparent",
        "polygon": {"points": [{"x": at[0], "y": at[1]} for at in relative]},
    }


def _text(text: str, at: Point, *, size: int, color: str = INK) -> Json:
    x, y = _position(at)
    return {
        "shape": "text",
        "position": {"x": x, "y": y},
        "rotation": 0,
        "text": {"text": text, "position": {"x": 0, "y": 0}, "size": size, "color": color},
    }


def _position(at: Point) -> Point:
    return round(at[0], 2), round(at[1], 2)


def _formatted(plan: Json) -> str:
    """Format a plan as JSON with one line for each seat and area."""
    text = json.dumps(plan, ensure_ascii=False)
    for start in ('{"seat_guid"', '{"row_number"', '{"shape"', '{"name"'):
        text = text.replace(start, "\n" + start)
    return text.strip() + "\n"


if __name__ == "__main__":
    here = Path(__file__).parent
    for plan, file in ((theatre(), "theatre.json"), (chamber_hall(), "chamber_hall.json")):
        (here / file).write_text(_formatted(plan), encoding="utf-8")
