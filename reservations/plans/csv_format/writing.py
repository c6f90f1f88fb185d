"""Write a document's seats, tables and standing areas as CSV."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

from reservations.formats.csv_text import disarmed
from reservations.plans.areas import area_shape, coordinates
from reservations.plans.csv_format.columns import NUMBERS, OPTIONAL, REQUIRED, Kind
from reservations.plans.document import Document
from reservations.plans.plan import Circle, Ellipse, Polygon, Rectangle, Shape
from reservations.plans.pretix import section_of, table_name
from reservations.plans.pretix_format import PretixRow, PretixStanding, PretixTable

Cells = dict[str, Any]


def write_csv(document: Document) -> bytes:
    """Return what can be sold, with absolute positions. Columns without a value are left out."""
    lines = list(_lines(document))
    used = set().union(*lines) if lines else set()
    columns = [*REQUIRED, *(name for name in OPTIONAL if name in used)]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([[_cell(name, line.get(name)) for name in columns] for line in lines])
    return text.getvalue().encode()


def _lines(document: Document) -> Iterator[Cells]:
    """Yield the cells of each line that are not empty."""
    names: set[str] = set()
    floors = {floor.id: floor.name for floor in document.found.floors or () if floor.name.strip()}
    zones: Counter[str] = Counter()
    for zone_at, zone in enumerate(document.found.zones):
        origin, section = coordinates(zone.position), zone.name or ""
        zones[section] += 1
        # Of zones with one name, all but the first are numbered.
        number = str(zones[section]) if zones[section] > 1 else None
        where = {"zone": number, "floor": floors.get(zone.floor or "")}
        for row_at, row in enumerate(zone.rows):
            table = table_name(row, where=(zone_at, row_at), taken=names) if row.table else ""
            for cells in _row_lines(row, origin=origin, table=table):
                yield _full(section=section, **where, **cells)
        for area in zone.areas or ():
            shape = area_shape(area, origin=origin)
            if area.standing is not None and shape is not None:
                names.add(area.standing.guid)
                # Its zone is its own, so that it has no number.
                cells = _standing(area.standing, shape, section=section_of(area, zone))
                yield _full(floor=where["floor"], **cells)


def _row_lines(row: PretixRow, *, origin: tuple[float, float], table: str) -> Iterator[Cells]:
    x, y = coordinates(row.position)
    left, top = origin[0] + x, origin[1] + y
    named = {"row": row.row_number, "row_label": row.row_label, "seat_label": row.seat_label}
    if row.table is not None:
        yield {**named, **_table(row.table, left, top), "guid": table}
        named = {"row": row.row_number, "table": table}
    for seat in row.seats:
        yield {
            **named,
            "number": seat.seat_number,
            # As the seats of an event have them.
            "x": round(left + seat.position.x, 3),
            "y": round(top + seat.position.y, 3),
            "category": seat.category,
            "features": " ".join(seat.features or ()),
            "note": seat.note,
            "companion_of": seat.companion_of,
            "guid": seat.seat_guid,
            "radius": seat.radius,
        }


def _table(table: PretixTable, x: float, y: float) -> Cells:
    return {
        "kind": Kind.TABLE,
        "x": x,
        "y": y,
        "shape": table.shape,
        "width": table.width,
        "height": table.height,
        "rotation": table.rotation or None,
        "sold": table.sold,
    }


def _standing(standing: PretixStanding, shape: Shape, *, section: str) -> Cells:
    return {
        "kind": Kind.STANDING,
        "section": section,
        "x": shape.x,
        "y": shape.y,
        "category": standing.category,
        "guid": standing.guid,
        "capacity": standing.capacity,
        "rotation": shape.rotation or None,
        **_outline(shape),
    }


def _outline(shape: Shape) -> Cells:
    match shape.body:
        case Rectangle(width, height):
            return {"shape": "rectangle", "width": width, "height": height}
        case Circle(radius):
            return {"shape": "circle", "width": 2 * radius}
        case Ellipse(x, y):
            return {"shape": "ellipse", "width": 2 * x, "height": 2 * y}
        case Polygon(points):
            corners = (f"{_number(x)},{_number(y)}" for x, y in points)
            return {"shape": "polygon", "outline": " ".join(corners)}
        case None:
            return {"shape": "text"}


def _full(**cells: Any) -> Cells:
    return {name: value for name, value in cells.items() if value is not None and value != ""}


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    return _number(value) if name in NUMBERS else disarmed(value)


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
