"""Names of an event's seats under a new version of its plan: printed ones stay. Pure.

A plan's names depend on its other seats: a section's name goes before row and number where another
section has the same, and a repeated name is numbered. What was printed on tickets must not change
because a row elsewhere was added or deleted.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import NamedTuple

from reservations.plans.plan import MAX_SEAT_NUMBER_LENGTH, PlanSeat

_COPY = re.compile(r" \(\d+\)$")


class PrintedName(NamedTuple):
    """A seat of the event; it is free for others if the seat `is_removed`."""

    guid: str
    section: str
    row: str
    number: str
    seat_number: str
    is_removed: bool


def with_printed_names(
    printed: Iterable[PrintedName], planned: Sequence[PlanSeat]
) -> list[PlanSeat]:
    """Return the planned seats, with their present names unless the plan itself renames them.

    It does so if their section, row, number or label is another one. New seats are named as their
    neighbours are, with or without their section. Names are unique.
    """
    by_guid = {seat.guid: seat for seat in printed}
    names = _Names()
    staying = [_staying_name(by_guid.get(seat.guid), seat) for seat in planned]
    for seat, name in zip(planned, staying, strict=True):
        if name is not None:
            names.keep(seat, name)
    return [
        replace(seat, seat_number=name or names.new(seat, by_guid.get(seat.guid)))
        for seat, name in zip(planned, staying, strict=True)
    ]


def _staying_name(printed: PrintedName | None, planned: PlanSeat) -> str | None:
    if printed is None or printed.is_removed or not _is_same(printed, planned):
        return None
    return printed.seat_number


def _is_same(printed: PrintedName, planned: PlanSeat) -> bool:
    """Return whether the names differ at most in their section and in the number of a copy."""
    same_place = printed[1:4] == (planned.section, planned.row, planned.number)
    names = {
        _COPY.sub("", _without_section(name, planned.section))
        for name in (printed.seat_number, planned.seat_number)
    }
    return same_place and len(names) == 1


@dataclass(slots=True)
class _Names:
    """The names that are given, and how many seats of a row or section have theirs before them."""

    given: set[str] = field(default_factory=set)
    with_section: Counter[tuple[str, ...]] = field(default_factory=Counter)
    without_section: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def keep(self, seat: PlanSeat, name: str) -> None:
        self.given.add(name)
        has_section = _without_section(name, seat.section) != name
        counted = self.with_section if has_section else self.without_section
        counted.update([(seat.section, seat.row), (seat.section,)])

    def new(self, seat: PlanSeat, removed: PrintedName | None) -> str:
        name = next(name for name in self._candidates(seat, removed) if name not in self.given)
        self.given.add(name)
        return name

    def _candidates(self, seat: PlanSeat, removed: PrintedName | None) -> Iterator[str]:
        if removed is not None and _is_same(removed, seat):
            yield removed.seat_number
        yield self._like_neighbours(seat)
        yield seat.seat_number
        for copy in count(2):
            ending = f" ({copy})"
            yield seat.seat_number[: MAX_SEAT_NUMBER_LENGTH - len(ending)] + ending

    def _like_neighbours(self, seat: PlanSeat) -> str:
        bare = _without_section(seat.seat_number, seat.section)
        full = f"{seat.section} {bare}"
        for neighbours in ((seat.section, seat.row), (seat.section,)):
            having, lacking = self.with_section[neighbours], self.without_section[neighbours]
            if having > lacking and len(full) <= MAX_SEAT_NUMBER_LENGTH:
                return full
            if lacking:
                return bare
        return seat.seat_number


def _without_section(name: str, section: str) -> str:
    return name.removeprefix(f"{section} ") if section else name
