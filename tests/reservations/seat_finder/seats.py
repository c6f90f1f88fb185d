"""Seats for tests of the seat finder."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from reservations.events.layouts import StaticSeat

STAGE = {
    "shapes": [
        {
            **{"shape": "text", "x": 0.0, "y": 0.0, "rotation": 0.0},
            "text": {"text": "STAGE", "x": 0.0, "y": 0.0, "size": 9.0, "color": None},
        }
    ]
}
"""A plan whose stage is at 0, 0."""


def seat(
    seat_id: int,
    x: float = 0.0,
    y: float = 0.0,
    *,
    row: str = "A",
    section: str = "",
    category: int | None = None,
    price: int = 50,
    features: int = 0,
    companion_of: int | None = None,
) -> StaticSeat:
    number = str(seat_id)
    return StaticSeat(
        *(seat_id, f"{row}{number}", section, row, number, x, y, category, Decimal(price)),
        features=features,
        companion_of=companion_of,
    )


def straight_row(xs: Iterable[float], *, first_id: int = 1, y: float = 30.0) -> list[StaticSeat]:
    """Return a row before the stage, its seats at these places."""
    return [seat(first_id + at, x, y, row=f"{y}") for at, x in enumerate(xs)]


def ids(seats: Sequence[StaticSeat]) -> list[int]:
    return [seat.id for seat in seats]
