"""PostgreSQL through psycopg's pool: skip dead connections, and fail fast while it is away.

The pool can check a connection before handing it out, but that costs a round trip each time, and
after a failed check it waits ever longer before the next one: four connections that died with their
server take longer than its time-out, even if the server is back. A connection that the server has
closed is detected without a round trip: its socket is readable.

While the database is away, every thread would wait for the pool's whole time-out. So when a pool
that is not full could not grow in that time, one thread at a time keeps trying and all others fail
immediately. The pool's own retry delays are shortened: with the defaults it would notice only after
three seconds a server that was back after one.

Requests that only read share half of the pool (`config.postgresql.reading`), so that they cannot
take all connections from those that sell, however many they are and however long their queries
take.

A former primary may go on as a standby and keep its clients, above all behind a pooler. Its refusal
to write counts as an absent database: the connection is closed, and the next one is made to the
host that `target_session_attrs=read-write` in the URL selects.
"""

import select
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import OperationalError
from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property
from psycopg_pool import PoolTimeout
from psycopg_pool.base import AttemptWithBackoff

from config.postgresql import reading
from config.postgresql.schema import SchemaEditor

AttemptWithBackoff.INITIAL_DELAY = 0.2
AttemptWithBackoff.DELAY_BACKOFF = 1.5


@dataclass(frozen=True, slots=True)
class _Server:
    """Whether the server of a database alias is away, and the lock of the thread that retries."""

    is_away: threading.Event = field(default_factory=threading.Event)
    retry_lock: threading.Lock = field(default_factory=threading.Lock)


_servers: defaultdict[str, _Server] = defaultdict(_Server)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper, except for how it gets connections from the pool."""

    SchemaEditorClass = SchemaEditor
    _has_reading_slot = False

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        return _ErrorWrapper(self)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection that the server has not closed.

        Raises: psycopg.OperationalError, or its subclass PoolTimeout after the pool's time-out.
        """
        self._take_reading_slot()
        try:
            return self._connection_or_fast_failure(conn_params)
        except BaseException:
            self._return_reading_slot()
            raise

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._return_reading_slot()

    def _take_reading_slot(self) -> None:
        """Wait for a slot if this thread's request only reads. Raises: PoolTimeout."""
        if self.pool is None or self._has_reading_slot or not reading.only_reads():
            return
        slots = reading.slots(self.alias, pool_size=self.pool.max_size)
        if not slots.acquire(timeout=self.pool.timeout):
            raise PoolTimeout(f"No connection for reading after {self.pool.timeout} s.")
        self._has_reading_slot = True

    def _return_reading_slot(self) -> None:
        if self._has_reading_slot:
            self._has_reading_slot = False
            reading.slots(self.alias, pool_size=self.pool.max_size).release()

    def _connection_or_fast_failure(self, conn_params: dict[str, Any]) -> Any:
        server = _servers[self.alias]
        if not server.is_away.is_set():
            return self._live_connection(conn_params)
        if not server.retry_lock.acquire(blocking=False):
            raise psycopg.OperationalError("The database is away.")
        try:
            return self._live_connection(conn_params)
        finally:
            server.retry_lock.release()

    def _live_connection(self, conn_params: dict[str, Any]) -> Any:
        while True:
            try:
                connection = super().get_new_connection(conn_params)
            except PoolTimeout:
                if self.pool.get_stats()["pool_size"] < self.pool.max_size:
                    _servers[self.alias].is_away.set()
                raise
            if not _is_closed_by_server(connection):
                _servers[self.alias].is_away.clear()
                return connection
            # The pool replaces each connection that is returned closed.
            connection.close()
            self.pool.putconn(connection)


class _ErrorWrapper(DatabaseErrorWrapper):
    """Django's translation of errors, with those of an absent database as OperationalError."""

    wrapper: DatabaseWrapper

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        if _is_absent(exc_value):
            if self.wrapper.connection is not None:
                self.wrapper.connection.close()
            raise OperationalError(*exc_value.args) from exc_value
        super().__exit__(exc_type, exc_value, traceback)


def _is_absent(error: BaseException | None) -> bool:
    """Return whether the server became a standby, or ended in the middle of its answer.

    A COMMIT that waits for a standby gets two results then, which psycopg calls an internal error.
    An internal error of the server has a code.
    """
    is_cut_off = isinstance(error, psycopg.InternalError) and error.sqlstate is None
    return is_cut_off or isinstance(error, psycopg.errors.ReadOnlySqlTransaction)


def _is_closed_by_server(connection: Any) -> bool:
    """Return whether an idle connection's socket is readable, which means that it was closed."""
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))
