"""Pruning: deletes old change log rows and idempotency keys.

For each seat, the rows before its last lock or block as of the cut are deleted; later rows are
kept. So
- the newest row of every seat is kept, and all rows of the event's newest number;
- the rest can be replayed: each seat's history begins with a lock or a block, before which its
  state does not matter;
- the rows after any sequence number still include the newest state of each seat that changed since.
  A viewer that resumes gets all of them, or finds the next number missing and loads the map.

The log is read once: `PrunedLog` says up to which number, and a seat that was not locked or blocked
after that has no more rows to delete. `Event.history_since` is raised to the cut with the first
deleted rows, so the state of every seat can be told at each number from there on.

Rows are deleted in batches, each a short transaction after which all of this holds. Pruning can be
stopped at any point, repeated, and run twice at once.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from reservations.audit.replay import BEGINNINGS, WHOLE_LOG
from reservations.events.change_log import Log
from reservations.models import ConflictMinute, Event, IdempotencyKey, PrunedLog, SeatChange
from reservations.runtime import clock

BATCH_ROWS = 5_000
"""How many rows of the log a batch reads: it deletes about as many."""


def prune_log(
    *, older_than: timedelta, dry_run: bool = False, batch_rows: int = BATCH_ROWS
) -> Iterator[tuple[int, int]]:
    """Delete old log rows of all events; yield event id and number of rows for each batch.

    With `dry_run` rows are only counted. The counts of refused commands, a row for a minute, are
    deleted with the log.

    Raises: ValueError if `older_than` is less than WHOLE_LOG.
    """
    if older_than < WHOLE_LOG:
        raise ValueError(f"The log is kept for {WHOLE_LOG} at least.")
    before = clock.now() - older_than
    if not dry_run:
        ConflictMinute.objects.filter(minute__lt=before).delete()
    logs = Event.objects.annotate(pruned=Coalesce("pruned_log__seq", 0))
    unread = logs.filter(change_seq__gt=F("pruned")).order_by("pk")
    for event_id, pruned, head in unread.values_list("pk", "pruned", "change_seq"):
        cut = _cut(Log(event_id), before=before, pruned=pruned, head=head)
        pruning = _Pruning(Log(event_id), pruned=pruned, cut=cut, batch_rows=batch_rows)
        for count in pruning.count() if dry_run else pruning.delete():
            yield event_id, count


def prune_event(*, event_id: int, cut: int, batch_rows: int = BATCH_ROWS) -> Iterator[int]:
    """Prune an event's log up to a number; yield the number of deleted rows for each batch.

    The changes up to the number must be older than WHOLE_LOG.
    """
    stored = PrunedLog.objects.filter(event=event_id).values_list("seq", flat=True).first()
    return _Pruning(Log(event_id), pruned=stored or 0, cut=cut, batch_rows=batch_rows).delete()


def prune_keys(
    *, older_than: timedelta, dry_run: bool = False, batch_rows: int = BATCH_ROWS
) -> Iterator[int]:
    """Delete idempotency keys that were last used so long ago; yield the number per batch."""
    old = IdempotencyKey.objects.filter(created_at__lt=clock.now() - older_than)
    if dry_run:
        yield old.count()
        return
    while pks := list(old.order_by("created_at").values_list("pk", flat=True)[:batch_rows]):
        with _short_transaction():
            # A locked key is in use, so it is not old any more; and commands must not wait.
            free = old.filter(pk__in=pks).select_for_update(skip_locked=True)
            mine = list(free.values_list("pk", flat=True))
            deleted, _ = IdempotencyKey.objects.filter(pk__in=mine).delete()
        yield deleted
        if not deleted:
            return


def _cut(log: Log, *, before: datetime, pruned: int, head: int) -> int:
    """Return the last number of the old part of a log, `pruned` if all of that was pruned."""
    first = log.first_from(pruned + 1)
    if first is None or first[1] >= before:
        return pruned
    return log.last_before(before, low=first[0], high=head)


# The last lock or block of each seat in a batch, and the last one before the batch, with which what
# is kept of the seat begins. Older rows were deleted, and are not looked for again: until
# PostgreSQL's vacuum each would cost as much as one that is there.
_BEGINNINGS = """
    SELECT seat_id, seq, coalesce((
        SELECT kept.seq FROM {log} AS kept
        WHERE kept.seat_id = newest.seat_id AND kept.seq <= %(since)s AND reason IN {beginnings}
        ORDER BY kept.seq DESC LIMIT 1
    ), 0) AS kept_since
    FROM (
        SELECT seat_id, max(seq) AS seq FROM {log}
        WHERE event_id = %(event)s AND seq > %(since)s AND seq <= %(until)s
            AND reason IN {beginnings}
        GROUP BY seat_id
    ) AS newest
    """
# The rows between the two. The inner query lets PostgreSQL find them only by the index of the seat,
# also without statistics of the table.
_SUPERSEDED = {
    "postgresql": """
        SELECT superseded.place FROM ({beginnings_of_seats}) AS beginning
        CROSS JOIN LATERAL (
            SELECT ctid AS place FROM {log}
            WHERE seat_id = beginning.seat_id
                AND seq >= beginning.kept_since AND seq < beginning.seq OFFSET 0
        ) AS superseded
        """,
    "sqlite": """
        SELECT superseded.rowid FROM ({beginnings_of_seats}) AS beginning
        CROSS JOIN {log} AS superseded ON superseded.seat_id = beginning.seat_id
            AND superseded.seq >= beginning.kept_since AND superseded.seq < beginning.seq
        """,
}
_DELETE = {
    "postgresql": "DELETE FROM {log} WHERE ctid = ANY (ARRAY ({superseded}))",
    "sqlite": "DELETE FROM {log} WHERE rowid IN ({superseded})",
}
_COUNT = "SELECT count(*) FROM ({superseded}) AS superseded"


@dataclass(frozen=True, slots=True)
class _Pruning:
    """The pruning of one event's log, from the number after `pruned` up to `cut`."""

    log: Log
    pruned: int
    cut: int
    batch_rows: int

    def delete(self) -> Iterator[int]:
        """Delete rows; yield their number for each batch that has any."""
        sql = _formatted(_DELETE[connection.vendor])
        for since, until in self._batches():
            with _short_transaction():
                if connection.vendor == "postgresql":
                    # Nobody waits for it, and a batch that a crash undoes is done again.
                    _execute("SET LOCAL synchronous_commit = off", {})
                deleted = _execute(sql, self._values(since, until))
                self._note(until, has_deleted=deleted > 0)
            if deleted:
                yield deleted

    def count(self) -> Iterator[int]:
        """Yield how many rows each batch would delete, if any."""
        sql = _formatted(_COUNT)
        for since, until in self._batches():
            with connection.cursor() as cursor:
                cursor.execute(sql, self._values(since, until))
                if found := int(cursor.fetchone()[0]):
                    yield found

    def _batches(self) -> Iterator[tuple[int, int]]:
        """Yield the numbers between which a batch reads, without the first one.

        All rows of a number are in the same batch, so it may be larger than `batch_rows`.
        """
        since = self.pruned
        while since < self.cut:
            rows = self.log.rows().filter(seq__gt=since).order_by("seq", "seat_id")
            last = rows.values_list("seq", flat=True)[self.batch_rows - 1 : self.batch_rows].first()
            until = self.cut if last is None else min(last, self.cut)
            yield since, until
            since = until

    def _values(self, since: int, until: int) -> dict[str, int]:
        return {"event": self.log.event_id, "since": since, "until": until}

    def _note(self, until: int, *, has_deleted: bool) -> None:
        """Store up to where the log was pruned, and from where on it is complete."""
        PrunedLog.objects.bulk_create(
            [PrunedLog(event_id=self.log.event_id, seq=until)],
            update_conflicts=True,
            unique_fields=["event"],
            update_fields=["seq"],
        )
        if has_deleted:
            # Last, because commands wait for the event's row until the commit.
            incomplete = Event.objects.filter(pk=self.log.event_id, history_since__lt=self.cut)
            incomplete.update(history_since=self.cut)


def _formatted(sql: str) -> str:
    names = {
        "log": connection.ops.quote_name(SeatChange._meta.db_table),
        "beginnings": "({})".format(", ".join(f"'{reason.value}'" for reason in BEGINNINGS)),
    }
    of_seats = _BEGINNINGS.format(**names)
    superseded = _SUPERSEDED[connection.vendor].format(**names, beginnings_of_seats=of_seats)
    return sql.format(**names, superseded=superseded)


def _execute(sql: str, values: dict[str, int]) -> int:
    """Execute a statement, and return how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


@contextmanager
def _short_transaction() -> Iterator[None]:
    began = time.monotonic()
    with transaction.atomic():
        yield
    # On SQLite nobody else can write during the transaction; on PostgreSQL it takes a processor.
    pause = 0.5 if connection.vendor == "postgresql" else 1.0
    time.sleep(pause * (time.monotonic() - began))
