"""Reading many rows, by many statements, as they all were at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# Reading takes longer than a request may. A bound all the same: what is read is kept until the end.
_LONGEST = "10min"


@contextmanager
def snapshot() -> Iterator[None]:
    """Show everything inside as it was at the first look, whatever others commit meanwhile.

    Nobody waits for it and it waits for nobody. It reads only: writing inside is refused. Inside
    a transaction it is that transaction's view, and nothing more is promised.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(f"SET LOCAL statement_timeout = '{_LONGEST}'")
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{_LONGEST}'")
            yield
    else:
        with _deferred():
            yield


@contextmanager
def _deferred() -> Iterator[None]:
    """Read from SQLite's write-ahead log up to one commit; writers go on behind it.

    Not `atomic`: the site's transactions are immediate ones, which take the writer's place.
    """
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
            cursor.execute("PRAGMA query_only = OFF")
