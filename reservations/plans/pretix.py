"""Reading the seating-plan JSON that pretix's plan editor exports.

The format, as pretix's own `seating-plan.schema.json` has it: an object with `name`,
`size` {width, height}, `categories` [{name, color}] and `zones`. A zone has a `name`, a
`position` {x, y}, `rows` and `areas`; a row a `row_number`, a `position` relative to the zone,
perhaps a `row_number_position` (start, end or both: where the row's name is shown), a `row_label`
and a `seat_label` (what row and seat are called in words, where %s stands for their numbers) and
`seats`; a seat a `seat_guid`, a `seat_number`, a `position` relative to the row, a `category` by
name and perhaps a `radius`, 10 when absent, and a `start_direction` (<, > or <>: seats of its row
are to be booked in order, from this one). Areas are described in `areas`. Unknown keys are
tolerated.

The editor gives new seats an empty category; such a seat has none. Older versions of the format
have no `size`; such a plan is as large as what is in it. A seat is known by its guid, and each
guid may be there once; numbers may repeat, as those of tables do.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from reservations.plans.areas import read_area, read_point
from reservations.plans.errors import Fault, PlanError
from reservations.plans.frame import DEFAULT_SEAT_RADIUS, common_radius, framed, row_signs
from reservations.plans.naming import ReadRow, ReadSeat, unique_guids, unique_numbers, unique_rows
from reservations.plans.node import Faults, Node, shown
from reservations.plans.plan import (
    CATEGORY_COLOR,
    MAX_CATEGORY_LENGTH,
    MAX_GUID_LENGTH,
    MAX_NAME_LENGTH,
    MAX_NUMBER_LENGTH,
    MAX_ROW_LENGTH,
    MAX_SEATS,
    MAX_SECTION_LENGTH,
    MAX_SHAPES,
    Plan,
    PlanCategory,
    PlanSeat,
    Shape,
)

MAX_BYTES = 64 * 1024 * 1024
MAX_CATEGORIES = 500


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
    faults = Faults()
    root = Node(document, faults)
    name = root["name"].text(max_length=MAX_NAME_LENGTH, default="")
    categories = _categories(root["categories"])
    width, height = _size(root["size"])
    reading = _Reading(
        zones=root["zones"],
        faults=faults,
        category_names={category.name for category in categories},
        are_categories_known=root["categories"].is_list,
    )
    reading.read_zones()
    guids, guid_notes = unique_guids(reading.seats, repair=repair)
    numbers, number_notes = unique_numbers(reading.seats)
    rows = unique_rows(reading.seats)
    faults.check()
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
    if not seats:
        raise PlanError(Fault("zones", "must have seats"))
    return framed(
        Plan(
            name=name,
            width=width,
            height=height,
            seat_radius=common_radius(seat.radius for seat in reading.seats),
            categories=tuple(categories),
            seats=tuple(seats),
            shapes=tuple(reading.shapes),
            notes=(*guid_notes, *number_notes, *_order_notes(reading.seats)),
        )
    )


@dataclass(slots=True)
class _Reading:
    """The seats and shapes found so far."""

    zones: Node
    faults: Faults
    category_names: set[str]
    are_categories_known: bool
    seats: list[ReadSeat] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)

    def read_zones(self) -> None:
        signs: list[Shape] = []
        for zone in self.zones.items():
            section = zone["name"].text(max_length=MAX_SECTION_LENGTH, default="")
            origin = read_point(zone["position"])
            for row in zone["rows"].items():
                signs += self._read_row(row, section=section, origin=origin)
            for area in zone["areas"].items(required=False):
                self._read_area(area, origin=origin)
        # Row labels are the least important decoration, so they are omitted if there is too much.
        if len(self.shapes) + len(signs) <= MAX_SHAPES:
            self.shapes += signs

    def _read_area(self, area: Node, *, origin: tuple[float, float]) -> None:
        shape = read_area(area, origin=origin)
        if shape is not None:
            self.shapes.append(shape)
        if len(self.shapes) > MAX_SHAPES:
            self.zones.refuse(f"must have at most {MAX_SHAPES:,} areas")
            self.faults.check()

    def _read_row(self, row: Node, *, section: str, origin: tuple[float, float]) -> list[Shape]:
        """Read a row's seats, and return the labels at its ends."""
        name = row["row_number"].text(max_length=MAX_ROW_LENGTH)
        x, y = read_point(row["position"], required=False)
        row_label = row["row_label"].line(max_length=MAX_ROW_LENGTH).replace("%s", name).strip()
        seat_label = row["seat_label"].line(max_length=MAX_NUMBER_LENGTH)
        if len(row_label) > MAX_ROW_LENGTH:
            row["row_label"].refuse(f"must have at most {MAX_ROW_LENGTH} characters with its %s")
        common = ReadRow(
            section=section,
            name=row_label or name,
            seat_label=seat_label,
            is_in_words=bool(row_label or seat_label),
            origin=(origin[0] + x, origin[1] + y),
        )
        first = len(self.seats)
        for seat in row["seats"].items():
            self.seats.append(self._read_seat(seat, common))
            if len(self.seats) > MAX_SEATS:
                self.zones.refuse(f"must have at most {MAX_SEATS:,} seats")
                self.faults.check()
        where = row["row_number_position"].line(max_length=MAX_ROW_LENGTH)
        seats = self.seats[first:]
        if not seats or not name:
            return []
        return row_signs(
            name,
            [seats[at].position for at in (0, min(1, len(seats) - 1), max(-2, -len(seats)), -1)],
            radius=seats[0].radius,
            at_start=where in ("start", "both"),
            at_end=where in ("end", "both"),
        )

    def _read_seat(self, seat: Node, row: ReadRow) -> ReadSeat:
        guid = seat["seat_guid"].text(max_length=MAX_GUID_LENGTH)
        number = seat["seat_number"].text(max_length=MAX_NUMBER_LENGTH)
        category = seat["category"].text(max_length=MAX_CATEGORY_LENGTH)
        x, y = read_point(seat["position"])
        if not guid.strip():
            seat["seat_guid"].refuse("must not be empty")
        if not f"{row.name}{number}".strip():
            seat["seat_number"].refuse("must not be empty in a row without a name")
        if category and self.are_categories_known and category not in self.category_names:
            seat["category"].refuse(f"{shown(category)} is not one of the plan's categories")
        return ReadSeat(
            node=seat,
            guid=guid,
            row=row,
            place=row.place(number),
            position=(round(row.origin[0] + x, 3), round(row.origin[1] + y, 3)),
            category=category,
            radius=seat["radius"].number(above=0, most=1_000, default=DEFAULT_SEAT_RADIUS),
            is_start=bool(seat["start_direction"].line(max_length=MAX_NUMBER_LENGTH)),
        )


def _categories(node: Node) -> list[PlanCategory]:
    items = node.items()
    if len(items) > MAX_CATEGORIES:
        node.refuse(f"must be at most {MAX_CATEGORIES}, not {len(items):,}")
        return []
    found: dict[str, PlanCategory] = {}
    for item in items:
        name = item["name"].text(max_length=MAX_CATEGORY_LENGTH)
        color = item["color"].color() or CATEGORY_COLOR
        if not name.strip():
            item["name"].refuse("must not be empty")
        elif name in found:
            item["name"].refuse(f"{shown(name)} is the name of another category too")
        found[name] = PlanCategory(name=name, color=color)
    return list(found.values())


def _size(size: Node) -> tuple[float, float]:
    if size.is_absent:
        return 0, 0
    return size["width"].number(above=0), size["height"].number(above=0)


def _order_notes(seats: list[ReadSeat]) -> list[str]:
    starts = sum(seat.is_start for seat in seats)
    if not starts:
        return []
    return [f"start_direction ({starts:,} seats): buyers may take the seats of a row in any order."]
