"""What a seat is called: unique in its event, and no longer than it has to be."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a seat is, in the plan's words."""

    section: str
    row: str
    number: str


def seat_numbers(places: Sequence[Place]) -> list[str]:
    """Return what the seats are called: row and number, such as A1.

    Where two digits would meet, a hyphen keeps row 1, seat 11 apart from row 11, seat 1. Sections
    that share such a name with another section all say which they are: Circle A1. Two seats of
    one section may still be called alike; that is for the caller to refuse.
    """
    sections: defaultdict[str, set[str]] = defaultdict(set)
    for place in places:
        sections[_plain(place)].add(place.section)
    shared = {name for names in sections.values() if len(names) > 1 for name in names if name}
    return [
        f"{place.section} {_plain(place)}" if place.section in shared else _plain(place)
        for place in places
    ]


def row_letters(index: int) -> str:
    """Return the name of the row at an index: A to Z, then AA, AB and so on."""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _plain(place: Place) -> str:
    digits_meet = place.row[-1:].isdigit() and place.number[:1].isdigit()
    return f"{place.row}{'-' if digits_meet else ''}{place.number}"
