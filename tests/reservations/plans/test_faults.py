"""Errors in seating plans: where and what exactly."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from reservations.plans.errors import Fault, PlanError
from reservations.plans.plan import MAX_ZONES
from reservations.plans.pretix import MAX_BYTES, parse, read
from tests.reservations.plans.documents import area, document, row, seat, written, zone

A_SEAT = "zones[0].rows[0].seats[0]"
AN_AREA = "zones[0].areas[0]"


def faults_of(plan: Any) -> list[str]:
    with pytest.raises(PlanError) as caught:
        parse(plan)
    return [str(fault) for fault in caught.value.faults]


def with_seat(**spoiled: Any) -> Any:
    return document(zone(row(seat(**spoiled))))


def with_area(**spoiled: Any) -> Any:
    return document(zone(row(seat()), areas=[{**area(), **spoiled}]))


def without(plan: Any, *path: str | int) -> Any:
    """Remove what is at the path."""
    *way, last = path
    at = plan
    for key in way:
        at = at[key]
    del at[last]
    return plan


NOT_ACCESSIBLE = "must be the seat_guid of an accessible seat that is no companion seat itself, not"
STANDING = {"capacity": 2, "category": "", "guid": "east"}
WRONG_VALUES = [
    (
        with_area(standing={**STANDING, "capacity": 0}),
        f"{AN_AREA}.standing.capacity: must be at least 1",
    ),
    (
        with_area(standing={**STANDING, "capacity": 1.5}),
        f"{AN_AREA}.standing.capacity: must be a whole number, not 1.5",
    ),
    (
        with_area(standing={**STANDING, "capacity": 100_000}),
        "zones: must have at most 100,000 seats",
    ),
    (
        with_area(standing={**STANDING, "guid": "a/b"}),
        f"{AN_AREA}.standing.guid: must not be empty, and without slashes",
    ),
    (
        with_area(standing={**STANDING, "category": "Balcony"}),
        f'{AN_AREA}.standing.category: "Balcony" is not one of the plan\'s categories',
    ),
    (
        with_area(shape="text", text={"text": "East"}, standing=STANDING),
        f"{AN_AREA}.shape: must have an outline for people to stand in",
    ),
    (
        document(zone(row(seat()), areas=[{**area(), "standing": STANDING}] * 2)),
        'zones[0].areas[1].standing.guid: "east" is that of another area too',
    ),
    (
        document(zone(row(seat(), table={"shape": "oval", "width": 9}))),
        'zones[0].rows[0].table.shape: must be one of round, long, not "oval"',
    ),
    (
        document(zone(row(seat(), table={"shape": "round", "width": 0}))),
        "zones[0].rows[0].table.width: must be more than 0, not 0",
    ),
    (
        document(zone(row(seat(), table={"shape": "round", "width": 9, "sold": True}))),
        "zones[0].rows[0].table.sold: must be one of seat, whole, not true",
    ),
    (
        document(zone(row(seat(), table=[]))),
        "zones[0].rows[0].table: must be an object, not a list",
    ),
    (with_seat(features="aisle"), f'{A_SEAT}.features: must be a list, not "aisle"'),
    (
        with_seat(features=["soft"]),
        f"{A_SEAT}.features[0]: must be one of accessible, companion, restricted_view, aisle,"
        ' not "soft"',
    ),
    (
        with_seat(features=["aisle"] * 5),
        f"{A_SEAT}.features: must have at most 4 features, not 5",
    ),
    (with_seat(note="x" * 201), f"{A_SEAT}.note: must have at most 200 characters, not 201"),
    (with_seat(note="a\x00"), f"{A_SEAT}.note: must not contain control characters"),
    (with_seat(companion_of=3), f"{A_SEAT}.companion_of: must be text, not 3"),
    (
        with_seat(features=["companion"]),
        f"{A_SEAT}.companion_of: must name the accessible seat of this companion seat",
    ),
    (with_seat(companion_of="s9"), f'{A_SEAT}.companion_of: {NOT_ACCESSIBLE} "s9"'),
    (
        with_seat(features=["accessible"], companion_of="s1"),
        f'{A_SEAT}.companion_of: {NOT_ACCESSIBLE} "s1"',
    ),
    (None, "the plan must be an object, not null"),
    ([], "the plan must be an object, not a list"),
    ("zones", 'the plan must be an object, not "zones"'),
    ({}, "categories: is missing"),
    (document(name=5), "name: must be text, not 5"),
    (document(name="x" * 201), "name: must have at most 200 characters, not 201"),
    (document(zones={}), "zones: must be a list, not an object"),
    (document(zones=[]), "zones: must have seats"),
    (document(zone()), "zones: must have seats"),
    (document(zone(row())), "zones: must have seats"),
    (document(zones=[3]), "zones[0]: must be an object, not 3"),
    (document(zone(rows=None)), "zones[0].rows: must be a list, not null"),
    (document(zone(rows=[[]])), "zones[0].rows[0]: must be an object, not a list"),
    (document(zone(row(), position=3)), "zones[0].position: must be an object, not 3"),
    (document(zone(row(), position={"y": 1})), "zones[0].position.x: is missing"),
    (document({**zone(row(seat())), "name": []}), "zones[0].name: must be text, not a list"),
    (document(zone(row(seat()), areas={})), "zones[0].areas: must be a list, not an object"),
    (document(zone(row(seat(), row_number=1))), "zones[0].rows[0].row_number: must be text, not 1"),
    (document(zone(row(seat(), seats="x"))), 'zones[0].rows[0].seats: must be a list, not "x"'),
    (with_seat(seat_guid=None), f"{A_SEAT}.seat_guid: must be text, not null"),
    (with_seat(seat_guid=" "), f"{A_SEAT}.seat_guid: must not be empty"),
    (
        with_seat(seat_guid="g" * 101),
        f"{A_SEAT}.seat_guid: must have at most 100 characters, not 101",
    ),
    (with_seat(seat_number=7), f"{A_SEAT}.seat_number: must be text, not 7"),
    (
        with_seat(seat_number="1" * 51),
        f"{A_SEAT}.seat_number: must have at most 50 characters, not 51",
    ),
    (with_seat(seat_number="1\x00"), f"{A_SEAT}.seat_number: must not contain control characters"),
    (with_seat(seat_number="\ud800"), f"{A_SEAT}.seat_number: must not contain control characters"),
    (with_seat(category="Pit"), f'{A_SEAT}.category: "Pit" is not one of the plan\'s categories'),
    (with_seat(category=True), f"{A_SEAT}.category: must be text, not true"),
    (with_seat(position=[1, 2]), f"{A_SEAT}.position: must be an object, not a list"),
    (with_seat(x="abc"), f'{A_SEAT}.position.x: must be a number, not "abc"'),
    (with_seat(x="1"), f'{A_SEAT}.position.x: must be a number, not "1"'),
    (with_seat(x=True), f"{A_SEAT}.position.x: must be a number, not true"),
    (with_seat(x=None), f"{A_SEAT}.position.x: must be a number, not null"),
    (with_seat(y=math.nan), f"{A_SEAT}.position.y: must be a finite number, not NaN"),
    (with_seat(y=-math.inf), f"{A_SEAT}.position.y: must be a finite number, not -Infinity"),
    (with_seat(y=1e300), f"{A_SEAT}.position.y: must be at most 100000, not 1e+300"),
    (with_seat(y=10**5000), f"{A_SEAT}.position.y: has far too many digits"),
    (with_seat(start_direction=1), f"{A_SEAT}.start_direction: must be text, not 1"),
    (
        document(zone(row(seat(), row_label=["Row %s"]))),
        "zones[0].rows[0].row_label: must be text, not a list",
    ),
    (
        document(zone(row(seat(), name="r" * 40, row_label="%s %s"))),
        "zones[0].rows[0].row_label: must have at most 50 characters with its %s",
    ),
    (
        document(zone(row(seat(), seat_label="s" * 51))),
        "zones[0].rows[0].seat_label: must have at most 50 characters, not 51",
    ),
    (with_seat(radius=0), f"{A_SEAT}.radius: must be more than 0, not 0"),
    (with_seat(radius="big"), f'{A_SEAT}.radius: must be a number, not "big"'),
    (document(size={"width": 0, "height": 1}), "size.width: must be more than 0, not 0"),
    (document(size={"width": 10}), "size.height: is missing"),
    (document(size=[800, 600]), "size: must be an object, not a list"),
    (document(categories={}), "categories: must be a list, not an object"),
    (document(categories=["Stalls"]), 'categories[0]: must be an object, not "Stalls"'),
    (
        document(categories=[{"name": "Stalls"}, {"name": "Stalls"}]),
        'categories[1].name: "Stalls" is the name of another category too',
    ),
    (
        document(categories=[{"name": "Stalls"}, {"name": " "}]),
        "categories[1].name: must not be empty",
    ),
    (
        document(categories=[{"name": "Stalls", "color": "red;x"}]),
        'categories[0].color: must be a colour such as #7c3aed, not "red;x"',
    ),
    (
        with_area(shape="star"),
        f'{AN_AREA}.shape: must be one of circle, ellipse, polygon, rectangle, text, not "star"',
    ),
    (with_area(circle=None), f"{AN_AREA}.circle: must be an object, not null"),
    (
        with_area(circle={"radius": -1}),
        f"{AN_AREA}.circle.radius: must be at least 0, not -1",
    ),
    (with_area(rotation="45"), f'{AN_AREA}.rotation: must be a number, not "45"'),
    (
        with_area(color='"><script>'),
        f'{AN_AREA}.color: must be a colour such as #7c3aed, not "\\"><script>"',
    ),
    (
        with_area(border_color=["red"]),
        f"{AN_AREA}.border_color: must be a colour such as #7c3aed, not a list",
    ),
    (with_area(text="STAGE"), f'{AN_AREA}.text: must be an object, not "STAGE"'),
    (
        with_area(text={"text": "x" * 201}),
        f"{AN_AREA}.text.text: must have at most 200 characters, not 201",
    ),
    (
        with_area(text={"text": "a\x1bb"}),
        f"{AN_AREA}.text.text: must not contain control characters",
    ),
    (with_area(text={"text": "a", "size": 0}), f"{AN_AREA}.text.size: must be more than 0, not 0"),
    (
        with_area(shape="polygon", polygon={"points": [{"x": 1}]}),
        f"{AN_AREA}.polygon.points[0].y: is missing",
    ),
    (
        with_area(shape="polygon", polygon={"points": [{"x": 1, "y": 1}] * 1_001}),
        f"{AN_AREA}.polygon.points: must have at most 1,000 points, not 1,001",
    ),
    (without(document(), "zones", 0, "position"), "zones[0].position: is missing"),
    (without(document(), "zones", 0, "rows"), "zones[0].rows: is missing"),
    (without(with_seat(), "zones", 0, "rows", 0, "seats"), "zones[0].rows[0].seats: is missing"),
    (
        without(with_seat(), "zones", 0, "rows", 0, "seats", 0, "category"),
        f"{A_SEAT}.category: is missing",
    ),
]


@pytest.mark.parametrize(("plan", "fault"), WRONG_VALUES, ids=[fault for _, fault in WRONG_VALUES])
def test_a_fault_is_named_with_its_path(plan: Any, fault: str) -> None:
    assert faults_of(plan)[0] == fault


def test_the_path_leads_deep_into_the_plan() -> None:
    good = row(seat())
    bad = row(*(seat(f"g{at}", str(at)) for at in range(2)), seat("last", "9", x="abc"), name="B")  # type: ignore[arg-type]
    plan = document(zone(good, row(name="X"), row(name="Y"), bad))
    assert faults_of(plan) == ['zones[0].rows[3].seats[2].position.x: must be a number, not "abc"']


def test_faults_of_one_plan_are_reported_together() -> None:
    plan = document(
        zone(row(seat("a", x=True), seat("b", category="Pit", number="2"))),
        categories=[{"name": "Stalls", "color": "url(x)"}],
    )
    assert faults_of(plan) == [
        'categories[0].color: must be a colour such as #7c3aed, not "url(x)"',
        "zones[0].rows[0].seats[0].position.x: must be a number, not true",
        'zones[0].rows[0].seats[1].category: "Pit" is not one of the plan\'s categories',
    ]


def test_no_more_than_the_first_ten_faults_are_reported() -> None:
    seats = [seat(f"g{at}", str(at), x=None) for at in range(50)]  # type: ignore[arg-type]
    faults = faults_of(document(zone(row(*seats))))
    assert len(faults) == 10
    assert faults[9].startswith("zones[0].rows[0].seats[9].position.x:")


def test_nothing_is_read_after_the_tenth_fault() -> None:
    """Or the faults of a hostile file of 50 MB would need gigabytes."""
    read: list[Any] = []

    class Area(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            read.append(self)
            return super().get(key, default)

    spoiled = [Area(area(shape="star")) for _ in range(50)]
    plan = document(zone(row(seat()), areas=spoiled), zone(row(seat("b")), areas=spoiled))
    assert len(faults_of(plan)) == len(read) == 10


@pytest.mark.parametrize(
    "plan",
    [
        5,
        document(zones=[3]),
        document(zone(rows=None)),
        document(zone(rows=["x"])),
        with_seat(position=[1, 2]),
        with_area(text="x"),
        with_area(shape="ellipse", ellipse={"radius": 4}),
        document(size="large"),
    ],
)
def test_nothing_inside_a_fault_is_reported(plan: Any) -> None:
    assert len(faults_of(plan)) == 1


def test_a_missing_list_of_categories_is_one_fault_and_not_one_for_each_seat() -> None:
    seats = [seat(f"g{at}", str(at)) for at in range(50)]
    plan = without(document(zone(row(*seats))), "categories")
    assert faults_of(plan) == ["categories: is missing"]


def test_repeated_guids_are_refused() -> None:
    plan = document(zone(row(seat("a", "1"), seat("a", "2"))), zone(row(seat("a", "3"))))
    assert faults_of(plan) == [
        f'zones[0].rows[0].seats[1].seat_guid: "a" is that of {A_SEAT} too (--repair renames it)',
        f'zones[1].rows[0].seats[0].seat_guid: "a" is that of {A_SEAT} too (--repair renames it)',
    ]


def test_seats_need_a_name() -> None:
    assert faults_of(document(zone(row(seat("a", ""), name="")))) == [
        f"{A_SEAT}.seat_number: must not be empty in a row without a name"
    ]


def test_a_seat_number_that_its_section_makes_too_long_is_refused() -> None:
    long = "x" * 99
    plan = document(zone(row(seat("a")), name=long), zone(row(seat("b"))))
    (fault,) = faults_of(plan)
    assert fault.startswith(f"{A_SEAT}: ")
    assert fault.endswith("has more than 100 characters")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "is not JSON (line 1, column 1: Expecting value)"),
        (b"zones", "is not JSON (line 1, column 1: Expecting value)"),
        (b'{"zones": [\n}', "is not JSON (line 2, column 1: Expecting value)"),
        (b"PK\x03\x04\xff", "is not UTF-8 text (byte 4)"),
        (written(document()).decode().encode("utf-16"), "is not UTF-8 text (byte 0)"),
        (b"[" * 200_000, "is nested too deeply"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "is nested too deeply"),
        (b"9" * 10_000, "has a number with far too many digits"),
        (b" " * (MAX_BYTES + 1), "must have at most 64 MiB"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_file_that_is_not_json_is_refused(data: bytes, fault: str) -> None:
    with pytest.raises(PlanError) as caught:
        read(data)
    assert caught.value.faults == (Fault("", fault),)


def test_numbers_that_json_does_not_have_are_found_where_they_are() -> None:
    data = written(document()).replace(b'"x": 100', b'"x": Infinity')
    with pytest.raises(PlanError, match=r"seats\[0\]\.position\.x: must be a finite number"):
        read(data)


@pytest.mark.parametrize(
    "make",
    [
        lambda: document(zone(row(seat()), areas=[area()] * 5_001)),
        lambda: document(categories=[{"name": str(at)} for at in range(501)]),
    ],
    ids=["areas", "categories"],
)
def test_decoration_and_categories_have_their_limits(make: Callable[[], Any]) -> None:
    assert "at most" in faults_of(make())[0]


def test_shown_values_fit_on_one_line() -> None:
    nasty = "\x1b[2J\n\x9b\x7f\ud800" + "long" * 100
    (fault,) = faults_of(with_seat(x=nasty))
    assert fault.isprintable()
    assert len(fault) < 200


def test_a_plan_with_too_many_zones_is_refused() -> None:
    zones = [zone(row(seat(seat_guid=f"s{number}"))) for number in range(MAX_ZONES + 1)]
    assert faults_of(document(*zones)) == [
        f"zones: must have at most {MAX_ZONES:,} zones, not {MAX_ZONES + 1:,}"
    ]
