"""What threads do with their database connection besides asking it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import Error, connection


def release_connection() -> None:
    """Give this thread's connection back to the pool before it waits for something else.

    It must not keep one from those who need it meanwhile. A later statement takes one again.
    """
    if not connection.in_atomic_block:
        connection.close()


def answers() -> bool:
    """Tell whether the database can be asked, by a connection that is new to this thread."""
    release_connection()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def is_lock_timeout(error: Exception) -> bool:
    """Tell whether a statement failed because somebody else did not let go of a row in time."""
    return isinstance(error.__cause__, psycopg.errors.LockNotAvailable)


@contextmanager
def prepared_cursor() -> Iterator[Any]:
    """Yield a cursor for statements that PostgreSQL should parse and plan once a connection.

    For a single lock, planning would take it longer than doing. A plan made for any values must be
    good for all: name rows by keys or by what an index has, and write constants into the text.
    """
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            yield cursor
        return
    connection.ensure_connection()
    # Django's own cursors write values into the text, which is another statement each time.
    wrapper: Any = connection
    with wrapper._prepare_cursor(_Planning(wrapper.connection)) as cursor:
        yield cursor


class _Planning(psycopg.Cursor[Any]):
    """Also tells Django, when it logs queries, of those that were planned before."""

    def _send_query_prepared(self, name: bytes, pgq: Any, **options: Any) -> None:
        self._query = pgq
        super()._send_query_prepared(name, pgq, **options)
