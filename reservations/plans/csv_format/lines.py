"""Split a CSV file into lines with known columns, whatever spreadsheet has written it."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from reservations.formats.csv_text import restored
from reservations.plans.csv_format.columns import NUMBERS, OPTIONAL, REQUIRED, Kind
from reservations.plans.document import MAX_BYTES, Note
from reservations.plans.errors import Fault, PlanError
from reservations.plans.plan import MAX_SEATS
from reservations.plans.pretix_format import MAX_FAULTS, shown

Json = dict[str, Any]

# Tables have lines of their own.
MAX_LINES = 2 * MAX_SEATS
_KINDS = {"seat": Kind.SEAT} | {kind.value: kind for kind in Kind}
_KNOWN = frozenset({*REQUIRED, *OPTIONAL})
# What others call our columns. A column is read as another one only if that is not there.
_ALIASES = {
    **dict.fromkeys(("seat", "seat_number", "seat number", "platz", "sitz", "nummer"), "number"),
    **dict.fromkeys(("row_number", "row number", "row_name", "reihe"), "row"),
    **dict.fromkeys(("section_name", "sector", "block", "bereich", "sektor"), "section"),
    **dict.fromkeys(
        ("price_category", "price category", "kategorie", "preiskategorie"), "category"
    ),
    **dict.fromkeys(("lon", "lng", "long", "longitude"), "x"),
    **dict.fromkeys(("lat", "latitude"), "y"),
    "seat_guid": "guid",
    "zone": "category",
}
_DEGREES = frozenset({"lat", "latitude"})
_DELIMITERS = ",;\t"
_MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class Line:
    """A record of the file: the number of its last line, and its cells by column."""

    number: int
    cells: Mapping[str, str]

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


@dataclass(frozen=True, slots=True)
class File:
    """The lines of a file. `in_degrees`: its positions are longitude and latitude."""

    lines: list[Line]
    notes: tuple[Note, ...]
    in_degrees: bool


def read_lines(data: bytes) -> File:
    """Raises: PlanError for bytes that are no text, and for lines that do not match the header."""
    text, encoding = _decoded(data)
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        written = [cell.strip().lower() for cell in next(reader, [])]
        header = _renamed(written)
        require(_header_faults(written, header))
        lines = list(_lines(reader, header, has_decimal_commas=delimiter != ","))
    except csv.Error as error:
        raise PlanError(Fault(f"line {reader.line_num}", f"is not CSV ({error})")) from None
    is_renamed = {old for old, new in zip(written, header, strict=True) if old != new}
    return File(lines, (*encoding, *_column_notes(written, header)), bool(is_renamed & _DEGREES))


def _decoded(data: bytes) -> tuple[str, list[Note]]:
    """Return the text of a file in UTF-8 or UTF-16, else in Windows-1252. Raises: PlanError."""
    if len(data) > MAX_BYTES:
        raise PlanError(Fault("", f"must have at most {MAX_BYTES // 1024 // 1024} MiB"))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), []
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise PlanError(Fault(f"line {line}", "is not text in UTF-8 or Windows-1252")) from None
    return text, [Note("encoding", "Read as Windows-1252, because it is not UTF-8.")]


def _renamed(written: Sequence[str]) -> list[str]:
    """Return the header with our names for columns that others call otherwise."""
    header = list(written)
    for at, name in enumerate(header):
        alias = _ALIASES.get(name)
        if alias is not None and alias not in header:
            header[at] = alias
    return header


def _header_faults(written: Sequence[str], header: Sequence[str]) -> Iterator[Fault]:
    for name in REQUIRED:
        if name not in header:
            yield Fault("line 1", f"must have the column {name}")
    known = [name for name in written if name in _KNOWN]
    if len(set(known)) < len(known):
        yield Fault("line 1", "must not have a column twice")


def _column_notes(written: Sequence[str], header: Sequence[str]) -> Iterator[Note]:
    renamed = [f"{old} → {new}" for old, new in zip(written, header, strict=True) if old != new]
    if renamed:
        names = ", ".join(renamed)
        yield Note("columns_renamed", f"Columns read under our names: {names}.", names)
    if ignored := [shown(name) for name in header if name not in _KNOWN]:
        names = ", ".join(ignored[:30])
        yield Note("columns_ignored", f"Columns left out: {names}.", names)


def _lines(reader: Any, header: Sequence[str], *, has_decimal_commas: bool) -> Iterator[Line]:
    for at, cells in enumerate(reader):
        if not any(cells):
            continue
        if len(cells) != len(header):
            problem = f"must have {len(header)} cells as the header does, not {len(cells)}"
            raise PlanError(Fault(f"line {reader.line_num}", problem))
        if at >= MAX_LINES:
            raise PlanError(Fault("", f"must have at most {MAX_LINES:,} lines"))
        texts = {
            name: restored(cell) for name, cell in zip(header, cells, strict=True) if name in _KNOWN
        }
        for name in NUMBERS:
            if name in texts:
                texts[name] = _number_text(texts[name], has_decimal_commas=has_decimal_commas)
        yield Line(reader.line_num, texts)


def _number_text(cell: str, *, has_decimal_commas: bool) -> str:
    """Return a number as `float` reads it. Sheets with decimal commas separate cells otherwise."""
    text = cell.strip().replace(_MINUS, "-")
    return re.sub(r"^([+-]?[0-9]*),([0-9])", r"\1.\2", text) if has_decimal_commas else text


def require(faults: Iterable[Fault]) -> None:
    """Raises: PlanError with the first faults, if there are any."""
    if found := tuple(islice(faults, MAX_FAULTS)):
        raise PlanError(*found)
