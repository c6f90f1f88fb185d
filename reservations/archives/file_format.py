"""The file of an archive: JSON lines, compressed with gzip.

The first line says what the file is. Each table is a line with its name and columns, and after it
an array for each row. The last line has the SHA-256 of all bytes of the lines before it:

    {"format": "seatcast-event-archive", "version": 1, "event": 5, …}
    {"table": "reservations_seat", "columns": ["id", "event_id", …]}
    [71, 5, …]
    {"end": true, "rows": 1, "sha256": "…"}

Times are UTC with microseconds, decimals are text, and bytes are Base64.
"""

import gzip
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, BinaryIO

import orjson

FORMAT = "seatcast-event-archive"
VERSION = 1
MAX_LINE_BYTES = 64 * 1024 * 1024
"""Longer lines are not read: the longest one of a real file is that of a large seating plan."""
_LEVEL = 6


class DamagedArchive(Exception):
    """A file is no archive, or not as it was written. The message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line says; `seq` is the event's newest number."""

    event_id: int
    seq: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name and columns, in the order of its rows' values."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class End:
    """What the last line says: the number of rows, and the checksum."""

    rows: int
    sha256: str


def write(
    stream: BinaryIO, header: Header, tables: Iterable[tuple[Table, Iterable[Sequence[Any]]]]
) -> End:
    """Write an archive; nothing is kept in memory but the current row."""
    digest, count = sha256(), 0
    # Without a name and a time, so that the same rows make the same bytes.
    with gzip.GzipFile(fileobj=stream, mode="wb", filename="", mtime=0, compresslevel=_LEVEL) as to:

        def put(line: object) -> None:
            text = _text(line)
            digest.update(text)
            to.write(text)

        put(
            {
                "format": FORMAT,
                "version": VERSION,
                "event": header.event_id,
                "seq": header.seq,
                "written_at": header.written_at,
            }
        )
        for table, rows in tables:
            put({"table": table.name, "columns": table.columns})
            for row in rows:
                put(row)
                count += 1
        end = End(count, digest.hexdigest())
        to.write(_text({"end": True, "rows": end.rows, "sha256": end.sha256}))
    return end


class Reader:
    """Reads an archive. Nothing of it may be relied on before `rows` has ended without an error."""

    def __init__(self, stream: BinaryIO) -> None:
        """Read the first line. Raises: DamagedArchive."""
        self._file = gzip.GzipFile(fileobj=stream, mode="rb")
        self._end: End | None = None
        text, line = self._line()
        self._digest = sha256(text)
        self.header = _header(line)

    @property
    def end(self) -> End:
        """What the last line says. Raises: RuntimeError before `rows` has ended."""
        if self._end is None:
            raise RuntimeError("The archive was not read to its end.")
        return self._end

    def rows(self) -> Iterator[tuple[Table, list[Any]]]:
        """Yield each row with its table, in the order of the file. Raises: DamagedArchive."""
        table: Table | None = None
        count = 0
        while True:
            text, line = self._line()
            if isinstance(line, list):
                if table is None or len(line) != len(table.columns):
                    raise DamagedArchive("A row does not have the columns of its table.")
                count += 1
                yield table, line
            elif isinstance(line, dict) and "table" in line:
                table = _table(line)
            else:
                self._end = self._compared(line, End(count, self._digest.hexdigest()))
                return
            self._digest.update(text)

    def _line(self) -> tuple[bytes, Any]:
        text = self._read(MAX_LINE_BYTES)
        if not text.endswith(b"\n"):
            raise DamagedArchive("It is cut off, or has a line that is too long.")
        try:
            return text, orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise DamagedArchive("A line of it is not JSON.") from error

    def _read(self, size: int) -> bytes:
        try:
            return self._file.readline(size)
        except (EOFError, OSError, zlib.error) as error:
            raise DamagedArchive(f"It is cut off, or was changed: {error}") from error

    def _compared(self, line: Any, found: End) -> End:
        if not isinstance(line, dict) or line.get("end") is not True:
            raise DamagedArchive("It has a line that is neither a table nor a row.")
        if (line.get("rows"), line.get("sha256")) != (found.rows, found.sha256):
            raise DamagedArchive("Its rows are not those of its checksum.")
        if self._read(1):
            raise DamagedArchive("It goes on after its last line.")
        return found


def _header(line: Any) -> Header:
    if not isinstance(line, dict) or line.get("format") != FORMAT:
        raise DamagedArchive("It is no archive of an event.")
    if line.get("version") != VERSION:
        raise DamagedArchive(f"It has version {line.get('version')}; only {VERSION} can be read.")
    try:
        return Header(
            event_id=int(line["event"]),
            seq=int(line["seq"]),
            written_at=datetime.fromisoformat(line["written_at"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedArchive("Its first line is incomplete.") from error


def _table(line: dict[str, Any]) -> Table:
    name, columns = line["table"], line.get("columns")
    if not isinstance(columns, list) or not all(isinstance(each, str) for each in (name, *columns)):
        raise DamagedArchive("A table of it has no columns.")
    return Table(name, tuple(columns))


def _text(line: object) -> bytes:
    return orjson.dumps(line, default=_plain, option=orjson.OPT_APPEND_NEWLINE)


def _plain(value: object) -> str:
    """Return a value that JSON does not have as text. Raises: TypeError."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    raise TypeError
