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
from datetime import UTC, datetime
from functools import partial
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings

from realtime import publisher
from realtime.database import in_database_thread
from realtime.lines import Frame, Send, line_for
from realtime.messages import CloseCode, beat_frame, delta_frame, snapshot_frame
from realtime.picture import Merge, Picture
from reservations import desk, selectors
from reservations.changes import Change
from reservations.commands import ReleaseExpired
from reservations.errors import EventNotFound

MAX_LOG_ROWS = 2_000
MAX_RESUMED_SEATS = 2_000
SUBSCRIBE_SECONDS = 2.0
RESUBSCRIBE_SECONDS = 1.0
VIEWERS_BETWEEN_YIELDS = 100
MAX_SECONDS_BEHIND = 20.0
KEPT_FRAME_SECONDS = 0.2

logger = logging.getLogger(__name__)


class Viewer:
    """One socket. `seq` is what it was sent last; it is behind while its line has been full since.

    A viewer who is behind gets no frames. When its line is free again it gets the newest state in
    one frame; when that takes too long it is closed.
    """

    __slots__ = ("behind_since", "hub", "line", "seq")

    def __init__(self, send: Send) -> None:
        self.line = line_for(send, on_free=self._catch_up)
        self.hub: Hub | None = None
        self.seq: int | None = None
        self.behind_since: float | None = None

    def offer(self, frame: Frame, *, seq: int) -> None:
        """Send a frame that brings the viewer to number `seq`, unless its line is full."""
        if self.line.offer(frame):
            self.seq = seq
            self.behind_since = None
        elif self.behind_since is None:
            self.behind_since = time.monotonic()

    def _catch_up(self) -> None:
        if self.hub is not None and self.behind_since is not None:
            self.hub.greet(self, since=self.seq)


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


class Hub:
    """The hub of one event. Made by `arriving`."""

    def __init__(self, event_id: int) -> None:
        self.event_id = event_id
        self.is_public = False
        self.arrivals = 0
        self._viewers: set[Viewer] = set()
        self._picture: Picture
        self._is_subscribed = asyncio.Event()
        self._kept: dict[int | None, Frame] = {}
        self._kept_at = 0.0
        self._kept_seq: int | None = None
        self._has_news = asyncio.Event()
        self._is_behind = asyncio.Event()
        self._talking = asyncio.Lock()
        self._catching_up = asyncio.Lock()
        self._first_load = asyncio.create_task(self._load_first())
        self._tasks = [
            asyncio.create_task(work())
            for work in (self._listen, self._tell, self._watch, self._beat)
        ]

    async def ready(self) -> None:
        """Wait until the seat map is loaded. Raises: EventNotFound."""
        # Shielded, because others wait for it too when this viewer hangs up.
        await asyncio.shield(self._first_load)

    async def add(self, viewer: Viewer, *, since: int | None, layout: str | None) -> None:
        """Take a viewer in and send it its first frame.

        One that comes back with its last number and layout gets only what has changed since.
        """
        if since is not None and since > self._picture.told_seq:
            # Another process has told it more than this one knows yet.
            await self._catch_up()
            await self._tell_news()
        self._viewers.add(viewer)
        viewer.hub = self
        self.greet(viewer, since=since if layout == self._picture.layout else None)

    def greet(self, viewer: Viewer, *, since: int | None) -> None:
        """Send a viewer what it has missed since a number, or the whole map."""
        viewer.offer(self._frame_from(since), seq=self._picture.told_seq)

    def remove(self, viewer: Viewer) -> None:
        """Let a viewer go; the last one closes the hub."""
        self._viewers.discard(viewer)
        viewer.hub = None
        self.close_if_idle()

    def close_if_idle(self) -> None:
        if self._viewers or self.arrivals:
            return
        if _hubs.get(self.event_id) is self:
            del _hubs[self.event_id]
        for task in (self._first_load, *self._tasks):
            task.cancel()

    async def _load_first(self) -> None:
        # Without a doorbell the log alone must do, so a channel layer that is away delays little.
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_subscribed.wait(), SUBSCRIBE_SECONDS)
        self._picture = await self._load()

    async def _load(self) -> Picture:
        seat_map = await in_database_thread(partial(selectors.seat_map, event_id=self.event_id))
        self.is_public = seat_map.head.is_public
        return Picture(seat_map, shows_names=settings.SEATCAST_SHOW_NAMES)

    async def _listen(self) -> None:
        """Keep a subscription to the event's group, and take in what it brings."""
        layer, group = get_channel_layer(), publisher.group_name(self.event_id)
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(group, channel)
                self._is_subscribed.set()
                await self.ready()
                try:
                    while True:
                        self._hear(await layer.receive(channel))
                finally:
                    await layer.group_discard(group, channel)
            except Exception:
                logger.exception("No subscription to %s; its log is read instead", group)
                await asyncio.sleep(RESUBSCRIBE_SECONDS)

    def _hear(self, message: dict[str, Any]) -> None:
        changes = [
            Change(seat_id, status, datetime.fromtimestamp(until, UTC) if until else None, holder)
            for seat_id, status, until, holder in message["changes"]
        ]
        self._take_in(since=message["since"], seq=message["seq"], changes=changes)

    def _take_in(self, *, since: int, seq: int, changes: Iterable[Change]) -> Merge:
        result = self._picture.merge(since=since, seq=seq, changes=changes)
        match result:
            case Merge.APPLIED:
                self._has_news.set()
            case Merge.GAP | Merge.FOREIGN:
                self._is_behind.set()
        return result

    async def _tell(self) -> None:
        """Tell the first change at once, and what comes within the window after it together."""
        await self.ready()
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            await self._tell_news()
            await asyncio.sleep(settings.SEATCAST_FRAME_WINDOW_SECONDS)

    async def _tell_news(self) -> None:
        async with self._talking:
            news = self._picture.tell()
            if news is not None:
                since, changes = news
                seq = self._picture.told_seq
                frame = delta_frame(since=since, seq=seq, now_ms=_now_ms(), changes=changes)
                await self._send_all(Frame(frame), since=since, seq=seq)

    async def _beat(self) -> None:
        await self.ready()
        while True:
            await asyncio.sleep(settings.SEATCAST_BEAT_SECONDS)
            async with self._talking:
                seq, viewers = self._picture.told_seq, len(self._viewers)
                frame = beat_frame(seq=seq, now_ms=_now_ms(), viewers=viewers)
                await self._send_all(Frame(frame), since=seq, seq=seq)
            self._dismiss_the_slow()

    async def _watch(self) -> None:
        """Compare with the database, often, and at once when something is known to be missing."""
        await self.ready()
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_behind.wait(), settings.SEATCAST_HEAD_CHECK_SECONDS)
            try:
                await self._catch_up()
                await self._release_expired()
            except EventNotFound:
                self.dismiss_all(CloseCode.NO_SUCH_EVENT)
            except Exception:
                logger.exception("Event %d cannot be compared with the database", self.event_id)

    async def _catch_up(self) -> None:
        """Read from the log what is missing; load everything anew where that is not enough."""
        async with self._catching_up:
            self._is_behind.clear()
            picture = self._picture
            known = picture.seq
            head = await in_database_thread(partial(selectors.event_head, event_id=self.event_id))
            self.is_public = head.is_public
            # A number below the known one means another database: a backup was restored.
            if head.layout != picture.layout or head.seq < known:
                await self._start_over()
            elif head.seq > picture.seq:
                await self._read_log(since=picture.seq)

    async def _read_log(self, *, since: int) -> None:
        logged = await in_database_thread(
            partial(selectors.changes_since, event_id=self.event_id, seq=since, limit=MAX_LOG_ROWS)
        )
        if logged is not None:
            result = self._take_in(since=since, seq=logged.seq, changes=logged.changes)
        if logged is None or result is Merge.FOREIGN:
            await self._start_over()

    async def _start_over(self) -> None:
        """Load the map anew and show it to everybody."""
        picture = await self._load()
        async with self._talking:
            self._picture = picture
            self._kept_seq = None
            for viewer in tuple(self._viewers):
                viewer.seq = None
                self.greet(viewer, since=None)

    async def _release_expired(self) -> None:
        deadline = self._picture.next_deadline_ms()
        if deadline is not None and deadline <= _now_ms():
            await in_database_thread(
                partial(desk.submit, event_id=self.event_id, command=ReleaseExpired())
            )

    def dismiss_all(self, code: int) -> None:
        """Close every viewer's socket."""
        for viewer in tuple(self._viewers):
            viewer.line.close(code)

    def _dismiss_the_slow(self) -> None:
        too_long_ago = time.monotonic() - MAX_SECONDS_BEHIND
        for viewer in tuple(self._viewers):
            if viewer.behind_since is not None and viewer.behind_since < too_long_ago:
                viewer.line.close(CloseCode.TOO_SLOW)

    def _frame_from(self, since: int | None) -> Frame:
        """Return what leads from a number to what was told last: few changes, or the map.

        Kept for a moment: after a restart everybody comes back at once, with the same number.
        """
        picture, now = self._picture, time.monotonic()
        if self._kept_at < now - KEPT_FRAME_SECONDS or self._kept_seq != picture.told_seq:
            self._kept_at, self._kept_seq, self._kept = now, picture.told_seq, {}
        frame = self._kept.get(since)
        if frame is None:
            frame = self._kept[since] = Frame(self._text_from(since))
        return frame

    def _text_from(self, since: int | None) -> str:
        picture = self._picture
        if since is not None:
            changes = picture.told_since(since, limit=MAX_RESUMED_SEATS)
            if changes is not None:
                return delta_frame(
                    since=since, seq=picture.told_seq, now_ms=_now_ms(), changes=changes
                )
        return snapshot_frame(
            event_id=self.event_id,
            seq=picture.told_seq,
            now_ms=_now_ms(),
            layout=picture.layout,
            statuses=bytes(picture.statuses),
            locks=picture.locks(),
        )

    async def _send_all(self, frame: Frame, *, since: int, seq: int) -> None:
        """Send everybody a frame that leads from number `since` to `seq`.

        Only while holding `_talking`, which keeps frames in order. Who is elsewhere is left out:
        behind, and so told later, or come in the middle of this, and so told already.
        """
        for number, viewer in enumerate(tuple(self._viewers), start=1):
            if viewer.seq == since and viewer.behind_since is None:
                viewer.offer(frame, seq=seq)
            if number % VIEWERS_BETWEEN_YIELDS == 0:
                await asyncio.sleep(0)


_hubs: dict[int, Hub] = {}


def dismiss_everybody(code: int) -> None:
    """Close all sockets of this process."""
    for hub in _hubs.values():
        hub.dismiss_all(code)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
