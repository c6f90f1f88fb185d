"""The best seats where some are accessible, for companions, on an aisle or have a poor view."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reservations.domain.criteria import Opened, SeatCriteria, SortBy
from reservations.domain.features import ALL_FEATURES, SeatFeature, SeatWish, SoldBy
from reservations.domain.states import SeatStatus
from reservations.events.layouts import StaticSeat
from reservations.seat_finder.free_seat_index import FreeSeatIndex
from tests.reservations.seat_finder.seats import STAGE, seat, straight_row

pytestmark = pytest.mark.any_database

ACCESSIBLE, AISLE, FULL_VIEW = ((wish,) for wish in SeatWish)


def _row(count: int, **special: Mapping[int, Any]) -> list[StaticSeat]:
    """Return a row of seats 1 to `count`, 20 apart, the stage before its middle."""
    places = straight_row(20.0 * at - 10.0 * (count - 1) for at in range(count))
    for name, values in special.items():
        places = [
            each._replace(**{name: values[each.id]}) if each.id in values else each
            for each in places
        ]
    return places


def _take(index: FreeSeatIndex, *seat_ids: int) -> None:
    for seat_id in seat_ids:
        index.update(seat_id, status=SeatStatus.RESERVED, locked_until=None)


def test_accessible_seats_are_left_to_those_who_wish_for_one() -> None:
    index = FreeSeatIndex(_row(5, features={3: SeatFeature.ACCESSIBLE}), STAGE)
    assert set(index.best(SeatCriteria(1), limit=9)) == {(1,), (2,), (4,), (5,)}
    assert index.largest(SeatCriteria(5)) == 2
    assert index.best(SeatCriteria(1, wishes=ACCESSIBLE), limit=9) == [(3,)]


def test_companion_seats_are_not_given_alone_while_they_are_held_back() -> None:
    hall = _row(5, features={2: SeatFeature.ACCESSIBLE}, companion_of={3: 2})
    index = FreeSeatIndex(hall, STAGE)
    assert set(index.best(SeatCriteria(1), limit=9)) == {(1,), (4,), (5,)}
    assert index.best(SeatCriteria(3), limit=1, holds_companions=False) == [(3, 4, 5)]
    assert index.largest(SeatCriteria(9)) == 2
    assert index.largest(SeatCriteria(9), holds_companions=False) == 3


def test_a_set_with_an_accessible_seat_has_as_many_opened_seats_as_allowed() -> None:
    index = FreeSeatIndex(_row(4, features={2: SeatFeature.ACCESSIBLE}), STAGE)
    _take(index, 1, 2, 3)
    with index.opening(Opened((1, 2, 3), left=2)):
        assert index.best(SeatCriteria(2, wishes=ACCESSIBLE), limit=9) == [(2, 3)]
        assert index.best(SeatCriteria(4, wishes=ACCESSIBLE), limit=9) == []
        assert index.largest(SeatCriteria(4, wishes=ACCESSIBLE)) == 3
    assert index.best(SeatCriteria(1, wishes=ACCESSIBLE), limit=9) == []


def test_an_accessible_seat_comes_with_its_companions_and_then_its_neighbours() -> None:
    hall = _row(6, features={3: SeatFeature.ACCESSIBLE}, companion_of={5: 3})
    index = FreeSeatIndex(hall, STAGE)
    found = [index.best(SeatCriteria(n, wishes=ACCESSIBLE), limit=9) for n in range(1, 7)]
    assert found == [
        [(3,)],
        [(3, 5)],
        [(3, 4, 5)],
        [(3, 4, 5, 6)],
        [(2, 3, 4, 5, 6)],
        [(1, 2, 3, 4, 5, 6)],
    ]
    assert index.largest(SeatCriteria(7, wishes=ACCESSIBLE)) == 6
    _take(index, 5)
    assert index.best(SeatCriteria(2, wishes=ACCESSIBLE), limit=9) == [(3, 4)]


def test_a_companion_seat_in_another_row_counts() -> None:
    hall = [*_row(1, features={1: SeatFeature.ACCESSIBLE}), seat(2, 0, 60, row="B", companion_of=1)]
    index = FreeSeatIndex(hall, STAGE)
    assert index.best(SeatCriteria(2, wishes=ACCESSIBLE), limit=9) == [(1, 2)]


def test_the_neighbours_of_an_accessible_seat_are_no_others_companions() -> None:
    special = {1: SeatFeature.ACCESSIBLE, 3: SeatFeature.ACCESSIBLE}
    index = FreeSeatIndex(_row(4, features=special, companion_of={2: 1}), STAGE)
    found = index.best(SeatCriteria(2, wishes=ACCESSIBLE), limit=9)
    assert found == [(1, 2), (3, 4)]
    assert index.largest(SeatCriteria(9, wishes=ACCESSIBLE)) == 2


def test_the_accessible_sets_are_ranked_by_price_or_view() -> None:
    hall = [
        seat(1, 0, 90, row="C", price=30, features=SeatFeature.ACCESSIBLE),
        seat(2, 0, 30, row="A", price=50, features=SeatFeature.ACCESSIBLE),
    ]
    index = FreeSeatIndex(hall, STAGE)
    assert index.best(SeatCriteria(1, wishes=ACCESSIBLE), limit=2) == [(2,), (1,)]
    cheapest = SeatCriteria(1, SortBy.PRICE, wishes=ACCESSIBLE)
    assert index.best(cheapest, limit=2) == [(1,), (2,)]


def test_a_seat_with_a_restricted_view_is_chosen_last_and_never_against_the_wish() -> None:
    index = FreeSeatIndex(_row(3, features={2: SeatFeature.RESTRICTED_VIEW}), STAGE)
    assert index.best(SeatCriteria(1), limit=9) == [(1,), (3,), (2,)]
    assert index.best(SeatCriteria(1, wishes=FULL_VIEW), limit=9) == [(1,), (3,)]
    assert index.largest(SeatCriteria(9, wishes=FULL_VIEW)) == 1


def test_tables_that_are_sold_as_a_whole_are_in_no_set() -> None:
    index = FreeSeatIndex(_row(4, sold_by={2: SoldBy.TABLE, 3: SoldBy.TABLE}), STAGE)
    assert set(index.best(SeatCriteria(1), limit=9)) == {(1,), (4,)}
    assert index.largest(SeatCriteria(9)) == 1


def test_a_set_for_those_who_wish_for_an_aisle_has_a_seat_on_it() -> None:
    index = FreeSeatIndex(_row(5, features={5: SeatFeature.AISLE}), STAGE)
    assert index.best(SeatCriteria(2, wishes=AISLE), limit=9) == [(4, 5)]
    _take(index, 5)
    assert index.best(SeatCriteria(2, wishes=AISLE), limit=9) == []
    assert index.largest(SeatCriteria(9, wishes=AISLE)) == 0


@st.composite
def _halls(draw: st.DrawFn) -> list[StaticSeat]:
    count = draw(st.integers(2, 9))
    hall = _row(count, features={at: draw(st.integers(0, ALL_FEATURES)) for at in range(1, count)})
    accessible = [each.id for each in hall if each.features & SeatFeature.ACCESSIBLE]
    return [
        each
        if each.id in accessible or not accessible or draw(st.booleans())
        else each._replace(companion_of=draw(st.sampled_from(accessible)))
        for each in hall
    ]


@given(
    hall=_halls(),
    taken=st.sets(st.integers(1, 9)),
    criteria=st.builds(
        SeatCriteria,
        count=st.integers(1, 4),
        by=st.sampled_from(SortBy),
        wishes=st.sets(st.sampled_from(SeatWish)).map(tuple),
    ),
)
def test_every_set_meets_the_wishes_and_has_no_companion_alone(
    hall: list[StaticSeat], taken: set[int], criteria: SeatCriteria
) -> None:
    index, by_id = FreeSeatIndex(hall, STAGE), {each.id: each for each in hall}
    _take(index, *taken)
    found = index.best(criteria, limit=9)
    chosen = [seat_id for each in found for seat_id in each]
    assert len(chosen) == len(set(chosen))
    assert not taken & set(chosen)
    for ids in found:
        features = [SeatFeature(by_id[seat_id].features) for seat_id in ids]
        accessible = sum(SeatFeature.ACCESSIBLE in each for each in features)
        assert len(ids) == criteria.count
        assert accessible == (SeatWish.ACCESSIBLE in criteria.wishes)
        assert all(by_id[seat_id].companion_of in (None, *ids) for seat_id in ids)
        if SeatWish.AISLE in criteria.wishes:
            assert any(SeatFeature.AISLE in each for each in features)
        if SeatWish.FULL_VIEW in criteria.wishes:
            assert not any(SeatFeature.RESTRICTED_VIEW in each for each in features)
    # What was withheld for the search is free again.
    assert index.best(criteria, limit=9) == found
