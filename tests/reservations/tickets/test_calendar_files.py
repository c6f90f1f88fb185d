"""Calendar files: a newer one updates the entry, and that of an ended booking removes it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from django.core.management import call_command
from django.utils import timezone

from reservations.models import Event, Reservation
from reservations.organising.cancelling import cancel_event
from reservations.organising.editing import edit_event
from tests.contract.calls import refusal
from tests.factories import make_event, make_person, make_user, seat_ids, signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


@pytest.fixture
def event() -> Event:
    return make_event(seats=4, offline_methods=["invoice"], time_zone="Europe/Berlin")


@pytest.fixture
def office() -> Any:
    return signed_in(make_user("boss", is_superuser=True))


def _sell(office: Any, event: Event) -> str:
    body = {
        "seat_ids": [seat_ids(event)[0]],
        "payment_method": "cash",
        "buyer_name": "Zoe",
        "buyer_email": "zoe@example.org",
    }
    answer = office.post(f"/api/events/{event.pk}/box-office/sell/", body)
    return str(answer.json()["reservation_id"])


class Received:
    """The calendar file of a mail."""

    def __init__(self, part: Any) -> None:
        self.parameter = part.get_param("method")
        text = part.get_payload(decode=True)
        assert b"\n" not in text.replace(b"\r\n", b"")
        calendar = icalendar.Calendar.from_ical(text)
        self.method = str(calendar["method"])
        found: list[Any] = list(calendar.walk("VEVENT"))
        [self.entry] = found

    def at(self, name: str) -> datetime:
        return datetime.fromisoformat(str(self.entry.decoded(name)))


def _received(mailoutbox: list[Any]) -> Received:
    """Send what is due, and return the file of the only mail."""
    call_command("announce")
    call_command("send_mail")
    [sent] = mailoutbox
    mailoutbox.clear()
    [part] = [each for each in sent.message().walk() if each.get_content_type() == "text/calendar"]
    return Received(part)


def test_a_changed_event_updates_the_entry(
    event: Event, office: Any, mailoutbox: list[Any]
) -> None:
    _sell(office, event)
    first = _received(mailoutbox)
    date = event.date + timedelta(days=7)
    edit_event(event_id=event.pk, editor_id=None, changes={"date": date})
    second = _received(mailoutbox)
    assert first.entry["uid"] == second.entry["uid"]
    assert first.entry["sequence"] < second.entry["sequence"]
    for name in ("dtstamp", "last-modified"):
        assert first.at(name) <= second.at(name)
    edited_at = Event.objects.get(pk=event.pk).edited_at
    assert edited_at is not None
    assert second.at("last-modified") == edited_at.replace(microsecond=0)
    assert second.at("dtstart") == date.replace(microsecond=0)
    assert {first.method, second.method, second.parameter} == {"PUBLISH"}
    assert str(second.entry["organizer"]).startswith("mailto:")


@pytest.mark.parametrize("whole_event", [True, False])
def test_a_cancelled_booking_is_removed_from_the_calendar(
    event: Event, office: Any, mailoutbox: list[Any], *, whole_event: bool
) -> None:
    number = _sell(office, event)
    first = _received(mailoutbox)
    if whole_event:
        cancel_event(event_id=event.pk, actor=make_person())
    else:
        office.post(f"/api/reservations/{number}/cancel/")
    last = _received(mailoutbox)
    assert (last.method, last.parameter, str(last.entry["status"])) == (
        *("CANCEL", "CANCEL"),
        "CANCELLED",
    )
    assert first.entry["uid"] == last.entry["uid"]
    assert first.entry["sequence"] < last.entry["sequence"]


def test_moved_seats_are_a_newer_version(event: Event, office: Any, mailoutbox: list[Any]) -> None:
    number, ids = _sell(office, event), seat_ids(event)
    before = office.get(f"/api/reservations/{number}/").json()["changed_at"]
    office.post(f"/api/reservations/{number}/move/", {"moves": {ids[0]: ids[1]}})
    changed = Reservation.objects.get(public_id=number).seats_changed_at
    after = office.get(f"/api/reservations/{number}/").json()["changed_at"]
    assert changed is not None
    assert before < after


@pytest.mark.parametrize("date", ["9999-12-31T23:59:59", "3000-01-02T00:00:00Z"])
def test_an_event_cannot_be_moved_to_a_time_that_no_calendar_has(
    event: Event, office: Any, date: str
) -> None:
    for field in ("date", "sales_close_at"):
        answer = office.patch(f"/api/events/{event.pk}/settings/", {field: date})
        refusal(answer, 400, "invalid")
    body = {"date": date}
    refusal(office.post(f"/api/events/{event.pk}/duplicate/", body), 400, "invalid")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Kiritimati", "America/St_Johns"])
def test_the_latest_date_is_mailed_with_its_file(
    zone: str, office: Any, mailoutbox: list[Any]
) -> None:
    date = datetime(2999, 12, 31, 23, 59, 59, tzinfo=UTC)
    _sell(office, make_event(seats=1, date=date, time_zone=zone, sales_close_at=timezone.now()))
    assert _received(mailoutbox).at("dtstart") == date
