"""The hub: one subscription per process and event, and the same frames for all its viewers.

Concurrency. Everything runs on the event loop that serves the sockets; database work runs in
threads. Between two awaits a hub's state is consistent.

Lifecycle. An event's first viewer creates the hub, and it closes with the last one. It subscribes
before it loads the seat map, so that no change is missed in between.

Guarantees. Every viewer receives a first frame and then deltas without gaps, each starting where
the previous one ended; a single task (`realtime.writer`) writes them. Group messages are
notifications only: twice a second `realtime.heads` compares all hubs with the database, and a hub
that is behind reads the change log. `realtime.lock_expiry` releases expired locks at the same rate,
so that viewers see a seat free within a second.
"""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

from channels.layers import get_channel_layer
from django.conf import settings
from redis.exceptions import RedisError

from realtime import metrics, publisher, threads
from realtime.beats import BEATS_WHILE_CHANGING
from realtime.figures import FiguresFeed
from realtime.heads import heads
from realtime.loading import load_replica, missing_changes
from realtime.lock_expiry import ExpiredLockReleaser
from realtime.messages import CloseCode
from realtime.presence import Presence
from realtime.replica import MergeResult, Replica
from realtime.viewers import Viewer, ViewerGroup
from realtime.writer import HubWriter
from reservations.domain.errors import EventNotFound
from reservations.events.changes import Change
from reservations.events.event_heads import EventHead
from reservations.runtime.threads import in_thread

SUBSCRIBE_SECONDS = 2.0
RESUBSCRIBE_SECONDS = 1.0

logger = logging.getLogger(__name__)


@asynccontextmanager
async def joining(event_id: int) -> AsyncIterator["Hub"]:
    """Yield the event's hub and keep it open while a viewer joins. Raises: EventNotFound."""
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


def viewers_by_event() -> list[metrics.EventViewers]:
    """Return the viewer counts of each event. Thread-safe."""
    return [hub.viewer_count() for hub in tuple(_hubs.values())]


class Hub:
    """The hub of one event. Created by `joining`."""

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
        self._figures: FiguresFeed | None = None
        self._is_subscribed = asyncio.Event()
        self._needs_compare = False
        self._catch_up: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._first_load = asyncio.create_task(self._load_first())

    @property
    def writer(self) -> HubWriter:
        """The task that writes to the viewers. Only available once the hub is ready."""
        assert self._writer is not None
        return self._writer

    @property
    def replica(self) -> Replica:
        """The replica of the event. Only available once the hub is ready."""
        return self.writer.replica

    @property
    def seq(self) -> int:
        """The newest sequence number that the hub knows. Only available once the hub is ready."""
        return self.replica.seq

    async def ready(self) -> None:
        """Wait until the seat map is loaded. Raises: EventNotFound."""
        # Shielded, because other viewers wait for it when this one disconnects.
        await asyncio.shield(self._first_load)

    async def add(self, viewer: Viewer, *, since: int | None, layout: str | None) -> None:
        """Add a viewer and send its first frame.

        If `layout` is current, that is a delta from `since`, otherwise a snapshot; for subscribers
        it is a part. Raises: EventNotFound, django.db.Error.
        """
        if since is not None:
            await self._wait_until_published(since)
        self._viewers.add(
            viewer, send_missed=self.writer.send_first_frame, request=self.writer.subscribe
        )
        viewer.seq = since if layout == self.replica.layout else None
        if not (self.is_public or viewer.is_admitted):
            # The event became members-only while this viewer was joining.
            viewer.transport.close(CloseCode.RESTARTING)
            return
        self.writer.send_first_frame(viewer)
        if self._is_broken:
            viewer.transport.close(CloseCode.RESTARTING)

    def send_figures(self, viewer: Viewer) -> None:
        """Also send a viewer the figures of the sale, which only organisers may see."""
        if self._figures is None:
            self._figures = FiguresFeed(
                self.event_id,
                hears_notifications=lambda: self._presence.hears(self._name),
            )
        self._figures.add(viewer)

    def remove(self, viewer: Viewer) -> None:
        """Remove a viewer. Closes the hub if it was the last one."""
        self._viewers.remove(viewer)
        if self._figures is not None:
            self._figures.remove(viewer)
            if not self._figures:
                self._figures.close()
                self._figures = None
        self.close_if_idle()

    def viewer_count(self) -> metrics.EventViewers:
        return metrics.EventViewers(self.event_id, len(self._viewers), self._viewers.behind())

    def next_release_ms(self) -> int | None:
        """Return when this hub should release the next expired lock, in Unix milliseconds.

        The event's first hub does so at the lock's deadline. The others, which otherwise would all
        lock the event's row in vain, give it one check's time.
        """
        deadline = self._writer.replica.next_deadline_ms() if self._writer else None
        if deadline is None or self._presence.is_first(self._name):
            return deadline
        return deadline + round(settings.SEATCAST_HEAD_CHECK_SECONDS * 1_000)

    def close_all(self, code: int) -> None:
        """Close every viewer's socket."""
        self._viewers.close_all(code)

    def close_if_idle(self) -> None:
        if self._viewers or self.pending_joins:
            return
        self._unregister()
        self._is_closed = True
        for task in (self._first_load, self._catch_up, *self._tasks):
            if task is not None:
                task.cancel()

    def _unregister(self) -> None:
        """Unregister this hub, so that new viewers get a new one."""
        heads.unfollow(self)
        if _hubs.get(self.event_id) is self:
            del _hubs[self.event_id]
        if not _hubs:
            _releaser.stop()

    def _close_viewers(self, task: "asyncio.Task[None]") -> None:
        """Close all viewers, which then reconnect, because a task of an open hub has ended."""
        if self._is_closed:
            return
        error = None if task.cancelled() else task.exception()
        metrics.broken_hubs.inc()
        logger.error(
            "A task of the hub of event %d has failed",
            self.event_id,
            exc_info=error,
            extra={"event_id": self.event_id},
        )
        self._is_broken = True
        self._unregister()
        self.close_all(CloseCode.RESTARTING)

    async def _load_first(self) -> None:
        # Check that the event exists before subscribing; otherwise anyone could fill Redis with
        # subscriptions.
        head = await heads.head_of(self.event_id)
        self._start_task(self._listen())
        # The change log suffices while the channel layer is away, so do not wait long for it.
        await _wait_up_to(SUBSCRIBE_SECONDS, self._is_subscribed)
        self._writer = HubWriter(
            self.event_id,
            replica=await self._load(),
            viewers=self._viewers,
            count_viewers=self._count_viewers,
            revision=head.revision,
        )
        self._start_task(self._writer.run())
        self._start_task(self._send_beats())
        if not self._is_broken:
            heads.follow(self)
            if self._needs_compare:
                heads.request(self.event_id)

    def _count_viewers(self) -> int:
        """Return the event's number of viewers in all processes."""
        return len(self._viewers) + self._presence.viewers_elsewhere(but=self._name)

    def _start_task(self, work: Coroutine[Any, Any, None]) -> None:
        """Start a task that must run for as long as the hub is open."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._close_viewers)
        self._tasks.append(task)

    async def _load(self) -> Replica:
        head, replica = await in_thread(partial(load_replica, self.event_id), threads.MAPS)
        self._set_visibility(is_public=head.is_public)
        return replica

    def _set_visibility(self, *, is_public: bool) -> None:
        """Record whether the event is public. If it no longer is, close viewers that were not
        authorised.
        """
        if self.is_public and not is_public:
            self._viewers.close_not_admitted(CloseCode.RESTARTING)
        self.is_public = is_public

    async def _listen(self) -> None:
        """Subscribe to the event's group and handle its messages; resubscribe after failures.

        Awaits nothing but messages, so that they do not pile up.
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
                    "No subscription to %s; reading its change log instead: %r",
                    group,
                    error,
                    exc_info=not isinstance(error, RedisError | OSError),
                )
                await asyncio.sleep(RESUBSCRIBE_SECONDS)

    def _on_message(self, message: dict[str, Any]) -> None:
        if message["type"] == publisher.PRESENCE:
            self._presence.record(message["hub"], message["viewers"], beats=message["beats"])
        elif message["type"] != publisher.SEATS_CHANGED:
            # From a newer server.
            return
        elif self._writer is None:
            # It may be newer than the seat map being loaded.
            self._needs_compare = True
        else:
            changes = [
                Change(
                    *(seat_id, status, datetime.fromtimestamp(until, UTC) if until else None, name),
                    is_kept=is_kept,
                )
                for seat_id, status, until, name, is_kept in message["changes"]
            ]
            result = self._apply(since=message["since"], seq=message["seq"], changes=changes)
            if result is MergeResult.APPLIED and self.writer.oldest_pending_commit is None:
                self.writer.oldest_pending_commit = message["at"]

    def _apply(self, *, since: int, seq: int, changes: Iterable[Change]) -> MergeResult:
        result = self.replica.merge(since=since, seq=seq, changes=changes)
        match result:
            case MergeResult.APPLIED:
                self.writer.wake()
                if self._figures is not None:
                    self._figures.wake()
            case MergeResult.GAP | MergeResult.FOREIGN:
                metrics.gaps.labels(result.name.lower()).inc()
                heads.request(self.event_id)
        return result

    async def _send_beats(self) -> None:
        """Send beats, more often while seats change, and report this hub's viewer count to the
        other processes.
        """
        while True:
            beats = self._presence.beats_per_report()
            publisher.publish(
                self.event_id,
                {
                    "type": publisher.PRESENCE,
                    "hub": self._name,
                    "viewers": len(self._viewers),
                    "beats": beats,
                },
            )
            for _ in range(beats):
                await self._send_quick_beats()
                self._viewers.close_slow()
                self.writer.queue_beat()

    async def _send_quick_beats(self) -> None:
        """Send beats for a usual interval to viewers who are due one while seats change."""
        usual_seconds = settings.SEATCAST_BEAT_SECONDS
        usual_at = time.monotonic() + usual_seconds
        while (now := time.monotonic()) < usual_at:
            due_at = self.writer.quick_beat_due_at()
            if due_at <= now:
                self.writer.queue_quick_beat()
                due_at = math.inf
            wake_at = min(due_at, usual_at, now + usual_seconds / BEATS_WHILE_CHANGING)
            await asyncio.sleep(wake_at - now)
            self.writer.record_delay(time.monotonic() - wake_at)

    def compare(self, head: EventHead | None, *, known: int) -> None:
        """Start to catch up if the hub is behind the database. See `realtime.heads`."""
        if head is None:
            self.close_all(CloseCode.NO_SUCH_EVENT)
            return
        self._set_visibility(is_public=head.is_public)
        self.writer.revision = head.revision
        if self._catch_up is not None and not self._catch_up.done():
            self._needs_compare = True
            return
        self._needs_compare = False
        # A lower number than before means that a backup was restored.
        if head.layout != self.replica.layout or head.seq < known:
            self._start_catch_up(self._reload())
        elif head.seq > self.replica.seq:
            self._start_catch_up(self._read_log(since=self.replica.seq, up_to=head.seq))

    def _start_catch_up(self, work: Coroutine[Any, Any, None]) -> None:
        self._catch_up = asyncio.create_task(work)
        self._catch_up.add_done_callback(self._on_caught_up)

    def _on_caught_up(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, EventNotFound):
            self.close_all(CloseCode.NO_SUCH_EVENT)
        elif error is not None:
            # Retried at the next periodic comparison.
            logger.error(
                "Event %d failed to catch up with the database",
                self.event_id,
                exc_info=error,
                extra={"event_id": self.event_id},
            )
        elif self._needs_compare and not self._is_closed:
            heads.request(self.event_id)

    async def _wait_until_published(self, seq: int) -> None:
        """Wait until this hub has published up to `seq`, which another process may have sent
        already.

        Returns early if the database has no such number. All waiting viewers share one query.
        Raises: EventNotFound, django.db.Error.
        """
        while seq > self.replica.published_seq and not self._is_broken:
            head = await heads.head_of(self.event_id)
            if self._catch_up is not None and not self._catch_up.done():
                await asyncio.shield(self._catch_up)
            await self.writer.flush()
            if head.seq < seq:
                return

    async def _read_log(self, *, since: int, up_to: int) -> None:
        metrics.log_reads.inc()
        logged = await in_thread(
            partial(missing_changes, event_id=self.event_id, since=since, up_to=up_to),
            threads.MAPS,
        )
        if logged is not None:
            result = self._apply(since=since, seq=logged.seq, changes=logged.changes)
        if logged is None or result is MergeResult.FOREIGN:
            await self._reload()

    async def _reload(self) -> None:
        """Load the seat map again, and wait until it was sent to all viewers."""
        metrics.hub_reloads.inc()
        await self.writer.replace_replica(await self._load())


_hubs: dict[int, Hub] = {}


def _releases() -> list[tuple[int, int | None]]:
    """Return the event id of each hub and when it should release a lock."""
    return [(hub.event_id, hub.next_release_ms()) for hub in _hubs.values()]


_releaser = ExpiredLockReleaser(_releases)


async def _wait_up_to(seconds: float, event: asyncio.Event) -> None:
    """Wait for an event, up to `seconds`.

    `asyncio.wait_for` of Python 3.11 can swallow a cancellation that arrives at the time-out, and
    the task would then run forever.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
