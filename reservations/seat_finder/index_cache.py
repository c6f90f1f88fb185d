"""The houses that this process knows, and what is chosen in them.

A house is read once, and kept true by the change log from then on. Neither that nor choosing
happens while an event's row is held: what was chosen is verified under it. A choice is therefore
several sets of seats, so that those who choose at the same moment, here or in other processes,
need not choose again.
"""

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from reservations import database
from reservations.domain.criteria import Choice, SeatCriteria
from reservations.domain.errors import Outpaced
from reservations.domain.states import SeatStatus
from reservations.models import Seat
from reservations.read import selectors
from reservations.read.layouts import static_seats
from reservations.seat_finder.free_seat_index import FreeSeatIndex
from reservations.singleflight import CoalescedCalls, SingleflightCache

MAX_INDEXES = 16
MAX_LOG_ROWS = 5_000
MAX_WAITING = 256
STALE_SECONDS = 10.0
"""A house that is not older than this is not read anew because a choice was in vain."""


@dataclass(slots=True, eq=False)
class _CacheEntry:
    """A house as the log has it up to number `seq`, for who has its lock.

    It was read at `read_at`, by `time.monotonic`.
    """

    layout: str
    seq: int
    index: FreeSeatIndex
    read_at: float
    lock: threading.Lock = field(default_factory=threading.Lock)


_cache: SingleflightCache[int, _CacheEntry] = SingleflightCache(max_entries=MAX_INDEXES)
_comparisons: CoalescedCalls[_CacheEntry, bool] = CoalescedCalls(max_waiting=MAX_WAITING)
# One at a time: it takes a processor for as long as a thousand clicks do.
_reading = threading.Lock()


def choose(
    criteria: SeatCriteria, *, event_id: int, limit: int, now: datetime, avoid: Collection[int] = ()
) -> Choice:
    """Return up to `most` sets of free seats for a wish, by all that was committed before.

    Seats whose lock runs out by `now` are free, those to `avoid` are not.

    Raises: EventNotFound; Outpaced when the house is rebuilt just now; Busy; django.db.Error.
    """
    entry = _cache.get(event_id, partial(_read, event_id))
    if not _comparisons.get(entry, partial(_is_usable, entry, event_id)):
        raise Outpaced
    with entry.lock:
        entry.index.release_expired(now=now)
        sets = entry.index.best(criteria, limit=limit, avoid=avoid)
        return Choice(tuple(sets), largest=0 if sets else entry.index.largest(criteria))


def invalidate(*, event_id: int) -> None:
    """Have an event's house read anew by who chooses next, unless that was done a moment ago."""
    entry = _cache.peek(event_id)
    if entry is not None and time.monotonic() - entry.read_at > STALE_SECONDS:
        _cache.discard(event_id)


def clear_cache() -> None:
    """Forget everything; only tests change seats without writing it into the log."""
    _cache.clear()


def _is_usable(entry: _CacheEntry, event_id: int) -> bool:
    """Have a house catch up with the log, or forgotten if it cannot; tell whether it has."""
    if _catch_up(entry, event_id):
        return True
    _cache.discard(event_id)
    return False


def _catch_up(entry: _CacheEntry, event_id: int) -> bool:
    """Take in what the log has since; tell whether that is all. Raises: django.db.Error."""
    head = selectors.event_head(event_id=event_id)
    if entry.layout != head.layout or entry.seq > head.seq:
        return False
    if entry.seq == head.seq:
        return True
    logged = selectors.changes_since(event_id=event_id, seq=entry.seq, limit=MAX_LOG_ROWS)
    if logged is None or logged.seq < head.seq:
        return False
    with entry.lock:
        for change in logged.changes:
            entry.index.update(
                change.seat_id, status=change.status, locked_until=change.locked_until
            )
        entry.seq = logged.seq
    return True


def _read(event_id: int) -> _CacheEntry:
    """Read a house: first the number it is true up to, then its seats, whose states are absolute.

    Raises: EventNotFound, Outpaced, django.db.Error.
    """
    database.release_connection()
    with _reading:
        read_at = time.monotonic()
        head, plan = selectors.event_head(event_id=event_id), selectors.plan(event_id=event_id)
        seats = list(static_seats(event_id=event_id, layout=head.layout))
        mine = Seat.objects.filter(event_id=event_id)
        if not seats and mine.exists():
            raise Outpaced
        index = FreeSeatIndex(seats, plan)
        taken = mine.exclude(status=SeatStatus.AVAILABLE).order_by()
        for seat_id, status, locked_until in taken.values_list("pk", "status", "locked_until"):
            index.update(seat_id, status=status, locked_until=locked_until)
        return _CacheEntry(head.layout, head.seq, index, read_at)
