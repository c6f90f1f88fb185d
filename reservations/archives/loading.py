"""Read an archive into a temporary database, in which the audit verifies it like the site's."""

import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import (
    DEFAULT_DB_ALIAS,
    DataError,
    IntegrityError,
    InterfaceError,
    ProgrammingError,
    connections,
    router,
    transaction,
)
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model
from django.db.utils import load_backend

from reservations.archives.contents import contents
from reservations.archives.file_format import DamagedArchive, End, Header, Reader, Table
from reservations.audit.verification import Counts, differences

ALIAS = "archive"
"""The temporary database in `django.db.connections`, while an archive is loaded."""
_CHUNK_ROWS = 5_000
# It is deleted at the end, so it need not survive a crash.
_QUICK = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"


_NOT_STORABLE = (
    *(ValidationError, TypeError, ValueError, OverflowError),
    *(DataError, InterfaceError, ProgrammingError),
)


class ImpossibleRows(Exception):
    """Rows break a constraint of the database, so no event has ever had them."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A loaded archive."""

    header: Header
    end: End


@contextmanager
def loaded(stream: BinaryIO) -> Iterator[Archive]:
    """Read an archive into the database `ALIAS`, which is removed when the context ends.

    For management commands: it is not for processes with several threads.

    Raises: DamagedArchive, ImpossibleRows.
    """
    with tempfile.TemporaryDirectory() as folder, _database(Path(folder)) as database:
        reader = Reader(stream)
        models = {each.model._meta.db_table: each.model for each in contents(0)}
        with database.schema_editor() as editor:
            for model in models.values():
                editor.create_model(model)
        # Rows refer to people and organisations, which are not in the file.
        database.disable_constraint_checking()
        try:
            with transaction.atomic(using=ALIAS):
                _load(reader, models, database)
        except IntegrityError as error:
            raise ImpossibleRows(str(error)) from error
        yield Archive(reader.header, reader.end)


def archive_differences(
    archive: Archive, *, counts: Counts, progress: Callable[[str], None] = lambda _: None
) -> Generator[str]:
    """Yield a sentence for each difference in the loaded archive.

    They are those that the site's database had when the archive was written; people are told by id.

    Raises: EventNotFound if it does not have its event.
    """
    header = archive.header
    with _queried():
        yield from differences(
            event_id=header.event_id,
            counts=counts,
            progress=progress,
            written_at=header.written_at,
        )


class _Router:
    """Sends all queries to the archive."""

    def db_for_read(self, _model: type[Model], **_hints: Any) -> str:
        return ALIAS

    db_for_write = db_for_read


@contextmanager
def _queried() -> Iterator[None]:
    """Let all queries in the context read the archive."""
    switched: Any = router
    before = switched.routers
    switched.routers = [_Router()]
    try:
        yield
    finally:
        switched.routers = before


@contextmanager
def _database(folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """Open an empty SQLite database as `ALIAS`."""
    settings: dict[str, Any] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / "archive.sqlite3"),
        "OPTIONS": {"init_command": _QUICK},
    }
    known: Any = connections
    configured = known.configure_settings({DEFAULT_DB_ALIAS: {}, ALIAS: settings})
    database = load_backend(settings["ENGINE"]).DatabaseWrapper(configured[ALIAS], ALIAS)
    known[ALIAS] = database
    try:
        yield database
    finally:
        database.close()
        del known[ALIAS]


def _load(reader: Reader, models: Mapping[str, type[Model]], database: BaseDatabaseWrapper) -> None:
    """Insert all rows. Tables and columns that this release does not have are left out."""
    for table, found in groupby(reader.rows(), key=itemgetter(0)):
        rows = (row for _, row in found)
        if table.name in models:
            insertion = _Insertion.of(models[table.name], table, database)
            while chunk := list(islice(rows, _CHUNK_ROWS)):
                insertion.execute(chunk)


@dataclass(frozen=True, slots=True)
class _Insertion:
    """The insertion of a table's rows; `places` are those of `fields` in a row of the file."""

    database: BaseDatabaseWrapper
    fields: list["Field[Any, Any]"]
    places: list[int | None]
    sql: str

    @classmethod
    def of(cls, model: type[Model], table: Table, database: BaseDatabaseWrapper) -> "_Insertion":
        fields: list[Field[Any, Any]] = list(model._meta.concrete_fields)
        at = {column: place for place, column in enumerate(table.columns)}
        quote = database.ops.quote_name
        columns = ", ".join(quote(str(field.column)) for field in fields)
        return cls(
            database,
            fields,
            [at.get(str(field.attname)) for field in fields],
            f"INSERT INTO {quote(model._meta.db_table)} ({columns})"
            f" VALUES ({', '.join(['%s'] * len(fields))})",
        )

    def execute(self, rows: list[list[Any]]) -> None:
        try:
            with self.database.cursor() as cursor:
                cursor.executemany(self.sql, [self._stored(row) for row in rows])
        except _NOT_STORABLE as error:
            raise DamagedArchive(f"A value does not fit its column: {error}") from error

    def _stored(self, row: list[Any]) -> list[Any]:
        """Return a row's values as SQLite stores them."""
        return [
            field.get_db_prep_save(
                _missing(field, row) if place is None else field.to_python(row[place]),
                self.database,
            )
            for field, place in zip(self.fields, self.places, strict=True)
        ]


def _missing(field: "Field[Any, Any]", row: list[Any]) -> Any:
    """Return a value for a column that the file does not have.

    The only ones that must be unique are a person's names, which are left out.
    """
    return f"user {row[0]}" if field.unique else field.get_default()
