"""Rectangular halls: straight rows of equal length in front of a stage."""

from reservations.plans.characters import is_clean
from reservations.plans.errors import Fault, PlanError
from reservations.plans.frame import DEFAULT_SEAT_RADIUS, row_signs
from reservations.plans.labels import row_letters
from reservations.plans.plan import (
    MAX_SEATS,
    MAX_SECTION_LENGTH,
    MAX_SHAPES,
    Plan,
    PlanSeat,
    Rectangle,
    Shape,
    ShapeText,
)

SPACING = 26
ROW_SPACING = 30
MARGIN = 60
STAGE_HEIGHT = 56
STAGE_GAP = 60
MAX_SIGNED_ROWS = (MAX_SHAPES - 1) // 2


def grid(*, rows: int, seats: int, name: str = "Hall", section: str = "Floor") -> Plan:
    """Return a hall of `rows` rows (A to Z, AA and so on) with `seats` seats each.

    Raises: PlanError if there are no seats, or too many.
    """
    for word, count in (("rows", rows), ("seats", seats)):
        if count < 1:
            raise PlanError(Fault(word, f"must be at least 1, not {count}"))
    if rows * seats > MAX_SEATS:
        raise PlanError(Fault("", f"must have at most {MAX_SEATS:,} seats, not {rows * seats:,}"))
    if len(section) > MAX_SECTION_LENGTH or not is_clean(section):
        raise PlanError(Fault("section", f"must be at most {MAX_SECTION_LENGTH} plain characters"))
    top = MARGIN / 2 + STAGE_HEIGHT + STAGE_GAP
    places = [
        PlanSeat(
            guid=f"{row_letters(row)}-{number}",
            seat_number=f"{row_letters(row)}{number}",
            section=section,
            row=row_letters(row),
            number=str(number),
            x=MARGIN + SPACING * (number - 1),
            y=top + ROW_SPACING * row,
        )
        for row in range(rows)
        for number in range(1, seats + 1)
    ]
    width = 2 * MARGIN + SPACING * (seats - 1)
    return Plan(
        name=name,
        width=width,
        height=top + ROW_SPACING * (rows - 1) + MARGIN,
        seat_radius=DEFAULT_SEAT_RADIUS,
        categories=(),
        seats=tuple(places),
        shapes=(_stage(width), *_signs(places, seats)),
    )


def _stage(hall_width: float) -> Shape:
    width = max(hall_width * 0.6, 100)
    return Shape(
        x=(hall_width - width) / 2,
        y=MARGIN / 2,
        body=Rectangle(width, STAGE_HEIGHT),
        color="#334155",
        border_color="#1e293b",
        text=ShapeText(text="STAGE", size=18, color="#f8fafc", x=width / 2, y=STAGE_HEIGHT / 2),
    )


def _signs(places: list[PlanSeat], seats: int) -> list[Shape]:
    rows = [places[at : at + seats] for at in range(0, len(places), seats)]
    if len(rows) > MAX_SIGNED_ROWS:
        return []
    return [
        sign
        for row in rows
        for sign in row_signs(
            row[0].row,
            [(row[at].x, row[at].y) for at in (0, min(1, seats - 1), max(-2, -seats), -1)],
            radius=DEFAULT_SEAT_RADIUS,
            at_start=True,
            at_end=True,
        )
    ]
