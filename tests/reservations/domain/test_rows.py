"""Adjacency of seats."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reservations.domain.rows import along, middle, rows, stretches, usual_gap
from reservations.events.layouts import StaticSeat
from tests.reservations.seat_finder.seats import ids, seat, straight_row


def _cut(*found: list[StaticSeat]) -> list[list[int]]:
    return [ids(stretch) for stretch in stretches([along(row) for row in found])]


def test_an_aisle_is_a_gap_clearly_wider_than_the_others() -> None:
    assert _cut(straight_row([0, 20, 40, 71, 91, 120, 140])) == [[1, 2, 3], [4, 5, 6, 7]]


def test_short_rows_use_the_gaps_of_their_section() -> None:
    assert _cut(straight_row([0, 60]), straight_row([0, 20, 40], first_id=3, y=60)) == [
        *([1], [2]),
        [3, 4, 5],
    ]


def test_two_seats_alone_in_their_section_are_together() -> None:
    assert _cut(straight_row([0, 60])) == [[1, 2]]


def test_equally_wide_gaps_are_no_aisles() -> None:
    wide = [seat(at, 50.0 * at, row="V", section="VIP") for at in range(1, 4)]
    assert _cut(wide, straight_row([0, 20, 40], first_id=10)) == [[1, 2, 3], [10, 11, 12]]


def test_seats_without_positions_are_adjacent() -> None:
    assert _cut([seat(at) for at in range(1, 5)]) == [[1, 2, 3, 4]]


def test_rows_of_different_sections_are_separate() -> None:
    seats = [seat(1, section="Left"), seat(2, section="Right"), seat(3, section="Left")]
    assert [ids(row) for row in rows(seats)] == [[1, 3], [2]]


@given(
    turn=st.floats(0, 2 * math.pi),
    arc=st.floats(0.01, math.pi * 0.99),
    count=st.integers(2, 40),
    shuffle=st.randoms(use_true_random=False),
)
def test_a_curved_or_rotated_row_is_ordered_from_end_to_end(
    turn: float, arc: float, count: int, shuffle: random.Random
) -> None:
    angles = [turn + arc * at / count for at in range(count)]
    row = [seat(at, 500 * math.cos(a), 500 * math.sin(a)) for at, a in enumerate(angles)]
    mixed = shuffle.sample(row, count)
    assert ids(along(mixed)) in (list(range(count)), list(range(count))[::-1])
    assert ids(along(row)) == list(range(count))


def test_the_middle_of_a_row_lies_between_two_seats_or_on_one() -> None:
    assert middle(straight_row([0, 20, 40])) == (20, 30)
    assert middle(straight_row([0, 20])) == (10, 30)


def test_the_usual_gap_is_the_median() -> None:
    assert usual_gap([straight_row([0, 20, 40, 99])]) == pytest.approx(20)
    assert usual_gap([[seat(1)], []]) == 0
