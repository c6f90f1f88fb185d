"""Write the archive of an event."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from reservations.archives.contents import contents
from reservations.archives.file_format import End, Header, Table, write
from reservations.audit.snapshots import snapshot
from reservations.domain.errors import EventNotFound
from reservations.models import Event
from reservations.runtime import clock


def write_archive(*, event_id: int, stream: BinaryIO) -> End:
    """Write an event's archive, as of one moment. Raises: EventNotFound, OSError."""
    with snapshot():
        seq = Event.objects.filter(pk=event_id).values_list("change_seq", flat=True).first()
        if seq is None:
            raise EventNotFound
        header = Header(event_id, seq, clock.now())
        return write(stream, header, _tables(event_id))


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Let the caller write a file that gets its name, complete and stored, when the context ends.

    Only its owner may read it. After an error or a kill there is no file of that name; a kill
    leaves one that ends in `.part`.

    Raises: FileExistsError, OSError.
    """
    if path.exists():
        raise FileExistsError(f"{path} exists.")
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(number, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        # Fails if there is a file of that name meanwhile.
        path.hardlink_to(part)
    finally:
        part.unlink()
    _store_name(path.parent)


def _store_name(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _tables(event_id: int) -> Iterator[tuple[Table, Iterable[tuple[Any, ...]]]]:
    for each in contents(event_id):
        yield each.table, each.values()
