"""How many transactions PostgreSQL sees, all of them, reads included."""

import time
from urllib.parse import urlsplit

import psycopg

# A server process that has nothing to do reports its numbers after ten seconds.
_QUIET_SECONDS = 12.0


def transactions(database_url: str) -> int:
    """Return the database's count of transactions once it stands still: it is told with a delay."""
    url = urlsplit(database_url)
    name = url.path.strip("/")
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as outside:
        count, since = -1, time.monotonic()
        while time.monotonic() - since < _QUIET_SECONDS:
            row = outside.execute(
                "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = %s",
                [name],
            ).fetchone()
            assert row is not None
            if row[0] != count:
                count, since = row[0], time.monotonic()
            time.sleep(0.1)
        return count
