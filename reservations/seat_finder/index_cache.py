"""The cache of free seat indexes in this process, and searches in them.

An index is built once, and then updated from the change log. No row is locked during a search, so
the result is verified later, under the event's row lock. A choice has several sets, so that
concurrent searches, which find the same seats, need not be repeated.
"""

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from reservations.domain.criteria import Choice, Opened, SeatCriteria
from reservations.domain.errors import Outpaced
from reservations.domain.features import SoldBy
from reservations.domain.states import SeatStatus
from reservations.events import event_heads, mapped_seats, selectors
from reservations.events.layouts import static_seats
from reservations.models import Seat
from reservations.runtime import database
from reservations.runtime.singleflight import CoalescedCalls, SingleflightCache
from reservations.seat_finder.free_seat_index import FreeSeatIndex

MAX_INDEXES = 16
MAX_LOG_ROWS = 5_000
MAX_WAITING = 256
STALE_SECONDS = 10.0
"""`invalidate` keeps an index that is younger than this."""

_NOTHING_OPENED = Opened()


@dataclass(slots=True, eq=False)
class _CacheEntry:
    """An index, up to date with the change log up to `seq`; hold `lock` to use it.

    It was built at `read_at`, by `time.monotonic`.
    """

    layout: str
    seq: int
    index: FreeSeatIndex
    read_at: float
    lock: threading.Lock = field(default_factory=threading.Lock)


_cache: SingleflightCache[int, _CacheEntry] = SingleflightCache(max_entries=MAX_INDEXES)
_comparisons: CoalescedCalls[_CacheEntry, bool] = CoalescedCalls(max_waiting=MAX_WAITING)
# Builds one index at a time, because it takes as much CPU time as a thousand commands.
_reading = threading.Lock()


def choose(
    criteria: SeatCriteria,
    *,
    event_id: int,
    limit: int,
    now: datetime,
    avoid: Collection[int] = (),
    opened: Opened = _NOTHING_OPENED,
    holds_companions: bool = True,
) -> Choice:
    """Return up to `limit` sets of free seats that meet the criteria, by the last committed state.

    Seats whose lock has expired at `now` are free, and so are those in `opened`, as many in a set
    as it allows; those in `avoid` are not. With `holds_companions`, companion seats are only in
    sets with their accessible seat.

    Raises: EventNotFound; Outpaced while the layout changes; Busy; django.db.Error.
    """
    entry = _cache.get(event_id, partial(_read, event_id))
    if not _comparisons.get(entry, partial(_is_usable, entry, event_id)):
        raise Outpaced
    with entry.lock:
        entry.index.release_expired(now=now)
        index = entry.index
        with index.opening(opened):
            sets = index.best(criteria, limit=limit, avoid=avoid, holds_companions=holds_companions)
            largest = 0 if sets else index.largest(criteria, holds_companions=holds_companions)
        return Choice(tuple(sets), largest=largest)


def invalidate(*, event_id: int) -> None:
    """Discard an event's index, unless it is younger than STALE_SECONDS."""
    entry = _cache.peek(event_id)
    if entry is not None and time.monotonic() - entry.read_at > STALE_SECONDS:
        _cache.discard(event_id)


def clear_cache() -> None:
    """Discard all indexes. For tests, which change seats without logging it."""
    _cache.clear()


def _is_usable(entry: _CacheEntry, event_id: int) -> bool:
    """Update an index from the log, or discard it; return whether it was updated."""
    if _catch_up(entry, event_id):
        return True
    _cache.discard(event_id)
    return False


def _catch_up(entry: _CacheEntry, event_id: int) -> bool:
    """Apply newer log rows; return whether the index is current. Raises: django.db.Error."""
    head = event_heads.event_head(event_id=event_id)
    if entry.layout != head.layout or entry.seq > head.seq:
        return False
    if entry.seq == head.seq:
        return True
    logged = mapped_seats.changes_since(event_id=event_id, seq=entry.seq, limit=MAX_LOG_ROWS)
    if logged is None or logged.seq < head.seq:
        return False
    with entry.lock:
        for change in logged.changes:
            entry.index.update(
                change.seat_id,
                status=change.status,
                locked_until=change.locked_until,
                is_kept=change.is_kept,
            )
        entry.seq = logged.seq
    return True


def _read(event_id: int) -> _CacheEntry:
    """Build an index, reading `seq` before the seats: applying a change twice is safe.

    Raises: EventNotFound, Outpaced, django.db.Error.
    """
    database.release_connection()
    with _reading:
        read_at = time.monotonic()
        head, plan = event_heads.event_head(event_id=event_id), selectors.plan(event_id=event_id)
        seats = list(static_seats(event_id=event_id, layout=head.layout))
        if not seats and Seat.objects.filter(event_id=event_id).exists():
            raise Outpaced
        stored = Seat.objects.filter(event_id=event_id, event__layout=head.layout)
        seated = [seat for seat in seats if seat.sold_by != SoldBy.NUMBER]
        index = FreeSeatIndex(seated, plan)
        taken = stored.exclude(status=SeatStatus.AVAILABLE).order_by()
        columns = ("pk", "status", "locked_until", "allocation_id")
        for seat_id, status, locked_until, kept_for in taken.values_list(*columns):
            # What is not locked is not free anyway.
            is_kept = kept_for is not None
            index.update(seat_id, status=status, locked_until=locked_until, is_kept=is_kept)
        return _CacheEntry(head.layout, head.seq, index, read_at)
