"""The criteria by which the best available seats are found."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from reservations.domain.features import SeatWish


class SortBy(StrEnum):
    """The order in which seats are preferred."""

    VIEW = "view"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class SeatCriteria:
    """`count` adjacent seats, optionally in one section or of one category, with all wishes met.

    Accessible seats are given only to those who wish for one.
    """

    count: int
    by: SortBy = SortBy.VIEW
    section: str | None = None
    category: int | None = None
    wishes: tuple[SeatWish, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """Blocked seats that a promo code opens for one search, and for how many of them it is good."""

    seat_ids: Collection[int] = ()
    left: int = 0


@dataclass(frozen=True, slots=True)
class Places:
    """Free places of a standing area, more than are wanted.

    `left` is how many of them may be had: fewer, if a promo code is good for fewer than it opens.
    If these are too few, it is how many may be had in all.
    """

    seat_ids: tuple[int, ...]
    left: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """Sets of seats that meet the criteria, the best first.

    If `sets` is empty, `largest` is the size of the largest group of adjacent free seats.
    """

    sets: tuple[tuple[int, ...], ...]
    largest: int = 0
