"""The demo's stadium: 50,000 seats at plausible positions."""

import io
import math
from collections import Counter, defaultdict
from decimal import Decimal
from functools import cache

import pytest
from django.core.management import call_command

from reservations.demo.catalogue import HALLS, STADIUM
from reservations.demo.loading import load_demo
from reservations.demo.stadium import COLORS, SEATS, stadium
from reservations.domain.rows import along, stretches
from reservations.events.layouts import StaticSeat
from reservations.models import Event, Seat
from reservations.plans.colors import is_color
from reservations.plans.plan import MAX_SHAPES, Plan, PlanSeat


@cache
def drawn() -> Plan:
    return stadium(STADIUM)


def _rows() -> dict[tuple[str, str], list[PlanSeat]]:
    rows = defaultdict(list)
    for seat in drawn().seats:
        rows[seat.section, seat.row].append(seat)
    return rows


def test_has_exactly_50_000_seats_with_unique_names() -> None:
    plan = drawn()
    assert len(plan.seats) == SEATS == 50_000
    for name in ("seat_number", "guid"):
        assert len({getattr(seat, name) for seat in plan.seats}) == SEATS
    assert plan.seats[0].seat_number == "101 A1"


def test_has_two_tiers_of_blocks_with_rows_of_usual_length() -> None:
    blocks = {seat.section for seat in drawn().seats}
    assert blocks == {str(n) for n in (*range(101, 135), *range(201, 243))}
    assert all(10 <= len(row) <= 40 for row in _rows().values())


def test_no_two_seats_are_closer_than_they_are_wide() -> None:
    plan = drawn()
    size = 2 * plan.seat_radius
    cells = defaultdict(list)
    for seat in plan.seats:
        cells[int(seat.x // size), int(seat.y // size)].append(seat)
    for (column, line), here in cells.items():
        near = [
            other
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for other in cells.get((column + dx, line + dy), ())
        ]
        for seat in here:
            assert all(
                other is seat or math.dist((seat.x, seat.y), (other.x, other.y)) > size
                for other in near
            )


def test_all_seats_are_in_the_stands() -> None:
    plan = drawn()
    half_length, half_width = 105 / 2 * 40, 68 / 2 * 40
    for seat in plan.seats:
        assert 40 <= seat.x <= plan.width - 40
        assert 40 <= seat.y <= plan.height - 40
        x, y = abs(seat.x - plan.width / 2), abs(seat.y - plan.height / 2)
        assert x > half_length + 200 or y > half_width + 200


def test_seats_are_sold_in_categories_that_are_the_same_on_opposite_sides() -> None:
    plan = drawn()
    counted = Counter(seat.category for seat in plan.seats)
    assert set(counted) == set(COLORS)
    assert min(counted.values()) > 2_000
    assert all(is_color(color) for color in COLORS.values())
    upper = [seat for seat in plan.seats if seat.category == "Premium"]
    assert sum(seat.y < plan.height / 2 for seat in upper) == len(upper) / 2


def test_rows_have_gaps_only_at_openings() -> None:
    cut = 0
    for (section, row), seats in _rows().items():
        placed = [
            StaticSeat(at, s.seat_number, section, row, s.number, s.x, s.y, None, Decimal(1))
            for at, s in enumerate(seats)
        ]
        # Numbered as one walks along, however the row bends.
        assert along(placed) == placed
        found = stretches([placed])
        cut += len(found) - 1
        assert len(found) <= 2
    assert cut == 42 * 3


def test_the_drawing_is_small_and_labelled() -> None:
    shapes = drawn().shapes
    assert len(shapes) < MAX_SHAPES / 10
    texts = {shape.text.text for shape in shapes if shape.text}
    assert {"PITCH", "NORTH STAND", "101", "242"} <= texts


@pytest.mark.thorough
@pytest.mark.django_db
def test_it_is_optional_and_created_once() -> None:
    load_demo()
    assert Event.objects.count() == len(HALLS)
    out = io.StringIO()
    call_command("load_demo", stadium=True, stdout=out)
    assert out.getvalue() == "Events: The Cup Final.\n"
    event = Event.objects.get(plan__name=STADIUM)
    seats = Seat.objects.filter(event=event).order_by("pk").values_list("guid", flat=True)
    assert list(seats) == [seat.guid for seat in drawn().seats]
    assert event.sales_open_at is None
    prices = dict(event.categories.values_list("name", "price"))
    assert set(prices) == set(COLORS)
    assert len(set(prices.values())) == len(prices)
    assert load_demo(with_stadium=True).events == ()
