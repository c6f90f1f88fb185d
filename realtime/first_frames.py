"""What a viewer is sent first: the few changes that it missed, or the whole map.

Also which of the two to send when everybody is told of many changes at once.
"""

import time

from realtime.messages import delta_frame, now_ms, snapshot_frame
from realtime.replica import Replica
from realtime.transports import Frame

MAX_RESUMED_SEATS = 2_000
CACHE_SECONDS = 0.2
MIN_LARGE_BYTES = 8_192
"""The map never takes the place of a delta that is smaller: it would save a few packets only."""


class FirstFrames:
    """The first frames of one event, each kept for a moment.

    After a restart everybody comes back at once, and most with the same number.
    """

    def __init__(self, event_id: int) -> None:
        self._event_id = event_id
        self._cache: dict[int | None, Frame] = {}
        self._cached_state: tuple[Replica, int] | None = None
        self._cached_at = 0.0

    def frame(self, replica: Replica, *, since: int | None) -> Frame:
        """Return what leads from number `since` to what was told last, or with None the map."""
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
        """Return the delta, which leads to what was told last, or the map if that is far shorter.

        The map is made at most once for all deltas to the same number.
        """
        # Each seat takes a third of a byte in the map, which need not be made to know that.
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
        )
        return Frame(text, is_snapshot=True)
