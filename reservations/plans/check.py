"""Check a seating plan for what its author may not have meant, and say where each problem is. Pure.

An error prevents a plan from being put onto an event; a warning does not. Problems of neighbours
are reported together: one for a row without numbers, not one for each of its seats.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from reservations.domain.focal_point import names_a_sight
from reservations.plans.areas import area_shape, middle
from reservations.plans.document import Document
from reservations.plans.frame import DEFAULT_SEAT_RADIUS, common_radius
from reservations.plans.pretix import faults_of
from reservations.plans.pretix_format import PretixPlan, PretixRow, PretixSeat, path, shown

MAX_PROBLEMS = 500
MAX_IDS = 100
# Seats that touch are drawn side by side; rounded coordinates can bring them a little closer.
_TOUCHING = 0.98
# The number of a cell is its column times this, and its row. Far more than there are rows.
_COLUMN = 1 << 40
_AROUND = [column * _COLUMN + row for column in (0, -1, 1) for row in (0, -1, 1)]


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """What is wrong, for clients that have sentences of their own."""

    BROKEN = "broken"
    NO_SEATS = "no_seats"
    EMPTY_SECTION = "empty_section"
    EMPTY_ROW = "empty_row"
    EMPTY_TABLE = "empty_table"
    NO_CAPACITY = "no_capacity"
    DUPLICATE_ID = "duplicate_id"
    DUPLICATE_LABEL = "duplicate_label"
    MISSING_LABEL = "missing_label"
    NO_CATEGORY = "no_category"
    UNUSED_CATEGORY = "unused_category"
    HIDDEN_SEATS = "hidden_seats"
    CLOSE_SEATS = "close_seats"
    OUTSIDE = "outside"
    NO_FOCAL_POINT = "no_focal_point"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem of the document.

    `at` is the place to look at, in the document's absolute coordinates, `ids` the guids of the
    seats (MAX_IDS at most), `count` how many there are, and `name` what to call the place.
    """

    code: Code
    severity: Severity
    sentence: str
    path: str = ""
    at: tuple[float, float] | None = None
    ids: tuple[str, ...] = ()
    count: int = 0
    name: str = ""


class _Placed(NamedTuple):
    """A seat with its indexes in the document and its absolute position."""

    zone: int
    row: int
    seat: int
    found: PretixSeat
    section: str
    row_name: str
    at: tuple[float, float]

    @property
    def path(self) -> str:
        return path("zones", self.zone, "rows", self.row, "seats", self.seat)

    @property
    def label(self) -> str:
        parts = (self.section, f"{self.row_name} {self.found.seat_number}".strip())
        return ", ".join(part for part in parts if part)


def check(document: Document) -> list[Problem]:
    """Return the problems of a document, errors first, in the order of the document."""
    plan, seats = document.found, list(_placed(document.found))
    problems = [
        *_emptiness(document),
        *_standing_areas(plan),
        *_labels(seats),
        *_categories(plan, seats),
        *_proximity(seats),
        *_frame(plan, seats),
    ]
    known = {problem.path for problem in problems if problem.severity is Severity.ERROR}
    problems += _faults_of_reading(document, seats, known=known)
    return sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR)


def _placed(plan: PretixPlan) -> Iterator[_Placed]:
    for zone_at, zone in enumerate(plan.zones):
        for row_at, row in enumerate(zone.rows):
            left = zone.position.x + (row.position.x if row.position else 0)
            top = zone.position.y + (row.position.y if row.position else 0)
            name = (row.row_label or "").replace("%s", row.row_number).strip() or row.row_number
            for at, seat in enumerate(row.seats):
                place = (left + seat.position.x, top + seat.position.y)
                yield _Placed(zone_at, row_at, at, seat, zone.name or "", name, place)


def _emptiness(document: Document) -> Iterator[Problem]:
    if not document.seats:
        yield _error(Code.NO_SEATS, "The plan has no seats.", path="zones")
    for zone_at, zone in enumerate(document.found.zones):
        place = (zone.position.x, zone.position.y)
        name = zone.name or ""
        areas = zone.areas or []
        # A section of shapes alone is decoration, such as the stage.
        is_decoration = bool(areas) and not zone.rows
        has_seats = any(row.seats for row in zone.rows) or any(area.standing for area in areas)
        if not has_seats and not is_decoration:
            sentence = f"The section {shown(name)} is empty."
            yield _warning(
                Code.EMPTY_SECTION, sentence, path=path("zones", zone_at), at=place, name=name
            )
            continue
        for row_at, row in enumerate(zone.rows):
            if not row.seats:
                what = "table" if row.table else "row"
                yield _warning(
                    Code.EMPTY_TABLE if row.table else Code.EMPTY_ROW,
                    f"The {what} {shown(row.row_number)} has no seats.",
                    path=path("zones", zone_at, "rows", row_at),
                    at=_row_place(place, row),
                    name=row.row_number,
                )


def _standing_areas(plan: PretixPlan) -> Iterator[Problem]:
    for zone_at, zone in enumerate(plan.zones):
        for at, area in enumerate(zone.areas or ()):
            if area.standing is None:
                continue
            shape = area_shape(area, origin=(zone.position.x, zone.position.y))
            name = (area.text and area.text.text) or zone.name or ""
            where = path("zones", zone_at, "areas", at, "standing")
            place = middle(shape) if shape else (zone.position.x, zone.position.y)
            for key, code, what in (
                ("capacity", Code.NO_CAPACITY, "places"),
                ("category", Code.NO_CATEGORY, "category"),
            ):
                if not getattr(area.standing, key):
                    yield _error(
                        code,
                        f"The standing area {shown(name)} has no {what}.",
                        path=f"{where}.{key}",
                        at=place,
                        name=name,
                        count=area.standing.capacity,
                    )


def _row_place(zone: tuple[float, float], row: PretixRow) -> tuple[float, float]:
    return (zone[0] + row.position.x, zone[1] + row.position.y) if row.position else zone


def _labels(seats: Sequence[_Placed]) -> Iterator[Problem]:
    by_guid: defaultdict[str, list[_Placed]] = defaultdict(list)
    by_label: defaultdict[tuple[str, str, str], list[_Placed]] = defaultdict(list)
    unlabelled: list[_Placed] = []
    for seat in seats:
        by_guid[seat.found.seat_guid].append(seat)
        if seat.found.seat_number.strip():
            by_label[seat.section, seat.row_name, seat.found.seat_number].append(seat)
        else:
            unlabelled.append(seat)
    for guid, found in by_guid.items():
        if len(found) > 1:
            sentence = f"{len(found):,} seats have the id {shown(guid)}."
            yield _of(Code.DUPLICATE_ID, Severity.ERROR, sentence, found)
    for found in by_label.values():
        if len(found) > 1:
            sentence = f"{len(found):,} seats are called {shown(found[0].label)}."
            yield _of(Code.DUPLICATE_LABEL, Severity.ERROR, sentence, found)
    for found in _by_row(unlabelled):
        where = f"{_seats(len(found))} of {_row_words(found[0])}"
        is_error = not found[0].row_name.strip()
        severity = Severity.ERROR if is_error else Severity.WARNING
        verb = "has no number" if len(found) == 1 else "have no number"
        yield _of(Code.MISSING_LABEL, severity, f"{where} {verb}.", found)


def _categories(plan: PretixPlan, seats: Sequence[_Placed]) -> Iterator[Problem]:
    if found := [seat for seat in seats if not seat.found.category]:
        # At once: whoever has drawn a hall without categories forgot them everywhere.
        verb = "has no category" if len(found) == 1 else "have no category"
        sentence = f"{_seats(len(found))} {verb}, the first in {_row_words(found[0])}."
        yield _of(Code.NO_CATEGORY, Severity.ERROR, sentence, found)
    areas = [area for zone in plan.zones for area in zone.areas or ()]
    used = {seat.found.category for seat in seats}
    used |= {area.standing.category for area in areas if area.standing}
    for at, category in enumerate(plan.categories):
        if category.name not in used:
            yield _warning(
                Code.UNUSED_CATEGORY,
                f"No seat has the category {shown(category.name)}.",
                path=path("categories", at),
                name=category.name,
            )


def _proximity(seats: Sequence[_Placed]) -> Iterator[Problem]:
    radius = common_radius(seat.found.radius or DEFAULT_SEAT_RADIUS for seat in seats)
    points = [seat.at for seat in seats]
    if not _groups(points, range(len(points)), reach=2 * radius * _TOUCHING):
        return
    hidden = _groups(points, range(len(points)), reach=radius / 2)
    for group in hidden:
        sentence = f"{len(group):,} seats lie on each other, so that only one can be clicked."
        yield _of(Code.HIDDEN_SEATS, Severity.ERROR, sentence, [seats[at] for at in group])
    covered = {at for group in hidden for at in group[1:]}
    rest = [at for at in range(len(points)) if at not in covered]
    for group in _groups(points, rest, reach=2 * radius * _TOUCHING):
        sentence = f"{len(group):,} seats overlap: they are closer than a seat is wide."
        yield _of(Code.CLOSE_SEATS, Severity.WARNING, sentence, [seats[at] for at in group])


def _groups(
    points: Sequence[tuple[float, float]], of: Sequence[int], *, reach: float
) -> list[list[int]]:
    """Return groups of points that are nearer to the first of their group than `reach`.

    Only firsts are in the grid, so a cell has four at most, and many points on one place take no
    quadratic time.
    """
    # A cell is one number, which takes half the time of a pair.
    cells: dict[int, list[int]] = {}
    groups: dict[int, list[int]] = {}
    square = reach * reach
    for at in of:
        x, y = points[at]
        cell = math.floor(x / reach) * _COLUMN + math.floor(y / reach)
        for step in _AROUND:
            if firsts := cells.get(cell + step):
                near = _nearest(points, firsts, x, y, square)
                if near is not None:
                    groups.setdefault(near, [near]).append(at)
                    break
        else:
            cells.setdefault(cell, []).append(at)
    return list(groups.values())


def _nearest(
    points: Sequence[tuple[float, float]], among: Sequence[int], x: float, y: float, square: float
) -> int | None:
    """Return the first point whose squared distance is less than `square`."""
    for at in among:
        other_x, other_y = points[at]
        if (other_x - x) ** 2 + (other_y - y) ** 2 < square:
            return at
    return None


def _frame(plan: PretixPlan, seats: Sequence[_Placed]) -> Iterator[Problem]:
    if plan.size is not None:
        width, height = plan.size.width, plan.size.height
        outside = [
            seat for seat in seats if not (0 <= seat.at[0] <= width and 0 <= seat.at[1] <= height)
        ]
        for found in _by_row(outside):
            verb = "is" if len(found) == 1 else "are"
            sentence = f"{_seats(len(found))} of {_row_words(found[0])} {verb} outside the plan."
            yield _of(Code.OUTSIDE, Severity.WARNING, sentence, found)
    texts = [area.text.text or "" for zone in plan.zones for area in zone.areas or () if area.text]
    if seats and plan.focal_point is None and not any(map(names_a_sight, texts)):
        sentence = "The plan has no focal point, so the best seats are those near the top's middle."
        yield _warning(Code.NO_FOCAL_POINT, sentence, path="focal_point")


def _faults_of_reading(
    document: Document, seats: Sequence[_Placed], *, known: set[str]
) -> Iterator[Problem]:
    """Yield what prevents the plan from being read, unless its place is known already."""
    faults = faults_of(document.found)
    if not faults:
        return
    by_path = {seat.path: seat for seat in seats}
    for fault in faults:
        if any(fault.path.startswith(each) for each in known):
            continue
        seat = by_path.get(fault.path.rpartition(".")[0]) or by_path.get(fault.path)
        if seat is not None:
            yield _of(Code.BROKEN, Severity.ERROR, f"{seat.label}: {fault.problem}.", [seat])
        else:
            yield _error(Code.BROKEN, f"{fault}.", path=fault.path)


def _by_row(seats: Sequence[_Placed]) -> list[list[_Placed]]:
    rows: defaultdict[tuple[int, int], list[_Placed]] = defaultdict(list)
    for seat in seats:
        rows[seat.zone, seat.row].append(seat)
    return list(rows.values())


def _row_words(seat: _Placed) -> str:
    row = f"row {seat.row_name}" if seat.row_name.strip() else "a row without a name"
    return f"{row} in {seat.section}" if seat.section else row


def _seats(count: int) -> str:
    return "1 seat" if count == 1 else f"{count:,} seats"


def _of(code: Code, severity: Severity, sentence: str, seats: Sequence[_Placed]) -> Problem:
    return Problem(
        code=code,
        severity=severity,
        sentence=sentence,
        path=seats[0].path,
        at=seats[0].at,
        ids=tuple(seat.found.seat_guid for seat in seats[:MAX_IDS]),
        count=len(seats),
        name=seats[0].label,
    )


def _error(code: Code, sentence: str, **more: Any) -> Problem:
    return Problem(code=code, severity=Severity.ERROR, sentence=sentence, **more)


def _warning(code: Code, sentence: str, **more: Any) -> Problem:
    return Problem(code=code, severity=Severity.WARNING, sentence=sentence, **more)
