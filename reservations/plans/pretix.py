"""Reading a seating plan of pretix's plan editor: `pretix_format` describes the file.

A plan without a size is as large as what is in it. A seat is known by its guid, and each guid may
be there once; numbers may repeat, as those of tables do.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from reservations.domain.features import NO_FEATURES, SeatFeature, SoldBy
from reservations.plans.areas import area_shape, coordinates, middle, table_shape
from reservations.plans.characters import is_clean
from reservations.plans.errors import Fault, PlanError
from reservations.plans.frame import (
    DEFAULT_SEAT_RADIUS,
    boxes_of,
    common_radius,
    framed,
    row_signs,
    zone_sign,
)
from reservations.plans.labels import Place
from reservations.plans.naming import (
    ReadRow,
    ReadSeat,
    unique_guids,
    unique_numbers,
    unique_rows,
)
from reservations.plans.places import SeatPlaces
from reservations.plans.plan import (
    CATEGORY_COLOR,
    MAX_GUID_LENGTH,
    MAX_ROW_LENGTH,
    MAX_SEATS,
    MAX_SHAPES,
    Plan,
    PlanCategory,
    PlanSeat,
    Shape,
)
from reservations.plans.pretix_format import (
    MAX_FAULTS,
    PretixArea,
    PretixCategory,
    PretixPlan,
    PretixRow,
    PretixSeat,
    PretixStanding,
    PretixZone,
    path,
    read_document,
    shown,
)

MAX_BYTES = 64 * 1024 * 1024
_MAX_LISTED = 500
TABLE, CHAIR = "Table %s", "Seat %s"
"""What the tables and chairs of a plan are called that does not say so."""
STANDING = "Standing"
"""What a standing area is called that has neither a text nor a zone with a name."""


def read(data: bytes, *, repair: bool = False) -> Plan:
    """Parse the contents of a file. See `parse`. Raises: PlanError."""
    return parse(decode(data), repair=repair)


def decode(data: bytes, *, max_bytes: int = MAX_BYTES) -> Any:
    """Decode JSON in UTF-8. Raises: PlanError."""
    if len(data) > max_bytes:
        raise PlanError(Fault("", f"must have at most {max_bytes // 1024 // 1024} MiB"))
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise PlanError(Fault("", f"is not UTF-8 text (byte {error.start})")) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise PlanError(Fault("", f"is not JSON ({where}: {error.msg})")) from None
    except ValueError:
        # Python refuses to parse integers of thousands of digits.
        raise PlanError(Fault("", "has a number with far too many digits")) from None
    except RecursionError:
        raise PlanError(Fault("", "is nested too deeply")) from None


def parse(document: Any, *, repair: bool = False) -> Plan:
    """Parse decoded JSON. Its `notes` describe what was changed.

    With `repair`, seats with a repeated guid get new ones. Raises: PlanError with the first faults.
    """
    return plan_of(read_document(document), repair=repair)


def plan_of(found: PretixPlan, *, repair: bool = False) -> Plan:
    """Return the plan of a document that was read. See `parse`. Raises: PlanError."""
    reading = _Reading.of(found, repair=repair)
    if reading.faults:
        raise PlanError(*reading.faults[:MAX_FAULTS])
    everything = reading.everything
    radius = common_radius(seat.radius for seat in reading.seats or everything)
    places = SeatPlaces([seat.position for seat in reading.seats], radius=radius)
    sizes = Counter(seat.row.group for seat in everything)
    rows = unique_rows(everything)
    seats = [
        PlanSeat(
            guid=guid,
            seat_number=seat_number,
            section=seat.place.section,
            row=row,
            number=seat.place.number,
            x=seat.position[0],
            y=seat.position[1],
            category=seat.category or None,
            features=seat.features,
            note=seat.note,
            companion_of=seat.companion_of,
            group=seat.row.group,
            group_size=sizes[seat.row.group] if seat.row.group else 0,
            sold_by=seat.row.sold_by,
        )
        for seat, guid, seat_number, row in zip(
            everything, reading.guids, reading.numbers, rows, strict=True
        )
    ]
    return framed(
        Plan(
            name=found.name or "",
            width=reading.size[0],
            height=reading.size[1],
            seat_radius=radius,
            categories=tuple(
                PlanCategory(name=category.name, color=category.color or CATEGORY_COLOR)
                for category in found.categories
            ),
            seats=tuple(seats),
            shapes=tuple(reading.shapes(places, radius=radius)),
            notes=(
                *reading.notes,
                *_order_notes(reading.seats),
                *_overlap_notes(seats[: len(reading.seats)], places),
            ),
            focal_point=coordinates(found.focal_point) if found.focal_point else None,
            floors=_floors_by_section(found),
        )
    )


def faults_of(found: PretixPlan) -> list[Fault]:
    """Return the first faults with which `plan_of` refuses a document, without making its plan."""
    return _Reading.of(found).faults[:MAX_FAULTS]


def section_of(area: PretixArea, zone: PretixZone) -> str:
    """Return what buyers are told that a standing area is called."""
    return (area.text and area.text.text) or zone.name or STANDING


def _floors_by_section(found: PretixPlan) -> dict[str, str]:
    """Return the names of the floors by section, if seats are on several.

    A section whose seats are on more than one floor is left out.
    """
    names = {floor.id: floor.name for floor in found.floors or () if floor.name.strip()}
    floors: defaultdict[str, set[str]] = defaultdict(set)
    for zone in found.zones:
        name = names.get(zone.floor or "", "")
        if any(row.seats for row in zone.rows):
            floors[zone.name or ""].add(name)
        for area in zone.areas or ():
            if area.standing is not None:
                floors[section_of(area, zone)].add(name)
    if len(set().union(*floors.values()) - {""}) < 2:
        return {}
    return {section: name for section, (name, *others) in floors.items() if name and not others}


def table_name(row: PretixRow, *, where: tuple[int, int], taken: set[str]) -> str:
    """Return a table's name in the plan: its uuid, if that is there once. Adds it to `taken`.

    `taken` has the names of the tables and standing areas before it.
    """
    name = row.uuid if isinstance(row.uuid, str) else ""
    if not name or len(name) > MAX_GUID_LENGTH or not is_clean(name) or name in taken:
        name = path("zones", where[0], "rows", where[1])
    taken.add(name)
    return name


@dataclass(slots=True)
class _Reading:
    """The seats and shapes found so far, in absolute coordinates.

    `zones` has the names of the zones with their seats, as slices of `seats`, and `rows` the rows
    of seats in the same way. `guids` and `numbers` are those of `everything`.
    """

    size: tuple[float, float]
    seats: list[ReadSeat] = field(default_factory=list)
    areas: list[Shape] = field(default_factory=list)
    zones: list[tuple[str, slice]] = field(default_factory=list)
    rows: list[tuple[PretixRow, slice]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    groups: set[str] = field(default_factory=set)
    standing: list[ReadSeat] = field(default_factory=list)
    guids: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, found: PretixPlan, *, repair: bool = False) -> "_Reading":
        """Read a document, with all its faults."""
        reading = cls(size=(found.size.width, found.size.height) if found.size else (0, 0))
        reading.faults += _repeated_names(found.categories)
        for at, zone in enumerate(found.zones):
            reading.add_zone(zone, at=at)
        everything, faults = reading.everything, reading.faults
        reading.guids, guid_notes = unique_guids(everything, repair=repair, faults=faults)
        reading.numbers, number_notes = unique_numbers(everything, faults=faults)
        reading.notes = [*guid_notes, *number_notes]
        faults += _companion_faults(reading.seats)
        if not everything:
            faults.append(Fault("zones", "must have seats"))
        return reading

    @property
    def everything(self) -> list[ReadSeat]:
        """The seats of rows, and after them the places of standing areas."""
        return [*self.seats, *self.standing]

    def shapes(self, places: SeatPlaces, *, radius: float) -> list[Shape]:
        # Labels are the least important decoration, so they are omitted if there is too much.
        labels = [*self._zone_signs(places, radius=radius), *self._free_row_signs(places)]
        fit = len(self.areas) + len(labels) <= MAX_SHAPES
        return [*self.areas, *labels] if fit else self.areas

    def _zone_signs(self, places: SeatPlaces, *, radius: float) -> list[Shape]:
        """Return the names of the zones, where there are several and no area has them already."""
        if len({name for name, _ in self.zones}) < 2:
            return []
        written = {shape.text.text.casefold() for shape in self.areas if shape.text}
        zones = [
            (sorted(seat.position for seat in self.seats[seats]), name)
            for name, seats in self.zones
            if name.strip() and name.casefold() not in written
        ]
        boxes = boxes_of(self.areas, [seats[0] for seats, _ in zones])
        signs: list[Shape] = []
        for seats, name in sorted(zones):
            sign = zone_sign(name, seats, radius=radius, size=self.size, places=places, boxes=boxes)
            if sign is not None:
                boxes.take_sign(sign)
                signs.append(sign)
        return signs

    def _free_row_signs(self, places: SeatPlaces) -> list[Shape]:
        """Return the names of rows that are on no seat; of two equal ones side by side, one."""
        signs: dict[tuple[str, int, int], Shape] = {}
        for sign in self._row_signs():
            if sign.text is None:
                continue
            size = sign.text.size
            if places.is_free(middle=(sign.x, sign.y), width=size, height=size):
                cell = (round(sign.x / (4 * size)), round(sign.y / (4 * size)))
                signs.setdefault((sign.text.text, *cell), sign)
        return list(signs.values())

    def _row_signs(self) -> Iterator[Shape]:
        """Yield the names of the rows that are shown beside them."""
        for row, at in self.rows:
            seats = self.seats[at]
            ends = (0, min(1, len(seats) - 1), max(-2, -len(seats)), -1)
            yield from row_signs(
                row.row_number,
                [seats[end].position for end in ends],
                radius=seats[0].radius,
                at_start=row.row_number_position in ("start", "both"),
                at_end=row.row_number_position in ("end", "both"),
            )

    def add_zone(self, zone: PretixZone, *, at: int) -> None:
        origin, first = coordinates(zone.position), len(self.seats)
        for row_at, row in enumerate(zone.rows):
            self._add_row(row, section=zone.name or "", origin=origin, where=(at, row_at))
        if len(self.seats) > first:
            self.zones.append((zone.name or "", slice(first, len(self.seats))))
        for area_at, area in enumerate(zone.areas or ()):
            shape = area_shape(area, origin=origin)
            if area.standing is not None:
                where = path("zones", at, "areas", area_at)
                shape = self._add_standing(area.standing, shape, section_of(area, zone), where)
            if shape is not None:
                self.areas.append(shape)

    def _add_row(
        self, row: PretixRow, *, section: str, origin: tuple[float, float], where: tuple[int, int]
    ) -> None:
        name, (x, y) = row.row_number, coordinates(row.position)
        table, seat_label = row.table, row.seat_label or ""
        row_label = (row.row_label or (TABLE if table else "")).replace("%s", name).strip()
        if len(row_label) > MAX_ROW_LENGTH:
            problem = f"must have at most {MAX_ROW_LENGTH} characters with its %s"
            self.faults.append(
                Fault(path("zones", where[0], "rows", where[1], "row_label"), problem)
            )
        common = ReadRow(
            section=section,
            name=row_label or name,
            seat_label=seat_label or (CHAIR if table else ""),
            is_in_words=bool(row_label or seat_label),
            origin=(origin[0] + x, origin[1] + y),
            group=table_name(row, where=where, taken=self.groups) if table else "",
            sold_by=SoldBy.TABLE if table and table.sold == "whole" else SoldBy.SEAT,
        )
        seats = [
            self._read_seat(seat, common, where=(*where, at)) for at, seat in enumerate(row.seats)
        ]
        if table:
            self.areas.append(table_shape(table, name=common.name, at=common.origin))
        elif seats and name:
            self.rows.append((row, slice(len(self.seats), len(self.seats) + len(seats))))
        self.seats += seats

    def _add_standing(
        self, standing: PretixStanding, shape: Shape | None, name: str, where: str
    ) -> Shape | None:
        """Add the places of a standing area called `name`, and return its shape."""
        if shape is None or shape.body is None:
            self.faults.append(
                Fault(f"{where}.shape", "must have an outline for people to stand in")
            )
            return shape
        if not standing.capacity:
            self.faults.append(Fault(f"{where}.standing.capacity", "must be at least 1"))
        if standing.guid in self.groups:
            problem = f"{shown(standing.guid)} is that of another area too"
            self.faults.append(Fault(f"{where}.standing.guid", problem))
            return shape
        if len(self.seats) + standing.capacity > MAX_SEATS:
            self.faults.append(Fault("zones", f"must have at most {MAX_SEATS:,} seats"))
            return shape
        self.groups.add(standing.guid)
        row = ReadRow(
            section=name,
            name="",
            seat_label="",
            is_in_words=True,
            origin=middle(shape),
            group=standing.guid,
            sold_by=SoldBy.NUMBER,
        )
        self.standing += [
            ReadSeat(
                where=(0, 0, 0),
                guid=f"{standing.guid}-{number}",
                row=row,
                place=Place(section=name, row="", number=str(number), words=f"{name} {number}"),
                position=row.origin,
                category=standing.category,
                radius=DEFAULT_SEAT_RADIUS,
                is_start=False,
                area_path=f"{where}.standing",
            )
            for number in range(1, standing.capacity + 1)
        ]
        return replace(shape, group=standing.guid)

    def _read_seat(
        self, seat: PretixSeat, row: ReadRow, *, where: tuple[int, int, int]
    ) -> ReadSeat:
        found = ReadSeat(
            where=where,
            guid=seat.seat_guid,
            row=row,
            place=row.place(seat.seat_number),
            position=(
                round(row.origin[0] + seat.position.x, 3),
                round(row.origin[1] + seat.position.y, 3),
            ),
            category=seat.category,
            radius=seat.radius or DEFAULT_SEAT_RADIUS,
            is_start=bool(seat.start_direction),
            features=_features(seat) if seat.features else NO_FEATURES,
            note=seat.note or "",
            companion_of=seat.companion_of or None,
        )
        if "companion" in (seat.features or ()) and not seat.companion_of:
            problem = "must name the accessible seat of this companion seat"
            self.faults.append(Fault(f"{found.path}.companion_of", problem))
        if not f"{row.name}{seat.seat_number}".strip():
            problem = "must not be empty in a row without a name"
            self.faults.append(Fault(f"{found.path}.seat_number", problem))
        return found


def _features(seat: PretixSeat) -> SeatFeature:
    """Return the features of a seat. That it is a companion seat is told by `companion_of`."""
    found = NO_FEATURES
    for word in seat.features or ():
        if word != "companion":
            found |= SeatFeature[word.upper()]
    return found


def _companion_faults(seats: list[ReadSeat]) -> list[Fault]:
    accessible = {seat.guid for seat in seats if SeatFeature.ACCESSIBLE in seat.features}
    return [
        Fault(
            f"{seat.path}.companion_of",
            "must be the seat_guid of an accessible seat"
            f" that is no companion seat itself, not {shown(seat.companion_of)}",
        )
        for seat in seats
        if seat.companion_of is not None
        and (seat.companion_of not in accessible or SeatFeature.ACCESSIBLE in seat.features)
    ]


def _repeated_names(categories: list[PretixCategory]) -> list[Fault]:
    names = [category.name for category in categories]
    return [
        Fault(path("categories", at, "name"), f"{shown(name)} is the name of another category too")
        for at, name in enumerate(names)
        if name in names[:at]
    ]


def _order_notes(seats: list[ReadSeat]) -> list[str]:
    starts = sum(seat.is_start for seat in seats)
    if not starts:
        return []
    return [f"start_direction ({starts:,} seats): buyers may take the seats of a row in any order."]


def _overlap_notes(seats: list[PlanSeat], places: SeatPlaces) -> list[str]:
    """Return a note on seats that hide each other, with a line for each place."""
    groups = places.overlapping()
    if not groups:
        return []
    lines = [
        f"  {', '.join(_in_section(seats[at]) for at in group)}"
        f" (at {seats[group[0]].x:g}, {seats[group[0]].y:g})"
        for group in groups[:_MAX_LISTED]
    ]
    rest = len(groups) - len(lines)
    return [
        f"WARNING: On {_places(len(groups))} seats lie on each other, so that only the one on top"
        " can be clicked. Move them apart in the plan's editor, or block all but one:",
        *lines,
        *([f"  … and {_places(rest)} more"] if rest else []),
    ]


def _in_section(seat: PlanSeat) -> str:
    is_told = not seat.section or seat.seat_number.startswith(seat.section)
    return seat.seat_number if is_told else f"{seat.section} {seat.seat_number}"


def _places(count: int) -> str:
    return "1 place" if count == 1 else f"{count:,} places"
