"""Where a plan's seats are: seats on the same place, and free room for text. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product

Point = tuple[float, float]


class SeatPlaces:
    """The positions of a plan's seats, indexed by the cells of a grid."""

    def __init__(self, points: Sequence[Point], *, radius: float) -> None:
        self._points = points
        self._radius = radius
        self._size = 2 * radius
        self._cells: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for index, point in enumerate(points):
            self._cells[self._cell(point)].append(index)

    def overlapping(self) -> list[list[int]]:
        """Return the groups of seats that lie on one place, by index.

        A seat is in the group of the first seat whose middle is within half a radius of its own:
        the one that is drawn later hides the other.
        """
        groups: dict[int, list[int]] = {}
        grouped: set[int] = set()
        for index, point in enumerate(self._points):
            if index in grouped:
                continue
            found = [
                other
                for other in self._around(point)
                if other > index
                and other not in grouped
                and math.dist(point, self._points[other]) < self._radius / 2
            ]
            if found:
                groups[index] = [index, *sorted(found)]
                grouped.update(found)
        return list(groups.values())

    def is_free(self, *, middle: Point, width: float, height: float) -> bool:
        """Return whether no seat touches a rectangle."""
        reach_x, reach_y = width / 2 + self._radius, height / 2 + self._radius
        first = self._cell((middle[0] - reach_x, middle[1] - reach_y))
        last = self._cell((middle[0] + reach_x, middle[1] + reach_y))
        cells = product(range(first[0], last[0] + 1), range(first[1], last[1] + 1))
        return not any(
            abs(self._points[at][0] - middle[0]) < reach_x
            and abs(self._points[at][1] - middle[1]) < reach_y
            for cell in cells
            for at in self._cells.get(cell, ())
        )

    def _around(self, point: Point) -> Iterator[int]:
        column, row = self._cell(point)
        for x, y in product((column - 1, column, column + 1), (row - 1, row, row + 1)):
            yield from self._cells.get((x, y), ())

    def _cell(self, point: Point) -> tuple[int, int]:
        return math.floor(point[0] / self._size), math.floor(point[1] / self._size)
