"""Read a CSV file as a document."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reservations.plans.areas import middle
from reservations.plans.csv_format.columns import (
    COLUMNS_OF,
    NUMBERS,
    REQUIRED,
    Kind,
)
from reservations.plans.csv_format.geometry import MARGIN, order_along, placed
from reservations.plans.csv_format.lines import Line, read_lines, require
from reservations.plans.document import Document, read
from reservations.plans.errors import Fault, PlanError
from reservations.plans.frame import DEFAULT_SEAT_RADIUS
from reservations.plans.labels import distinct
from reservations.plans.plan import (
    MAX_GUID_LENGTH,
    PlanCategory,
    Polygon,
    Shape,
)
from reservations.plans.pretix_format import MAX_NUMBER, path, shown
from reservations.plans.writing import add_row, new_zone, written

COLORS = ("#7c3aed", "#0d9488", "#d97706", "#2563eb", "#db2777", "#65a30d", "#57534e", "#b91c1c")

Json = dict[str, Any]
# Its section, number and floor, and whether it has standing areas.
_ZoneKey = tuple[str, str, str, bool]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
# Map coordinates in metres; what is too large for a plan is told when the document is read.
_MAX_RAW = 1e9
_WHOLE = re.compile(r"[1-9][0-9]{0,8}")
_POINT = re.compile(r"(-?[0-9]{1,6}(?:\.[0-9]{1,9})?),(-?[0-9]{1,6}(?:\.[0-9]{1,9})?)")
_OUTLINE = re.compile(rf"(?:{_POINT.pattern}(?: |$))+")
_WHERE = ("section", "zone", "floor", "row")
_LABELS = ("row_label", "seat_label")


def read_csv(data: bytes, *, name: str) -> Document:
    """Return the document of a CSV file. Raises: PlanError with the lines of the faults."""
    file = read_lines(data)
    lines, notes = file.lines, list(file.notes)
    if not lines:
        raise PlanError(Fault("", "must have seats: there is no line below the header"))
    require(fault for line in lines for fault in _faults(line))
    margin = 2 * DEFAULT_SEAT_RADIUS
    if not any(line["guid"] for line in lines):
        # An export has guids, and positions that are a plan's already.
        lines, changes = placed(lines, in_degrees=file.in_degrees)
        notes += changes
        margin = MARGIN
    tables = {line["guid"]: line for line in lines if line.kind is Kind.TABLE}
    require(fault for line in lines for fault in _table_faults(line, tables))
    hall = _Hall(tables)
    for line, guid in zip(lines, _guids(lines), strict=True):
        hall.add(line, guid)
    hall.arrange()
    categories = sorted({line["category"] for line in lines if line["category"]})
    document = written(
        name=name,
        size=(
            _extent((line.amount("x") for line in lines), margin=margin),
            _extent((line.amount("y") for line in lines), margin=margin),
        ),
        categories=[
            PlanCategory(name=each, color=COLORS[at % len(COLORS)])
            for at, each in enumerate(categories)
        ],
        zones=hall.zones,
        floors=list(dict.fromkeys(line["floor"] for line in lines if line["floor"])),
    )
    try:
        return replace(read(document), notes=tuple(notes))
    except PlanError as error:
        raise PlanError(*map(hall.by_line, error.faults)) from None


class _Hall:
    """The zones of a document, and the numbers of the lines that their parts come from."""

    def __init__(self, tables: dict[str, Line]) -> None:
        self.zones: list[Json] = []
        self._tables = tables
        self._line_at: dict[str, int] = {}
        self._zone_at: dict[_ZoneKey, int] = {}
        self._last_standing: _ZoneKey | None = None
        self._table_rows: dict[str, _Row] = {}
        self._rows: dict[tuple[str, ...], _Row] = {}

    def add(self, line: Line, guid: str) -> None:
        match line.kind:
            case Kind.STANDING:
                at = self._zone(line)
                areas = self.zones[at]["areas"]
                self._line_at[path("zones", at, "areas", len(areas))] = line.number
                areas.append(_standing_area(line, guid))
            case Kind.TABLE:
                self._table(line)
            case Kind.SEAT:
                row = self._row_of(line)
                row.seats.append((line, _seat(line, guid, row)))

    def arrange(self) -> None:
        """Write the seats of the rows, each from one end of its row to the other."""
        for row in self._table_rows.values():
            self._write(row, row.seats)
        for row in self._rows.values():
            points = [(line.amount("x"), line.amount("y")) for line, _ in row.seats]
            order = order_along(points, [line["number"] for line, _ in row.seats])
            self._write(row, [row.seats[at] for at in order])

    def _write(self, row: "_Row", seats: Sequence[tuple[Line, Json]]) -> None:
        for at, (line, seat) in enumerate(seats):
            self._line_at[f"{row.path}.{path('seats', at)}"] = line.number
            row.written.append(seat)

    def by_line(self, fault: Fault) -> Fault:
        """Return the fault with its line instead of its path."""
        where, key = fault.path, ""
        while where and where not in self._line_at:
            where, _, last = where.rpartition(".")
            key = f"{last}.{key}" if key else last
        if not where:
            return fault
        words = f"line {self._line_at[where]}"
        return Fault(f"{words}, {key}" if key else words, fault.problem)

    def _zone(self, line: Line) -> int:
        # Standing areas have zones of their own, which do not change the order of the others. An
        # area on another floor begins one, because areas of one name are numbered in their order.
        floor, is_standing = line["floor"], line.kind is Kind.STANDING
        key = (line["section"], line["zone"], floor, is_standing)
        if is_standing and key != self._last_standing:
            self._last_standing = key
            self._zone_at.pop(key, None)
        if key not in self._zone_at:
            self._zone_at[key] = at = len(self.zones)
            self._line_at[path("zones", at)] = line.number
            more: Json = {"floor": floor} if floor else {}
            self.zones.append(new_zone(line["section"], number=line["zone"], **more))
        return self._zone_at[key]

    def _row_of(self, line: Line) -> "_Row":
        if table := line["table"]:
            return self._table(self._tables[table])
        common = tuple(line[each] for each in (*_WHERE, *_LABELS))
        if common not in self._rows:
            self._rows[common] = self._new_row(line, x=0, y=0)
        return self._rows[common]

    def _table(self, line: Line) -> "_Row":
        name = line["guid"]
        if name not in self._table_rows:
            row = self._new_row(line, x=line.amount("x"), y=line.amount("y"))
            self._table_rows[name] = row
        return self._table_rows[name]

    def _new_row(self, line: Line, *, x: float, y: float) -> "_Row":
        at = self._zone(line)
        where = path("zones", at, "rows", len(self.zones[at]["rows"]))
        more = line.some(*_LABELS)
        if line.kind is Kind.TABLE:
            more |= {"uuid": line["guid"], "position": {"x": x, "y": y}, "table": _table(line)}
        self._line_at[where] = line.number
        return _Row(where, x, y, add_row(self.zones[at], line["row"], **more))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the document: its path, its position, where its seats are written, and its seats."""

    path: str
    x: float
    y: float
    written: list[Json]
    seats: list[tuple[Line, Json]] = field(default_factory=list)


def _seat(line: Line, guid: str, row: _Row) -> Json:
    seat: Json = {
        "seat_guid": guid,
        "uuid": guid,
        "seat_number": line["number"],
        "position": {
            "x": round(line.amount("x") - row.x, 6),
            "y": round(line.amount("y") - row.y, 6),
        },
        "category": line["category"],
        **line.some("note", "companion_of"),
    }
    if features := line["features"].split():
        seat["features"] = features
    return seat | line.amounts("radius")


def _table(line: Line) -> Json:
    return line.some("shape", "sold") | line.amounts("width", "height", "rotation")


def _standing_area(line: Line, guid: str) -> Json:
    x, y, name = line.amount("x"), line.amount("y"), line["section"]
    width, height = line.amount("width"), line.amount("height")
    area: Json = {
        "shape": line["shape"] or "rectangle",
        "position": {"x": x, "y": y},
        "rotation": 0,
        "color": "",
        "border_color": "",
        **line.amounts("rotation"),
        "uuid": guid,
        "standing": {"capacity": int(line["capacity"]), "category": line["category"], "guid": guid},
    }
    center = (0.0, 0.0)
    match area["shape"]:
        case "rectangle":
            area["rectangle"] = {"width": width, "height": height}
            center = (width / 2, height / 2)
        case "circle":
            area["circle"] = {"radius": width / 2}
        case "ellipse":
            area["ellipse"] = {"radius": {"x": width / 2, "y": height / 2}}
        case "polygon":
            corners = [(float(x), float(y)) for x, y in _POINT.findall(line["outline"])]
            area["polygon"] = {"points": [{"x": x, "y": y} for x, y in corners]}
            center = middle(Shape(0, 0, Polygon(tuple(corners))))
    if " ".join(name.split()) == name:
        # Otherwise reading would change the name, which the zone has as well.
        area["text"] = {"text": name, "position": {"x": center[0], "y": center[1]}}
    return area


def _guids(lines: list[Line]) -> Iterator[str]:
    """Yield each line's own guid, or else one made of its section, row and number."""
    made = ["-".join(line[each] for each in REQUIRED[:3]).replace("/", "-") for line in lines]
    guids = distinct(
        [name[: MAX_GUID_LENGTH - 10] or "seat" for name in made], max_length=MAX_GUID_LENGTH
    )
    for line, guid in zip(lines, guids, strict=True):
        yield line["guid"] or guid


def _faults(line: Line) -> Iterator[Fault]:
    """Yield what is wrong with a line by itself. The rest is found when the document is read."""
    kind = line.kind
    if kind is None:
        yield line.fault("kind", f"must be seat, table or standing, not {shown(line['kind'])}")
        return
    for column in NUMBERS:
        cell = line[column].strip()
        if not cell and column not in ("x", "y"):
            continue
        is_number = len(cell) <= 40 and _NUMBER.fullmatch(cell)
        if not is_number or abs(float(cell)) > _MAX_RAW:
            problem = f"must be a number such as 12.5 of at most {_MAX_RAW:,.0f}"
            yield line.fault(column, f"{problem}, not {shown(cell)}")
    for column in line.cells:
        if line[column].strip() and column not in COLUMNS_OF[kind]:
            yield line.fault(column, f"must be empty for a {kind or 'seat'} line")
    if kind is Kind.STANDING:
        if not _WHOLE.fullmatch(line["capacity"].strip()):
            yield line.fault(
                "capacity", f"must be a whole number of at least 1, not {shown(line['capacity'])}"
            )
        is_polygon, outline = line["shape"] == "polygon", line["outline"].strip()
        if is_polygon and not _OUTLINE.fullmatch(outline):
            yield line.fault("outline", "must have corners such as 0,0 100,0 100,50")
        if outline and not is_polygon:
            yield line.fault("outline", "must be empty for other shapes than polygon")


def _table_faults(line: Line, tables: dict[str, Line]) -> Iterator[Fault]:
    """Yield what is wrong with the tables' names."""
    if line.kind is Kind.TABLE and tables[line["guid"]] is not line:
        yield line.fault("guid", f"{shown(line['guid'])} is that of another table too")
    if line.kind is Kind.TABLE and not line["guid"]:
        yield line.fault("guid", "must not be empty: the table's seats have it as their table")
    if table := line["table"]:
        if table not in tables:
            yield line.fault("table", f"must be the guid of a table, not {shown(table)}")
        elif any(line[each] != tables[table][each] for each in _WHERE):
            problem = "must be a table with the section, zone, floor and row of the seat"
            yield line.fault("table", problem)


def _extent(coordinates: Iterable[float], *, margin: float) -> float:
    """Return the width or height of a plan that has room for seats at these coordinates."""
    return min(max(0.0, *coordinates) + margin, MAX_NUMBER)
