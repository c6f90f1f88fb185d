"""Sets of seats with an accessible seat. Pure.

The accessible seat comes with its companion seats, wherever they are. If these are too few, its
neighbours in the row are taken too, but no other accessible or companion seats.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Protocol, TypeVar

from reservations.domain.features import SeatFeature


class SpecialSeat(Protocol):
    """A seat with what makes it accessible, or a companion seat."""

    @property
    def id(self) -> int: ...
    @property
    def features(self) -> int: ...
    @property
    def companion_of(self) -> int | None: ...


R = TypeVar("R", bound=tuple[float, ...])

Fits = Callable[[int], bool]
"""Whether the seat at a position may be taken."""


class AccessibleSeats:
    """The accessible seats of an event, by their positions in the index of its free seats.

    `bounds` are the positions where stretches of adjacent seats begin and end.
    """

    def __init__(self, seats: Sequence[SpecialSeat], bounds: Sequence[int]) -> None:
        at = {
            seat.id: position
            for position, seat in enumerate(seats)
            if seat.features & SeatFeature.ACCESSIBLE
        }
        self._companions: defaultdict[int, list[int]] = defaultdict(list)
        special = set(at.values())
        for position, seat in enumerate(seats):
            if seat.companion_of is not None:
                special.add(position)
                if seat.companion_of in at:
                    self._companions[at[seat.companion_of]].append(position)
        self._special = frozenset(special)
        self._stretch = (
            {
                position: (start, end)
                for start, end in pairwise(bounds)
                for position in range(start, end)
                if position in at.values()
            }
            if at
            else {}
        )

    def sets(
        self, count: int, *, fits: Fits, rank: Callable[[list[int]], R | None]
    ) -> Iterator[list[int]]:
        """Yield sets of `count` positions, the lowest rank first; None excludes a set.

        The caller makes `fits` false for the seats of a set before it asks for the next.
        """
        heap: list[tuple[R, int]] = []

        def push(accessible: int) -> None:
            found = self._set(accessible, count, fits)
            if len(found) == count and (ranked := rank(found)) is not None:
                heapq.heappush(heap, (ranked, accessible))

        for accessible in self._stretch:
            push(accessible)
        while heap:
            ranked, accessible = heapq.heappop(heap)
            found = self._set(accessible, count, fits)
            if len(found) == count and rank(found) == ranked:
                yield found
            else:
                push(accessible)

    def largest(self, fits: Fits) -> int:
        """Return the size of the largest set."""
        sizes = (
            len(self._set(accessible, end - start + len(self._companions[accessible]), fits))
            for accessible, (start, end) in self._stretch.items()
        )
        return max(sizes, default=0)

    def _set(self, accessible: int, count: int, fits: Fits) -> list[int]:
        """Return an accessible seat with up to `count` - 1 others, in order; [] if it is taken."""
        if not fits(accessible):
            return []
        chosen = {accessible}
        nearest = sorted(self._companions.get(accessible, ()), key=lambda at: abs(at - accessible))
        for at in nearest:
            if len(chosen) < count and fits(at):
                chosen.add(at)
        start, end = self._stretch[accessible]
        for beside in (range(accessible + 1, end), range(accessible - 1, start - 1, -1)):
            for at in beside:
                if len(chosen) == count:
                    break
                if at in chosen:
                    continue
                if at in self._special or not fits(at):
                    break
                chosen.add(at)
        return sorted(chosen)
