"""Build the frames of viewers that subscribe to sections.

Live frames and those after a pause, a reconnection or a new subscription are built alike: from what
the replica knows to have changed since the viewer's number. Each section's bytes are built at most
once for a state and a number to start from, only if somebody is subscribed to it, and frames of the
same sections are shared.
"""

import time

from realtime.first_frames import CACHE_SECONDS
from realtime.frames import Frame
from realtime.messages import changes_fragment, free_fragment, now_ms, part_frame, whole_fragment
from realtime.replica import Replica
from realtime.sections import numbers_in
from realtime.subscriptions import Subscription

MIN_CHANGES = 16
"""Up to so many changes of a section are never replaced by its whole state."""

SEATS_PER_CHANGE = 36
"""A change takes some 12 bytes, in which the packed statuses of so many seats fit."""

_FrameKey = tuple[int | None, int, int, int, int | None, int | None, bool]


class PartFrames:
    """Frames of one event's sections, cached for the replica's published state."""

    def __init__(self) -> None:
        self._replica: Replica | None = None
        self._seq = -1
        self._built_at = 0.0
        self._now_ms = 0
        self._frames: dict[_FrameKey, Frame] = {}
        self._changed: dict[int, int] = {}
        # By section and number to start from: whether it is the whole state, and the text.
        self._fragments: dict[tuple[int, int | None], tuple[bool, str]] = {}
        # By the number of the counts that the viewer has.
        self._free: dict[int | None, str] = {}

    def changed_sections(self, replica: Replica, *, since: int) -> int:
        """Return the set of sections with changes after `since`, for `changes`."""
        self._refresh(replica)
        return self._changed_since(since)

    def changes(self, replica: Replica, *, viewer_seq: int, since: int, sections: int) -> Frame:
        """Return the changes of sections after `since`, for a viewer that is at `viewer_seq`.

        The viewer must have all that changed in its sections up to `since`, even if no frame has
        told it that number. So viewers at different numbers share the sections' texts.
        """
        self._refresh(replica)
        return self._frame((viewer_seq, since, sections, 0, None, None, False))

    def everything(
        self, replica: Replica, *, since: int | None, subscription: Subscription
    ) -> Frame:
        """Return all that leads the viewer from `since`, with its counts and its request.

        None as `since`, or a number that was not published, starts over.
        """
        self._refresh(replica)
        wanted = subscription.wanted_of(replica)
        is_answered = subscription.layout == replica.layout
        request_id = subscription.request_id if is_answered else None
        if since is None or since > self._seq:
            return self._frame((None, 0, 0, wanted, None, request_id, True))
        kept = subscription.known & wanted
        return self._frame(
            (
                since,
                since,
                kept & self._changed_since(since),
                wanted & ~kept,
                subscription.counts_seq,
                request_id,
                True,
            )
        )

    def _refresh(self, replica: Replica) -> None:
        now = time.monotonic()
        if (
            self._replica is not replica
            or self._seq != replica.published_seq
            or self._built_at < now - CACHE_SECONDS
        ):
            self._replica, self._seq, self._built_at = replica, replica.published_seq, now
            self._now_ms = now_ms()
            self._frames, self._changed, self._fragments, self._free = {}, {}, {}, {}

    def _changed_since(self, since: int) -> int:
        assert self._replica is not None
        changed = self._changed.get(since)
        if changed is None:
            changed = self._changed[since] = self._replica.sections.sections_changed(since)
        return changed

    def _frame(self, key: _FrameKey) -> Frame:
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = self._built(*key)
        return frame

    def _built(
        self,
        start: int | None,
        since: int,
        changed: int,
        added: int,
        counts_seq: int | None,
        request_id: int | None,
        has_counts: bool,
    ) -> Frame:
        replica = self._replica
        assert replica is not None
        fragments = [
            *(self._fragment(section, since) for section in numbers_in(changed)),
            *(self._fragment(section, None) for section in numbers_in(added)),
        ]
        text = part_frame(
            since=start,
            seq=self._seq,
            now_ms=self._now_ms,
            layout=replica.layout if start is None else None,
            request_id=request_id,
            whole=[text for is_whole, text in fragments if is_whole],
            changes=[text for is_whole, text in fragments if not is_whole],
            free=self._free_since(counts_seq) if has_counts else "",
        )
        return Frame(text, is_snapshot=start is None)

    def _free_since(self, counts_seq: int | None) -> str:
        free = self._free.get(counts_seq)
        if free is None:
            assert self._replica is not None
            sections = self._replica.sections
            free = free_fragment(sections.free, sections.pools_changed(counts_seq))
            self._free[counts_seq] = free
        return free

    def _fragment(self, section: int, since: int | None) -> tuple[bool, str]:
        key = section, since
        fragment = self._fragments.get(key)
        if fragment is None:
            fragment = self._fragments[key] = self._built_fragment(section, since)
        return fragment

    def _built_fragment(self, section: int, since: int | None) -> tuple[bool, str]:
        replica = self._replica
        assert replica is not None
        if since is None:
            statuses, locked = replica.section_states(section)
            return True, whole_fragment(section, statuses, locked, now_ms=self._now_ms)
        limit = max(MIN_CHANGES, len(replica.sections.seats(section)) // SEATS_PER_CHANGE)
        changed = replica.sections.seats_changed(section, since=since, limit=limit)
        if changed is None:
            return self._fragment(section, None)
        return False, changes_fragment(map(replica.state, changed), now_ms=self._now_ms)
