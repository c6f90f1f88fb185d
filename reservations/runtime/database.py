"""Helpers for the current thread's database connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import Error, connection, connections


def release_connection() -> None:
    """Return this thread's connections to their pools, unless they are in a transaction.

    Call it before waiting for another thread or a remote service. The next query reconnects.
    """
    for each in connections.all(initialized_only=True):
        if not each.in_atomic_block:
            each.close()


def answers() -> bool:
    """Return whether the database answers a query on a new connection."""
    release_connection()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def is_lock_timeout(error: Exception) -> bool:
    """Return whether a statement failed because it waited too long for a locked row."""
    return isinstance(error.__cause__, psycopg.errors.LockNotAvailable)


@contextmanager
def prepared_cursor() -> Iterator[Any]:
    """Yield a cursor whose statements PostgreSQL prepares: it plans them once per connection.

    Planning a lock takes longer than executing it. One generic plan must suit all parameters, so
    select rows by indexed columns, and write constants into the SQL.
    """
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            yield cursor
        return
    connection.ensure_connection()
    # Django's client-side cursors interpolate parameters, so that every SQL text would differ.
    wrapper: Any = connection
    with wrapper._prepare_cursor(_Planning(wrapper.connection)) as cursor:
        yield cursor


class _Planning(psycopg.Cursor[Any]):
    """A cursor that also gives Django the text of prepared statements for its query log."""

    def _send_query_prepared(self, name: bytes, pgq: Any, **options: Any) -> None:
        self._query = pgq
        super()._send_query_prepared(name, pgq, **options)
