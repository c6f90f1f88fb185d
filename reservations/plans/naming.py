"""Names of a parsed plan's seats and rows, made unique where they repeat. Pure."""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from reservations.domain.features import NO_FEATURES, SeatFeature, SoldBy
from reservations.plans.errors import Fault
from reservations.plans.labels import Place, distinct, seat_numbers
from reservations.plans.plan import MAX_GUID_LENGTH, MAX_ROW_LENGTH, MAX_SEAT_NUMBER_LENGTH
from reservations.plans.pretix_format import path, shown

_MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True, eq=False)
class ReadRow:
    """What a row's seats have in common: their position and names."""

    section: str
    name: str
    seat_label: str
    is_in_words: bool
    origin: tuple[float, float]
    group: str = ""
    sold_by: SoldBy = SoldBy.SEAT

    def place(self, number: str) -> Place:
        words = ""
        if self.is_in_words:
            seat = self.seat_label.replace("%s", number).strip() or number
            words = ", ".join(part for part in (self.name, seat) if part)
        return Place(self.section, self.name, number, words)


class ReadSeat(NamedTuple):
    """A seat as parsed, with its place in the hall and its absolute position.

    `where` has the indexes of its zone, of its row there, and of itself in the row.
    """

    where: tuple[int, int, int]
    guid: str
    row: ReadRow
    place: Place
    position: tuple[float, float]
    category: str
    radius: float
    is_start: bool
    features: SeatFeature = NO_FEATURES
    note: str = ""
    companion_of: str | None = None
    area_path: str = ""
    """Of a place of a standing area."""

    @property
    def path(self) -> str:
        if self.area_path:
            return self.area_path
        zone, row, seat = self.where
        return path("zones", zone, "rows", row, "seats", seat)


def unique_guids(
    seats: list[ReadSeat], *, repair: bool, faults: list[Fault]
) -> tuple[list[str], list[str]]:
    """Return the seats' guids and notes on renamed ones. Duplicates are faults unless `repair`."""
    guids = distinct([seat.guid for seat in seats], max_length=MAX_GUID_LENGTH)
    notes: list[str] = []
    first: dict[str, ReadSeat] = {}
    for seat, guid in zip(seats, guids, strict=True):
        owner = first.setdefault(seat.guid, seat)
        if owner is seat:
            continue
        repeats = f"{shown(seat.guid)} is that of {owner.path} too"
        if repair:
            notes.append(f"{seat.path}.seat_guid: {repeats}; it is now {shown(guid)}.")
        else:
            faults.append(Fault(f"{seat.path}.seat_guid", f"{repeats} (--repair renames it)"))
    return guids, notes


def unique_numbers(seats: list[ReadSeat], *, faults: list[Fault]) -> tuple[list[str], list[str]]:
    """Return the seats' names, and a note on those made unique. Names too long are faults."""
    named = seat_numbers([seat.place for seat in seats])
    numbers = distinct(named, max_length=MAX_SEAT_NUMBER_LENGTH)
    renamed: list[str] = []
    for seat, name, number in zip(seats, named, numbers, strict=True):
        if len(name) > MAX_SEAT_NUMBER_LENGTH:
            problem = f"{shown(name)} has more than {MAX_SEAT_NUMBER_LENGTH} characters"
            faults.append(Fault(seat.path, problem))
        elif name != number:
            renamed.append(number)
    if not renamed:
        return numbers, []
    some = ", ".join(renamed[:_MOST_EXAMPLES]) + (", …" if len(renamed) > _MOST_EXAMPLES else "")
    subject = "1 seat has" if len(renamed) == 1 else f"{len(renamed):,} seats have"
    return numbers, [f"{subject} the name of another seat, and a number behind it: {some}"]


def unique_rows(seats: list[ReadSeat]) -> list[str]:
    """Return the seats' row names; a row that repeats another row's seats is numbered.

    Two parts of a row that share a name but no seats stay one row.
    """
    first: dict[Place, ReadRow] = {}
    of_section: defaultdict[str, dict[str, None]] = defaultdict(dict)
    repeating: defaultdict[str, dict[ReadRow, None]] = defaultdict(dict)
    for seat in seats:
        of_section[seat.row.section][seat.row.name] = None
        if first.setdefault(seat.place, seat.row) is not seat.row:
            repeating[seat.row.section][seat.row] = None
    names: dict[ReadRow, str] = {}
    for section, rows in repeating.items():
        taken = list(of_section[section])
        fresh = distinct([*taken, *(row.name for row in rows)], max_length=MAX_ROW_LENGTH)
        names.update(zip(rows, fresh[len(taken) :], strict=True))
    return [names.get(seat.row, seat.row.name) for seat in seats]
