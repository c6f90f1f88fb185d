"""Count, for organisers, the commands that were refused because others have the seats.

Nothing in the database tells of a refusal, so each process counts in memory, and a timer adds its
counts to `ConflictMinute`. The command that is refused does not wait for that, and its transaction
has no statement more. A process that is killed loses the counts of its last FLUSH_SECONDS.
"""

import logging
import threading
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import Error, connection, transaction

from reservations.bookings.decisions import Decision
from reservations.domain.commands import LockBest, LockPlaces, LockSeats
from reservations.domain.errors import AreaFull, NoSeatsTogether, SeatUnavailable
from reservations.models import ConflictMinute, Event
from reservations.runtime import clock, database

FLUSH_SECONDS = 2.0
MAX_COUNTS = 10_000
"""How many minutes of events are kept while the database does not answer; newer ones are lost."""

_LOCKS = (LockSeats, LockBest, LockPlaces)
_TAKEN = (SeatUnavailable, NoSeatsTogether, AreaFull)

logger = logging.getLogger(__name__)


class ConflictCounter:
    """The counts of one process by event and minute. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[int, datetime]] = Counter()
        self._timer: threading.Timer | None = None

    def count(self, event_id: int, decisions: Iterable[Decision]) -> None:
        """Count the refused commands among `decisions`, in memory."""
        refused = sum(
            isinstance(command, _LOCKS) and isinstance(outcome.refusal, _TAKEN)
            for command, outcome, _ in decisions
        )
        if refused:
            minute = clock.now().replace(second=0, microsecond=0)
            self._add({(event_id, minute): refused})

    def flush(self) -> None:
        """Add the counts to the database; keep them for the next time if it does not answer."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            self._timer = None
        try:
            _write(counts)
        except Error as error:
            logger.warning("Conflicts are counted later: %s", error)
            self._add(counts)
        finally:
            database.release_connection()

    def reset(self) -> None:
        """Forget all counts."""
        with self._lock:
            self._counts.clear()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _add(self, counts: dict[tuple[int, datetime], int]) -> None:
        with self._lock:
            if len(self._counts) < MAX_COUNTS:
                self._counts.update(counts)
            if self._timer is None:
                self._timer = threading.Timer(FLUSH_SECONDS, self.flush)
                self._timer.daemon = True
                self._timer.start()


conflict_counter = ConflictCounter()
"""The counts of this process."""


def _write(counts: Counter[tuple[int, datetime]]) -> None:
    """Add counts to what other processes have stored; events that are gone are left out.

    The event's row is not locked: commands would wait for that.
    """
    quote = connection.ops.quote_name
    table, event = quote(ConflictMinute._meta.db_table), quote(Event._meta.db_table)
    sql = f"""
        INSERT INTO {table} (event_id, minute, refused)
        SELECT id, %s, %s FROM {event} WHERE id = %s
        ON CONFLICT (event_id, minute) DO UPDATE SET refused = {table}.refused + excluded.refused
        """
    minute = ConflictMinute._meta.get_field("minute")
    # In one order in all processes, so that they cannot deadlock.
    rows = [
        (minute.get_db_prep_save(at, connection), refused, event_id)
        for (event_id, at), refused in sorted(counts.items())
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(sql, rows)
