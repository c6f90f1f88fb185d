"""Deleting what is too old to be of use: change log rows and idempotency keys.

Of each seat the log loses what came before its last lock or block as of the cut; from there on,
and everything after the cut, it is kept. So
- the newest row of every seat stays, and with it all rows of the event's newest number;
- what is left can be replayed strictly: each seat's history begins with a lock or a block, and
  what a seat was before one of these is of no consequence;
- the rows after any number still end with the newest state of each seat that changed since. Who
  resumes from there is told all of it, or finds the very next number missing and loads the map.

Rows go in batches, each a short transaction after which all of this holds. It can be stopped at
any point, begun again, and run twice at once.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, Q

from reservations import clock
from reservations.audit.replay import BEGINNINGS, WHOLE_LOG
from reservations.models import Event, IdempotencyKey, SeatChange

BATCH_ROWS = 2_000

_Place = tuple[int, int]


def prune_log(
    *, older_than: timedelta, dry_run: bool = False, batch_rows: int = BATCH_ROWS
) -> Iterator[tuple[int, int]]:
    """Delete old log rows of all events; yield each event's id and how many went, batch by batch.

    A batch may be some rows larger than `batch_rows`. With `dry_run` nothing is deleted, and what
    would be is counted.

    Raises: ValueError for an age at which the log must be whole.
    """
    if older_than < WHOLE_LOG:
        raise ValueError(f"The log is kept for {WHOLE_LOG} at least.")
    before = clock.now() - older_than
    for event_id in Event.objects.order_by("pk").values_list("pk", flat=True):
        cut = _cut(event_id, before=before)
        for places in _superseded(event_id, cut=cut, batch_rows=batch_rows):
            yield event_id, len(places) if dry_run else _delete_log(event_id, places)


def prune_keys(
    *, older_than: timedelta, dry_run: bool = False, batch_rows: int = BATCH_ROWS
) -> Iterator[int]:
    """Delete idempotency keys that were last used so long ago; yield how many, batch by batch."""
    old = IdempotencyKey.objects.filter(created_at__lt=clock.now() - older_than)
    if dry_run:
        yield old.count()
        return
    while pks := list(old.order_by("created_at").values_list("pk", flat=True)[:batch_rows]):
        with _short_transaction():
            # Who has one is using it: then it is not old any more, and the desk does not wait.
            free = old.filter(pk__in=pks).select_for_update(skip_locked=True)
            mine = list(free.values_list("pk", flat=True))
            deleted, _ = IdempotencyKey.objects.filter(pk__in=mine).delete()
        yield deleted
        if not deleted:
            return


def _cut(event_id: int, *, before: datetime) -> int:
    """Return the last number up to which an event's log is old, 0 when none of it is."""
    log = SeatChange.objects.filter(event_id=event_id)
    # The index has the old rows first: newer ones are not read.
    newer = log.filter(at__gte=before).order_by("seq").values_list("seq", flat=True).first()
    if newer is not None:
        return newer - 1
    return log.aggregate(last=Max("seq"))["last"] or 0


def _superseded(event_id: int, *, cut: int, batch_rows: int) -> Iterator[list[_Place]]:
    """Yield the places, number and seat, of the rows that are not needed, some at a time.

    All of a seat's rows from one beginning to the next come together: without the first of them
    the others could not be replayed.
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
    """Read an event's log up to the cut, in order, by statements that are short each."""
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
    """Delete rows by their keys, one by one: a list of so many is nothing an index is used for.

    They go in the log's order. So does everybody else's who prunes at the same time, and whoever
    is second waits for the first and finds the rows gone.
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
    # Half of the time is the others': on SQLite they cannot write meanwhile.
    time.sleep(time.monotonic() - began)
