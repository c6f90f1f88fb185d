"""The task that writes to an event's viewers: what changed, the whole map, and beats.

Concurrency. Nobody else writes to more than one viewer. Whoever has something to be written wakes
the writer and may wait for its next round; to be cancelled while waiting leaves the round alone.
"""

import asyncio
import time
from collections.abc import Callable

from django.conf import settings

from realtime import metrics
from realtime.first_frames import FirstFrames
from realtime.messages import beat_frame, delta_frame, now_ms
from realtime.replica import Replica
from realtime.transports import Frame
from realtime.viewers import Viewer, ViewerGroup

ROUNDS_OF_REST = 12
MAX_REST_SECONDS = 0.08


class HubWriter:
    """Writes what `picture` knows to the `audience`. `count` returns how many watch everywhere.

    `untold_since` is when the oldest change was committed that nobody was told of yet, by the
    clock's seconds.
    """

    def __init__(
        self,
        event_id: int,
        *,
        replica: Replica,
        viewers: ViewerGroup,
        count_viewers: Callable[[], int],
    ) -> None:
        self.replica = replica
        self.oldest_pending_commit: float | None = None
        self._viewers = viewers
        self._count_viewers = count_viewers
        self._new_replica: Replica | None = None
        self._first_frames = FirstFrames(event_id)
        self._is_woken = asyncio.Event()
        self._is_beat_due = False
        # Done when the round that begins next has ended.
        self._next_round: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def send_first_frame(self, viewer: Viewer) -> None:
        """Send a viewer what it has missed since its number, or the whole map."""
        frame = self._first_frames.frame(self.replica, since=viewer.seq)
        metrics.first_frame("snapshot" if frame.is_snapshot else "delta").inc()
        viewer.offer(frame, seq=self.replica.published_seq)

    def wake(self) -> None:
        """Have a round begin, because there is something to write."""
        self._is_woken.set()

    def beat(self) -> None:
        """Have everybody sent a beat."""
        self._is_beat_due = True
        self.wake()

    async def replace_replica(self, replica: Replica) -> None:
        """Replace the picture, and wait until everybody was sent the new one."""
        self._new_replica = replica
        self.wake()
        await self.flush()

    async def flush(self) -> None:
        """Wait until all that there is to write now was written, or the writer has ended."""
        if self._is_woken.is_set():
            # Shielded, because others wait for it too.
            await asyncio.shield(self._next_round)

    async def run(self) -> None:
        """Write until cancelled.

        The first change goes at once, and what comes within the window after it goes together.
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
        """Send pending changes, or a new picture. Return whether there was anything to send."""
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
        frame = beat_frame(seq=seq, now_ms=now_ms(), viewers=self._count_viewers())
        await self._viewers.publish(Frame(frame), since=seq, seq=seq)
        metrics.frame("beat").inc()


def window_seconds(*, fanout_seconds: float) -> float:
    """Return how long to gather changes after a round of telling everybody that took so long.

    At least the window that is set. For a crowd twelve rounds, so that telling takes little of the
    loop's time, as long as a change is not kept for more than 80 ms; and in any case one round,
    which leaves half of the time for everything else however many viewers there are.
    """
    rest = min(ROUNDS_OF_REST * fanout_seconds, MAX_REST_SECONDS)
    return float(max(settings.SEATCAST_FRAME_WINDOW_SECONDS, rest, fanout_seconds))
