"""Archives in management commands."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

from django.core.management import CommandError

from reservations.archives.file_format import DamagedArchive
from reservations.archives.loading import Archive, ImpossibleRows, loaded
from reservations.domain.errors import EventNotFound
from reservations.domain.states import iso

STANDARD_STREAM = "-"
"""In place of a file's name: standard input or output."""


@contextmanager
def opened_archive(name: str) -> Iterator[Archive]:
    """Load an archive. Raises: CommandError, with 1 for impossible rows and 2 for other faults."""
    try:
        with _opened(name) as stream, loaded(stream) as archive:
            yield archive
    except (OSError, DamagedArchive) as error:
        raise CommandError(f"The archive cannot be read: {error}", returncode=2) from None
    except EventNotFound:
        raise CommandError("The archive cannot be read: it has no event.", returncode=2) from None
    except ImpossibleRows as error:
        raise CommandError(f"Its rows are not possible in the database: {error}") from None


def _opened(name: str) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if name == STANDARD_STREAM else Path(name).open("rb")


def description(archive: Archive) -> str:
    """Say what an archive is of."""
    header, end = archive.header, archive.end
    return (
        f"Event {header.event_id} up to change {header.seq:,}, {end.rows:,} rows, written at"
        f" {iso(header.written_at)}, SHA-256 {end.sha256}"
    )
