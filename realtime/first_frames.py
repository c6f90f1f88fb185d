"""What a viewer is sent first: the few changes that it missed, or the whole map."""

import time

from realtime.lines import Frame
from realtime.messages import delta_frame, now_ms, snapshot_frame
from realtime.picture import Picture

MAX_RESUMED_SEATS = 2_000
KEPT_SECONDS = 0.2


class FirstFrames:
    """The first frames of one event, each kept for a moment.

    After a restart everybody comes back at once, and most with the same number.
    """

    def __init__(self, event_id: int) -> None:
        self._event_id = event_id
        self._kept: dict[int | None, Frame] = {}
        self._kept_of: tuple[Picture, int] | None = None
        self._kept_since = 0.0

    def frame(self, picture: Picture, *, since: int | None) -> Frame:
        """Return what leads from number `since` to what was told last, or with None the map."""
        now = time.monotonic()
        if self._kept_of != (picture, picture.told_seq) or self._kept_since < now - KEPT_SECONDS:
            self._kept, self._kept_of, self._kept_since = {}, (picture, picture.told_seq), now
        frame = self._kept.get(since)
        if frame is None:
            frame = self._kept[since] = self._frame(picture, since)
        return frame

    def _frame(self, picture: Picture, since: int | None) -> Frame:
        if since is not None:
            changes = picture.told_since(since, limit=MAX_RESUMED_SEATS)
            if changes is not None:
                return Frame(
                    delta_frame(since=since, seq=picture.told_seq, now_ms=now_ms(), changes=changes)
                )
        text = snapshot_frame(
            event_id=self._event_id,
            seq=picture.told_seq,
            now_ms=now_ms(),
            layout=picture.layout,
            statuses=bytes(picture.statuses),
            locks=picture.locks(),
        )
        return Frame(text, is_snapshot=True)
