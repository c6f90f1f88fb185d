"""Reads that may lag: from a standby of the database, if there is one and it is recent.

Nothing that a decision or a person's own state rests on is read here: no permission, no lock, no
basket. The primary answers instead while the standby is more than SEATCAST_STANDBY_LAG_SECONDS
behind, cannot be reached, has been promoted, or lacks what is asked for.

Its age. Once a second a thread asks the primary for its position in the write-ahead log, and the
standby for the one that it has replayed. The standby has everything that was committed before the
newest of the primary's positions that it has reached. A paused or slow replay is noticed by that,
and an idle primary is not mistaken for it.

If the URL has several hosts and `target_session_attrs=standby`, another one is found after a
fail-over: a standby that was promoted loses its connections.

Concurrency. Thread-safe. One thread at a time checks the standby; others use the last result. After
a failure nobody asks the standby for RETRY_SECONDS; then one check decides, and a standby that is
still away costs that thread one time-out.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, Error, InterfaceError, OperationalError, connections

from reservations.domain.errors import NotFound
from reservations.runtime import metrics

ALIAS = "standby"
CHECK_SECONDS = 1.0
RETRY_SECONDS = 5.0

_NEVER = float("-inf")

_PRIMARY_POSITION = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"
# Without rows on a server that is no standby, or no longer one.
_REPLAYED_POSITION = """
    SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') WHERE pg_is_in_recovery()
"""

T = TypeVar("T")

logger = logging.getLogger(__name__)
_thread = threading.local()


def read(query: Callable[[], T]) -> T:
    """Return what `query` reads from the standby, or from the primary if that cannot answer."""
    found = try_read(query)
    return query() if found is None else found


def try_read(query: Callable[[], T]) -> T | None:
    """Return what `query` reads from the standby, or None if that cannot answer.

    Whatever `query` asks for by models comes from the standby. Not for use in a transaction.
    """
    if ALIAS not in settings.DATABASES:
        return None
    found = _read_standby(query) if _standby.is_recent() else None
    metrics.standby_reads.labels("primary" if found is None else "standby").inc()
    return found


def _read_standby(query: Callable[[], T]) -> T | None:
    """Return what `query` reads from the standby, or None after an error."""
    try:
        with _reading():
            return query()
    except (OperationalError, InterfaceError) as error:
        _standby.failed(error)
    except (DatabaseError, NotFound):
        # A conflict with what it replays, or a row that it does not have yet.
        pass
    return None


def forget() -> None:
    """Discard what is known of the standby. For tests."""
    _standby.forget()


class Router:
    """Sends the queries of `try_read` to the standby. See Django's database routers."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:  # noqa: ARG002
        return ALIAS if getattr(_thread, "is_reading", False) else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:  # noqa: ARG002
        return False if db == ALIAS else None


class _Standby:
    """What this process knows of the standby's age."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        # When the primary was at which position, by the monotonic clock, the oldest first.
        self._positions: deque[tuple[float, int]] = deque()
        self._written = 0
        self._check_at = 0.0
        # The standby has everything that was committed before.
        self._current_as_of = _NEVER

    def is_recent(self) -> bool:
        now = time.monotonic()
        if now >= self._check_at and self._lock.acquire(blocking=False):
            try:
                self._check()
            except Error as error:
                self.failed(error)
            finally:
                self._lock.release()
        return self._current_as_of >= time.monotonic() - settings.SEATCAST_STANDBY_LAG_SECONDS

    def failed(self, error: Exception) -> None:
        """Leave the standby alone for a while."""
        logger.warning("The standby cannot be read; the primary answers instead: %r", error)
        self._current_as_of = _NEVER
        self._check_at = time.monotonic() + RETRY_SECONDS

    def _check(self) -> None:
        """Compare the standby with the primary. Raises: django.db.Error, of the standby."""
        asked_at = time.monotonic()
        self._check_at = asked_at + CHECK_SECONDS
        try:
            written = _position("default", _PRIMARY_POSITION)
        except Error:
            # The primary is away. The standby is as old as it was.
            return
        if written < self._written:
            # Another primary, which lacks what the former one had; the standby may have it.
            self._positions.clear()
            self._current_as_of = _NEVER
        self._written = written
        self._positions.append((asked_at, written))
        replayed = _position(ALIAS, _REPLAYED_POSITION)
        while self._positions and self._positions[0][1] <= replayed:
            self._current_as_of, _ = self._positions.popleft()
        # Reaching an older one would not make it recent.
        oldest = asked_at - settings.SEATCAST_STANDBY_LAG_SECONDS
        while self._positions and self._positions[0][0] < oldest:
            self._positions.popleft()


@contextmanager
def _reading() -> Iterator[None]:
    _thread.is_reading = True
    try:
        yield
    finally:
        _thread.is_reading = False
        # Back to the pool, because the thread may wait for the primary next.
        connections[ALIAS].close()


def _position(alias: str, query: str) -> int:
    """Return a position in the log. Raises: django.db.Error."""
    connection = connections[alias]
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone()
    finally:
        if alias == ALIAS:
            connection.close()
    if row is None:
        # The next connections are made to whichever host of the URL is a standby now.
        connection.pool.drain()  # type: ignore[attr-defined]
        raise OperationalError("It is no standby.")
    return int(row[0])


_standby = _Standby()
