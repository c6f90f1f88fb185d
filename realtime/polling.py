"""Answer clients that poll for changes because they cannot open a socket.

Each process caches the events that are polled. A poll that finds the last query older than
SEATCAST_HEAD_CHECK_SECONDS queries the heads of all cached events at once, and reads the change log
of those that have changed. So the cost for the database does not depend on the number of polls, and
without polls nothing is read.

Hubs are not used: they belong to the event loop that serves sockets, which may be in another
process, and polls are answered in threads.

Concurrency. Thread-safe. One thread at a time updates an event; other polls of it wait without a
database connection, at most MAX_WAITING of them.

Guarantees. A response contains everything committed SEATCAST_HEAD_CHECK_SECONDS before the poll. A
client never goes back in time: if its number is newer than the cached one, another process has sent
it, and the database is queried first. Only if the database does not have that number either, as
after a restore, is it sent an older snapshot.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings

from realtime import metrics
from realtime.first_frames import FirstFrames
from realtime.loading import load_replica, missing_changes
from realtime.part_frames import PartFrames
from realtime.replica import MergeResult, Replica
from realtime.revocation import MEMBERSHIP_SECONDS
from realtime.subscriptions import Subscription
from reservations.domain.errors import Busy, EventNotFound
from reservations.events import access, event_heads
from reservations.events.access import Requester
from reservations.events.event_heads import EventHead
from reservations.runtime import database
from reservations.runtime.singleflight import CoalescedCalls

IDLE_SECONDS = 30.0
"""How long an event stays cached after its last poll."""

MAX_WAITING = 24
MAX_CACHED_ACCESS = 50_000
"""How many access decisions are cached. The cache is cleared when it is full."""


@dataclass(frozen=True, slots=True)
class PollResponse:
    """A frame as JSON, and the tag (for the ETag) of the state that it leads to."""

    text: str
    tag: str


@dataclass(frozen=True, slots=True)
class _HeadsRead:
    """The result of a query for heads.

    `began` is when the query started, by the monotonic clock. `known_seqs` are the cached numbers
    before it.
    """

    began: float
    heads: Mapping[int, EventHead]
    known_seqs: Mapping[int, int]


class PolledEvent:
    """The cached state of one event. Created by `PolledEvents`."""

    def __init__(self, event_id: int) -> None:
        self._event_id = event_id
        self._lock = threading.Lock()
        self._frames = FirstFrames(event_id)
        self._part_frames = PartFrames()
        # The replica has everything committed before this time, by the monotonic clock.
        self._current_as_of = 0.0
        self._replica: Replica | None = None
        self.is_public = False

    @property
    def seq(self) -> int:
        """The newest known sequence number; -1 before the first read."""
        return self._replica.seq if self._replica else -1

    @property
    def tag(self) -> str:
        """A tag that identifies the current state. Only available after `catch_up`."""
        assert self._replica is not None
        return _tag(self._replica)

    def answer(
        self, *, since: int | None, layout: str | None, subscription: Subscription | None = None
    ) -> PollResponse:
        """Return a delta from `since` if `layout` is current, otherwise a snapshot; subscribers get
        a part.
        """
        with self._lock:
            replica = self._replica
            assert replica is not None
            known = since if layout == replica.layout else None
            if subscription is None:
                frame = self._frames.frame(replica, since=known)
            else:
                frame = self._part_frames.everything(
                    replica, since=known, subscription=subscription
                )
            return PollResponse(frame.text, _tag(replica))

    def is_current(self, heads_read: _HeadsRead) -> bool:
        """Return whether the replica is at least as new as a query for heads."""
        return heads_read.began <= self._current_as_of

    def catch_up(self, heads_read: _HeadsRead) -> None:
        """Update the replica to the heads that were read, which must include this event.

        Raises: EventNotFound.
        """
        if self._lock.locked():
            database.release_connection()
        with self._lock:
            if self.is_current(heads_read):
                return
            head, replica = heads_read.heads[self._event_id], self._replica
            began = time.monotonic()
            # A lower number than before means that a backup was restored.
            is_restored = head.seq < heads_read.known_seqs.get(self._event_id, -1)
            if replica is None or head.layout != replica.layout or is_restored:
                self._load()
            elif head.seq > replica.seq:
                self._read_log(replica, up_to=head.seq)
            else:
                began = heads_read.began
            self.is_public = head.is_public
            self._current_as_of = began

    def _load(self) -> None:
        _, self._replica = load_replica(self._event_id)

    def _read_log(self, replica: Replica, *, up_to: int) -> None:
        logged = missing_changes(event_id=self._event_id, since=replica.seq, up_to=up_to)
        if logged is not None:
            merged = replica.merge(since=replica.seq, seq=logged.seq, changes=logged.changes)
            replica.publish()
        if logged is None or merged is MergeResult.FOREIGN:
            self._load()


class PolledEvents:
    """The polled events of this process."""

    def __init__(self) -> None:
        self._events: dict[int, PolledEvent] = {}
        # When each event was polled last, by the monotonic clock.
        self._last_polled: dict[int, float] = {}
        self._last_read = _HeadsRead(0.0, {}, {})
        self._head_reads: CoalescedCalls[None, _HeadsRead] = CoalescedCalls(max_waiting=MAX_WAITING)
        self._slots = threading.BoundedSemaphore(MAX_WAITING)

    def event(self, event_id: int, *, since: int | None) -> PolledEvent:
        """Return an event, updated for a client that has received everything up to `since`.

        Raises: EventNotFound, Busy, django.db.Error.
        """
        now = time.monotonic()
        self._last_polled[event_id] = now
        event = self._events.get(event_id)
        if event is None:
            event = self._events.setdefault(event_id, PolledEvent(event_id))
        heads_read = self._last_read
        if (
            event_id not in heads_read.heads
            or heads_read.began < now - settings.SEATCAST_HEAD_CHECK_SECONDS
            or (since is not None and since > max(event.seq, heads_read.heads[event_id].seq))
        ):
            heads_read = self._head_reads.get(None, self._read_heads)
        if event_id not in heads_read.heads:
            self._drop(event_id)
            raise EventNotFound
        if not event.is_current(heads_read):
            with self._slot():
                event.catch_up(heads_read)
        return event

    def clear(self) -> None:
        """Discard all cached events."""
        self._events, self._last_polled, self._last_read = {}, {}, _HeadsRead(0.0, {}, {})

    def _read_heads(self) -> _HeadsRead:
        metrics.poll_head_reads.inc()
        began = time.monotonic()
        for event_id, polled_at in tuple(self._last_polled.items()):
            if polled_at < began - IDLE_SECONDS:
                self._drop(event_id)
        known_seqs = {event_id: event.seq for event_id, event in tuple(self._events.items())}
        heads = event_heads.event_heads(event_ids=tuple(self._last_polled))
        self._last_read = _HeadsRead(began, heads, known_seqs)
        return self._last_read

    def _drop(self, event_id: int) -> None:
        self._last_polled.pop(event_id, None)
        self._events.pop(event_id, None)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(blocking=False):
            raise Busy
        try:
            yield
        finally:
            self._slots.release()


class AccessCache:
    """Caches who may see members-only events, for as long as sockets keep a membership."""

    def __init__(self) -> None:
        self._until: dict[tuple[int, int], float] = {}

    def require_access(self, *, event_id: int, requester: Requester) -> None:
        """Check that a client may see an event. Raises: EventNotFound, SignInFirst, MembersOnly."""
        now, key = time.monotonic(), (event_id, requester.id or 0)
        if self._until.get(key, 0.0) > now:
            return
        access.require_access(event_id=event_id, requester=requester)
        # Only memberships are cached; revoked permissions must take effect immediately.
        if access.members_among(event_id=event_id, person_ids={key[1]} - {0}):
            if len(self._until) >= MAX_CACHED_ACCESS:
                self._until.clear()
            self._until[key] = now + MEMBERSHIP_SECONDS

    def clear(self) -> None:
        self._until.clear()


polled_events = PolledEvents()
access_cache = AccessCache()


def clear_caches() -> None:
    """Discard everything that polls have cached in this process."""
    polled_events.clear()
    access_cache.clear()


def _tag(replica: Replica) -> str:
    return f"{replica.layout}-{replica.seq}"
