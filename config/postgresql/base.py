"""PostgreSQL through psycopg's pool: without its dead connections, and quick to say no.

The pool can check a connection before it hands it out, but that costs a round trip each time,
and after a check that failed it waits ever longer before the next one: four connections that
died with their server are more than its time-out, although the server is long back. A
connection that its server has closed can be told without asking: there is something to read.

While the database is away, everybody would wait for the pool's whole time-out. So when a pool
that is not full could not grow in that time, one thread at a time goes on trying, and all others
are told at once. How often it tries is the pool's to say: from a second on, and twice as long each
time, it would find a server that was back after one only after three.
"""

import select
import threading
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout
from psycopg_pool.base import AttemptWithBackoff

AttemptWithBackoff.INITIAL_DELAY = 0.2
AttemptWithBackoff.DELAY_BACKOFF = 1.5

_away = threading.Event()
_one_who_tries = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, except for how it gets connections."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection that its server has not closed.

        Raises: psycopg.OperationalError; PoolTimeout, which is one, after the pool's time-out.
        """
        if not _away.is_set():
            return self._live_connection(conn_params)
        if not _one_who_tries.acquire(blocking=False):
            raise psycopg.OperationalError("The database is away.")
        try:
            return self._live_connection(conn_params)
        finally:
            _one_who_tries.release()

    def _live_connection(self, conn_params: dict[str, Any]) -> Any:
        while True:
            try:
                connection = super().get_new_connection(conn_params)
            except PoolTimeout:
                if self.pool.get_stats()["pool_size"] < self.pool.max_size:
                    _away.set()
                raise
            if not _has_news(connection):
                _away.clear()
                return connection
            # The pool makes another for each that comes back closed.
            connection.close()
            self.pool.putconn(connection)


def _has_news(connection: Any) -> bool:
    """Tell whether an idle connection has something to read: its server's farewell, or the end."""
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))
