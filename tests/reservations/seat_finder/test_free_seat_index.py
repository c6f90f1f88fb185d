"""The ranking of free seats: examples, and random tests against a full scan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import dist
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from reservations.domain.criteria import Opened, SeatCriteria, SortBy
from reservations.domain.rows import usual_gap
from reservations.domain.states import SeatStatus
from reservations.events.layouts import StaticSeat
from reservations.seat_finder.free_seat_index import ORPHAN_PENALTY_SEATS, FreeSeatIndex
from tests.reservations.seat_finder.seats import STAGE, seat, straight_row

pytestmark = pytest.mark.any_database

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def _row_of(count: int) -> list[StaticSeat]:
    """Return a row of seats 20 apart, the stage before its middle."""
    return straight_row(20.0 * at - 10.0 * (count - 1) for at in range(count))


def _take(index: FreeSeatIndex, seat_ids: Iterable[int]) -> None:
    for seat_id in seat_ids:
        index.update(seat_id, status=SeatStatus.RESERVED, locked_until=None)


def _best(index: FreeSeatIndex, criteria: SeatCriteria) -> tuple[int, ...]:
    found = index.best(criteria, limit=1)
    return found[0] if found else ()


def test_the_middle_of_the_front_row_comes_first() -> None:
    index = FreeSeatIndex([*_row_of(6), *straight_row([-10, 10], first_id=7, y=90)], STAGE)
    assert _best(index, SeatCriteria(2)) == (3, 4)


def test_the_row_behind_ranks_before_the_end_of_the_front_row() -> None:
    index = FreeSeatIndex([*_row_of(12), *straight_row([-10, 10], first_id=20, y=60)], STAGE)
    _take(index, range(3, 11))
    assert _best(index, SeatCriteria(2)) == (20, 21)


def test_seats_with_an_aisle_between_are_not_together() -> None:
    index = FreeSeatIndex(straight_row([-100, -80, -60, -20, 20, 60, 80, 100]), STAGE)
    assert _best(index, SeatCriteria(3)) in ((1, 2, 3), (6, 7, 8))


def test_opened_seats_are_free_for_one_search_and_as_many_in_a_set_as_allowed() -> None:
    index = FreeSeatIndex(_row_of(6), STAGE)
    _take(index, [1, 2, 3])
    with index.opening(Opened((1, 2, 3, 99), left=3)):
        assert _best(index, SeatCriteria(6)) == (1, 2, 3, 4, 5, 6)
        assert index.largest(SeatCriteria(9)) == 6
    with index.opening(Opened((1, 2, 3), left=1)):
        assert _best(index, SeatCriteria(4)) == (3, 4, 5, 6)
        assert _best(index, SeatCriteria(5)) == ()
        assert index.largest(SeatCriteria(5)) == 4
    assert index.largest(SeatCriteria(9)) == 3


def test_a_set_that_leaves_no_orphan_is_preferred() -> None:
    index = FreeSeatIndex(_row_of(7), STAGE)
    _take(index, [1, 7])
    # The middle of five would leave one on one side.
    assert _best(index, SeatCriteria(2)) in ((2, 3), (5, 6))
    assert _best(index, SeatCriteria(3)) in ((2, 3, 4), (4, 5, 6))


def test_an_orphan_is_accepted_before_a_far_set() -> None:
    index = FreeSeatIndex([*_row_of(3), *straight_row([-10, 10], first_id=9, y=500)], STAGE)
    assert _best(index, SeatCriteria(2)) in ((1, 2), (2, 3))


def test_a_row_that_fits_is_preferred_to_two_orphans() -> None:
    index = FreeSeatIndex([*_row_of(4), *straight_row([-10, 10], first_id=9, y=60)], STAGE)
    _take(index, [1])
    assert _best(index, SeatCriteria(2)) == (9, 10)


def test_by_price_the_cheapest_come_first_and_of_those_the_best_view() -> None:
    seats = [s._replace(price=Decimal(90 if s.id < 4 else 40)) for s in _row_of(8)]
    index = FreeSeatIndex(seats, STAGE)
    assert _best(index, SeatCriteria(2, SortBy.PRICE)) == (4, 5)
    assert _best(index, SeatCriteria(6, SortBy.PRICE)) == (3, 4, 5, 6, 7, 8)


def test_section_and_category_are_respected() -> None:
    seats = [s._replace(category=1 if s.id < 3 else 2) for s in _row_of(6)]
    seats += [seat(20 + at, 20.0 * at, 900.0, section="Far", category=1) for at in range(3)]
    index = FreeSeatIndex(seats, STAGE)
    assert _best(index, SeatCriteria(2, category=1)) == (1, 2)
    assert _best(index, SeatCriteria(3, category=1)) == (20, 21, 22)
    assert _best(index, SeatCriteria(2, section="")) == (3, 4)
    assert _best(index, SeatCriteria(1, section="Nowhere")) == ()
    assert index.largest(SeatCriteria(9, category=1)) == 3
    assert index.largest(SeatCriteria(9, section="", category=2)) == 4


def test_a_free_seat_of_another_category_prevents_an_orphan() -> None:
    seats = [s._replace(category=1 if s.id < 4 else 2) for s in _row_of(5)]
    # The third seat sits beside the fourth; the first would be alone.
    assert _best(FreeSeatIndex(seats, STAGE), SeatCriteria(2, category=1)) == (1, 2)


def test_a_seat_is_free_from_its_locks_deadline_on() -> None:
    index = FreeSeatIndex(_row_of(1), STAGE)
    index.update(1, status=SeatStatus.LOCKED, locked_until=NOW)
    index.release_expired(now=NOW - timedelta(milliseconds=1))
    assert _best(index, SeatCriteria(1)) == ()
    index.release_expired(now=NOW)
    assert _best(index, SeatCriteria(1)) == (1,)


def test_an_extended_lock_outlives_its_first_deadline() -> None:
    index = FreeSeatIndex(_row_of(1), STAGE)
    for minutes in (0, 1):
        deadline = NOW + timedelta(minutes=minutes)
        index.update(1, status=SeatStatus.LOCKED, locked_until=deadline)
    index.release_expired(now=NOW)
    assert _best(index, SeatCriteria(1)) == ()
    index.update(1, status=SeatStatus.RESERVED, locked_until=None)
    index.release_expired(now=NOW + timedelta(minutes=1))
    assert _best(index, SeatCriteria(1)) == ()


def test_chosen_and_avoided_seats_are_free_in_the_next_search() -> None:
    index = FreeSeatIndex(_row_of(4), STAGE)
    _take(index, [1])
    assert index.best(SeatCriteria(3), limit=9, avoid=[1, 2, 2, 99]) == []
    assert (
        index.best(SeatCriteria(3), limit=9) == index.best(SeatCriteria(3), limit=9) == [(2, 3, 4)]
    )


def test_an_empty_index_has_no_sets() -> None:
    index = FreeSeatIndex([], {})
    assert (_best(index, SeatCriteria(1)), index.largest(SeatCriteria(1))) == ((), 0)


@dataclass(frozen=True)
class Set:
    """A set of seats together, as plainly as can be."""

    ids: tuple[int, ...]
    price: Decimal
    orphans: int
    distances: float


def _sets(
    stretches: Sequence[Sequence[StaticSeat]], free: set[int], criteria: SeatCriteria
) -> list[Set]:
    """Return every set of free seats that would do, by trying all."""
    found = []
    for stretch in stretches:
        middle = (stretch[0].x + stretch[-1].x) / 2, stretch[0].y
        lonely = _lonely(stretch, free)
        for start in range(len(stretch) - criteria.count + 1):
            seats = stretch[start : start + criteria.count]
            if all(
                s.id in free
                and criteria.section in (None, s.section)
                and criteria.category in (None, s.category)
                for s in seats
            ):
                left = free - {s.id for s in seats}
                distances = [dist((s.x, s.y), (0, 0)) + dist((s.x, s.y), middle) / 4 for s in seats]
                found.append(
                    Set(
                        ids=tuple(s.id for s in seats),
                        price=sum((s.price for s in seats), Decimal(0)),
                        orphans=len(_lonely(stretch, left) - lonely),
                        distances=sum(distances) / criteria.count,
                    )
                )
    return found


def _lonely(stretch: Sequence[StaticSeat], free: set[int]) -> set[int]:
    """Return the free seats of a stretch that have no free one beside them."""
    around = [0, *(s.id for s in stretch), 0]
    return {
        seat_id
        for before, seat_id, after in zip(around, around[1:], around[2:], strict=False)
        if seat_id in free and not {before, after} & free
    }


CRITERIA = st.builds(
    SeatCriteria,
    count=st.integers(1, 5),
    by=st.sampled_from(SortBy),
    section=st.sampled_from([None, None, "", "Circle"]),
    category=st.sampled_from([None, None, 1, 2]),
)


@st.composite
def halls(draw: Any) -> list[list[StaticSeat]]:
    """Draw a few straight rows without aisles, seats 20 apart."""
    found, first_id = [], 1
    for at in range(draw(st.integers(1, 4))):
        count, begins = draw(st.integers(1, 9)), draw(st.integers(-6, 3))
        section = draw(st.sampled_from(["", "Circle"]))
        found.append(
            [
                seat(
                    first_id + n,
                    20.0 * (begins + n),
                    30.0 * (at + 1),
                    row=str(at),
                    section=section,
                    category=draw(st.sampled_from([None, 1, 2])),
                    price=draw(st.sampled_from([30, 50])),
                )
                for n in range(count)
            ]
        )
        first_id += count
    return found


def _check(
    index: FreeSeatIndex,
    rows: Sequence[Sequence[StaticSeat]],
    free: set[int],
    criteria: SeatCriteria,
) -> None:
    sets = {found.ids: found for found in _sets(rows, free, criteria)}
    chosen = _best(index, criteria)
    if not sets:
        assert chosen == ()
        assert index.largest(criteria) < criteria.count
        return
    mine, orphan = sets[chosen], ORPHAN_PENALTY_SEATS * usual_gap(rows)
    if criteria.by is SortBy.PRICE:
        assert mine.price == min(found.price for found in sets.values())
        sets = {ids: found for ids, found in sets.items() if found.price == mine.price}
    for other in sets.values():
        assert (
            mine.distances + mine.orphans * orphan
            <= other.distances + other.orphans * orphan + 1e-6
        )
        # Sets that leave no orphan are preferred to equally good ones.
        assert not (other.distances < mine.distances - 1e-6 and other.orphans <= mine.orphans)
        assert not (other.distances <= mine.distances and other.orphans < mine.orphans)


@given(rows=halls(), criteria=CRITERIA, taken=st.sets(st.integers(1, 36)))
def test_the_best_set_equals_that_of_a_full_scan(
    rows: list[list[StaticSeat]], criteria: SeatCriteria, taken: set[int]
) -> None:
    index = FreeSeatIndex([s for row in rows for s in row], STAGE)
    _take(index, taken)
    _check(index, rows, {s.id for row in rows for s in row} - taken, criteria)


@given(rows=halls(), criteria=CRITERIA, taken=st.sets(st.integers(1, 36)))
def test_each_of_several_sets_is_the_best_without_those_before_it(
    rows: list[list[StaticSeat]], criteria: SeatCriteria, taken: set[int]
) -> None:
    index = FreeSeatIndex([s for row in rows for s in row], STAGE)
    _take(index, taken)
    together, one_by_one = index.best(criteria, limit=99), []
    while chosen := _best(index, criteria):
        one_by_one.append(chosen)
        _take(index, chosen)
    assert together == one_by_one


class FreeSeatsOverTime(RuleBasedStateMachine):
    """Seats come and go; what was found before must not be found again when it is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.all_criteria: list[SeatCriteria] = []

    @initialize(rows=halls())
    def open(self, rows: list[list[StaticSeat]]) -> None:
        self.rows = rows
        self.index = FreeSeatIndex([s for row in rows for s in row], STAGE)
        self.free = {s.id for row in rows for s in row}
        self.ids = sorted(self.free)

    @rule(at=st.integers(0, 35), is_free=st.booleans())
    def change(self, at: int, is_free: bool) -> None:
        seat_id = self.ids[at % len(self.ids)]
        status = SeatStatus.AVAILABLE if is_free else SeatStatus.BLOCKED
        self.index.update(seat_id, status=status, locked_until=None)
        (self.free.add if is_free else self.free.discard)(seat_id)

    @rule(criteria=CRITERIA)
    def ask(self, criteria: SeatCriteria) -> None:
        self.all_criteria = [*self.all_criteria, criteria][-3:]

    @rule(criteria=CRITERIA)
    def take_the_best(self, criteria: SeatCriteria) -> None:
        chosen = _best(self.index, criteria)
        assert set(chosen) <= self.free
        _take(self.index, chosen)
        self.free -= set(chosen)

    @invariant()
    def the_best_is_found(self) -> None:
        for criteria in self.all_criteria:
            _check(self.index, self.rows, self.free, criteria)
            runs = [w for w in range(1, 10) if _sets(self.rows, self.free, _sized(criteria, w))]
            assert self.index.largest(criteria) == max(runs, default=0)


def _sized(criteria: SeatCriteria, count: int) -> SeatCriteria:
    return SeatCriteria(count, criteria.by, criteria.section, criteria.category)


TestFreeSeatsOverTime = FreeSeatsOverTime.TestCase
TestFreeSeatsOverTime.settings = settings(max_examples=settings().max_examples // 4)
