"""The hub: one subscription per process and event, and the same bytes for everybody.

Concurrency. Everything here runs on the loop that serves the sockets; database work goes to
threads. Between two awaits a hub's state is consistent.

Lifecycle. The first viewer of an event creates its hub, and it is gone with the last. It
subscribes first and then loads the seat map, so that no change falls between.

Guarantees. Every viewer gets a first frame and then deltas without a gap, each starting where the
one before ended. The group message is only a doorbell: twice a second the hub compares its number
with the database's, and reads from the change log what it has missed. Locks that run out are
released then too, so that viewers see the seat free within a second.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

from channels.layers import get_channel_layer
from django.conf import settings
from redis.exceptions import RedisError

from realtime import metrics, publisher
from realtime.audience import Audience, Viewer
from realtime.database import in_database_thread
from realtime.first_frames import FirstFrames
from realtime.lines import Frame
from realtime.messages import CloseCode, beat_frame, delta_frame, now_ms
from realtime.picture import Merge, Picture
from realtime.turnout import Turnout
from reservations import desk, selectors
from reservations.changes import Change
from reservations.commands import ReleaseExpired
from reservations.errors import EventNotFound

MAX_LOG_ROWS = 2_000
SUBSCRIBE_SECONDS = 2.0
RESUBSCRIBE_SECONDS = 1.0
ROUNDS_OF_REST = 12
MAX_REST_SECONDS = 0.08

logger = logging.getLogger(__name__)


@asynccontextmanager
async def arriving(event_id: int) -> AsyncIterator["Hub"]:
    """Give the event's hub to a viewer who is about to be added to it, and keep it open so long.

    Raises: EventNotFound.
    """
    hub = _hubs.get(event_id)
    if hub is None:
        publisher.use_loop(asyncio.get_running_loop())
        hub = _hubs[event_id] = Hub(event_id)
    hub.arrivals += 1
    try:
        await hub.ready()
        yield hub
    finally:
        hub.arrivals -= 1
        hub.close_if_idle()


def dismiss_everybody(code: int) -> None:
    """Close all sockets of this process."""
    for hub in _hubs.values():
        hub.dismiss(code)


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many watch an event in this process, and how many of them cannot be told just now."""

    event_id: int
    viewers: int
    behind: int


def crowds() -> list[Crowd]:
    """Return the crowd of each event; in any thread."""
    return [hub.crowd() for hub in tuple(_hubs.values())]


class Hub:
    """The hub of one event. Made by `arriving`."""

    def __init__(self, event_id: int) -> None:
        self.event_id = event_id
        self.is_public = False
        self.arrivals = 0
        self._is_closed = False
        self._is_broken = False
        self._name = uuid4().hex
        self._audience = Audience()
        self._turnout = Turnout()
        # When the oldest change was committed that nobody was told of yet, by the clock's seconds.
        self._untold_since: float | None = None
        self._picture: Picture | None = None
        self._first_frames = FirstFrames(event_id)
        self._is_subscribed = asyncio.Event()
        self._has_news = asyncio.Event()
        self._is_behind = asyncio.Event()
        self._talking = asyncio.Lock()
        self._catching_up = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._first_load = asyncio.create_task(self._load_first())

    @property
    def picture(self) -> Picture:
        """What the hub knows, once it is ready."""
        assert self._picture is not None
        return self._picture

    async def ready(self) -> None:
        """Wait until the seat map is loaded. Raises: EventNotFound."""
        # Shielded, because others wait for it too when this viewer hangs up.
        await asyncio.shield(self._first_load)

    async def add(self, viewer: Viewer, *, since: int | None, layout: str | None) -> None:
        """Take a viewer in and send it its first frame.

        One that comes back with its last number and layout gets only what has changed since.
        """
        if since is not None and since > self.picture.told_seq:
            # Another process has told it more than this one knows yet.
            await self._catch_up()
            await self._tell_news()
        self._audience.add(viewer, on_return=self._greet)
        viewer.seq = since if layout == self.picture.layout else None
        if not (self.is_public or viewer.is_admitted):
            # It was for everybody when this viewer came.
            viewer.line.close(CloseCode.RESTARTING)
            return
        self._greet(viewer)
        if self._is_broken:
            viewer.line.close(CloseCode.RESTARTING)

    def remove(self, viewer: Viewer) -> None:
        """Let a viewer go; the last one closes the hub."""
        self._audience.remove(viewer)
        self.close_if_idle()

    def crowd(self) -> Crowd:
        return Crowd(self.event_id, len(self._audience), self._audience.behind())

    def dismiss(self, code: int) -> None:
        """Close every viewer's socket."""
        self._audience.dismiss(code)

    def close_if_idle(self) -> None:
        if self._audience or self.arrivals:
            return
        self._step_down()
        self._is_closed = True
        for task in (self._first_load, *self._tasks):
            task.cancel()

    def _step_down(self) -> None:
        """Leave the event to another hub: who comes from now on makes one."""
        if _hubs.get(self.event_id) is self:
            del _hubs[self.event_id]

    def _send_everybody_away(self, task: "asyncio.Task[None]") -> None:
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
        self._step_down()
        self.dismiss(CloseCode.RESTARTING)

    def _greet(self, viewer: Viewer) -> None:
        """Send a viewer what it has missed since its number, or the whole map."""
        frame = self._first_frames.frame(self.picture, since=viewer.seq)
        metrics.first_frame("snapshot" if frame.is_snapshot else "delta").inc()
        viewer.offer(frame, seq=self.picture.told_seq)

    async def _load_first(self) -> None:
        # Nobody is to fill Redis with subscriptions to events that do not exist.
        await in_database_thread(partial(selectors.event_head, event_id=self.event_id))
        for work in (self._listen, self._tell, self._watch, self._beat):
            task = asyncio.create_task(work())
            task.add_done_callback(self._send_everybody_away)
            self._tasks.append(task)
        # Without a doorbell the log alone must do, so a channel layer that is away delays little.
        await _up_to(SUBSCRIBE_SECONDS, self._is_subscribed)
        self._picture = await self._load()

    async def _load(self) -> Picture:
        head, picture = await in_database_thread(partial(_picture_of, self.event_id))
        self._show_to(is_public=head.is_public)
        return picture

    def _show_to(self, *, is_public: bool) -> None:
        """Note who may watch. Those who were let in as anybody come back, and are asked then."""
        if self.is_public and not is_public:
            self._audience.dismiss_strangers(CloseCode.RESTARTING)
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
                        self._hear(await layer.receive(channel))
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

    def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] == publisher.TURNOUT:
            self._turnout.hear(message["hub"], message["viewers"])
        elif self._picture is None:
            # It may be newer than what is being loaded.
            self._is_behind.set()
        else:
            changes = [
                Change(seat_id, status, datetime.fromtimestamp(until, UTC) if until else None, name)
                for seat_id, status, until, name in message["changes"]
            ]
            result = self._take_in(since=message["since"], seq=message["seq"], changes=changes)
            if result is Merge.APPLIED and self._untold_since is None:
                # Processes of the version before do not say when.
                self._untold_since = message.get("at")

    def _take_in(self, *, since: int, seq: int, changes: Iterable[Change]) -> Merge:
        result = self.picture.merge(since=since, seq=seq, changes=changes)
        match result:
            case Merge.APPLIED:
                self._has_news.set()
            case Merge.GAP | Merge.FOREIGN:
                metrics.gaps.labels(result.name.lower()).inc()
                self._is_behind.set()
        return result

    async def _tell(self) -> None:
        """Tell the first change at once, and what comes within the window after it together."""
        await self.ready()
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            started = time.monotonic()
            await self._tell_news()
            took = time.monotonic() - started
            metrics.round_seconds.observe(took)
            await asyncio.sleep(window_seconds(round_seconds=took))

    async def _tell_news(self) -> None:
        async with self._talking:
            news = self.picture.tell()
            if news is not None:
                since, changes = news
                seq = self.picture.told_seq
                committed, self._untold_since = self._untold_since, None
                frame = delta_frame(since=since, seq=seq, now_ms=now_ms(), changes=changes)
                await self._audience.tell(Frame(frame), since=since, seq=seq)
                metrics.count_round(numbers=seq - since, committed=committed)

    async def _beat(self) -> None:
        await self.ready()
        while True:
            publisher.publish(
                self.event_id,
                {"type": publisher.TURNOUT, "hub": self._name, "viewers": len(self._audience)},
            )
            await asyncio.sleep(settings.SEATCAST_BEAT_SECONDS)
            async with self._talking:
                seq = self.picture.told_seq
                viewers = len(self._audience) + self._turnout.elsewhere(but=self._name)
                frame = beat_frame(seq=seq, now_ms=now_ms(), viewers=viewers)
                await self._audience.tell(Frame(frame), since=seq, seq=seq)
                metrics.frame("beat").inc()
            self._audience.dismiss_the_slow()

    async def _watch(self) -> None:
        """Compare with the database, often, and at once when something is known to be missing."""
        await self.ready()
        while True:
            await _up_to(settings.SEATCAST_HEAD_CHECK_SECONDS, self._is_behind)
            try:
                await self._catch_up()
                await self._release_expired()
            except EventNotFound:
                self.dismiss(CloseCode.NO_SUCH_EVENT)
            except Exception:
                logger.exception(
                    "Event %d cannot be compared with the database",
                    self.event_id,
                    extra={"event_id": self.event_id},
                )
                # What is missing still is; the next look is at the usual time.
                await asyncio.sleep(settings.SEATCAST_HEAD_CHECK_SECONDS)

    async def _catch_up(self) -> None:
        """Read from the log what is missing; load everything anew where that is not enough."""
        async with self._catching_up:
            self._is_behind.clear()
            picture = self.picture
            known = picture.seq
            head = await in_database_thread(partial(selectors.event_head, event_id=self.event_id))
            self._show_to(is_public=head.is_public)
            # A number below the known one means another database: a backup was restored.
            if head.layout != picture.layout or head.seq < known:
                await self._start_over()
            elif head.seq > picture.seq:
                await self._read_log(since=picture.seq)

    async def _read_log(self, *, since: int) -> None:
        metrics.log_reads.inc()
        logged = await in_database_thread(
            partial(selectors.changes_since, event_id=self.event_id, seq=since, limit=MAX_LOG_ROWS)
        )
        if logged is not None:
            result = self._take_in(since=since, seq=logged.seq, changes=logged.changes)
        if logged is None or result is Merge.FOREIGN:
            await self._start_over()

    async def _start_over(self) -> None:
        """Load the map anew and show it to everybody."""
        metrics.fresh_starts.inc()
        picture = await self._load()
        async with self._talking:
            self._picture = picture
            self._untold_since = None
            await self._audience.start_over(self._greet)

    async def _release_expired(self) -> None:
        deadline = self.picture.next_deadline_ms()
        if deadline is not None and deadline <= now_ms():
            await in_database_thread(
                partial(desk.submit, event_id=self.event_id, command=ReleaseExpired())
            )


def window_seconds(*, round_seconds: float) -> float:
    """Return how long to gather changes after a round of telling everybody that took so long.

    At least the window that is set. For a crowd twelve rounds, so that telling takes little of the
    loop's time, as long as a change is not kept for more than 80 ms; and in any case one round,
    which leaves half of the time for everything else however many viewers there are.
    """
    rest = min(ROUNDS_OF_REST * round_seconds, MAX_REST_SECONDS)
    return float(max(settings.SEATCAST_FRAME_WINDOW_SECONDS, rest, round_seconds))


_hubs: dict[int, Hub] = {}


async def _up_to(seconds: float, event: asyncio.Event) -> None:
    """Wait for an event, but not longer than so.

    Hazard: `asyncio.wait_for` of Python 3.11 can swallow a cancellation that comes just when the
    time is up, and its task would run for ever.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _picture_of(event_id: int) -> tuple[selectors.EventHead, Picture]:
    """Read an event's seats. In a thread: a stadium takes a quarter of a second."""
    seat_map = selectors.seat_map(event_id=event_id)
    return seat_map.head, Picture(seat_map, shows_names=settings.SEATCAST_SHOW_NAMES)
