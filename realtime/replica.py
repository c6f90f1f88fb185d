"""A replica of an event's seats as its viewers know them, and the changes to publish next. Pure.

Invariants:

- `published_seq` is the number up to which changes have been published; `seq >= published_seq` is
  the newest known one. Changes in between are pending, each seat with its latest state only.
- States are absolute, so merging known changes again has no effect.
- A message is merged only if it starts at or before `seq`, so there are no gaps.
"""

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import Enum, auto

from realtime.messages import WireChange
from realtime.sections import SectionIndex
from reservations.domain.states import SeatStatus
from reservations.events.changes import Change
from reservations.events.mapped_seats import SeatMap


class MergeResult(Enum):
    """The result of merging a message."""

    APPLIED = auto()
    KNOWN = auto()  # nothing new
    GAP = auto()  # earlier changes are missing: read the log
    FOREIGN = auto()  # unknown seats: load the seat map again


class Replica:
    """The seats of one event by index. If `shows_names` is false, holders are left out."""

    def __init__(self, seat_map: SeatMap, *, shows_names: bool) -> None:
        self.layout = seat_map.head.layout
        self.published_seq = self.seq = seat_map.head.seq
        self._shows_names = shows_names
        self._index_by_id = {seat.id: index for index, seat in enumerate(seat_map.seats)}
        self.statuses = bytearray(len(seat_map.seats))
        self.sections = SectionIndex(seat_map.seats)
        self._locks: dict[int, tuple[int, str | None]] = {}
        # The indexes of the locks that leave their seats blocked.
        self._kept: set[int] = set()
        self._deadlines: list[tuple[int, int]] = []
        self._pending: dict[int, WireChange] = {}
        # Sequence number of each seat's last change by index, latest last.
        self._versions: dict[int, int] = {}
        seats = sorted(enumerate(seat_map.seats), key=lambda pair: pair[1].version)
        for index, seat in seats:
            change = Change(seat.id, seat.status, seat.locked_until, seat.holder, seat.is_kept)
            self._set_published(self._to_wire(index, change), seq=seat.version)

    def merge(self, *, since: int, seq: int, changes: Iterable[Change]) -> MergeResult:
        """Merge changes that lead from `since` to `seq`. They are pending until `publish`."""
        if seq <= self.seq:
            return MergeResult.KNOWN
        if since > self.seq:
            return MergeResult.GAP
        wired = []
        for change in changes:
            index = self._index_by_id.get(change.seat_id)
            if index is None:
                return MergeResult.FOREIGN
            wired.append(self._to_wire(index, change))
        self._pending.update((change.index, change) for change in wired)
        self.seq = seq
        return MergeResult.APPLIED

    def publish(self) -> tuple[int, list[WireChange]] | None:
        """Publish the pending changes. Return the number that they start from and the changes."""
        if self.seq == self.published_seq:
            return None
        since, changes = self.published_seq, list(self._pending.values())
        for change in changes:
            self._set_published(change, seq=self.seq)
        self._pending.clear()
        self.published_seq = self.seq
        return since, changes

    def published_since(self, seq: int, *, limit: int) -> list[WireChange] | None:
        """Return the published state of all seats changed after `seq`.

        Return None if `seq` is ahead of `published_seq`, or if there are more than `limit`.
        """
        if seq > self.published_seq:
            return None
        changes: list[WireChange] = []
        for index, version in reversed(self._versions.items()):
            if version <= seq:
                break
            if len(changes) == limit:
                return None
            changes.append(self.state(index))
        return changes

    def state(self, index: int) -> WireChange:
        """Return the published state of a seat."""
        deadline, holder = self._locks.get(index, (None, None))
        return WireChange(index, self.statuses[index], deadline, holder, index in self._kept)

    def section_states(self, section: int) -> tuple[bytes, list[WireChange]]:
        """Return the published statuses of a section's seats in index order, and its locks."""
        seats = self.sections.seats(section)
        first, last = seats[0], seats[-1]
        if last - first == len(seats) - 1:
            # A copy of neighbours takes a hundredth of the time of looking each one up.
            statuses = bytes(self.statuses[first : last + 1])
        else:
            statuses = bytes(map(self.statuses.__getitem__, seats))
        return statuses, [self.state(seats[place]) for place in _places_of_locks(statuses)]

    def locks(self) -> Iterator[tuple[int, int, str | None]]:
        """Yield `(index, deadline in ms, holder)` of each published lock."""
        for index, (deadline, holder) in self._locks.items():
            yield index, deadline, holder

    def kept(self) -> list[int]:
        """Return the indexes of the published locks that leave their seats blocked."""
        return sorted(self._kept)

    def next_deadline_ms(self) -> int | None:
        """Return when the next published lock expires, in Unix milliseconds."""
        while self._deadlines:
            deadline, index = self._deadlines[0]
            if self._locks.get(index, (None, None))[0] == deadline:
                return deadline
            heapq.heappop(self._deadlines)
        return None

    def _set_published(self, change: WireChange, *, seq: int) -> None:
        before = self.statuses[change.index]
        self.sections.record(change.index, before=before, after=change.status, seq=seq)
        self.statuses[change.index] = change.status
        self._versions.pop(change.index, None)
        self._versions[change.index] = seq
        (self._kept.add if change.is_kept else self._kept.discard)(change.index)
        if change.locked_until_ms is None:
            self._locks.pop(change.index, None)
        else:
            self._locks[change.index] = (change.locked_until_ms, change.holder)
            heapq.heappush(self._deadlines, (change.locked_until_ms, change.index))

    def _to_wire(self, index: int, change: Change) -> WireChange:
        is_locked = change.status == SeatStatus.LOCKED
        return WireChange(
            index=index,
            status=change.status,
            locked_until_ms=_milliseconds(change.locked_until) if is_locked else None,
            holder=change.holder if is_locked and self._shows_names else None,
            is_kept=change.is_kept,
        )


def _places_of_locks(statuses: bytes) -> Iterator[int]:
    place = statuses.find(SeatStatus.LOCKED)
    while place >= 0:
        yield place
        place = statuses.find(SeatStatus.LOCKED, place + 1)


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)
