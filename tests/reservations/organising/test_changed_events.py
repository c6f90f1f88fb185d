"""What buyers are told when an event is changed several times, and in which time zone."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts import mail_formats
from accounts.models import Mail
from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats, ReserveSeats
from reservations.models import Announcement, Event
from reservations.organising import announcing
from reservations.organising.editing import edit_event
from tests.factories import make_event, make_user, person, seat_ids

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

SEVEN, SIX, FIVE = (datetime(2030, 5, 24, hour, tzinfo=UTC) for hour in (17, 16, 15))


@pytest.fixture
def event() -> Event:
    return make_event(
        seats=6, offline_methods=["invoice"], date=SEVEN, time_zone="Europe/Berlin", venue="Hall"
    )


def _book(event: Event, place: int) -> None:
    user = make_user(
        f"buyer{place}",
        email=f"buyer{place}@example.org",
        email_verified_at=timezone.now(),
        language="en",
    )
    ids = (seat_ids(event)[place],)
    for command in (LockSeats(person(user), ids), ReserveSeats(person(user), ids, "invoice")):
        command_queue.submit(event_id=event.pk, command=command)


def _edit(event: Event, **changes: Any) -> None:
    edit_event(event_id=event.pk, editor_id=None, changes=changes)


def _told(mailoutbox: list[Any]) -> list[Any]:
    """Announce and send what is due; return the mail about changes since the last time."""
    call_command("announce")
    call_command("send_mail")
    found = [each for each in mailoutbox if each.subject == "Changed: Concert"]
    mailoutbox.clear()
    return found


def test_a_change_that_is_taken_back_at_once_is_not_told(
    event: Event, mailoutbox: list[Any]
) -> None:
    _book(event, 0)
    for date in (SIX, SEVEN):
        _edit(event, date=date)
    assert not Announcement.objects.exists()
    assert _told(mailoutbox) == []


def test_changes_one_after_the_other_are_told_as_one(event: Event, mailoutbox: list[Any]) -> None:
    _book(event, 0)
    _edit(event, date=SIX)
    _edit(event, venue="Opera")
    _edit(event, date=FIVE)
    [told] = _told(mailoutbox)
    assert "Opera, Fri 24 May 2030, 17:00 (Berlin, UTC+2)" in told.body
    assert "It was: Hall, Fri 24 May 2030, 19:00 (Berlin, UTC+2)" in told.body


def test_a_change_that_is_taken_back_after_it_was_told_is_told_as_a_change_of_that(
    event: Event, mailoutbox: list[Any]
) -> None:
    _book(event, 0)
    _edit(event, date=SIX)
    assert len(_told(mailoutbox)) == 1
    _edit(event, date=SEVEN)
    [told] = _told(mailoutbox)
    assert "Hall, Fri 24 May 2030, 19:00" in told.body
    assert "It was: Hall, Fri 24 May 2030, 18:00" in told.body
    assert _told(mailoutbox) == []


def test_an_announcement_that_is_overtaken_by_another_change_tells_nobody_twice(
    event: Event, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "BATCH_BOOKINGS", 1)
    for place in range(3):
        _book(event, place)
    _edit(event, date=SIX)
    announcing._announce_some(Announcement.objects.get().pk)
    call_command("send_mail")
    mailoutbox.clear()
    _edit(event, date=FIVE)
    told = {each.to[0]: each.body for each in _told(mailoutbox)}
    assert len(told) == 3
    assert "It was: Hall, Fri 24 May 2030, 18:00" in told.pop("buyer0@example.org")
    assert all("It was: Hall, Fri 24 May 2030, 19:00" in body for body in told.values())
    assert Mail.objects.filter(kind="event").count() == 4


def test_whoever_books_between_two_changes_is_told_of_the_second_one(
    event: Event, mailoutbox: list[Any]
) -> None:
    _book(event, 0)
    _edit(event, date=SIX)
    _book(event, 1)
    _edit(event, date=SEVEN)
    told = {each.to[0]: each.body for each in _told(mailoutbox)}
    assert "It was: Hall, Fri 24 May 2030, 18:00" in told["buyer1@example.org"]


def test_a_change_that_was_given_up_is_not_taken_for_known(
    event: Event, mailoutbox: list[Any]
) -> None:
    _book(event, 0)
    _edit(event, date=SIX)
    call_command("announce")
    Mail.objects.filter(kind="event").update(given_up_at=timezone.now())
    _edit(event, date=FIVE)
    [told] = _told(mailoutbox)
    assert "It was: Hall, Fri 24 May 2030, 19:00" in told.body


def test_a_move_to_another_zone_at_the_same_moment_says_so(
    event: Event, mailoutbox: list[Any]
) -> None:
    _book(event, 0)
    _edit(event, venue="Albert Hall", time_zone="Europe/London", date=SEVEN)
    [told] = _told(mailoutbox)
    assert "Albert Hall, Fri 24 May 2030, 18:00 (London, UTC+1)" in told.body
    assert "It was: Hall, Fri 24 May 2030, 19:00 (Berlin, UTC+2)" in told.body
    assert "It begins at the same moment as before" in told.body


def test_a_move_to_another_moment_does_not_say_that_it_is_the_same(
    event: Event, mailoutbox: list[Any]
) -> None:
    _book(event, 0)
    _edit(event, time_zone="Europe/London", date=SIX)
    [told] = _told(mailoutbox)
    assert "same moment" not in told.body


@pytest.mark.parametrize(
    ("stored", "zone"),
    [
        ("2030-05-24 19:00+0200 Europe/Berlin", "(Berlin, UTC+2)"),
        ("2030-01-24 19:00+0000 Europe/London", "(London, UTC)"),
        ("2030-01-24 19:00-0330 America/St_Johns", "(St Johns, UTC-3:30)"),
        ("2030-01-24 19:00-0300 America/Argentina/Buenos_Aires", "(Buenos Aires, UTC-3)"),
        ("2030-01-24 19:00+0000 UTC", "(UTC)"),
    ],
)
def test_a_time_names_its_zone(stored: str, zone: str) -> None:
    assert mail_formats.time_in(stored, "de").endswith(f", 19:00 Uhr {zone}")
