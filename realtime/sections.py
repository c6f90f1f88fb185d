"""The seats of an event by section and by pool: which changed last, and how many are free. Pure.

Sections and pools are numbered in the order of their first seats. A pool is what a map counts when
it shows no single seats: the seats of a section with the same price; the places of a standing area
are pools of their own.

Sets of sections are bit masks: bit `n` is section `n`.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence

from reservations.domain.states import SeatStatus
from reservations.events.mapped_seats import MappedSeat

MAX_NUMBERED_SECTIONS = 10_000
"""Sections beyond can be subscribed to only by `all`. Limits what a client's text can cost."""

_RUN = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?", re.ASCII)


class SectionIndex:
    """The sections and pools of one layout. `free` has the number of available seats by pool."""

    def __init__(self, seats: Sequence[MappedSeat]) -> None:
        self._section_by_seat = array("I", (seat.section for seat in seats))
        self._pool_by_seat = array("I", (seat.pool for seat in seats))
        count = max(self._section_by_seat, default=-1) + 1
        self.every = (1 << count) - 1
        self._seats = [array("I") for _ in range(count)]
        for index, section in enumerate(self._section_by_seat):
            self._seats[section].append(index)
        self.free = [0] * (max(self._pool_by_seat, default=-1) + 1)
        for pool in self._pool_by_seat:
            self.free[pool] += 1
        # Sequence numbers of last changes, latest last: of seats by section, sections and pools.
        self._versions: list[dict[int, int]] = [{} for _ in range(count)]
        self._section_seqs: dict[int, int] = {}
        self._pool_seqs: dict[int, int] = {}

    def record(self, index: int, *, before: int, after: int, seq: int) -> None:
        """Record a seat's change of status. Numbers must not decrease."""
        section = self._section_by_seat[index]
        _move_last(self._versions[section], index, seq)
        _move_last(self._section_seqs, section, seq)
        if (gained := (after == SeatStatus.AVAILABLE) - (before == SeatStatus.AVAILABLE)) != 0:
            pool = self._pool_by_seat[index]
            self.free[pool] += gained
            _move_last(self._pool_seqs, pool, seq)

    def seats(self, section: int) -> Sequence[int]:
        """Return the indexes of a section's seats, ascending."""
        return self._seats[section]

    def sections_changed(self, since: int) -> int:
        """Return the set of sections with a seat that changed after `since`."""
        return mask_of(_later(self._section_seqs, since))

    def seats_changed(self, section: int, *, since: int, limit: int) -> list[int] | None:
        """Return the seats of a section that changed after `since`; None if more than `limit`."""
        found: list[int] = []
        for index in _later(self._versions[section], since):
            if len(found) == limit:
                return None
            found.append(index)
        return found

    def pools_changed(self, since: int | None) -> list[int]:
        """Return the pools whose number of free seats changed after `since`; None: all of them."""
        return [*range(len(self.free))] if since is None else sorted(_later(self._pool_seqs, since))


def mask_of(numbers: Iterable[int]) -> int:
    """Return the set of these numbers."""
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask


def parse_sections(text: str) -> int:
    """Return the set that a client names: `all`, or numbers and runs of them, as `3,7-12`.

    What is malformed is ignored. -1, which has all bits, is all sections.
    """
    if text == "all":
        return -1
    mask = 0
    for item in text.split(","):
        if run := _RUN.fullmatch(item):
            first = int(run[1])
            last = min(int(run[2] or first), MAX_NUMBERED_SECTIONS - 1)
            if first <= last:
                mask |= (1 << last + 1) - (1 << first)
    return mask


def numbers_in(mask: int) -> Iterator[int]:
    """Yield the numbers of a set, ascending."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _move_last(seqs: dict[int, int], key: int, seq: int) -> None:
    seqs.pop(key, None)
    seqs[key] = seq


def _later(seqs: dict[int, int], since: int) -> Iterator[int]:
    for key, seq in reversed(seqs.items()):
        if seq <= since:
            return
        yield key
