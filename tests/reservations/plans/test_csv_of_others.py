"""CSV files as spreadsheets and other programs write them come out as a person would draw them."""

import math
import random
from itertools import combinations

import pytest

from reservations.plans.check import Code, check
from reservations.plans.csv_format.reading import read_csv
from reservations.plans.document import Document
from reservations.plans.errors import PlanError
from reservations.plans.plan import Plan, Shape
from reservations.plans.pretix import plan_of

HEADER = "section,row,number,x,y,category"
# Two blocks of an opera on both sides of its middle, in feet: odd and even numbers.
OPERA = [
    f"{side},{row},{100 + number},{x * (1.75 * (number // 2) + 3):.2f},{depth * 3},ORP"
    for side, x, first in (("Odd side", -1, 1), ("Even side", 1, 2))
    for depth, row in enumerate("ABCD")
    for number in range(first, first + 16, 2)
]


def read(*lines: str, header: str = HEADER) -> Document:
    return read_csv("\r\n".join([header, *lines]).encode(), name="Hall")


def plan(*lines: str, header: str = HEADER) -> Plan:
    return plan_of(read(*lines, header=header).found)


def drawing(found: Plan) -> tuple[object, ...]:
    """Return what is drawn, whatever the order of the seats."""
    seats = {seat.guid: (seat.x, seat.y, seat.category, seat.row) for seat in found.seats}
    shapes = sorted(map(repr, found.shapes))
    return found.width, found.height, found.categories, sorted(seats.items()), shapes


def codes(found: Document) -> list[str]:
    return [note.code for note in found.notes]


def texts(found: Plan) -> list[Shape]:
    return [shape for shape in found.shapes if shape.text is not None]


def box(sign: Shape) -> tuple[float, float, float, float]:
    assert sign.text is not None
    half, high = 0.3 * sign.text.size * len(sign.text.text), sign.text.size / 2
    return sign.x - half, sign.y - high, sign.x + half, sign.y + high


def test_lines_in_any_order_give_the_same_drawing() -> None:
    wanted = drawing(plan(*OPERA))
    shuffled = random.Random(7)
    for _ in range(5):
        lines = shuffled.sample(OPERA, len(OPERA))
        assert drawing(plan(*lines)) == wanted
    by_number = sorted(OPERA, key=lambda line: line.split(",")[2])
    assert len(read(*by_number).found.zones[0].rows) == 4


def test_a_row_is_read_from_end_to_end_also_if_its_numbers_begin_in_the_middle() -> None:
    xs = [200 + (25 if n % 2 else -25) * ((n + 1) // 2) for n in range(1, 9)]
    lines = [f"S,A,{n},{x},50,C" for n, x in enumerate(xs, start=1)]
    [row] = read(*lines).found.zones[0].rows
    assert [seat.seat_number for seat in row.seats] == [*"75312468"]


def test_no_name_covers_a_seat_or_another_name() -> None:
    found = plan(*OPERA)
    assert {shape.text.text for shape in texts(found) if shape.text} == {
        *("Odd side", "Even side", "A", "B", "C", "D")
    }
    for sign in texts(found):
        nearest = min(math.dist((sign.x, sign.y), (seat.x, seat.y)) for seat in found.seats)
        assert nearest > 1.5 * found.seat_radius
    for one, two in combinations(map(box, texts(found)), 2):
        assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]


def test_names_of_narrow_neighbouring_sections_are_not_over_each_other() -> None:
    lines = [
        f"Section {name},,{number},{at * 30 + 100},{number * 25 + 200},LAN"
        for at, name in enumerate("ABCDEF")
        for number in range(6)
    ]
    signs = [box(sign) for sign in texts(plan(*lines))]
    assert len(signs) >= 2
    assert all(
        one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
        for one, two in combinations(signs, 2)
    )


def test_negative_positions_are_moved_into_the_plan() -> None:
    lines = [f"S,A,{n},{n * 25 - 300},-40,C" for n in range(12)]
    found = read(*lines)
    assert codes(found) == ["moved"]
    assert Code.OUTSIDE not in {problem.code for problem in check(found)}
    assert min(seat.x for seat in plan_of(found.found).seats) == 60


@pytest.mark.parametrize(
    ("unit", "code"),
    [(0.02, "scaled"), (0.3, "scaled"), (20.0, "scaled"), (1.0, "")],
    ids=["metres", "feet", "millimetres", "ours"],
)
def test_other_units_are_scaled(unit: float, code: str) -> None:
    lines = [
        f"S,{y},{x},{100 * unit + x * 25 * unit},{100 * unit + y * 25 * unit},C"
        for x in range(9)
        for y in range(3)
    ]
    document = read(*lines)
    assert codes(document)[:1] == ([code] if code else [])
    found = plan_of(document.found)
    first, second = (seat for seat in found.seats if seat.row == "0" and seat.number in "01")
    assert second.x - first.x == pytest.approx(25, abs=0.01)


@pytest.mark.parametrize("header", ["section,row,number,lon,lat,category", HEADER])
def test_map_coordinates_are_drawn_with_north_up(header: str) -> None:
    lines = [
        f"S,{row},{n},{13.377 + n * 0.000_01:.7f},{52.516 + row * 0.000_01:.7f},C"
        for row in range(3)
        for n in range(9)
    ]
    document = read(*lines, header=header)
    assert {"degrees", "scaled"} <= {*codes(document)}
    found = plan_of(document.found)
    at = {(seat.row, seat.number): (seat.x, seat.y) for seat in found.seats}
    # A degree of longitude is shorter there than one of latitude.
    across, up = at["0", "1"][0] - at["0", "0"][0], at["0", "0"][1] - at["1", "0"][1]
    assert across / up == pytest.approx(math.cos(math.radians(52.516)), abs=0.01)


def test_radii_in_other_units_are_scaled_with_the_positions() -> None:
    lines = [f"S,A,{n},{n * 1.75},3,C,0.8" for n in range(6)]
    found = plan(*lines, header=f"{HEADER},radius")
    assert found.seat_radius == pytest.approx(10)
    assert found.seats[1].x - found.seats[0].x == pytest.approx(21.875)


def test_semicolons_with_decimal_commas() -> None:
    document = read("S;A;1;100,5;50,25;C", "S;A;2;125,5;1e2;C", header=HEADER.replace(",", ";"))
    seats = [(seat.x, seat.y) for seat in plan_of(document.found).seats]
    assert seats == [(100.5, 60), (125.5, 109.75)]
    assert document.notes == ()


@pytest.mark.parametrize("cell", ["1e-15", "-1.5E2", "+3", ".5", "\u221225"])
def test_numbers_as_programs_write_them(cell: str) -> None:
    read(f"S,A,1,100,{cell},C", "S,A,2,130,100,C")


@pytest.mark.parametrize("cell", ["1e999", "1.2.3", "0x10", "1_000", "nan", "inf", "1 000", "--1"])
def test_what_is_no_number_is_refused_with_its_line(cell: str) -> None:
    with pytest.raises(PlanError, match="line 2, x"):
        read(f"S,A,1,{cell},100,C")


def test_unknown_columns_are_left_out_and_told() -> None:
    header = "id,level,section,row,seat,zone,price,x,y,dist_ft"
    document = read("7,Orchestra,S,A,101,ORP,310,100,100,33.9", header=header)
    [seat] = plan_of(document.found).seats
    assert (seat.number, seat.category) == ("101", "ORP")
    assert codes(document) == ["columns_renamed", "columns_ignored"]
    assert document.notes[0].names == "seat → number, zone → category"
    assert document.notes[1].names == '"id", "level", "price", "dist_ft"'


def test_files_in_windows_1252() -> None:
    document = read_csv(f"{HEADER}\nParkett Süd,A,1,100,100,Plätze\n".encode("cp1252"), name="H")
    assert document.found.zones[0].name == "Parkett Süd"
    assert codes(document) == ["encoding"]


def test_seats_without_a_category_are_told_once() -> None:
    lines = [
        f"S,{row},{n},{n * 30 + 100},{ord(row) * 30 - 1900}," for row in "ABC" for n in range(4)
    ]
    [found] = [each for each in check(read(*lines)) if each.code is Code.NO_CATEGORY]
    assert (found.count, found.sentence) == (
        *(12, "12 seats have no category, the first in row A in S."),
    )
