"""The task that writes to an event's viewers: deltas, snapshots and beats.

Concurrency. Only this task writes to more than one viewer. Others wake it and may wait for its next
round; cancelling the waiter does not cancel the round.
"""

import asyncio
import time
from collections.abc import Callable

from django.conf import settings

from realtime import metrics
from realtime.first_frames import FirstFrames
from realtime.frames import Frame
from realtime.messages import beat_frame, delta_frame, now_ms
from realtime.replica import Replica
from realtime.viewers import Viewer, ViewerGroup

ROUNDS_OF_REST = 12
MAX_REST_SECONDS = 0.08


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
        self._is_woken = asyncio.Event()
        self._is_beat_due = False
        # Resolves when the next round has ended.
        self._next_round: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def send_first_frame(self, viewer: Viewer) -> None:
        """Send a viewer the changes since its last sequence number, or a snapshot."""
        frame = self._first_frames.frame(self.replica, since=viewer.seq)
        metrics.first_frame("snapshot" if frame.is_snapshot else "delta").inc()
        viewer.offer(frame, seq=self.replica.published_seq)

    def wake(self) -> None:
        """Start a round, because there is something to write."""
        self._is_woken.set()

    def queue_beat(self) -> None:
        """Send a beat to all viewers in the next round."""
        self._is_beat_due = True
        self.wake()

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
            if not self._next_round.done():
                self._next_round.set_result(None)

    async def _write_round(self) -> None:
        this_round, self._next_round = self._next_round, asyncio.get_running_loop().create_future()
        started = time.monotonic()
        try:
            has_written = await self._write_changes()
            took = time.monotonic() - started
            if self._is_beat_due:
                self._is_beat_due = False
                await self._write_beat()
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
            return True
        pending = self.replica.publish()
        if pending is None:
            return False
        since, changes = pending
        seq = self.replica.published_seq
        committed, self.oldest_pending_commit = self.oldest_pending_commit, None
        delta = Frame(delta_frame(since=since, seq=seq, now_ms=now_ms(), changes=changes))
        frame = self._first_frames.shorter(delta, self.replica)
        await self._viewers.publish(frame, since=since, seq=seq)
        metrics.count_published(
            "snapshot" if frame.is_snapshot else "delta", numbers=seq - since, committed=committed
        )
        return True

    async def _write_beat(self) -> None:
        seq = self.replica.published_seq
        frame = beat_frame(
            seq=seq, now_ms=now_ms(), viewers=self._count_viewers(), revision=self.revision
        )
        await self._viewers.publish(Frame(frame), since=seq, seq=seq)
        metrics.frame("beat").inc()


def window_seconds(*, fanout_seconds: float) -> float:
    """Return how long to collect changes after a fan-out that took `fanout_seconds`.

    At least the configured window. With many viewers, twelve times the fan-out, up to 80 ms, so
    that fan-outs take little of the event loop's time. Never less than the fan-out itself, which
    leaves half of the time for other work however many viewers there are.
    """
    rest = min(ROUNDS_OF_REST * fanout_seconds, MAX_REST_SECONDS)
    return float(max(settings.SEATCAST_FRAME_WINDOW_SECONDS, rest, fanout_seconds))
