"""Pruning: deletes old change log rows and idempotency keys.

For each seat, the rows before its last lock or block as of the cut are deleted; later rows are
kept. So
- the newest row of every seat is kept, and all rows of the event's newest number;
- the rest can be replayed: each seat's history begins with a lock or a block, before which its
  state does not matter;
- the rows after any sequence number still include the newest state of each seat that changed since.
  A viewer that resumes gets all of them, or finds the next number missing and loads the map.

`Event.history_since` is raised to the cut before any row is deleted, so the state of every seat can
be told at each number from there on.

Rows are deleted in batches, each a short transaction after which all of this holds. Pruning can be
stopped at any point, repeated, and run twice at once.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, Q

from reservations import clock
from reservations.audit.replay import BEGINNINGS, WHOLE_LOG
from reservations.models import ConflictMinute, Event, IdempotencyKey, SeatChange

BATCH_ROWS = 2_000

_Place = tuple[int, int]


def prune_log(
    *, older_than: timedelta, dry_run: bool = False, batch_rows: int = BATCH_ROWS
) -> Iterator[tuple[int, int]]:
    """Delete old log rows of all events; yield event id and number of rows for each batch.

    A batch may be some rows larger than `batch_rows`. With `dry_run` rows are only counted. The
    counts of refused commands, a row for a minute, are deleted with the log.

    Raises: ValueError if `older_than` is less than WHOLE_LOG.
    """
    if older_than < WHOLE_LOG:
        raise ValueError(f"The log is kept for {WHOLE_LOG} at least.")
    before = clock.now() - older_than
    if not dry_run:
        ConflictMinute.objects.filter(minute__lt=before).delete()
    for event_id in Event.objects.order_by("pk").values_list("pk", flat=True):
        cut = _cut(event_id, before=before)
        for number, places in enumerate(_superseded(event_id, cut=cut, batch_rows=batch_rows)):
            if number == 0 and not dry_run:
                incomplete = Event.objects.filter(pk=event_id, history_since__lt=cut)
                incomplete.update(history_since=cut)
            yield event_id, len(places) if dry_run else _delete_log(event_id, places)


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


def _cut(event_id: int, *, before: datetime) -> int:
    """Return the last sequence number of the old part of an event's log, 0 if there is none."""
    log = SeatChange.objects.filter(event_id=event_id)
    # Stops at the first newer row of the index.
    newer = log.filter(at__gte=before).order_by("seq").values_list("seq", flat=True).first()
    if newer is not None:
        return newer - 1
    return log.aggregate(last=Max("seq"))["last"] or 0


def _superseded(event_id: int, *, cut: int, batch_rows: int) -> Iterator[list[_Place]]:
    """Yield batches of (sequence number, seat id) of the rows to delete.

    A seat's rows from one lock or block to the next are in one batch, because without the first of
    them the others could not be replayed.
    """
    kept: dict[int, list[int]] = {}
    doomed: list[_Place] = []
    for seq, seat_id, reason in _rows(event_id, cut=cut, page_rows=batch_rows):
        if reason in BEGINNINGS:
            doomed += [(earlier, seat_id) for earlier in kept.pop(seat_id, ())]
        kept.setdefault(seat_id, []).append(seq)
        if len(doomed) >= batch_rows:
            yield doomed
            doomed = []
    if doomed:
        yield doomed


def _rows(event_id: int, *, cut: int, page_rows: int) -> Iterator[tuple[int, int, str]]:
    """Read an event's log up to the cut, in order and in pages."""
    log = SeatChange.objects.filter(event_id=event_id, seq__lte=cut).order_by("seq", "seat_id")
    seq = seat_id = 0
    while page := list(
        log.filter(seq__gte=seq)
        .filter(Q(seq__gt=seq) | Q(seat_id__gt=seat_id))
        .values_list("seq", "seat_id", "reason")[:page_rows]
    ):
        yield from page
        seq, seat_id, _ = page[-1]


def _delete_log(event_id: int, places: list[_Place]) -> int:
    """Delete rows by key, one by one, because PostgreSQL would not use the index for a long list.

    All processes delete in the same order, so they cannot deadlock.
    """
    table = connection.ops.quote_name(SeatChange._meta.db_table)
    with _short_transaction(), connection.cursor() as cursor:
        cursor.executemany(
            f"DELETE FROM {table} WHERE event_id = %s AND seq = %s AND seat_id = %s",
            [(event_id, seq, seat_id) for seq, seat_id in sorted(places)],
        )
        return int(cursor.rowcount)


@contextmanager
def _short_transaction() -> Iterator[None]:
    began = time.monotonic()
    with transaction.atomic():
        yield
    # Pause for as long: on SQLite nobody else can write during the transaction.
    time.sleep(time.monotonic() - began)
