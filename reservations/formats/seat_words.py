"""Name seats in words, as for their buyers: "Stalls, row R, seat 17".

The client's `seatWords` does the same; both are tested with the same seats.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "block": "Block {}",
        "row": "row {}",
        "seat": "seat {}",
        "seats": "seats {}",
        "place": "standing place",
        "places": "{} standing places",
    },
    "de": {
        "block": "Block {}",
        "row": "Reihe {}",
        "seat": "Platz {}",
        "seats": "Plätze {}",
        "place": "Stehplatz",
        "places": "{} Stehplätze",
    },
}
LANGUAGES = tuple(_WORDS)

_COPY = re.compile(r" \(\d+\)$")

Seat = Mapping[str, Any]
"""A seat with `section`, `row`, `number` and `seat_number`, and `floor` and `is_place` if it has
them: a `ReservedSeatRecord`."""


def seat_in_words(seat: Seat, *, language: str) -> str:
    """Return the name of one seat. A place of a standing area has no number for its owner."""
    return seats_in_words([seat], language=language)


def seats_in_words(seats: Iterable[Seat], *, language: str) -> str:
    """Return the names of seats, those of one row together: "Stalls, row R, seats 17, 18"."""
    rows: dict[tuple[str, ...], list[Seat]] = {}
    for seat in seats:
        rows.setdefault((_kind(seat), *_around(seat, language)), []).append(seat)
    return "; ".join(_row_in_words(row, language) for row in rows.values())


def _row_in_words(seats: Sequence[Seat], language: str) -> str:
    parts = (*_around(seats[0], language), _numbers(seats, language))
    words = ", ".join(part for part in parts if part)
    return words[:1].upper() + words[1:]


def _around(seat: Seat, language: str) -> tuple[str, ...]:
    """Return the floor, the section and the row."""
    words, section, row = _WORDS[language], seat["section"], seat["row"]
    # A bare number needs a prefix; a name of several words, such as "Table 4", needs none.
    section = words["block"].format(section) if section.isdecimal() else section
    row = words["row"].format(row) if row and " " not in _COPY.sub("", row) else row
    return (seat.get("floor", ""), section, row if _kind(seat) == "composed" else "")


def _numbers(seats: Sequence[Seat], language: str) -> str:
    words, count = _WORDS[language], len(seats)
    match _kind(seats[0]):
        case "place":
            return words["place"] if count == 1 else words["places"].format(count)
        case "composed":
            found = ", ".join(seat["number"] for seat in seats)
            return words["seat" if count == 1 else "seats"].format(found)
        case _:
            return ", ".join(_without_section(seat) for seat in seats)


def _kind(seat: Seat) -> str:
    """Return whether the seat's name is made of its row and number, or is one of its own."""
    if seat.get("is_place"):
        return "place"
    row, number, rest = seat["row"], seat["number"], _without_section(seat)
    is_composed = _bare(rest) == _bare(row + number)
    if _COPY.search(row):
        # Of a row with the name of another one; its seats' numbers are not told apart otherwise.
        is_composed |= _bare(_COPY.sub("", rest)) == _bare(_COPY.sub("", row) + number)
    return "composed" if number and is_composed else "own"


def _without_section(seat: Seat) -> str:
    name: str = seat["seat_number"]
    return name.removeprefix(f"{seat['section']} ") if seat["section"] else name


def _bare(text: str) -> str:
    return re.sub(r"[\s-]", "", text)
