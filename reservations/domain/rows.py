"""Adjacency of seats. Pure.

Seats of one row are adjacent unless there is an aisle between them: a gap that is clearly wider
than the row's other gaps. A row with too few seats is compared with the gaps of its section.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median_low
from typing import Protocol, TypeVar

AISLE = 1.5
"""A gap wider than this many median gaps is an aisle."""


class Placed(Protocol):
    """A seat with its position."""

    @property
    def section(self) -> str: ...
    @property
    def row(self) -> str: ...
    @property
    def x(self) -> float: ...
    @property
    def y(self) -> float: ...


S = TypeVar("S", bound=Placed)


def rows(seats: Iterable[S]) -> list[list[S]]:
    """Return the seats grouped by row, each row in order from one end to the other."""
    found: defaultdict[tuple[str, str], list[S]] = defaultdict(list)
    for seat in seats:
        found[seat.section, seat.row].append(seat)
    return [along(row) for row in found.values()]


def along(row: Sequence[S]) -> list[S]:
    """Return a row's seats in order from one end to the other.

    They are ordered along the line between the ends, which works for curves up to a half circle.
    """
    if len(row) < 2:
        return list(row)
    end = max(row, key=lambda seat: distance(row[0], seat))
    start = max(row, key=lambda seat: distance(end, seat))
    dx, dy = end.x - start.x, end.y - start.y
    ordered = sorted(row, key=lambda seat: (seat.x - start.x) * dx + (seat.y - start.y) * dy)
    # Keep the direction in which the row is numbered.
    return ordered if ordered.index(row[0]) <= len(row) / 2 else ordered[::-1]


def stretches(rows: Sequence[Sequence[S]]) -> list[list[S]]:
    """Return the stretches of rows, which must be ordered as by `along`: rows cut at aisles."""
    widths = _aisle_widths(rows)
    found: list[list[S]] = []
    for row, width in zip(rows, widths, strict=True):
        found.append([row[0]])
        for seat, following in pairwise(row):
            if distance(seat, following) > width:
                found.append([])
            found[-1].append(following)
    return found


def usual_gap(rows: Iterable[Sequence[S]]) -> float:
    """Return the median distance between neighbours in a row; 0 without any."""
    gaps = [gap for row in rows for gap in _gaps(row)]
    return median_low(gaps) if gaps else 0.0


def middle(row: Sequence[Placed]) -> tuple[float, float]:
    """Return the middle of a row, which must be ordered as by `along`."""
    one, other = row[(len(row) - 1) // 2], row[len(row) // 2]
    return (one.x + other.x) / 2, (one.y + other.y) / 2


def distance(one: Placed, other: Placed) -> float:
    return math.dist((one.x, one.y), (other.x, other.y))


def _aisle_widths(rows: Sequence[Sequence[S]]) -> list[float]:
    """Return for each row the width above which a gap is an aisle."""
    by_section: defaultdict[str, list[float]] = defaultdict(list)
    gaps_of_rows = [_gaps(row) for row in rows]
    for row, gaps in zip(rows, gaps_of_rows, strict=True):
        by_section[row[0].section] += gaps
    of_sections = {name: median_low(gaps) for name, gaps in by_section.items() if gaps}
    return [
        AISLE * (median_low(gaps) if len(gaps) > 1 else of_sections.get(row[0].section, math.inf))
        for row, gaps in zip(rows, gaps_of_rows, strict=True)
    ]


def _gaps(row: Sequence[Placed]) -> list[float]:
    return [gap for one, other in pairwise(row) if (gap := distance(one, other)) > 0]
