"""Read a CSV file as a document."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from reservations.csv_text import restored
from reservations.plans.areas import middle
from reservations.plans.csv_format.columns import (
    COLUMNS_OF,
    NUMBERS,
    OPTIONAL,
    REQUIRED,
    Kind,
)
from reservations.plans.document import MAX_BYTES, Document, read
from reservations.plans.errors import Fault, PlanError
from reservations.plans.frame import DEFAULT_SEAT_RADIUS
from reservations.plans.labels import distinct
from reservations.plans.plan import (
    MAX_GUID_LENGTH,
    MAX_SEATS,
    PlanCategory,
    Polygon,
    Shape,
)
from reservations.plans.pretix_format import MAX_FAULTS, MAX_NUMBER, path, shown
from reservations.plans.writing import add_row, new_zone, written

COLORS = ("#7c3aed", "#0d9488", "#d97706", "#2563eb", "#db2777", "#65a30d", "#0891b2", "#b91c1c")

Json = dict[str, Any]
# Its section, number and floor, and whether it has standing areas.
_ZoneKey = tuple[str, str, str, bool]

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_WHOLE = re.compile(r"[1-9][0-9]{0,8}")
_POINT = re.compile(r"(-?[0-9]{1,6}(?:\.[0-9]{1,9})?),(-?[0-9]{1,6}(?:\.[0-9]{1,9})?)")
_OUTLINE = re.compile(rf"(?:{_POINT.pattern}(?: |$))+")
_KINDS = {"seat": Kind.SEAT} | {kind.value: kind for kind in Kind}
_WHERE = ("section", "zone", "floor", "row")
_LABELS = ("row_label", "seat_label")
# Tables have lines of their own.
MAX_LINES = 2 * MAX_SEATS


@dataclass(frozen=True, slots=True)
class _Line:
    """A record of the file: the number of its last line, and its cells by column."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    @property
    def kind(self) -> Kind | None:
        return _KINDS.get(self["kind"].strip().lower())

    def amount(self, column: str) -> float:
        """Return the number in a column, 0 if it is empty."""
        return float(self[column].strip() or 0)

    def amounts(self, *columns: str) -> Json:
        """Return the columns with numbers in them."""
        return {column: self.amount(column) for column in columns if self[column].strip()}

    def some(self, *columns: str) -> Json:
        """Return the columns with text in them."""
        return {column: self[column] for column in columns if self[column]}

    def fault(self, column: str, problem: str) -> Fault:
        return Fault(f"line {self.number}, {column}", problem)


def read_csv(data: bytes, *, name: str) -> Document:
    """Return the document of a CSV file. Raises: PlanError with the lines of the faults."""
    lines = list(_lines(_decoded(data)))
    if not lines:
        raise PlanError(Fault("", "must have seats: there is no line below the header"))
    _require(fault for line in lines for fault in _faults(line))
    tables = {line["guid"]: line for line in lines if line.kind is Kind.TABLE}
    _require(fault for line in lines for fault in _table_faults(line, tables))
    hall = _Hall(tables)
    for line, guid in zip(lines, _guids(lines), strict=True):
        hall.add(line, guid)
    categories = dict.fromkeys(line["category"] for line in lines if line["category"])
    document = written(
        name=name,
        size=(
            _extent(line.amount("x") for line in lines),
            _extent(line.amount("y") for line in lines),
        ),
        categories=[
            PlanCategory(name=each, color=COLORS[at % len(COLORS)])
            for at, each in enumerate(categories)
        ],
        zones=hall.zones,
        floors=list(dict.fromkeys(line["floor"] for line in lines if line["floor"])),
    )
    try:
        return read(document)
    except PlanError as error:
        raise PlanError(*map(hall.by_line, error.faults)) from None


class _Hall:
    """The zones of a document, and the numbers of the lines that their parts come from."""

    def __init__(self, tables: dict[str, _Line]) -> None:
        self.zones: list[Json] = []
        self._tables = tables
        self._line_at: dict[str, int] = {}
        self._zone_at: dict[_ZoneKey, int] = {}
        self._last_standing: _ZoneKey | None = None
        self._rows: dict[str, _Row] = {}
        self._last: tuple[Json, _Row] | None = None
        """The row of the line above, and what its seats have in common."""

    def add(self, line: _Line, guid: str) -> None:
        match line.kind:
            case Kind.STANDING:
                self._last = None
                at = self._zone(line)
                areas = self.zones[at]["areas"]
                self._line_at[path("zones", at, "areas", len(areas))] = line.number
                areas.append(_standing_area(line, guid))
            case Kind.TABLE:
                self._last = None
                self._table(line)
            case Kind.SEAT:
                row = self._row_of(line)
                self._line_at[f"{row.path}.{path('seats', len(row.seats))}"] = line.number
                row.seats.append(_seat(line, guid, row))

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

    def _zone(self, line: _Line) -> int:
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

    def _row_of(self, line: _Line) -> "_Row":
        if table := line["table"]:
            self._last = None
            return self._table(self._tables[table])
        common = line.some(*_WHERE, *_LABELS)
        if self._last is None or self._last[0] != common:
            self._last = (common, self._new_row(line, x=0, y=0))
        return self._last[1]

    def _table(self, line: _Line) -> "_Row":
        name = line["guid"]
        if name not in self._rows:
            row = self._new_row(line, x=line.amount("x"), y=line.amount("y"))
            self._rows[name] = row
        return self._rows[name]

    def _new_row(self, line: _Line, *, x: float, y: float) -> "_Row":
        at = self._zone(line)
        where = path("zones", at, "rows", len(self.zones[at]["rows"]))
        more = line.some(*_LABELS)
        if line.kind is Kind.TABLE:
            more |= {"uuid": line["guid"], "position": {"x": x, "y": y}, "table": _table(line)}
        self._line_at[where] = line.number
        return _Row(where, x, y, add_row(self.zones[at], line["row"], **more))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the document: its path, its position, and its seats so far."""

    path: str
    x: float
    y: float
    seats: list[Json]


def _seat(line: _Line, guid: str, row: _Row) -> Json:
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


def _table(line: _Line) -> Json:
    return line.some("shape", "sold") | line.amounts("width", "height", "rotation")


def _standing_area(line: _Line, guid: str) -> Json:
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


def _guids(lines: list[_Line]) -> Iterator[str]:
    """Yield each line's own guid, or else one made of its section, row and number."""
    made = ["-".join(line[each] for each in REQUIRED[:3]).replace("/", "-") for line in lines]
    guids = distinct(
        [name[: MAX_GUID_LENGTH - 10] or "seat" for name in made], max_length=MAX_GUID_LENGTH
    )
    for line, guid in zip(lines, guids, strict=True):
        yield line["guid"] or guid


def _decoded(data: bytes) -> str:
    """Raises: PlanError."""
    if len(data) > MAX_BYTES:
        raise PlanError(Fault("", f"must have at most {MAX_BYTES // 1024 // 1024} MiB"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PlanError(Fault(f"line {line}", "is not UTF-8 text")) from None


def _lines(text: str) -> Iterator[_Line]:
    """Raises: PlanError for lines that do not match the header."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        _require(_header_faults(header))
        for at, cells in enumerate(reader):
            if not cells:
                continue
            if len(cells) != len(header):
                problem = f"must have {len(header)} cells as the header does, not {len(cells)}"
                raise PlanError(Fault(f"line {reader.line_num}", problem))
            if at >= MAX_LINES:
                raise PlanError(Fault("", f"must have at most {MAX_LINES:,} lines"))
            texts = [restored(cell) for cell in cells]
            yield _Line(reader.line_num, dict(zip(header, texts, strict=True)))
    except csv.Error as error:
        raise PlanError(Fault(f"line {reader.line_num}", f"is not CSV ({error})")) from None


def _header_faults(header: list[str]) -> Iterator[Fault]:
    for name in REQUIRED:
        if name not in header:
            yield Fault("line 1", f"must have the column {name}")
    for name in header:
        if name not in (*REQUIRED, *OPTIONAL):
            yield Fault("line 1", f"has an unknown column {shown(name)}")
    if len(set(header)) < len(header):
        yield Fault("line 1", "must not have a column twice")


def _faults(line: _Line) -> Iterator[Fault]:
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
        if not is_number or abs(float(cell)) > MAX_NUMBER:
            problem = f"must be a number such as 12.5 of at most {MAX_NUMBER:,}"
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


def _table_faults(line: _Line, tables: dict[str, _Line]) -> Iterator[Fault]:
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


def _require(faults: Iterable[Fault]) -> None:
    """Raises: PlanError with the first faults, if there are any."""
    if found := tuple(islice(faults, MAX_FAULTS)):
        raise PlanError(*found)


def _extent(coordinates: Iterable[float]) -> float:
    """Return the width or height of a plan that has room for seats at these coordinates."""
    reach = 2 * DEFAULT_SEAT_RADIUS
    return min(max(0.0, *coordinates) + reach, MAX_NUMBER)
