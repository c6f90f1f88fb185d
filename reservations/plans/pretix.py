"""Reading a seating plan of pretix's plan editor: `pretix_format` describes the file.

A plan without a size is as large as what is in it. A seat is known by its guid, and each guid may
be there once; numbers may repeat, as those of tables do.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from reservations.plans.areas import area_shape, coordinates
from reservations.plans.errors import Fault, PlanError
from reservations.plans.frame import DEFAULT_SEAT_RADIUS, common_radius, framed, row_signs
from reservations.plans.naming import (
    ReadRow,
    ReadSeat,
    unique_guids,
    unique_numbers,
    unique_rows,
)
from reservations.plans.plan import (
    CATEGORY_COLOR,
    MAX_ROW_LENGTH,
    MAX_SHAPES,
    Plan,
    PlanCategory,
    PlanSeat,
    Shape,
)
from reservations.plans.pretix_format import (
    MAX_FAULTS,
    PretixCategory,
    PretixRow,
    PretixSeat,
    PretixZone,
    path,
    read_document,
    shown,
)

MAX_BYTES = 64 * 1024 * 1024


def read(data: bytes, *, repair: bool = False) -> Plan:
    """Parse the contents of a file. See `parse`. Raises: PlanError."""
    if len(data) > MAX_BYTES:
        raise PlanError(Fault("", f"must have at most {MAX_BYTES // 1024 // 1024} MiB"))
    try:
        document = json.loads(data.decode("utf-8-sig"))
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
    return parse(document, repair=repair)


def parse(document: Any, *, repair: bool = False) -> Plan:
    """Parse decoded JSON. Its `notes` describe what was changed.

    With `repair`, seats with a repeated guid get new ones. Raises: PlanError with the first faults.
    """
    found = read_document(document)
    faults = _repeated_names(found.categories)
    reading = _Reading()
    for at, zone in enumerate(found.zones):
        reading.add_zone(zone, at=at)
    faults += reading.faults
    guids, guid_notes = unique_guids(reading.seats, repair=repair, faults=faults)
    numbers, number_notes = unique_numbers(reading.seats, faults=faults)
    rows = unique_rows(reading.seats)
    if not reading.seats:
        faults.append(Fault("zones", "must have seats"))
    if faults:
        raise PlanError(*faults[:MAX_FAULTS])
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
        )
        for seat, guid, seat_number, row in zip(reading.seats, guids, numbers, rows, strict=True)
    ]
    return framed(
        Plan(
            name=found.name or "",
            width=found.size.width if found.size else 0,
            height=found.size.height if found.size else 0,
            seat_radius=common_radius(seat.radius for seat in reading.seats),
            categories=tuple(
                PlanCategory(name=category.name, color=category.color or CATEGORY_COLOR)
                for category in found.categories
            ),
            seats=tuple(seats),
            shapes=tuple(reading.shapes()),
            notes=(*guid_notes, *number_notes, *_order_notes(reading.seats)),
        )
    )


@dataclass(slots=True)
class _Reading:
    """The seats and shapes found so far, in absolute coordinates."""

    seats: list[ReadSeat] = field(default_factory=list)
    areas: list[Shape] = field(default_factory=list)
    signs: list[Shape] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def shapes(self) -> list[Shape]:
        # Row labels are the least important decoration, so they are omitted if there is too much.
        fit = len(self.areas) + len(self.signs) <= MAX_SHAPES
        return [*self.areas, *self.signs] if fit else self.areas

    def add_zone(self, zone: PretixZone, *, at: int) -> None:
        origin = coordinates(zone.position)
        for row_at, row in enumerate(zone.rows):
            self._add_row(row, section=zone.name or "", origin=origin, where=(at, row_at))
        shapes = (area_shape(area, origin=origin) for area in zone.areas or ())
        self.areas += [shape for shape in shapes if shape is not None]

    def _add_row(
        self, row: PretixRow, *, section: str, origin: tuple[float, float], where: tuple[int, int]
    ) -> None:
        name, (x, y) = row.row_number, coordinates(row.position)
        row_label = (row.row_label or "").replace("%s", name).strip()
        if len(row_label) > MAX_ROW_LENGTH:
            problem = f"must have at most {MAX_ROW_LENGTH} characters with its %s"
            self.faults.append(
                Fault(path("zones", where[0], "rows", where[1], "row_label"), problem)
            )
        common = ReadRow(
            section=section,
            name=row_label or name,
            seat_label=row.seat_label or "",
            is_in_words=bool(row_label or row.seat_label),
            origin=(origin[0] + x, origin[1] + y),
        )
        seats = [
            self._read_seat(seat, common, where=(*where, at)) for at, seat in enumerate(row.seats)
        ]
        self.seats += seats
        if seats and name:
            ends = (0, min(1, len(seats) - 1), max(-2, -len(seats)), -1)
            self.signs += row_signs(
                name,
                [seats[at].position for at in ends],
                radius=seats[0].radius,
                at_start=row.row_number_position in ("start", "both"),
                at_end=row.row_number_position in ("end", "both"),
            )

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
        )
        if not f"{row.name}{seat.seat_number}".strip():
            problem = "must not be empty in a row without a name"
            self.faults.append(Fault(f"{found.path}.seat_number", problem))
        return found


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
