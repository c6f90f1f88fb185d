"""Objects that take long to make are made once; later tests insert copies of their rows."""

import pickle
import time
from collections.abc import Callable
from itertools import chain
from typing import Any, Generic, TypeVar

from django.db import connection, transaction

from accounts.models import User
from reservations.models import Event

# Codes of authenticator apps, which a box office has, are valid for half a minute.
FRESH_SECONDS = 10.0

T = TypeVar("T")

_Rows = dict[str, list[tuple[Any, ...]]]


class Copies(Generic[T]):
    """Calls `make`, or copies the rows and the result of an earlier call that is recent enough.

    Copies are made only where there are no users or events. The ids of copied rows are free:
    PostgreSQL's sequences are past them, and SQLite numbers rows by the largest id.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made = b""
        self._rows: _Rows = {}
        self._made_at = 0.0

    def __call__(self) -> T:
        if User.objects.exists() or Event.objects.exists():
            return self._make()
        if self._made and time.monotonic() - self._made_at < FRESH_SECONDS:
            _insert(self._rows)
            copied: T = pickle.loads(self._made)
            return copied
        before, self._made_at = _all_rows(), time.monotonic()
        made, after = self._make(), _all_rows()
        new = {
            table: [row for row in rows if row not in before[table]]
            for table, rows in after.items()
        }
        self._rows = {table: rows for table, rows in new.items() if rows}
        # Reading it takes a third of the time of a deep copy.
        self._made = pickle.dumps(made)
        return made


def _all_rows() -> _Rows:
    """Return all rows, by table."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names():
            cursor.execute(f"SELECT * FROM {table}")
            found[table] = cursor.fetchall()
    return found


def _insert(rows_by_table: _Rows) -> None:
    # Foreign keys are checked at the commit.
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in rows_by_table.items():
            row = ", ".join(["%s"] * len(rows[0]))
            values = ", ".join([f"({row})"] * len(rows))
            cursor.execute(f"INSERT INTO {table} VALUES {values}", list(chain(*rows)))
