"""How many transactions PostgreSQL sees, all of them, reads included."""

import time
from urllib.parse import urlsplit

import psycopg

REPORT_SECONDS = 11.0
"""A process of PostgreSQL that has nothing to do reports what it counted after ten seconds."""

_QUIET_SECONDS = 1.0


def transactions(database_url: str) -> int:
    """Return the database's count of all transactions that are over now, once all is reported."""
    url = urlsplit(database_url)
    name = url.path.strip("/")
    reported_at = time.monotonic() + REPORT_SECONDS
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as outside:
        count, since = -1, time.monotonic()
        while time.monotonic() < max(reported_at, since + _QUIET_SECONDS):
            row = outside.execute(
                "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = %s",
                [name],
            ).fetchone()
            assert row is not None
            if row[0] != count:
                count, since = row[0], time.monotonic()
            time.sleep(0.1)
        return count
