"""Write tables as CSV, JSON and XLSX, piece by piece.

The pages are queries. What is made of each is made, and read by the client, without a database
connection.

Spreadsheets execute a cell that begins like a formula, and names are chosen by buyers. In XLSX
every text is stored as a text, and in CSV it is disarmed.
"""

import csv
import re
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from infrastructure.slow_work.database import release_connections, without_database
from reservations.domain.states import iso
from reservations.exports.tables import Cell, Row
from reservations.formats.csv_text import disarmed

Pages = Iterable[Sequence[Row]]

MAX_XLSX_ROWS = 100_000
"""Above that the file would take longer than a proxy waits for its first byte."""

_CHUNK_BYTES = 64 * 1024
# The longest text of a cell in Excel.
_MAX_CELL = 32_767

_FORBIDDEN = "\x00-\x08\x0b-\x1f\ufffe\uffff"
# What XML forbids, and each underscore that begins an escape of Excel's, `_xHHHH_`, or would begin
# one with the escape after it.
_TO_BE_ESCAPED = re.compile(f"[{_FORBIDDEN}]|_(?=x[0-9a-fA-F]{{4}}[_{_FORBIDDEN}])")


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is written; `write` gets the columns, the pages and the event's time zone."""

    content_type: str
    write: Callable[[Sequence[str], Pages, ZoneInfo], Generator[bytes]]
    max_rows: int | None = None


def write_csv(columns: Sequence[str], pages: Pages, _zone: ZoneInfo) -> Generator[bytes]:
    """Yield a CSV file in UTF-8, with the mark by which Excel tells the encoding."""
    lines: list[str] = []
    writer: Any = csv.writer(_Lines(lines), quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    yield ("\ufeff" + lines.pop()).encode()
    for page in pages:
        with without_database():
            writer.writerows([_csv_cell(cell) for cell in row] for row in page)
            text = "".join(lines).encode()
        yield text
        lines.clear()


def write_json(columns: Sequence[str], pages: Pages, _zone: ZoneInfo) -> Generator[bytes]:
    """Yield a JSON array of objects, one in each line."""
    yield b"["
    separator = b"\n"
    for page in pages:
        with without_database():
            rows = (orjson.dumps(dict(zip(columns, row, strict=True)), default=str) for row in page)
            text = separator + b",\n".join(rows)
        yield text
        separator = b",\n"
    yield b"\n]\n"


def write_xlsx(columns: Sequence[str], pages: Pages, zone: ZoneInfo) -> Generator[bytes]:
    """Yield an XLSX file with one sheet; times are the venue's, which the headings say.

    The rows are written to a temporary file first, because the file's directory is at its end.
    """
    with TemporaryFile() as file:
        _write_book(file, columns, pages, zone)
        file.seek(0)
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


class _Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet that escapes each text so that it is read as it was written.

    XlsxWriter's own function leaves escapes that share an underscore, as in `_x0041_x0042_`.
    """

    @staticmethod
    def _escape_control_characters(data: str) -> str:
        return _TO_BE_ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", data)


def _write_book(file: Any, columns: Sequence[str], pages: Pages, zone: ZoneInfo) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False}
    options |= {"strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet, heading = book.add_worksheet(worksheet_class=_Sheet), book.add_format({"bold": True})
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        amount = book.add_format({"num_format": "0.00"})
        for place, name in enumerate(columns):
            is_time = name == "at" or name.endswith(("_at", "_until"))
            sheet.write_string(0, place, f"{name} ({zone.key})" if is_time else name, heading)
        sheet.freeze_panes(1, 0)
        number = 0
        for page in pages:
            with without_database():
                for row in page:
                    number += 1
                    _write_row(sheet, number, row, amount=amount, time=time, zone=zone)
        # Leaving the context writes the file, which takes as long as its rows.
        release_connections()


def _write_row(
    sheet: Any, number: int, row: Row, *, amount: Any, time: Any, zone: ZoneInfo
) -> None:
    for place, cell in enumerate(row):
        match cell:
            case str():
                sheet.write_string(number, place, cell[:_MAX_CELL])
            case Decimal():
                sheet.write_number(number, place, float(cell), amount)
            case int():
                sheet.write_number(number, place, cell)
            case datetime():
                local = cell.astimezone(zone).replace(tzinfo=None)
                sheet.write_datetime(number, place, local, time)


FORMATS = {
    "csv": Format("text/csv; charset=utf-8", write_csv),
    "json": Format("application/json", write_json),
    "xlsx": Format(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        write_xlsx,
        max_rows=MAX_XLSX_ROWS,
    ),
}


@dataclass(frozen=True, slots=True)
class _Lines:
    """A file for `csv.writer`, whose lines are a list."""

    lines: list[str]

    def write(self, line: str) -> None:
        self.lines.append(line)


def _csv_cell(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return disarmed(cell)
        case datetime():
            return str(iso(cell))
        case _:
            return str(cell)
