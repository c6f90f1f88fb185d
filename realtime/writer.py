"""The task that writes to an event's viewers: deltas, snapshots, parts and beats.

Concurrency. Only this task writes to more than one viewer. Others wake it and may wait for its next
round; cancelling the waiter does not cancel the round.

Subscribers are sent the changes of their sections at once, like everybody, and at most once a
second a frame with the counts, which carries each of them to the published number.
"""

import asyncio
import math
import time
from collections.abc import Callable

from django.conf import settings

from realtime import metrics
from realtime.beats import BeatSchedule
from realtime.first_frames import FirstFrames
from realtime.frames import Frame
from realtime.messages import Subscribe, beat_frame, delta_frame, now_ms
from realtime.part_frames import PartFrames
from realtime.replica import Replica
from realtime.subscriptions import Subscription
from realtime.viewers import Viewer, ViewerGroup

ROUNDS_OF_REST = 12
MAX_REST_SECONDS = 0.08
COUNT_SECONDS = 1.0
"""Subscribers are sent counts at most this often."""


class HubWriter:
    """Writes the replica's changes to the viewers.

    `count_viewers` returns the event's number of viewers in all processes. `oldest_pending_commit`
    is the time of the oldest commit that is not published yet, in Unix seconds. `revision` is the
    newest known one of the event's settings, for beats.
    """

    def __init__(
        self,
        event_id: int,
        *,
        replica: Replica,
        viewers: ViewerGroup,
        count_viewers: Callable[[], int],
        revision: int = 0,
    ) -> None:
        self.replica = replica
        self.oldest_pending_commit: float | None = None
        self.revision = revision
        self._viewers = viewers
        self._count_viewers = count_viewers
        self._new_replica: Replica | None = None
        self._first_frames = FirstFrames(event_id)
        self._part_frames = PartFrames()
        # When subscribers were last sent counts, by the loop's clock, and whether they need new
        # ones; `_count_timer` is set while that has to wait.
        self._counted_at = -COUNT_SECONDS
        self._needs_count = False
        self._count_timer: asyncio.TimerHandle | None = None
        self._is_woken = asyncio.Event()
        self._is_beat_due = False
        self._is_quick_beat_due = False
        self._whole_beats = BeatSchedule()
        self._subscriber_beats = BeatSchedule()
        # Resolves when the next round has ended.
        self._next_round: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def send_first_frame(self, viewer: Viewer) -> None:
        """Send a viewer the changes since its last sequence number, or a snapshot."""
        if viewer.subscription is not None:
            metrics.first_frame("part").inc()
            self._send_everything(viewer, viewer.subscription)
            return
        frame = self._first_frames.frame(self.replica, since=viewer.seq)
        metrics.first_frame("snapshot" if frame.is_snapshot else "delta").inc()
        viewer.offer(frame, seq=self.replica.published_seq)

    def subscribe(self, viewer: Viewer, message: Subscribe) -> None:
        """Change what a viewer is subscribed to, and send it the states that it needs for that.

        A client that asks too often is answered with the next counts.
        """
        if viewer.subscription is None:
            viewer.subscription = Subscription.of_whole_map(self.replica)
        if not viewer.subscription.request(message):
            self._needs_count = True
            self.wake()
        elif viewer.behind_since is None:
            self._send_everything(viewer, viewer.subscription)

    def wake(self) -> None:
        """Start a round, because there is something to write."""
        self._is_woken.set()

    def quick_beat_due_at(self) -> float:
        """Return when viewers are due a beat besides the usual ones, by the monotonic clock."""
        return min((beats.due_at() for beats in self._schedules()), default=math.inf)

    def queue_beat(self) -> None:
        """Send a beat to all viewers in the next round."""
        self._is_beat_due = True
        self.wake()

    def queue_quick_beat(self) -> None:
        """Send a beat in the next round to those who are due one by then."""
        self._is_quick_beat_due = True
        self.wake()

    def record_delay(self, seconds: float) -> None:
        """Record how late the event loop was, or how long it took to write a frame."""
        self._whole_beats.delayed(seconds)
        self._subscriber_beats.delayed(seconds)

    async def replace_replica(self, replica: Replica) -> None:
        """Replace the replica, and wait until all viewers were sent a first frame of it."""
        self._new_replica = replica
        self.wake()
        await self.flush()

    async def flush(self) -> None:
        """Wait until everything pending now has been written, or the writer has ended."""
        if self._is_woken.is_set():
            # Shielded, because other callers wait for the same round.
            await asyncio.shield(self._next_round)

    async def run(self) -> None:
        """Write until cancelled.

        The first change is sent immediately; changes within the window after it are sent together.
        """
        try:
            while True:
                await self._is_woken.wait()
                self._is_woken.clear()
                await self._write_round()
        finally:
            if self._count_timer is not None:
                self._count_timer.cancel()
            if not self._next_round.done():
                self._next_round.set_result(None)

    async def _write_round(self) -> None:
        this_round, self._next_round = self._next_round, asyncio.get_running_loop().create_future()
        started = time.monotonic()
        try:
            has_written = await self._write_changes()
            took = time.monotonic() - started
            self.record_delay(took)
            is_usual, is_quick = self._is_beat_due, self._is_quick_beat_due
            self._is_beat_due = self._is_quick_beat_due = False
            if is_usual:
                await self._write_beat()
            elif is_quick:
                await self._write_quick_beat()
        finally:
            this_round.set_result(None)
        if has_written:
            metrics.fanout_seconds.observe(took)
            await asyncio.sleep(window_seconds(fanout_seconds=took))

    async def _write_changes(self) -> bool:
        """Send pending changes or a new replica. Return whether there was anything to send."""
        if self._new_replica is not None:
            self.replica, self._new_replica = self._new_replica, None
            self.oldest_pending_commit = None
            await self._viewers.resend_all(self.send_first_frame)
            self._whole_beats.sent()
            self._subscriber_beats.sent()
            return True
        pending = self.replica.publish()
        if pending is None:
            return await self._write_parts(since=None)
        since, changes = pending
        seq = self.replica.published_seq
        self._whole_beats.changed()
        self._subscriber_beats.changed()
        committed, self.oldest_pending_commit = self.oldest_pending_commit, None
        if self._viewers.has_whole_viewers():
            delta = Frame(delta_frame(since=since, seq=seq, now_ms=now_ms(), changes=changes))
            frame = self._first_frames.shorter(delta, self.replica)
            await self._viewers.publish(frame, since=since, seq=seq)
            self._whole_beats.sent()
            metrics.frame("snapshot" if frame.is_snapshot else "delta").inc()
        self._needs_count = True
        await self._write_parts(since=since)
        metrics.count_published(numbers=seq - since, committed=committed)
        return True

    async def _write_parts(self, *, since: int | None) -> bool:
        """Send subscribers the changes after `since`, and counts when they are due.

        Return whether there was anything to send.
        """
        if not self._viewers.has_subscribers():
            self._needs_count = False
            return False
        if self._needs_count and self._count_wait_seconds() <= 0:
            await self._write_counts()
            return True
        if since is not None:
            await self._write_part_changes(since)
        if self._needs_count and self._count_timer is None:
            self._count_timer = asyncio.get_running_loop().call_later(
                self._count_wait_seconds(), self._wake_for_counts
            )
        return since is not None

    async def _write_part_changes(self, since: int) -> None:
        """Send subscribers the changes of their sections after `since`, which was published last.

        All that are not behind have what changed in their sections before.
        """
        replica, seq = self.replica, self.replica.published_seq
        changed = self._part_frames.changed_sections(replica, since=since)
        frames: dict[tuple[int, int], Frame] = {}

        def send(viewer: Viewer) -> bool:
            subscription, viewer_seq = viewer.subscription, viewer.seq
            if (
                subscription is None
                or not (sections := subscription.known & changed)
                or viewer_seq is None
                or viewer_seq >= seq
            ):
                return False
            frame = frames.get((sections, viewer_seq))
            if frame is None:
                frame = frames[sections, viewer_seq] = self._part_frames.changes(
                    replica, viewer_seq=viewer_seq, since=since, sections=sections
                )
            viewer.offer(frame, seq=seq)
            return True

        await self._viewers.send_each(send)
        metrics.frame("part").inc()

    async def _write_counts(self) -> None:
        """Carry all subscribers to the published number, with their counts and what they asked."""
        self._needs_count = False
        self._counted_at = asyncio.get_running_loop().time()
        replica, seq = self.replica, self.replica.published_seq
        frames: dict[tuple[int | None, int | None, int, int], Frame] = {}

        def send(viewer: Viewer) -> bool:
            subscription, viewer_seq = viewer.subscription, viewer.seq
            if subscription is None or (viewer_seq == seq and subscription.is_current(replica)):
                return False
            if subscription.request_id is not None:
                self._send_everything(viewer, subscription)
                return True
            wanted = subscription.wanted_of(replica)
            key = viewer_seq, subscription.counts_seq, subscription.known, wanted
            frame = frames.get(key)
            if frame is None:
                frame = frames[key] = self._part_frames.everything(
                    replica, since=viewer_seq, subscription=subscription
                )
            viewer.offer(frame, seq=seq)
            if viewer.behind_since is None:
                subscription.known, subscription.counts_seq = wanted, seq
            return True

        await self._viewers.send_each(send)
        self._subscriber_beats.sent()
        metrics.frame("part").inc()

    def _count_wait_seconds(self) -> float:
        return self._counted_at + COUNT_SECONDS - asyncio.get_running_loop().time()

    def _wake_for_counts(self) -> None:
        self._count_timer = None
        self.wake()

    def _send_everything(self, viewer: Viewer, subscription: Subscription) -> None:
        frame = self._part_frames.everything(
            self.replica, since=viewer.seq, subscription=subscription
        )
        viewer.offer(frame, seq=self.replica.published_seq)
        if viewer.behind_since is None:
            subscription.record_sent(self.replica)

    async def _write_beat(self) -> None:
        if self._needs_count:
            # A beat is for those who were sent everything.
            await self._write_counts()
        await self._write_beat_to(self._schedules())

    async def _write_quick_beat(self) -> None:
        now = time.monotonic()
        await self._write_beat_to([beats for beats in self._schedules() if beats.due_at() <= now])

    async def _write_beat_to(self, schedules: list[BeatSchedule]) -> None:
        """Send a beat to the viewers of these schedules."""
        if not schedules:
            return
        started = time.monotonic()
        next_ms = round(max(beats.promise() for beats in schedules) * 1_000)
        frames: dict[int, Frame] = {}

        def frame_at(seq: int) -> Frame:
            if seq not in frames:
                text = beat_frame(
                    seq=seq,
                    now_ms=now_ms(),
                    viewers=self._count_viewers(),
                    revision=self.revision,
                    next_ms=next_ms,
                )
                frames[seq] = Frame(text)
            return frames[seq]

        await self._viewers.publish_beat(
            frame_at,
            seq=self.replica.published_seq,
            to_whole=self._whole_beats in schedules,
            to_subscribers=self._subscriber_beats in schedules,
        )
        for beats in schedules:
            beats.sent()
        self.record_delay(time.monotonic() - started)
        metrics.frame("beat").inc()

    def _schedules(self) -> list[BeatSchedule]:
        """Return the schedules that have viewers."""
        has_viewers = {
            self._whole_beats: self._viewers.has_whole_viewers(),
            self._subscriber_beats: self._viewers.has_subscribers(),
        }
        return [beats for beats, has_some in has_viewers.items() if has_some]


def window_seconds(*, fanout_seconds: float) -> float:
    """Return how long to collect changes after a fan-out that took `fanout_seconds`.

    At least the configured window. With many viewers, twelve times the fan-out, up to 80 ms, so
    that fan-outs take little of the event loop's time. Never less than the fan-out itself, which
    leaves half of the time for other work however many viewers there are.
    """
    rest = min(ROUNDS_OF_REST * fanout_seconds, MAX_REST_SECONDS)
    return float(max(settings.SEATCAST_FRAME_WINDOW_SECONDS, rest, fanout_seconds))
