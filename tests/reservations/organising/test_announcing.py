"""Tell buyers that an event was changed, or begins soon: each once, whatever is killed."""

from datetime import timedelta
from email import message_from_bytes
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Mail
from reservations.bookings import command_queue
from reservations.domain.commands import CancelReservation, LockSeats, ReserveSeats
from reservations.formats.localised import localised_time
from reservations.models import Announcement, Event, Reservation
from reservations.organising import announcing
from reservations.organising.editing import edit_event
from reservations.ports.notices import notices
from tests.factories import make_event, make_user, pay_for, permitted, person, seat_ids, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def event() -> Event:
    return make_event(seats=6, offline_methods=["invoice"], time_zone="Europe/Berlin")


def _booked(event: Event, place: int, *, language: str = "en", is_paid: bool = True) -> str:
    user = make_user(
        f"buyer{place}",
        email=f"buyer{place}@example.org",
        email_verified_at=timezone.now(),
        language=language,
    )
    ids = (seat_ids(event)[place],)
    command_queue.submit(event_id=event.pk, command=LockSeats(person(user), ids))
    command = ReserveSeats(person(user), ids, "invoice")
    answer = command_queue.submit(event_id=event.pk, command=command)
    public_id = str(answer["reservation"]["id"])
    if is_paid:
        pay_for(public_id)
    return public_id


def _told(kind: str) -> list[str]:
    return sorted(Mail.objects.filter(kind=kind).values_list("address", flat=True))


def _edit(event: Event, **changes: Any) -> None:
    edit_event(event_id=event.pk, editor_id=None, changes=changes)


def test_buyers_are_told_of_another_date_and_place_once(
    event: Event, mailoutbox: list[Any]
) -> None:
    for place in range(2):
        _booked(event, place)
    cancelled = Reservation.objects.get(public_id=_booked(event, 2))
    assert cancelled.user is not None
    command = CancelReservation(person(cancelled.user), cancelled.pk)
    command_queue.submit(event_id=event.pk, command=command)
    before = localised_time(event.date.astimezone(ZoneInfo("Europe/Berlin")), language="en")
    _edit(event, venue="Opera", date=event.date + timedelta(days=7))
    for _ in range(2):
        call_command("announce")
    assert _told("event") == ["buyer0@example.org", "buyer1@example.org"]
    call_command("send_mail")
    [text, *_] = [each.body for each in mailoutbox if each.subject == "Changed: Concert"]
    assert "Opera" in text
    assert f"It was: Hall, {before}" in text


def test_other_edits_and_events_without_bookings_are_not_told(event: Event) -> None:
    _edit(event, venue="Opera")
    _booked(event, 0)
    _edit(event, description="In three acts")
    call_command("announce")
    assert _told("event") == []


def test_buyers_are_reminded_once_unless_they_booked_just_now(
    event: Event, settings: Settings
) -> None:
    _booked(event, 0)
    Reservation.objects.update(created_at=timezone.now() - timedelta(days=30))
    Event.objects.update(date=timezone.now() + timedelta(hours=30))
    _booked(event, 1)
    call_command("announce")
    assert _told("reminder") == []
    settings.SEATCAST_REMINDER_HOURS = 36
    for _ in range(2):
        call_command("announce")
    assert _told("reminder") == ["buyer0@example.org"]


def test_without_reminder_hours_nobody_is_reminded(event: Event, settings: Settings) -> None:
    settings.SEATCAST_REMINDER_HOURS = 0
    _booked(event, 0)
    Reservation.objects.update(created_at=timezone.now() - timedelta(days=30))
    Event.objects.update(date=timezone.now() + timedelta(hours=1))
    call_command("announce")
    assert _told("reminder") == []


def test_an_announcement_that_is_killed_goes_on_where_it_was(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "BATCH_BOOKINGS", 2)
    for place in range(5):
        _booked(event, place)
    _edit(event, venue="Opera")
    number = Announcement.objects.get().pk
    assert announcing._announce_some(number) == 2

    def killed(_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(notices(), "event_changed", killed)
        with pytest.raises(KeyboardInterrupt):
            announcing.announce_all()
    assert announcing.announce_all() == 3
    assert _told("event") == [f"buyer{place}@example.org" for place in range(5)]


def test_a_cancelled_event_is_not_announced(event: Event) -> None:
    _booked(event, 0)
    _edit(event, venue="Opera")
    Event.objects.update(cancelled_at=timezone.now())
    call_command("announce")
    assert _told("event") == []


def test_a_mail_has_text_html_the_ticket_and_a_calendar_file(
    event: Event, mailoutbox: list[Any]
) -> None:
    Event.objects.update(
        name="Müller & <Söhne>",
        address="Ring 2, 1010 Vienna",
        ends_at=event.date + timedelta(hours=4),
    )
    public_id = _booked(event, 0, language="de")
    call_command("send_mail")
    [sent] = [each for each in mailoutbox if each.subject.startswith("Gebucht")]
    parts: dict[str, Any] = {
        part.get_content_type(): part
        for part in message_from_bytes(sent.message().as_bytes()).walk()
    }
    html = parts["text/html"].get_payload(decode=True).decode()
    assert "Müller &amp; &lt;Söhne&gt;" in html
    assert 'src="cid:ticket"' in html
    assert f'/reservations/{public_id}"' in html
    assert parts["image/png"]["Content-ID"] == "<ticket>"
    calendar = icalendar.Calendar.from_ical(parts["text/calendar"].get_payload(decode=True))
    [entry] = calendar.walk("VEVENT")
    assert entry.decoded("dtstart") == event.date.replace(microsecond=0)
    assert str(entry.decoded("dtstart").tzinfo) == "Europe/Berlin"
    assert str(entry["summary"]) == "Müller & <Söhne>"
    assert entry.decoded("dtend") == entry.decoded("dtstart") + timedelta(hours=4)
    assert str(entry["location"]) == "Hall, Ring 2, 1010 Vienna"


def test_an_unpaid_booking_gets_no_qr_code(event: Event, mailoutbox: list[Any]) -> None:
    _booked(event, 0, is_paid=False)
    call_command("send_mail")
    [sent] = mailoutbox
    types = [part.get_content_type() for part in sent.message().walk()]
    assert "image/png" not in types
    assert "text/calendar" in types


@pytest.mark.any_database
def test_organisers_see_the_mail_that_buyers_get(event: Event) -> None:
    organiser = signed_in(permitted(make_user("olga"), "reservations.change_event"))
    found = organiser.get(f"/api/events/{event.pk}/mails/?language=de").json()
    assert {each["kind"]: each["subject"] for each in found} == {
        "booked": "Gebucht: Concert",
        "paid": "Bezahlt: Concert",
        "reminder": "Bald: Concert",
        "event": "Geändert: Concert",
        "cancelled": "Abgesagt: Concert",
        "ended": "Buchung storniert: Concert",
        "lapsed": "Nicht rechtzeitig bezahlt: Concert",
        "withdrawn": "Zahlung fehlgeschlagen: Concert",
    }
    assert all("A1, A2" in each["text"] for each in found if each["kind"] == "booked")
    assert not Mail.objects.exists()
