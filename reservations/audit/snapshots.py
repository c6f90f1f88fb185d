"""Database snapshots: many queries that all see the same state."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from reservations.models import Event

# Longer than a request may take, but bounded, because a snapshot delays vacuum.
_LONGEST = "10min"


@contextmanager
def snapshot() -> Iterator[None]:
    """Let all queries in the context see the state at the first one. Writes are refused.

    It takes no locks. In an outer transaction nothing changes: that transaction's view applies.
    """
    connection = connections[router.db_for_read(Event)]
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(f"SET LOCAL statement_timeout = '{_LONGEST}'")
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{_LONGEST}'")
            yield
    else:
        with _deferred(connection):
            yield


@contextmanager
def _deferred(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Open a deferred read transaction on SQLite, which does not block writers.

    Not `atomic`, because the site's transactions are immediate and take the write lock.
    """
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
            cursor.execute("PRAGMA query_only = OFF")
