"""Give seats with the id or the label of another one their own, as in files of copied blocks. Pure.

The ids and rows are those that `plan_of` gives them, as the command line does with --repair.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson

from reservations.plans import pretix
from reservations.plans.document import Document, Note, read
from reservations.plans.errors import PlanError
from reservations.plans.labels import distinct
from reservations.plans.plan import MAX_NUMBER_LENGTH, PlanSeat
from reservations.plans.pretix_format import PretixRow

Json = dict[str, Any]


def repaired(document: Document) -> Document:
    """Return the document without repeated ids and labels, and notes on them.

    One that is broken otherwise is returned as it is: its problems are told when it is checked.
    """
    try:
        seats = iter(pretix.plan_of(document.found, repair=True).seats)
    except PlanError:
        return document
    raw: Json = pretix.decode(document.data)
    numbers: defaultdict[tuple[str, str], list[Json]] = defaultdict(list)
    ids = labels = 0
    for section, row, found in _rows(raw, document):
        planned = [next(seats) for _ in row["seats"]]
        ids += _rename_seats(row, planned)
        labels += _rename_row(row, found, planned)
        if planned:
            numbers[section, planned[0].row] += row["seats"]
    labels += sum(map(_rename_numbers, numbers.values()))
    if not ids and not labels:
        return document
    notes = [*document.notes]
    if ids:
        sentence = f"{_seats(ids)} had the id of another one: each has its own now."
        notes.append(Note("ids_repaired", sentence, str(ids)))
    if labels:
        sentence = f"{_seats(labels)} had the label of another one: each has its own now."
        notes.append(Note("labels_repaired", sentence, str(labels)))
    return replace(read(orjson.dumps(raw)), notes=tuple(notes))


def _rows(raw: Json, document: Document) -> Iterator[tuple[str, Json, PretixRow]]:
    """Yield each row with its section, as it was sent and as it was read."""
    for zone, read_zone in zip(raw["zones"], document.found.zones, strict=True):
        for row, found in zip(zone["rows"], read_zone.rows, strict=True):
            yield read_zone.name or "", row, found


def _rename_seats(row: Json, planned: list[PlanSeat]) -> int:
    changed = 0
    for seat, plan_seat in zip(row["seats"], planned, strict=True):
        changed += seat["seat_guid"] != plan_seat.guid
        seat["seat_guid"] = plan_seat.guid
    return changed


def _rename_row(row: Json, found: PretixRow, planned: list[PlanSeat]) -> int:
    """Rename a row that repeats another one; return how many seats it has, 0 if it does not."""
    label = found.row_label or (pretix.TABLE if found.table else "")
    name = label.replace("%s", found.row_number).strip() or found.row_number
    if not planned or planned[0].row == name:
        return 0
    row["row_label" if label else "row_number"] = planned[0].row
    return len(planned)


def _rename_numbers(seats: list[Json]) -> int:
    numbers = [seat["seat_number"] for seat in seats]
    fresh = distinct(numbers, max_length=MAX_NUMBER_LENGTH)
    for seat, number in zip(seats, fresh, strict=True):
        # Without numbers at all, seats are told apart by the author.
        seat["seat_number"] = number if seat["seat_number"].strip() else seat["seat_number"]
    return sum(one != other for one, other in zip(numbers, fresh, strict=True) if one.strip())


def _seats(count: int) -> str:
    return "1 seat" if count == 1 else f"{count:,} seats"
