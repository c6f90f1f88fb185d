"""Seat names: unique within the event, and as short as possible."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple


class Place(NamedTuple):
    """Where a seat is, in the plan's terms.

    `words` is the plan's own name of the seat, such as "Table 4, Chair 2". It is usually empty.
    """

    section: str
    row: str
    number: str
    words: str = ""


def seat_numbers(places: Sequence[Place]) -> list[str]:
    """Return the seats' names: row and number, such as A1, unless the plan names them itself.

    A hyphen separates adjacent digits, so that row 1, seat 11 differs from row 11, seat 1. Sections
    that share a name with another section are prefixed with the section: Circle A1. Names may still
    repeat within a section: see `distinct`.
    """
    sections: defaultdict[str, set[str]] = defaultdict(set)
    for place in places:
        sections[_plain(place)].add(place.section)
    shared = {name for names in sections.values() if len(names) > 1 for name in names if name}
    return [
        f"{place.section} {_plain(place)}" if place.section in shared else _plain(place)
        for place in places
    ]


def distinct(names: Sequence[str], *, max_length: int) -> list[str]:
    """Return the names with repeated ones numbered: A1, A1 (2), A1 (3).

    No name is given that another seat has. A name is truncated if its number makes it too long.
    """
    taken, copies = set(names), Counter[str]()
    found: list[str] = []
    for name in names:
        copies[name] += 1
        fresh = name
        while copies[name] > 1 and fresh in taken:
            number = f" ({copies[name]})"
            fresh = name[: max_length - len(number)] + number
            copies[name] += fresh in taken
        taken.add(fresh)
        found.append(fresh)
    return found


def row_letters(index: int) -> str:
    """Return the name of the row at an index: A to Z, then AA, AB and so on."""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _plain(place: Place) -> str:
    if place.words:
        return place.words
    digits_meet = place.row[-1:].isdigit() and place.number[:1].isdigit()
    return f"{place.row}{'-' if digits_meet else ''}{place.number}"
