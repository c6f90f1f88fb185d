"""What is answered to those who ask for changes every few seconds, as sockets do not get through.

Each process keeps the events that are asked about as it read them last. When somebody asks and the
last look at the database is SEATCAST_HEAD_CHECK_SECONDS old, one query tells where all of these
events stand, and of those that have changed the change log is read. So what polls cost the database
does not depend on how many there are, and while nobody polls nothing is read.

Hubs are not asked: they belong to the loop that serves the sockets, which is in another process
where there are several, and polls are answered in threads.

Concurrency. Called in any thread. An event is brought up to date by one at a time, while those who
ask about it wait without a database connection; MOST_WAITING wait at most.

Guarantees. What was committed SEATCAST_HEAD_CHECK_SECONDS before a poll is in its answer. What one
client is told never goes back: who brings a number that is not known here has the database looked
at first, as another process may have told it. Only a number that the database does not have either,
as after a restore, is answered with an older map.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings

from realtime import metrics
from realtime.first_frames import FirstFrames
from realtime.replica import MergeResult, Replica
from realtime.revocation import MEMBERSHIP_SECONDS
from reservations import database
from reservations.domain.errors import Busy, EventNotFound
from reservations.read import selectors
from reservations.read.selectors import Asker, EventHead
from reservations.singleflight import CoalescedCalls

MAX_LOG_ROWS = 2_000
IDLE_SECONDS = 30.0
"""For how long after it was asked about an event is kept."""

MAX_WAITING = 24
MAX_CACHED_ACCESS = 50_000
"""Of how many it is remembered that they were let in; when there are more, all are asked anew."""


@dataclass(frozen=True, slots=True)
class PollAnswer:
    """A frame as JSON, and the tag of the state that it leads to."""

    text: str
    tag: str


@dataclass(frozen=True, slots=True)
class _HeadsRead:
    """Where events stood at `began`, in seconds of the monotonic clock, or later.

    `known` are the numbers that were known of them before.
    """

    began: float
    heads: Mapping[int, EventHead]
    known_seqs: Mapping[int, int]


class PolledEvent:
    """One event, as it was read last. Made by `Polls`."""

    def __init__(self, event_id: int) -> None:
        self._event_id = event_id
        self._lock = threading.Lock()
        self._frames = FirstFrames(event_id)
        # The event has all that was committed then.
        self._current_as_of = 0.0
        self._replica: Replica | None = None
        self.is_public = False

    @property
    def seq(self) -> int:
        """The newest number that is known; -1 before anything is."""
        return self._replica.seq if self._replica else -1

    @property
    def tag(self) -> str:
        """What names the current state, once it is known."""
        assert self._replica is not None
        return _tag(self._replica)

    def answer(self, *, since: int | None, layout: str | None) -> PollAnswer:
        """Return what leads from a number of a layout to the current state, or the whole map."""
        with self._lock:
            replica = self._replica
            assert replica is not None
            is_resumed = layout == replica.layout
            frame = self._frames.frame(replica, since=since if is_resumed else None)
            return PollAnswer(frame.text, _tag(replica))

    def is_current(self, heads_read: _HeadsRead) -> bool:
        return heads_read.began <= self._current_as_of

    def catch_up(self, heads_read: _HeadsRead) -> None:
        """Read what is missing by a look that has the event. Raises: EventNotFound."""
        if self._lock.locked():
            database.release_connection()
        with self._lock:
            if self.is_current(heads_read):
                return
            head, replica = heads_read.heads[self._event_id], self._replica
            began = time.monotonic()
            # A number below the known one means another database: a backup was restored.
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
        seat_map = selectors.seat_map(event_id=self._event_id)
        self._replica = Replica(seat_map, shows_names=settings.SEATCAST_SHOW_NAMES)

    def _read_log(self, replica: Replica, *, up_to: int) -> None:
        logged = selectors.changes_since(
            event_id=self._event_id, seq=replica.seq, limit=MAX_LOG_ROWS
        )
        # It may not reach back that far.
        if logged is None or logged.seq < up_to:
            self._load()
            return
        merged = replica.merge(since=replica.seq, seq=logged.seq, changes=logged.changes)
        replica.publish()
        if merged is MergeResult.FOREIGN:
            self._load()


class PolledEvents:
    """The events that are asked about in this process."""

    def __init__(self) -> None:
        self._events: dict[int, PolledEvent] = {}
        # When each was asked about last.
        self._last_polled: dict[int, float] = {}
        self._last_read = _HeadsRead(0.0, {}, {})
        self._head_reads: CoalescedCalls[None, _HeadsRead] = CoalescedCalls(max_waiting=MAX_WAITING)
        self._slots = threading.BoundedSemaphore(MAX_WAITING)

    def event(self, event_id: int, *, since: int | None) -> PolledEvent:
        """Return an event, up to date for who has been told up to `since`.

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
        """Forget what was read."""
        self._events, self._last_polled, self._last_read = {}, {}, _HeadsRead(0.0, {}, {})

    def _read_heads(self) -> _HeadsRead:
        metrics.poll_head_reads.inc()
        began = time.monotonic()
        for event_id, polled_at in tuple(self._last_polled.items()):
            if polled_at < began - IDLE_SECONDS:
                self._drop(event_id)
        known_seqs = {event_id: event.seq for event_id, event in tuple(self._events.items())}
        heads = selectors.event_heads(event_ids=tuple(self._last_polled))
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
    """Who was let in to events that are not for everybody, remembered as long as for sockets."""

    def __init__(self) -> None:
        self._until: dict[tuple[int, int], float] = {}

    def require_access(self, *, event_id: int, asker: Asker) -> None:
        """Let pass who may see an event. Raises: EventNotFound, SignInFirst, MembersOnly."""
        now, key = time.monotonic(), (event_id, asker.id or 0)
        if self._until.get(key, 0.0) > now:
            return
        selectors.require_access(event_id=event_id, asker=asker)
        # A permission ends sooner than a membership: it is asked for each time.
        if selectors.members_among(event_id=event_id, person_ids={key[1]} - {0}):
            if len(self._until) >= MAX_CACHED_ACCESS:
                self._until.clear()
            self._until[key] = now + MEMBERSHIP_SECONDS

    def clear(self) -> None:
        self._until.clear()


polled_events = PolledEvents()
access_cache = AccessCache()
"""Those of this process."""


def clear_caches() -> None:
    """Forget all that this process knows of polls."""
    polled_events.clear()
    access_cache.clear()


def _tag(replica: Replica) -> str:
    return f"{replica.layout}-{replica.seq}"
