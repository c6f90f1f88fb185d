"""Build the first frame of a viewer: a delta from its last sequence number, or a snapshot.

Also replaces a delta to everyone by a snapshot where that is much shorter.
"""

import time

from realtime.frames import Frame
from realtime.messages import delta_frame, now_ms, snapshot_frame
from realtime.replica import Replica

MAX_RESUMED_SEATS = 2_000
CACHE_SECONDS = 0.2
MIN_LARGE_BYTES = 8_192
"""Deltas below this size are never replaced by a snapshot: it would save only a few packets."""


class FirstFrames:
    """First frames of one event, cached briefly.

    After a restart all viewers reconnect at once, most with the same sequence number.
    """

    def __init__(self, event_id: int) -> None:
        self._event_id = event_id
        self._cache: dict[int | None, Frame] = {}
        self._cached_state: tuple[Replica, int] | None = None
        self._cached_at = 0.0

    def frame(self, replica: Replica, *, since: int | None) -> Frame:
        """Return a delta from `since` to the published state, or a snapshot if it is None."""
        now = time.monotonic()
        if (
            self._cached_state != (replica, replica.published_seq)
            or self._cached_at < now - CACHE_SECONDS
        ):
            self._cache, self._cached_state, self._cached_at = (
                {},
                (replica, replica.published_seq),
                now,
            )
        frame = self._cache.get(since)
        if frame is None:
            frame = self._cache[since] = self._frame(replica, since)
        return frame

    def shorter(self, delta: Frame, replica: Replica) -> Frame:
        """Return `delta`, or a snapshot of the published state if that is at most half as long.

        The snapshot is built at most once for each sequence number.
        """
        # A lower bound (2 bits a seat, as base64), so that most calls need not build the snapshot.
        least_bytes = len(replica.statuses) // 3
        if len(delta.wire) < max(MIN_LARGE_BYTES, 2 * least_bytes):
            return delta
        snapshot = self.frame(replica, since=None)
        return snapshot if 2 * len(snapshot.wire) <= len(delta.wire) else delta

    def _frame(self, replica: Replica, since: int | None) -> Frame:
        if since is not None:
            changes = replica.published_since(since, limit=MAX_RESUMED_SEATS)
            if changes is not None:
                delta = delta_frame(
                    since=since, seq=replica.published_seq, now_ms=now_ms(), changes=changes
                )
                return self.shorter(Frame(delta), replica)
        text = snapshot_frame(
            event_id=self._event_id,
            seq=replica.published_seq,
            now_ms=now_ms(),
            layout=replica.layout,
            statuses=bytes(replica.statuses),
            locks=replica.locks(),
            kept=replica.kept(),
        )
        return Frame(text, is_snapshot=True)
