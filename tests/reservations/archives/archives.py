"""Archives in memory and in files."""

import gzip
from collections.abc import Callable
from fnmatch import fnmatchcase
from io import BytesIO
from typing import Any

from reservations.archives.file_format import Reader, Table, write
from reservations.archives.loading import archive_differences, loaded
from reservations.archives.writing import write_archive
from reservations.audit.verification import Counts
from tests.reservations.audit.past import is_of_money

Rows = dict[str, list[dict[str, Any]]]
"""The rows of an archive by table, each by column."""


def archived(event_id: int) -> bytes:
    stream = BytesIO()
    write_archive(event_id=event_id, stream=stream)
    return stream.getvalue()


def archive_faults(data: bytes) -> list[str]:
    """Return what the verification of an archive says, a sentence each."""
    with loaded(BytesIO(data)) as archive:
        return list(archive_differences(archive, counts=Counts()))


def changed(data: bytes, change: Callable[[Rows], object]) -> bytes:
    """Return an archive with other rows and the right checksum."""
    reader = Reader(BytesIO(data))
    rows: Rows = {}
    for table, row in reader.rows():
        rows.setdefault(table.name, []).append(dict(zip(table.columns, row, strict=True)))
    change(rows)
    stream = BytesIO()
    write(
        stream,
        reader.header,
        [
            (Table(name, tuple(found[0])), [list(row.values()) for row in found])
            for name, found in rows.items()
            if found
        ],
    )
    return stream.getvalue()


def text_of(data: bytes) -> str:
    return gzip.decompress(data).decode()


def expect(found: list[str], *patterns: str) -> None:
    """Require that sentences match patterns, in order; * is for anything.

    Those of the money that follow from them are left out.
    """
    if patterns:
        found = [line for line in found if not is_of_money(line)]
    assert len(found) == len(patterns), found
    for line, pattern in zip(found, patterns, strict=True):
        assert fnmatchcase(line, pattern), (line, pattern)
