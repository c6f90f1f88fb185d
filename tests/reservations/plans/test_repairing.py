"""Repeated ids and labels are replaced in the document, as `plan_of` replaces them in a plan."""

import json

from reservations.plans.check import Severity, check
from reservations.plans.csv_format.reading import read_csv
from reservations.plans.document import read
from reservations.plans.pretix import plan_of
from reservations.plans.repairing import repaired
from tests.reservations.plans.documents import document, row, seat, written, zone

COPIED = document(
    zone(
        row(seat("a", x=10), seat("b", "2", x=40)), row(seat("a", x=10), seat("b", "2", x=40), y=50)
    ),
    categories=[{"name": "Stalls"}],
    focal_point={"x": 1, "y": 1},
)


def test_a_copied_row_gets_ids_and_a_name_of_its_own() -> None:
    found = repaired(read(written(COPIED)))
    assert [each.severity for each in check(found) if each.severity is Severity.ERROR] == []
    assert [(note.code, note.names) for note in found.notes] == [
        ("ids_repaired", "2"),
        ("labels_repaired", "2"),
    ]
    seats = plan_of(read(written(COPIED)).found, repair=True).seats
    assert [(one.guid, one.row, one.number, one.x) for one in plan_of(found.found).seats] == [
        (one.guid, one.row, one.number, one.x) for one in seats
    ]


def test_a_repeated_number_of_a_row_gets_another_one() -> None:
    lines = b"section,row,number,x,y,category\nS,A,1,100,100,C\nS,A,1,130,100,C\n"
    found = repaired(read_csv(lines, name="Hall"))
    assert [each.seat_number for each in found.found.zones[0].rows[0].seats] == ["1", "1 (2)"]


def test_a_sound_document_is_returned_as_it_was_sent() -> None:
    sound = written(document())
    assert repaired(read(sound)).data == sound


def test_a_document_that_is_broken_otherwise_is_returned_as_it_was_sent() -> None:
    broken = written(document(zone(row(seat(features=["companion"]), seat()))))
    assert repaired(read(broken)).data == broken
    assert json.loads(broken)
