"""Plan → export → import gives the same seats: for the demo halls, and for random plans."""

import itertools
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reservations import demo
from reservations.demo.stadium import stadium
from reservations.plans import document
from reservations.plans.check import Severity, check
from reservations.plans.csv_format.reading import read_csv
from reservations.plans.csv_format.writing import write_csv
from reservations.plans.errors import PlanError
from reservations.plans.plan import PlanSeat
from reservations.plans.pretix import plan_of
from reservations.plans.pretix_format import PolygonArea, PretixPoint
from reservations.plans.writing import document_of
from tests.reservations.plans.documents import Json, area, row, seat, written, zone
from tests.reservations.plans.documents import document as plan_document
from tests.spreadsheets import formulas_in

pytestmark = pytest.mark.any_database

HALLS = {path.stem: path.read_bytes() for path in sorted(Path(demo.__file__).parent.glob("*.json"))}
# The editor's tests read them too. Made by `_documents`.
_RANDOM = sorted((Path(__file__).parents[2] / "fixtures" / "plans").glob("*.json"))

_texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@'\",;"),
    max_size=8,
)
_places = st.integers(-9_999_000, 9_999_000).map(lambda number: number / 1_000)
_sizes = st.integers(1, 500_000).map(lambda number: number / 1_000)
_categories = st.sampled_from(["Stalls", "Circle", ""])


@st.composite
def _tables(draw: st.DrawFn, number: int) -> Json:
    table = {"shape": draw(st.sampled_from(["round", "long"])), "width": draw(_sizes)}
    more = {"height": _sizes, "rotation": _places, "sold": st.sampled_from(["seat", "whole"])}
    for key, values in more.items():
        if draw(st.booleans()):
            table[key] = draw(values)
    # Without a uuid a table is known by its place in the document.
    return {"table": table, **draw(st.sampled_from([{}, {"uuid": f"+table {number}"}]))}


@st.composite
def _standing_areas(draw: st.DrawFn, number: int) -> Json:
    points = st.lists(st.builds(lambda x, y: {"x": x, "y": y}, _places, _places), min_size=1)
    bodies: dict[str, st.SearchStrategy[Json]] = {
        "circle": st.fixed_dictionaries({"radius": _sizes}),
        "ellipse": st.fixed_dictionaries({"radius": st.just({"x": 30, "y": 20})}),
        "rectangle": st.fixed_dictionaries({"width": _sizes, "height": _sizes}),
        "polygon": st.fixed_dictionaries({"points": points}),
    }
    shape = draw(st.sampled_from(sorted(bodies)))
    found = {
        "shape": shape,
        shape: draw(bodies[shape]),
        "position": {"x": draw(_places), "y": draw(_places)},
        "rotation": draw(st.sampled_from([0, 45.5, -30])),
        "standing": {
            "capacity": draw(st.integers(1, 4)),
            "category": draw(_categories),
            "guid": f"-standing {number}",
        },
    }
    text = draw(_texts)
    return {**found, "text": {"text": text}} if text else found


_FLOORS = [{"id": "lower", "name": "=Lower floor"}, {"id": "upper", "name": "Upper floor"}]


@st.composite
def _documents(draw: st.DrawFn) -> bytes:
    """Return a document of sections with rows, tables and standing areas.

    Seats have numbers that are there once, as checks demand.
    """
    number, names = itertools.count(1), itertools.count(1)
    zones = []
    # Sections may share a name.
    for name in draw(st.lists(_texts | st.just("Stalls"), min_size=1, max_size=3)):
        rows = []
        for row_name in draw(st.lists(_texts, min_size=1, max_size=3, unique=True)):
            labels = draw(
                st.sampled_from([{}, {"row_label": "Row %s"}, {"seat_label": "Chair %s"}])
            )
            table = draw(st.just({}) | _tables(next(names)))
            seats = [
                draw(_chairs(label, next(number)))
                for label in draw(st.lists(_texts, min_size=1, max_size=4))
            ]
            x, y = draw(_places), draw(_places)
            rows.append(row(*seats, name=row_name, x=x, y=y, **labels, **table))
        areas = [draw(_standing_areas(next(names))) for _ in range(draw(st.integers(0, 2)))]
        floor = draw(st.sampled_from([{}, *({"floor": floor["id"]} for floor in _FLOORS)]))
        x, y = draw(_places), draw(_places)
        zones.append({**zone(*rows, name=name, x=x, y=y, areas=[*areas, area()]), **floor})
    return written(plan_document(*zones, floors=_FLOORS))


@st.composite
def _chairs(draw: st.DrawFn, label: str, number: int) -> Json:
    """Return a seat, with another number than any other of the document."""
    accessible = {"features": ["accessible"]}
    companion = {"features": ["companion", "aisle"], "companion_of": "=1"}
    more = [{}, {"radius": 7.5}, {"note": "By the door"}, {"features": ["restricted_view"]}]
    found = seat(
        f"={number}",
        f"{label}#{number}",
        x=draw(_places),
        y=draw(_places),
        category=draw(_categories),
    )
    if number == 1:
        return found | accessible
    return found | draw(st.sampled_from([*more, accessible, companion]))


def _seats(found: document.Document) -> list[tuple[Any, ...]]:
    """Return the seats with absolute positions, as an export has them."""
    return [
        (
            *(each.name or "", line.row_number, line.row_label, line.seat_label),
            *(chair.seat_number, chair.seat_guid, chair.category, chair.radius, chair.note),
            *(chair.features or [], chair.companion_of),
            round(
                each.position.x + (line.position.x if line.position else 0) + chair.position.x, 3
            ),
            round(
                each.position.y + (line.position.y if line.position else 0) + chair.position.y, 3
            ),
        )
        for each in found.found.zones
        for line in each.rows
        for chair in line.seats
    ]


def _sections(found: document.Document) -> list[tuple[str, str | None, set[str]]]:
    """Return the sections with seats: their names, their floors, and the ids of their seats."""
    floors = {floor.id: floor.name for floor in found.found.floors or ()}
    sections = [
        (
            each.name or "",
            floors.get(each.floor or ""),
            {chair.seat_guid for line in each.rows for chair in line.seats},
        )
        for each in found.found.zones
    ]
    return sorted([each for each in sections if each[2]], key=str)


def _planned(found: document.Document) -> list[PlanSeat]:
    """Return the seats of an event, at positions relative to one of them.

    The plan's frame moves them: it has room for shapes, which CSV does not have.
    """
    seats = sorted(plan_of(found.found).seats, key=lambda each: each.guid)
    x, y = seats[0].x, seats[0].y
    return [replace(each, x=round(each.x - x, 3), y=round(each.y - y, 3)) for each in seats]


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


@pytest.mark.thorough
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


@pytest.mark.parametrize("path", _RANDOM, ids=lambda path: path.stem)
def test_the_plans_of_the_editors_tests_survive_csv(path: Path) -> None:
    before = document.read(path.read_bytes())
    assert _planned(read_csv(write_csv(before), name=path.stem)) == _planned(before)


@given(_documents())
def test_any_plan_survives_csv(data: bytes) -> None:
    before = document.read(data)
    again = read_csv(write_csv(before), name="Again")
    assert sorted(_seats(again), key=str) == sorted(_seats(before), key=str)
    assert _planned(again) == _planned(before)
    assert _sections(again) == _sections(before)
    assert plan_of(again.found).floors == plan_of(before.found).floors


def test_standing_areas_of_one_name_keep_their_order_in_csv_across_floors() -> None:
    def level(number: int, floor: str) -> Json:
        pit = area("circle", circle={"radius": 9}, standing={"capacity": 1, "guid": f"s{number}"})
        chair = row(seat(f"c{number}", f"{number}"), name=f"{number}")
        return {**zone(chair, name="Stalls", areas=[pit]), "floor": floor}

    levels = [level(1, "lower"), level(2, "upper"), level(3, "lower")]
    before = document.read(written(plan_document(*levels, floors=_FLOORS)))
    assert _planned(read_csv(write_csv(before), name="Again")) == _planned(before)


def test_tables_and_standing_areas_survive_csv_with_their_shapes() -> None:
    long = {"shape": "long", "width": 120, "height": 40, "rotation": 30, "sold": "whole"}
    standing = {"capacity": 3, "category": "Circle", "guid": "pit"}
    corners = [{"x": 0, "y": 0}, {"x": 90.5, "y": 0}, {"x": 40, "y": -30}]
    pit = area("polygon", polygon={"points": corners}, rotation=15, standing=standing)
    before = document.read(
        written(
            plan_document(
                zone(
                    row(seat("c1", "1", x=-30), name="4", x=200, y=300, uuid="t4", table=long),
                    areas=[{**pit, "text": {"text": "Pit"}}],
                )
            )
        )
    )
    again = read_csv(write_csv(before), name="Again")
    assert _planned(again) == _planned(before)
    row_again = again.found.zones[0].rows[0]
    assert row_again.table == before.found.zones[0].rows[0].table
    assert row_again.position == PretixPoint(x=200, y=300)
    area_again = (again.found.zones[1].areas or [])[0]
    area_before = (before.found.zones[0].areas or [])[0]
    assert isinstance(area_again, PolygonArea)
    assert isinstance(area_before, PolygonArea)
    assert area_again.polygon == area_before.polygon
    assert (area_again.rotation, area_again.position) == (15, area_before.position)


_HEADER = "kind,section,row,number,x,y,category,guid,table,width,shape,capacity,outline"


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        (["chair,S,1,1,0,0,,,,,,,"], {"line 2, kind"}),
        (["seat,S,1,1,0,0,,,,9,,,"], {"line 2, width"}),
        (["seat,S,1,1,0,0,,,t1,,,,"], {"line 2, table"}),
        (["table,S,1,,0,0,,,,9,round,,"], {"line 2, guid"}),
        (["table,S,1,,0,0,,t1,,,round,,"], {"line 2, table.width"}),
        (["table,S,1,,0,0,,t1,,9,square,,"], {"line 2, table.shape"}),
        (["table,S,1,,0,0,,t1,,9,round,,"] * 2, {"line 2, guid"}),
        (["table,S,1,,0,0,,t1,,9,round,,", "seat,S,2,1,0,0,,,t1,,,,"], {"line 3, table"}),
        (["standing,S,,,0,0,,,,9,circle,,"], {"line 2, capacity"}),
        (["standing,S,,,0,0,,,,9,circle,0,"], {"line 2, capacity"}),
        (["standing,S,,,0,0,,,,9,circle,1.5,"], {"line 2, capacity"}),
        (["standing,S,,,0,0,,,,,polygon,5,"], {"line 2, outline"}),
        (['standing,S,,,0,0,,,,,polygon,5,"0,0 1"'], {"line 2, outline"}),
        (['standing,S,,,0,0,,,,9,circle,5,"0,0 1,1"'], {"line 2, outline"}),
        (["standing,S,,,0,0,,a/b,,9,circle,5,"], {"line 2, standing.guid"}),
    ],
)
def test_faults_of_tables_and_standing_areas_name_their_lines(
    lines: list[str], faults: set[str]
) -> None:
    with pytest.raises(PlanError) as caught:
        read_csv("\r\n".join([_HEADER, *lines]).encode(), name="Broken")
    assert {fault.path for fault in caught.value.faults} == faults


def test_a_table_may_be_below_its_seats() -> None:
    lines = ["seat,S,1,1,10,20,,,t1,,,,", "table,S,1,,5,5,,t1,,9,round,,"]
    (table,) = read_csv("\r\n".join([_HEADER, *lines]).encode(), name="Hall").found.zones[0].rows
    assert (table.uuid, table.seats[0].position) == ("t1", PretixPoint(x=5, y=15))


@given(_documents())
def test_no_cell_of_an_export_is_a_formula(data: bytes) -> None:
    assert formulas_in(write_csv(document.read(data)).decode()) == []


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_document_or_refused(data: bytes) -> None:
    for read in (document.read, lambda sent: read_csv(sent, name="Any")):
        with suppress(PlanError):
            read(data)
