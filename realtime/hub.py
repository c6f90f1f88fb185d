"""The hub: one subscription per process and event, and the same bytes for everybody.

Concurrency. Everything here runs on the loop that serves the sockets; database work goes to
threads. Between two awaits a hub's state is consistent.

Lifecycle. The first viewer of an event creates its hub, and it is gone with the last. It
subscribes first and then loads the seat map, so that no change falls between.

Guarantees. Every viewer gets a first frame and then deltas without a gap, each starting where the
one before ended; one task writes to them (`writer`). The group message is only a doorbell: twice a
second the numbers of all hubs are compared with the database's (`heads`), and each hub reads from
the change log what it has missed. Locks that run out are released then too (`releases`), so that
viewers see the seat free within a second.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

from channels.layers import get_channel_layer
from django.conf import settings
from redis.exceptions import RedisError

from realtime import metrics, publisher, threads
from realtime.heads import heads
from realtime.lock_expiry import ExpiredLockReleaser
from realtime.messages import CloseCode
from realtime.presence import Presence
from realtime.replica import MergeResult, Replica
from realtime.viewers import Viewer, ViewerGroup
from realtime.writer import HubWriter
from reservations.domain.errors import EventNotFound
from reservations.read import selectors
from reservations.threads import in_thread
from reservations.write.changes import Change

MAX_LOG_ROWS = 2_000
SUBSCRIBE_SECONDS = 2.0
RESUBSCRIBE_SECONDS = 1.0

logger = logging.getLogger(__name__)


@asynccontextmanager
async def joining(event_id: int) -> AsyncIterator["Hub"]:
    """Give the event's hub to a viewer who is about to be added to it, and keep it open so long.

    Raises: EventNotFound.
    """
    hub = _hubs.get(event_id)
    if hub is None:
        publisher.use_loop(asyncio.get_running_loop())
        hub = _hubs[event_id] = Hub(event_id)
        _releaser.start()
    hub.pending_joins += 1
    try:
        await hub.ready()
        yield hub
    finally:
        hub.pending_joins -= 1
        hub.close_if_idle()


def close_all_viewers(code: int) -> None:
    """Close all sockets of this process."""
    for hub in _hubs.values():
        hub.close_all(code)


@dataclass(frozen=True, slots=True)
class EventViewers:
    """How many watch an event in this process, and how many of them cannot be told just now."""

    event_id: int
    viewers: int
    behind: int


def viewers_by_event() -> list[EventViewers]:
    """Return the crowd of each event; in any thread."""
    return [hub.viewer_count() for hub in tuple(_hubs.values())]


class Hub:
    """The hub of one event. Made by `arriving`."""

    def __init__(self, event_id: int) -> None:
        self.event_id = event_id
        self.is_public = False
        self.pending_joins = 0
        self._is_closed = False
        self._is_broken = False
        self._name = uuid4().hex
        self._viewers = ViewerGroup()
        self._presence = Presence()
        self._writer: HubWriter | None = None
        self._is_subscribed = asyncio.Event()
        self._needs_compare = False
        self._catch_up: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._first_load = asyncio.create_task(self._load_first())

    @property
    def writer(self) -> HubWriter:
        """What writes to the viewers, once the hub is ready."""
        assert self._writer is not None
        return self._writer

    @property
    def replica(self) -> Replica:
        """What the hub knows, once it is ready."""
        return self.writer.replica

    @property
    def seq(self) -> int:
        """The newest number that the hub knows, once it is ready."""
        return self.replica.seq

    async def ready(self) -> None:
        """Wait until the seat map is loaded. Raises: EventNotFound."""
        # Shielded, because others wait for it too when this viewer hangs up.
        await asyncio.shield(self._first_load)

    async def add(self, viewer: Viewer, *, since: int | None, layout: str | None) -> None:
        """Take a viewer in and send it its first frame.

        One that comes back with its last number and layout gets only what has changed since.
        Raises: EventNotFound, django.db.Error.
        """
        if since is not None:
            await self._wait_until_published(since)
        self._viewers.add(viewer, send_missed=self.writer.send_first_frame)
        viewer.seq = since if layout == self.replica.layout else None
        if not (self.is_public or viewer.is_admitted):
            # It was for everybody when this viewer came.
            viewer.transport.close(CloseCode.RESTARTING)
            return
        self.writer.send_first_frame(viewer)
        if self._is_broken:
            viewer.transport.close(CloseCode.RESTARTING)

    def remove(self, viewer: Viewer) -> None:
        """Let a viewer go; the last one closes the hub."""
        self._viewers.remove(viewer)
        self.close_if_idle()

    def viewer_count(self) -> EventViewers:
        return EventViewers(self.event_id, len(self._viewers), self._viewers.behind())

    def next_deadline_ms(self) -> int | None:
        """Return when the next lock runs out, as far as told."""
        return self._writer.replica.next_deadline_ms() if self._writer else None

    def close_all(self, code: int) -> None:
        """Close every viewer's socket."""
        self._viewers.close_all(code)

    def close_if_idle(self) -> None:
        if self._viewers or self.pending_joins:
            return
        self._stop()
        self._is_closed = True
        for task in (self._first_load, self._catch_up, *self._tasks):
            if task is not None:
                task.cancel()

    def _stop(self) -> None:
        """Leave the event to another hub: who comes from now on makes one."""
        heads.unfollow(self)
        if _hubs.get(self.event_id) is self:
            del _hubs[self.event_id]
        if not _hubs:
            _releaser.stop()

    def _close_viewers(self, task: "asyncio.Task[None]") -> None:
        """A part of an open hub has ended, which it never should: its viewers start over."""
        if self._is_closed:
            return
        error = None if task.cancelled() else task.exception()
        metrics.broken_hubs.inc()
        logger.error(
            "The hub of event %d is broken",
            self.event_id,
            exc_info=error,
            extra={"event_id": self.event_id},
        )
        self._is_broken = True
        self._stop()
        self.close_all(CloseCode.RESTARTING)

    async def _load_first(self) -> None:
        # Otherwise anybody could fill Redis with subscriptions to events that do not exist.
        await heads.head_of(self.event_id)
        self._start_task(self._listen())
        # Without a doorbell the log alone must do, so a channel layer that is away delays little.
        await _wait_up_to(SUBSCRIBE_SECONDS, self._is_subscribed)
        self._writer = HubWriter(
            self.event_id,
            replica=await self._load(),
            viewers=self._viewers,
            count_viewers=self._count_viewers,
        )
        self._start_task(self._writer.run())
        self._start_task(self._beat())
        if not self._is_broken:
            heads.follow(self)
            if self._needs_compare:
                heads.request(self.event_id)

    def _count_viewers(self) -> int:
        """Return the event's number of viewers in all processes."""
        return len(self._viewers) + self._presence.viewers_elsewhere(but=self._name)

    def _start_task(self, work: Coroutine[Any, Any, None]) -> None:
        """Start a part of the hub that lasts as long as the hub does."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._close_viewers)
        self._tasks.append(task)

    async def _load(self) -> Replica:
        head, replica = await in_thread(partial(_load_replica, self.event_id), threads.MAPS)
        self._set_visibility(is_public=head.is_public)
        return replica

    def _set_visibility(self, *, is_public: bool) -> None:
        """Note who may watch. Those who were let in as anybody come back, and are asked then."""
        if self.is_public and not is_public:
            self._viewers.close_not_admitted(CloseCode.RESTARTING)
        self.is_public = is_public

    async def _listen(self) -> None:
        """Keep a subscription to the event's group, and take in what it brings.

        Never waits for anything but messages, so that none pile up.
        """
        layer, group = get_channel_layer(), publisher.group_name(self.event_id)
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(group, channel)
                self._is_subscribed.set()
                try:
                    while True:
                        self._on_message(await layer.receive(channel))
                finally:
                    await layer.group_discard(group, channel)
            except Exception as error:
                logger.warning(
                    "No subscription to %s; its log is read instead: %r",
                    group,
                    error,
                    exc_info=not isinstance(error, RedisError | OSError),
                )
                await asyncio.sleep(RESUBSCRIBE_SECONDS)

    def _on_message(self, message: dict[str, Any]) -> None:
        if message["type"] == publisher.PRESENCE:
            self._presence.record(message["hub"], message["viewers"])
        elif self._writer is None:
            # It may be newer than what is being loaded.
            self._needs_compare = True
        else:
            changes = [
                Change(seat_id, status, datetime.fromtimestamp(until, UTC) if until else None, name)
                for seat_id, status, until, name in message["changes"]
            ]
            result = self._apply(since=message["since"], seq=message["seq"], changes=changes)
            if result is MergeResult.APPLIED and self.writer.oldest_pending_commit is None:
                # Processes of the version before do not say when.
                self.writer.oldest_pending_commit = message.get("at")

    def _apply(self, *, since: int, seq: int, changes: Iterable[Change]) -> MergeResult:
        result = self.replica.merge(since=since, seq=seq, changes=changes)
        match result:
            case MergeResult.APPLIED:
                self.writer.wake()
            case MergeResult.GAP | MergeResult.FOREIGN:
                metrics.gaps.labels(result.name.lower()).inc()
                heads.request(self.event_id)
        return result

    async def _beat(self) -> None:
        """Have the writer send a beat every so often, and tell the other hubs how many watch."""
        while True:
            publisher.publish(
                self.event_id,
                {"type": publisher.PRESENCE, "hub": self._name, "viewers": len(self._viewers)},
            )
            await asyncio.sleep(settings.SEATCAST_BEAT_SECONDS)
            self._viewers.close_slow()
            self.writer.beat()

    def compare(self, head: selectors.EventHead | None, *, known: int) -> None:
        """Begin to read what is missing, if anything is. See `realtime.heads`."""
        if head is None:
            self.close_all(CloseCode.NO_SUCH_EVENT)
            return
        self._set_visibility(is_public=head.is_public)
        if self._catch_up is not None and not self._catch_up.done():
            self._needs_compare = True
            return
        self._needs_compare = False
        # A number below the known one means another database: a backup was restored.
        if head.layout != self.replica.layout or head.seq < known:
            self._start_catch_up(self._reload())
        elif head.seq > self.replica.seq:
            self._start_catch_up(self._read_log(since=self.replica.seq))

    def _start_catch_up(self, work: Coroutine[Any, Any, None]) -> None:
        self._catch_up = asyncio.create_task(work)
        self._catch_up.add_done_callback(self._on_caught_up)

    def _on_caught_up(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, EventNotFound):
            self.close_all(CloseCode.NO_SUCH_EVENT)
        elif error is not None:
            # What is missing still is; the next comparison is at the usual time.
            logger.error(
                "Event %d cannot be compared with the database",
                self.event_id,
                exc_info=error,
                extra={"event_id": self.event_id},
            )
        elif self._needs_compare and not self._is_closed:
            heads.request(self.event_id)

    async def _wait_until_published(self, seq: int) -> None:
        """Wait until viewers were told up to `seq`, as another process may have told somebody.

        Return also if the database has no such number. However many wait, they cost one query
        together. Raises: EventNotFound, django.db.Error.
        """
        while seq > self.replica.published_seq and not self._is_broken:
            head = await heads.head_of(self.event_id)
            if self._catch_up is not None and not self._catch_up.done():
                await asyncio.shield(self._catch_up)
            await self.writer.flush()
            if head.seq < seq:
                return

    async def _read_log(self, *, since: int) -> None:
        metrics.log_reads.inc()
        logged = await in_thread(
            partial(selectors.changes_since, event_id=self.event_id, seq=since, limit=MAX_LOG_ROWS),
            threads.MAPS,
        )
        if logged is not None:
            result = self._apply(since=since, seq=logged.seq, changes=logged.changes)
        if logged is None or result is MergeResult.FOREIGN:
            await self._reload()

    async def _reload(self) -> None:
        """Load the map anew, and wait until everybody was shown it."""
        metrics.fresh_starts.inc()
        await self.writer.replace_replica(await self._load())


_hubs: dict[int, Hub] = {}


def _deadlines() -> list[tuple[int, int | None]]:
    """Return when the next lock runs out at each event."""
    return [(hub.event_id, hub.next_deadline_ms()) for hub in _hubs.values()]


_releaser = ExpiredLockReleaser(_deadlines)


async def _wait_up_to(seconds: float, event: asyncio.Event) -> None:
    """Wait for an event, but not longer than so.

    Hazard: `asyncio.wait_for` of Python 3.11 can swallow a cancellation that comes just when the
    time is up, and its task would run for ever.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _load_replica(event_id: int) -> tuple[selectors.EventHead, Replica]:
    """Read an event's seats. In a thread: a stadium takes a quarter of a second."""
    seat_map = selectors.seat_map(event_id=event_id)
    return seat_map.head, Replica(seat_map, shows_names=settings.SEATCAST_SHOW_NAMES)
