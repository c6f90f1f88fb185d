"""The free seats of one event, and which of them are the best. Pure: no I/O, no clock.

What is best. By view, the seats that are nearest on average to what people look at; how far off
their row's middle they are counts for a quarter of that. By price the cheapest ones, and of those
the best by view. A seat that would be left alone between them and the next that is taken, or the
row's end, counts as if they were three seats farther away: so nobody leaves one who could sit as
well without.

Speed. A search remembers the best seats of each stretch of a row, in a heap. When seats are taken
or freed, the stretches they are in are looked at again, and no others: tens of microseconds in a
house of 50,000, where looking at all of it takes a tenth of a second.
"""

import heapq
import math
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any, Protocol

from reservations.choosing.focus import focus
from reservations.choosing.rows import Placed, middle, rows, stretches, usual_gap
from reservations.choosing.wishes import By, Wish
from reservations.states import SeatStatus

OFF_THE_MIDDLE = 0.25
ORPHAN_SEATS = 3
_MOST_SEARCHES = 32

_TAKEN, _FREE = b"\0", b"\1"

Rank = tuple[int, float, int]
"""What to sort sets of seats by: price in hundredths, view, and where in the house they begin."""


class HouseSeat(Placed, Protocol):
    """What must be known of a seat besides its status."""

    @property
    def id(self) -> int: ...
    @property
    def category(self) -> int | None: ...
    @property
    def price(self) -> Decimal: ...


@dataclass(slots=True)
class _Search:
    """The best seats of each stretch for one wish, the best stretch first.

    `rounds` counts how often a stretch was looked at; what is in the heap of an earlier round is
    not true any more. `stale` are stretches to look at again.
    """

    wish: Wish
    fits: bytearray | None
    heap: list[tuple[Rank, int, int]]
    rounds: list[int]
    stale: set[int] = field(default_factory=set)


class House:
    """All seats of an event; they are free until something else is said of them."""

    def __init__(self, seats: Sequence[HouseSeat], plan: Mapping[str, Any]) -> None:
        found = rows(seats)
        sight = focus(plan, seats)
        self._orphan = ORPHAN_SEATS * usual_gap(found)
        ordered: list[HouseSeat] = []
        # Stretch by stretch: where each begins, and where the last one ends.
        self._bounds = [0]
        for stretch in stretches(found):
            ordered += stretch
            self._bounds.append(len(ordered))
        middles = {(row[0].section, row[0].row): middle(row) for row in found}
        off = (
            math.dist((seat.x, seat.y), sight)
            + OFF_THE_MIDDLE * math.dist((seat.x, seat.y), middles[seat.section, seat.row])
            for seat in ordered
        )
        self._views = list(accumulate(off, initial=0.0))
        cents = (int(seat.price * 100) for seat in ordered)
        self._prices = list(accumulate(cents, initial=0))
        # Seats themselves would take three times as much memory as all of the rest.
        self._ids = [seat.id for seat in ordered]
        self._sections = [seat.section for seat in ordered]
        self._categories = [seat.category for seat in ordered]
        self._at = {seat_id: at for at, seat_id in enumerate(self._ids)}
        self._stretch_at = [
            stretch
            for stretch, (start, end) in enumerate(self._stretches())
            for _ in range(start, end)
        ]
        self._free = bytearray(_FREE * len(ordered))
        self._deadlines: list[tuple[datetime, int]] = []
        self._locked_until: dict[int, datetime] = {}
        self._searches: OrderedDict[Wish, _Search] = OrderedDict()
        self._largest: dict[tuple[str | None, int | None], int] = {}

    def know(self, seat_id: int, *, status: int, locked_until: datetime | None) -> None:
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

    def let_lapse(self, *, now: datetime) -> None:
        """Have the seats free whose lock has run out by now."""
        while self._deadlines and self._deadlines[0][0] <= now:
            deadline, at = heapq.heappop(self._deadlines)
            if self._locked_until.get(at) == deadline:
                del self._locked_until[at]
                self._set(at, is_free=True)

    def withhold(self, seat_ids: Iterable[int]) -> list[int]:
        """Have seats not free until they are given back, and return those of them that were."""
        places = [self._at[seat_id] for seat_id in seat_ids if seat_id in self._at]
        withheld = [at for at in dict.fromkeys(places) if self._free[at]]
        for at in withheld:
            self._set(at, is_free=False)
        return [self._ids[at] for at in withheld]

    def give_back(self, seat_ids: Iterable[int]) -> None:
        """Have seats free again that were withheld."""
        for seat_id in seat_ids:
            self._set(self._at[seat_id], is_free=True)

    def best(self, wish: Wish) -> tuple[int, ...]:
        """Return the best free seats for a wish, in the order of their row; none if there are none.

        They are beside each other, in one row, with no aisle between.
        """
        search = self._search(wish)
        for stretch in search.stale:
            self._look_at(stretch, search)
        search.stale.clear()
        while search.heap:
            rank, stretch, round_ = search.heap[0]
            if round_ == search.rounds[stretch]:
                start = rank[-1]
                return tuple(self._ids[start : start + wish.count])
            heapq.heappop(search.heap)
        return ()

    def largest(self, wish: Wish) -> int:
        """Return how many seats there are beside each other at the most where a wish wants them."""
        where = wish.section, wish.category
        if where not in self._largest:
            search = self._search(wish)
            self._largest[where] = max(
                (
                    end - start
                    for bounds in self._stretches()
                    for _, (start, end) in self._runs(bounds, search.fits)
                ),
                default=0,
            )
        return self._largest[where]

    def _set(self, at: int, *, is_free: bool) -> None:
        if self._free[at] == is_free:
            return
        self._free[at] = is_free
        self._largest.clear()
        for search in self._searches.values():
            search.stale.add(self._stretch_at[at])

    def _search(self, wish: Wish) -> _Search:
        search = self._searches.get(wish)
        if search is None:
            count = len(self._bounds) - 1
            search = _Search(wish, self._fitting(wish), [], [0] * count, set(range(count)))
            self._searches[wish] = search
            if len(self._searches) > _MOST_SEARCHES:
                self._searches.popitem(last=False)
        self._searches.move_to_end(wish)
        return search

    def _fitting(self, wish: Wish) -> bytearray | None:
        """Return which seats are where a wish wants them; None if all are."""
        if wish.section is None and wish.category is None:
            return None
        return bytearray(
            wish.section in (None, section) and wish.category in (None, category)
            for section, category in zip(self._sections, self._categories, strict=True)
        )

    def _look_at(self, stretch: int, search: _Search) -> None:
        """Put the best seats of a stretch, if there are enough, on a search's heap."""
        search.rounds[stretch] += 1
        bounds = self._bounds[stretch], self._bounds[stretch + 1]
        rank = min(self._ranks(bounds, search), default=None)
        if rank is not None:
            if len(search.heap) > 4 * len(search.rounds):
                search.heap = [
                    entry for entry in search.heap if entry[2] == search.rounds[entry[1]]
                ]
                heapq.heapify(search.heap)
            heapq.heappush(search.heap, (rank, stretch, search.rounds[stretch]))

    def _ranks(self, bounds: tuple[int, int], search: _Search) -> Iterator[Rank]:
        """Yield what all sets of a stretch are worth that would do for a wish."""
        count, by_price = search.wish.count, search.wish.by is By.PRICE
        views, prices = self._views, self._prices
        for (first, last), (start, end) in self._runs(bounds, search.fits):
            for at in range(start, end - count + 1):
                orphans = (at - first == 1) + (last - at - count == 1)
                yield (
                    prices[at + count] - prices[at] if by_price else 0,
                    (views[at + count] - views[at]) / count + orphans * self._orphan,
                    at,
                )

    def _runs(
        self, bounds: tuple[int, int], fits: bytearray | None
    ) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Yield where free seats follow each other in a stretch, and which of them fit."""
        for run in _runs(self._free, *bounds):
            if fits is None:
                yield run, run
            else:
                for fitting in _runs(fits, *run):
                    yield run, fitting

    def _stretches(self) -> Iterator[tuple[int, int]]:
        return pairwise(self._bounds)


def _runs(flags: bytearray, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield from where to where flags are set."""
    while (start := flags.find(_FREE, start, end)) >= 0:
        stop = flags.find(_TAKEN, start, end)
        stop = end if stop < 0 else stop
        yield start, stop
        start = stop
