"""The file of an archive: what was written is read, and what was changed is refused."""

import gzip
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reservations.archives import file_format
from reservations.archives.file_format import DamagedArchive, Header, Reader, Table, write

pytestmark = pytest.mark.any_database

NOW = datetime(2030, 5, 24, 20, 0, 0, 123456, tzinfo=UTC)
HEADER = Header(event_id=5, seq=18, written_at=NOW)
SEATS = Table("seats", ("id", "name"))
PRICES = Table("prices", ("amount", "at", "bytes"))
ROWS = [(SEATS, [[1, "A1"], [2, "A\n2 €"]]), (PRICES, [[Decimal("1.50"), NOW, b"\x00\xff"]])]


def _file() -> bytes:
    stream = BytesIO()
    write(stream, HEADER, ROWS)
    return stream.getvalue()


def _read(data: bytes) -> tuple[Header, list[tuple[Table, list[Any]]]]:
    reader = Reader(BytesIO(data))
    return reader.header, list(reader.rows())


def _lines(data: bytes) -> list[bytes]:
    return gzip.decompress(data).splitlines(keepends=True)


def test_what_was_written_is_read() -> None:
    header, rows = _read(_file())
    assert header == HEADER
    assert rows == [
        (SEATS, [1, "A1"]),
        (SEATS, [2, "A\n2 €"]),
        (PRICES, ["1.50", "2030-05-24T20:00:00.123456+00:00", "AP8="]),
    ]


def test_the_same_rows_make_the_same_bytes() -> None:
    assert _file() == _file()


def test_the_end_is_unknown_before_all_was_read() -> None:
    reader = Reader(BytesIO(_file()))
    next(reader.rows())
    with pytest.raises(RuntimeError):
        _ = reader.end


def test_a_file_that_is_cut_off_anywhere_is_refused() -> None:
    data = _file()
    for length in range(len(data)):
        with pytest.raises(DamagedArchive):
            _read(data[:length])


def test_lines_that_are_cut_off_are_refused() -> None:
    lines = _lines(_file())
    for count in range(len(lines)):
        with pytest.raises(DamagedArchive):
            _read(gzip.compress(b"".join(lines[:count])))


def test_a_changed_byte_is_refused() -> None:
    data = _file()
    # Not those of gzip's header, which have no meaning for the lines.
    for place in range(10, len(data)):
        changed = bytearray(data)
        changed[place] ^= 0x10
        with pytest.raises(DamagedArchive):
            _read(bytes(changed))


def test_changed_lines_are_refused() -> None:
    text = gzip.decompress(_file())
    for place in range(len(text) - 1):
        changed = bytearray(text)
        changed[place] ^= 1
        with pytest.raises(DamagedArchive):
            _read(gzip.compress(bytes(changed)))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ([], "no archive"),
        ({"format": "zip"}, "no archive"),
        ({"format": file_format.FORMAT, "version": 2}, "version 2; only 1"),
        ({"format": file_format.FORMAT, "version": 1, "event": 5}, "incomplete"),
    ],
    ids=str,
)
def test_another_first_line_is_refused(line: object, reason: str) -> None:
    with pytest.raises(DamagedArchive, match=reason):
        Reader(BytesIO(gzip.compress(orjson.dumps(line) + b"\n")))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ([1, "A1"], "columns of its table"),
        ({"table": "seats"}, "has no columns"),
        ({"table": 1, "columns": []}, "has no columns"),
        ({"end": False}, "neither a table nor a row"),
        (7, "neither a table nor a row"),
    ],
    ids=str,
)
def test_a_line_that_is_not_expected_is_refused(line: object, reason: str) -> None:
    first, *_ = _lines(_file())
    with pytest.raises(DamagedArchive, match=reason):
        _read(gzip.compress(first + orjson.dumps(line) + b"\n"))


def test_what_follows_the_last_line_is_refused() -> None:
    with pytest.raises(DamagedArchive, match="goes on"):
        _read(gzip.compress(gzip.decompress(_file()) + b"[]\n"))


def test_a_long_line_is_not_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    data = _file()
    monkeypatch.setattr(file_format, "MAX_LINE_BYTES", 50)
    with pytest.raises(DamagedArchive, match="too long"):
        _read(data)


@given(st.binary(max_size=200))
def test_other_bytes_are_refused(data: bytes) -> None:
    for each in (data, gzip.compress(data)):
        with pytest.raises(DamagedArchive):
            _read(each)
