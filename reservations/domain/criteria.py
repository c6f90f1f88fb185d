"""The criteria by which the best available seats are found."""

from dataclasses import dataclass
from enum import StrEnum


class SortBy(StrEnum):
    """The order in which seats are preferred."""

    VIEW = "view"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class SeatCriteria:
    """`count` adjacent seats, optionally in one section or of one category."""

    count: int
    by: SortBy = SortBy.VIEW
    section: str | None = None
    category: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Sets of seats that meet the criteria, the best first.

    If `sets` is empty, `largest` is the size of the largest group of adjacent free seats.
    """

    sets: tuple[tuple[int, ...], ...]
    largest: int = 0
