"""Plan → export → import gives the same seats: for the demo halls, and for random plans."""

import csv
import io
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reservations import demo
from reservations.demo.stadium import stadium
from reservations.plans import document
from reservations.plans.check import Severity, check
from reservations.plans.csv_format import read_csv, write_csv
from reservations.plans.errors import PlanError
from reservations.plans.pretix import plan_of
from reservations.plans.writing import document_of
from tests.reservations.plans.documents import document as plan_document
from tests.reservations.plans.documents import row, seat, written, zone

pytestmark = pytest.mark.any_database

HALLS = {path.stem: path.read_bytes() for path in sorted(Path(demo.__file__).parent.glob("*.json"))}

_texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@'\",;"),
    max_size=8,
)
_places = st.integers(-9_999_000, 9_999_000).map(lambda number: number / 1_000)


@st.composite
def _documents(draw: st.DrawFn) -> bytes:
    """Return a document whose sections have rows with names, and rows have seats."""
    number = 0
    zones = []
    names = draw(st.lists(_texts, min_size=1, max_size=3, unique=True))
    for name in names:
        rows = []
        for row_name in draw(st.lists(_texts, min_size=1, max_size=3, unique=True)):
            seats = []
            for label in draw(st.lists(_texts, min_size=1, max_size=4)):
                number += 1
                x, y = draw(_places), draw(_places)
                category = draw(st.sampled_from(["Stalls", "Circle", ""]))
                found = seat(f"={number}", label, x=x, y=y, category=category)
                seats.append(draw(st.sampled_from([found, {**found, "radius": 7.5}])))
            rows.append(row(*seats, name=row_name, x=draw(_places), y=draw(_places)))
        zones.append(zone(*rows, name=name, x=draw(_places), y=draw(_places)))
    return written(plan_document(*zones))


def _seats(found: document.Document) -> list[tuple[Any, ...]]:
    """Return the seats with absolute positions, as an export has them."""
    return [
        (
            *(each.name or "", line.row_number, chair.seat_number, chair.seat_guid),
            *(chair.category, chair.radius),
            round(
                each.position.x + (line.position.x if line.position else 0) + chair.position.x, 6
            ),
            round(
                each.position.y + (line.position.y if line.position else 0) + chair.position.y, 6
            ),
        )
        for each in found.found.zones
        for line in each.rows
        for chair in line.seats
    ]


@pytest.mark.parametrize("hall", HALLS)
def test_a_demo_hall_survives_csv(hall: str) -> None:
    before = document.read(HALLS[hall])
    again = read_csv(write_csv(before), name=hall)
    assert _seats(again) == _seats(before)
    assert plan_of(again.found).seats == plan_of(before.found).seats


@pytest.mark.parametrize("hall", HALLS)
def test_a_demo_hall_has_no_errors(hall: str) -> None:
    problems = check(document.read(HALLS[hall]))
    assert [each.code for each in problems if each.severity is Severity.ERROR] == []


def test_the_stadium_survives_being_written_as_a_document_and_csv() -> None:
    plan = stadium("Stadium")
    found = document.read(document_of(plan))
    again = plan_of(found.found)
    named = [(seat.guid, seat.section, seat.row, seat.number) for seat in plan.seats]
    assert [(seat.guid, seat.section, seat.row, seat.number) for seat in again.seats] == named
    assert [(seat.x, seat.y, seat.category) for seat in again.seats] == [
        (seat.x, seat.y, seat.category) for seat in plan.seats
    ]
    assert _seats(read_csv(write_csv(found), name="Stadium")) == _seats(found)


@given(_documents())
def test_any_plan_survives_csv(data: bytes) -> None:
    before = document.read(data)
    again = read_csv(write_csv(before), name="Again")
    assert sorted(_seats(again), key=str) == sorted(_seats(before), key=str)


@given(_documents())
def test_no_cell_of_an_export_is_a_formula(data: bytes) -> None:
    for line in csv.reader(io.StringIO(write_csv(document.read(data)).decode(), newline="")):
        numbers = {3, 4, 10}
        texts = [cell for at, cell in enumerate(line) if at not in numbers]
        assert not [cell for cell in texts if cell.startswith(("=", "+", "-", "@"))]


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_document_or_refused(data: bytes) -> None:
    for read in (document.read, lambda sent: read_csv(sent, name="Any")):
        with suppress(PlanError):
            read(data)
