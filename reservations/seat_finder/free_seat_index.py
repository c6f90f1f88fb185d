"""The free seats of one event, and which of them are the best. Pure: no I/O, no clock.

What is best. By view, the seats that are nearest on average to what people look at; how far off
their row's middle they are counts for a quarter of that. By price the cheapest ones, and of those
the best by view. A seat that would be left alone between them and the next that is taken, or the
row's end, counts as if they were three seats farther away: so nobody leaves one who could sit as
well without.

Speed. No set of a stretch of a row can be better than its nearest or cheapest seat. Stretches are
looked at in the order of these, and no further than until none can be better than what was found:
about a millisecond in a house of 50,000, where looking at all of it takes a tenth of a second.
"""

import heapq
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any, Protocol

from reservations.domain.criteria import SeatCriteria, SortBy
from reservations.domain.states import SeatStatus
from reservations.seat_finder.focal_point import focal_point
from reservations.seat_finder.rows import Placed, middle, rows, stretches, usual_gap

OFF_THE_MIDDLE = 0.25
ORPHAN_SEATS = 3

_TAKEN, _FREE = b"\0", b"\1"

Rank = tuple[int, float, int]
"""What to sort sets of seats by: price in hundredths, view, and where in the house they begin."""


class IndexedSeat(Placed, Protocol):
    """What must be known of a seat besides its status."""

    @property
    def id(self) -> int: ...
    @property
    def category(self) -> int | None: ...
    @property
    def price(self) -> Decimal: ...


class FreeSeatIndex:
    """All seats of an event; they are free until something else is said of them."""

    def __init__(self, seats: Sequence[IndexedSeat], plan: Mapping[str, Any]) -> None:
        found = rows(seats)
        sight = focal_point(plan, seats)
        self._orphan = ORPHAN_SEATS * usual_gap(found)
        ordered: list[IndexedSeat] = []
        # Stretch by stretch: where each begins, and where the last one ends.
        self._bounds = [0]
        for stretch in stretches(found):
            ordered += stretch
            self._bounds.append(len(ordered))
        middles = {(row[0].section, row[0].row): middle(row) for row in found}
        off = [
            math.dist((seat.x, seat.y), sight)
            + OFF_THE_MIDDLE * math.dist((seat.x, seat.y), middles[seat.section, seat.row])
            for seat in ordered
        ]
        self._views = list(accumulate(off, initial=0.0))
        cents = [int(seat.price * 100) for seat in ordered]
        self._prices = list(accumulate(cents, initial=0))
        # Seats themselves would take three times as much memory as all of the rest.
        self._ids = [seat.id for seat in ordered]
        self._categories = [seat.category for seat in ordered]
        self._at = {seat_id: at for at, seat_id in enumerate(self._ids)}
        stretched = list(enumerate(pairwise(self._bounds)))
        self._stretch_at = [
            stretch for stretch, (start, end) in stretched for _ in range(start, end)
        ]
        self._sections = [ordered[start].section for _, (start, _) in stretched]
        self._kinds = [frozenset(self._categories[start:end]) for _, (start, end) in stretched]
        self._nearest = [min(off[start:end]) for _, (start, end) in stretched]
        self._cheapest = [min(cents[start:end]) for _, (start, end) in stretched]
        self._orders = {
            SortBy.VIEW: sorted(range(len(stretched)), key=self._nearest.__getitem__),
            SortBy.PRICE: sorted(
                range(len(stretched)), key=lambda at: (self._cheapest[at], self._nearest[at])
            ),
        }
        self._free = bytearray(_FREE * len(ordered))
        # How many free seats follow each other in a stretch at the most; None is to be found out.
        self._longest: list[int | None] = [None] * len(stretched)
        self._deadlines: list[tuple[datetime, int]] = []
        self._locked_until: dict[int, datetime] = {}

    def update(self, seat_id: int, *, status: int, locked_until: datetime | None) -> None:
        """Take in a seat's state; a lock's deadline may have passed.

        What the house has no seat for is none of its business.
        """
        at = self._at.get(seat_id)
        if at is None:
            return
        self._locked_until.pop(at, None)
        if status == SeatStatus.LOCKED and locked_until is not None:
            self._locked_until[at] = locked_until
            heapq.heappush(self._deadlines, (locked_until, at))
        self._set(at, is_free=status == SeatStatus.AVAILABLE)

    def release_expired(self, *, now: datetime) -> None:
        """Have the seats free whose lock has run out by now."""
        while self._deadlines and self._deadlines[0][0] <= now:
            deadline, at = heapq.heappop(self._deadlines)
            if self._locked_until.get(at) == deadline:
                del self._locked_until[at]
                self._set(at, is_free=True)

    def best(
        self, criteria: SeatCriteria, *, limit: int, avoid: Collection[int] = ()
    ) -> list[tuple[int, ...]]:
        """Return up to `most` sets of free seats for a wish that share no seat, the best first.

        Each set is in the order of its row: seats beside each other, with no aisle between. Each
        is the best there is without the sets before it, and without the seats to `avoid`.
        """
        withheld = self._withhold(self._at[seat_id] for seat_id in avoid if seat_id in self._at)
        found: list[tuple[int, ...]] = []
        heap: list[tuple[Rank, int]] = []
        candidates = self._candidates(criteria)
        bound, stretch = next(candidates, _NOTHING)
        while len(found) < limit:
            while stretch is not None and (not heap or bound < heap[0][0]):
                if rank := self._rank(stretch, criteria):
                    heapq.heappush(heap, (rank, stretch))
                bound, stretch = next(candidates, _NOTHING)
            if not heap:
                break
            (*_, start), chosen = heapq.heappop(heap)
            found.append(tuple(self._ids[start : start + criteria.count]))
            withheld += self._withhold(range(start, start + criteria.count))
            if rank := self._rank(chosen, criteria):
                heapq.heappush(heap, (rank, chosen))
        for at in withheld:
            self._set(at, is_free=True)
        return found

    def largest(self, criteria: SeatCriteria) -> int:
        """Return how many seats there are beside each other at the most where a wish wants them."""
        found = 0
        for stretch in self._orders[SortBy.VIEW]:
            if self._may_have(stretch, criteria, count=found + 1):
                runs = (end - start for _, (start, end) in self._runs(stretch, criteria.category))
                found = max(found, *runs, 0)
        return found

    def _set(self, at: int, *, is_free: bool) -> None:
        self._free[at] = is_free
        self._longest[self._stretch_at[at]] = None

    def _withhold(self, places: Iterable[int]) -> list[int]:
        """Have places not free until this search is over, and return those of them that were."""
        withheld = [at for at in set(places) if self._free[at]]
        for at in withheld:
            self._set(at, is_free=False)
        return withheld

    def _candidates(self, criteria: SeatCriteria) -> Iterator[tuple[tuple[int, float], int]]:
        """Yield stretches that may have seats for a wish, and what none of their sets can beat."""
        for stretch in self._orders[criteria.by]:
            if self._may_have(stretch, criteria, count=criteria.count):
                price = (
                    criteria.count * self._cheapest[stretch] if criteria.by is SortBy.PRICE else 0
                )
                yield (price, self._nearest[stretch]), stretch

    def _may_have(self, stretch: int, criteria: SeatCriteria, *, count: int) -> bool:
        """Tell whether so many free seats follow each other, where a wish wants them or nearby."""
        if criteria.section is not None and criteria.section != self._sections[stretch]:
            return False
        if criteria.category is not None and criteria.category not in self._kinds[stretch]:
            return False
        longest = self._longest[stretch]
        if longest is None:
            runs = _runs(self._free, self._bounds[stretch], self._bounds[stretch + 1])
            longest = max((end - start for start, end in runs), default=0)
            self._longest[stretch] = longest
        return longest >= count

    def _rank(self, stretch: int, criteria: SeatCriteria) -> Rank | None:
        """Return what the best set of a stretch is worth; None if none would do for a wish."""
        return min(self._ranks(stretch, criteria), default=None)

    def _ranks(self, stretch: int, criteria: SeatCriteria) -> Iterator[Rank]:
        """Yield what all sets of a stretch are worth that would do for a wish."""
        count, by_price = criteria.count, criteria.by is SortBy.PRICE
        views, prices = self._views, self._prices
        for (first, last), (start, end) in self._runs(stretch, criteria.category):
            for at in range(start, end - count + 1):
                orphans = (at - first == 1) + (last - at - count == 1)
                yield (
                    prices[at + count] - prices[at] if by_price else 0,
                    (views[at + count] - views[at]) / count + orphans * self._orphan,
                    at,
                )

    def _runs(
        self, stretch: int, category: int | None
    ) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Yield where free seats follow each other in a stretch, and which are of a category."""
        begin, end = self._bounds[stretch], self._bounds[stretch + 1]
        is_mixed = category is not None and len(self._kinds[stretch]) > 1
        for run in _runs(self._free, begin, end):
            if not is_mixed:
                yield run, run
                continue
            start, stop = run
            fits = bytearray(each == category for each in self._categories[start:stop])
            for first, last in _runs(fits, 0, stop - start):
                yield run, (start + first, start + last)


_NOTHING: tuple[tuple[int, float], None] = (0, 0.0), None


def _runs(flags: bytearray, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield from where to where flags are set."""
    while (start := flags.find(_FREE, start, end)) >= 0:
        stop = flags.find(_TAKEN, start, end)
        stop = end if stop < 0 else stop
        yield start, stop
        start = stop
