"""Seats as CSV, for spreadsheets: docs/seating-plans.md describes the columns. Pure.

RFC 4180 in UTF-8, with a header. Text that a spreadsheet would take for a formula is exported with
an apostrophe in front, as OWASP recommends, which import takes off again.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from reservations.plans.document import MAX_BYTES, Document, read
from reservations.plans.errors import Fault, PlanError
from reservations.plans.frame import DEFAULT_SEAT_RADIUS
from reservations.plans.labels import distinct
from reservations.plans.plan import MAX_GUID_LENGTH, MAX_SEATS, PlanCategory, PlanSeat
from reservations.plans.pretix_format import MAX_FAULTS, MAX_NUMBER, shown
from reservations.plans.writing import written, zones_of

REQUIRED = ("section", "row", "number", "x", "y", "category")
OPTIONAL = ("features", "note", "companion_of", "guid", "radius")
COLORS = ("#7c3aed", "#0d9488", "#d97706", "#2563eb", "#db2777", "#65a30d", "#0891b2", "#b91c1c")

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_SEAT_PATH = re.compile(r"zones\[([0-9]+)\]\.rows\[([0-9]+)\]\.seats\[([0-9]+)\]\.?(.*)")


@dataclass(frozen=True, slots=True)
class _Line:
    """A record of the file: the number of its last line, and its cells by column."""

    number: int
    cells: dict[str, str]


def read_csv(data: bytes, *, name: str) -> Document:
    """Return the document of a CSV file. Raises: PlanError with the lines of the faults."""
    lines = list(_lines(_decoded(data)))
    if not lines:
        raise PlanError(Fault("", "must have seats: there is no line below the header"))
    _require_numbers(lines)
    names = ["-".join(line.cells[each] for each in REQUIRED[:3]) for line in lines]
    cut = [name[: MAX_GUID_LENGTH - 10] or "seat" for name in names]
    guids = distinct(cut, max_length=MAX_GUID_LENGTH)
    seats = [_seat(line, guid) for line, guid in zip(lines, guids, strict=True)]
    zones = zones_of(seats, [_written(line, seat) for line, seat in zip(lines, seats, strict=True)])
    categories = dict.fromkeys(seat.category for seat in seats if seat.category)
    document = written(
        name=name,
        size=(_extent(seat.x for seat in seats), _extent(seat.y for seat in seats)),
        categories=[
            PlanCategory(name=each, color=COLORS[at % len(COLORS)])
            for at, each in enumerate(categories)
        ],
        zones=zones,
    )
    try:
        return read(document)
    except PlanError as error:
        raise PlanError(*_by_line(error.faults, zones, lines, seats)) from None


def write_csv(document: Document) -> bytes:
    """Return the seats of a document with absolute positions. Areas have no line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*REQUIRED, *OPTIONAL])
    for zone in document.found.zones:
        for row in zone.rows:
            left = zone.position.x + (row.position.x if row.position else 0)
            top = zone.position.y + (row.position.y if row.position else 0)
            label = (row.row_label or "").replace("%s", row.row_number).strip() or row.row_number
            for seat in row.seats:
                features = " ".join(getattr(seat, "features", None) or ())
                texts = [zone.name or "", label, seat.seat_number]
                more = [
                    *(seat.category, features, getattr(seat, "note", None) or ""),
                    *(getattr(seat, "companion_of", None) or "", seat.seat_guid),
                ]
                position = [_number(left + seat.position.x), _number(top + seat.position.y)]
                radius = _number(seat.radius) if seat.radius else ""
                writer.writerow([*map(_safe, texts), *position, *map(_safe, more), radius])
    return text.getvalue().encode()


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
        _require_columns(header)
        for at, cells in enumerate(reader):
            if not cells:
                continue
            if len(cells) != len(header):
                problem = f"must have {len(header)} cells as the header does, not {len(cells)}"
                raise PlanError(Fault(f"line {reader.line_num}", problem))
            if at >= MAX_SEATS:
                raise PlanError(Fault("", f"must have at most {MAX_SEATS:,} seats"))
            texts = [cell[1:] if _ESCAPED.match(cell) else cell for cell in cells]
            yield _Line(reader.line_num, dict(zip(header, texts, strict=True)))
    except csv.Error as error:
        raise PlanError(Fault(f"line {reader.line_num}", f"is not CSV ({error})")) from None


def _require_columns(header: list[str]) -> None:
    """Raises: PlanError."""
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name not in (*REQUIRED, *OPTIONAL)]
    faults = [Fault("line 1", f"must have the column {name}") for name in missing]
    faults += [Fault("line 1", f"has an unknown column {shown(name)}") for name in unknown]
    if len(set(header)) < len(header):
        faults.append(Fault("line 1", "must not have a column twice"))
    if faults:
        raise PlanError(*faults[:MAX_FAULTS])


def _require_numbers(lines: list[_Line]) -> None:
    """Raises: PlanError."""
    faults = []
    for line in lines:
        for axis in ("x", "y", "radius"):
            cell = line.cells.get(axis, "").strip()
            if axis == "radius" and not cell:
                continue
            is_number = len(cell) <= 40 and _NUMBER.fullmatch(cell)
            if not is_number or abs(float(cell)) > MAX_NUMBER:
                problem = f"must be a number such as 12.5 of at most {MAX_NUMBER:,}"
                faults.append(Fault(f"line {line.number}, {axis}", f"{problem}, not {shown(cell)}"))
        if len(faults) >= MAX_FAULTS:
            break
    if faults:
        raise PlanError(*faults[:MAX_FAULTS])


def _seat(line: _Line, guid: str) -> PlanSeat:
    cells = line.cells
    return PlanSeat(
        guid=cells.get("guid") or guid,
        seat_number="",
        section=cells["section"],
        row=cells["row"],
        number=cells["number"],
        x=float(cells["x"]),
        y=float(cells["y"]),
        category=cells["category"] or None,
    )


def _written(line: _Line, seat: PlanSeat) -> dict[str, Any]:
    found: dict[str, Any] = {
        "seat_guid": seat.guid,
        "uuid": seat.guid,
        "seat_number": seat.number,
        "position": {"x": seat.x, "y": seat.y},
        "category": seat.category or "",
    }
    if features := line.cells.get("features", "").split():
        found["features"] = features
    if radius := line.cells.get("radius", "").strip():
        found["radius"] = float(radius)
    for key in ("note", "companion_of"):
        if value := line.cells.get(key):
            found[key] = value
    return found


def _extent(coordinates: Iterable[float]) -> float:
    """Return the width or height of a plan that has room for seats at these coordinates."""
    reach = 2 * DEFAULT_SEAT_RADIUS
    return min(max(0.0, *coordinates) + reach, MAX_NUMBER)


def _by_line(
    faults: tuple[Fault, ...],
    zones: list[dict[str, Any]],
    lines: list[_Line],
    seats: list[PlanSeat],
) -> Iterator[Fault]:
    """Yield the faults of seats with their lines instead of their paths."""
    line_by_guid = {seat.guid: line.number for seat, line in zip(seats, lines, strict=True)}
    for fault in faults:
        found = _SEAT_PATH.fullmatch(fault.path)
        if found is None:
            yield fault
            continue
        zone, row, seat = (int(at) for at in found.groups()[:3])
        guid = zones[zone]["rows"][row]["seats"][seat]["seat_guid"]
        where = f"line {line_by_guid[guid]}"
        yield Fault(f"{where}, {found.group(4)}" if found.group(4) else where, fault.problem)


def _safe(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
