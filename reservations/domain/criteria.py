"""What people ask for who leave the choice of their seats to us."""

from dataclasses import dataclass
from enum import StrEnum


class SortBy(StrEnum):
    """What makes seats the best ones."""

    VIEW = "view"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class SeatCriteria:
    """So many seats beside each other; in one section, or of one category, if it says so."""

    count: int
    by: SortBy = SortBy.VIEW
    section: str | None = None
    category: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Sets of seats for a wish, the best first.

    Without any, `largest` is how many could sit together there at the most.
    """

    sets: tuple[tuple[int, ...], ...]
    largest: int = 0
