"""Miniatures of seating plans: points and shapes of a document."""

from itertools import accumulate
from typing import Any

from reservations.events.miniatures import MAX_POINTS, MiniatureRecord
from reservations.organising.plan_miniatures import plan_miniature_record
from reservations.plans.pretix_format import read_document
from tests.reservations.plans.documents import area, document, row, seat, zone


def _miniature(*zones: dict[str, Any], **more: Any) -> MiniatureRecord:
    return plan_miniature_record(read_document(document(*zones, **more)))


def test_each_seat_of_a_small_plan_is_a_point_in_its_category() -> None:
    seats = row(seat("a", x=1, y=2), seat("b", x=30, category="Circle"), x=100, y=50)
    found = _miniature(zone(seats, x=1_000))
    assert list(accumulate(found["xs"])) == [110_100, 113_000]
    assert list(accumulate(found["ys"])) == [5_200, 5_000]
    assert [found["colors"][at] for at in found["color"] if at is not None] == ["#7c3aed", "red"]
    assert found["free"] == [9, 9]
    plan = found["plan"]
    assert (plan["width"], plan["height"], plan["seat_radius"]) == (800, 600, 10)


def test_neighbouring_seats_of_a_large_plan_share_a_point() -> None:
    rows = [
        row(*(seat(f"{y}-{x}", x=20 * x) for x in range(100)), name=str(y), y=20 * y)
        for y in range(50)
    ]
    found = _miniature(zone(*rows))
    assert MAX_POINTS / 2 < len(found["xs"]) < 1.2 * MAX_POINTS
    assert found["plan"]["seat_radius"] > 10
    assert set(found["free"]) == {9}


def test_standing_areas_have_the_colour_of_their_category() -> None:
    standing = area(standing={"capacity": 9, "category": "Circle", "guid": "g"}, color="#123456")
    found = _miniature(zone(row(), areas=[area(color="#123456"), standing]))
    assert [shape["color"] for shape in found["plan"]["shapes"]] == ["#123456", "red"]


def test_tables_are_shapes_without_their_names() -> None:
    table = row(seat(x=40), x=100, y=100, table={"shape": "round", "width": 50})
    [shape] = _miniature(zone(table))["plan"]["shapes"]
    assert (shape["shape"], shape["x"], "text" in shape) == ("circle", 100, False)


def test_a_plan_without_seats_and_size_has_no_points() -> None:
    found = _miniature(zone(), size=None)
    assert (found["xs"], found["plan"]["shapes"]) == ([], [])
    assert (found["plan"]["width"], found["plan"]["height"]) == (0, 0)
