"""Times and amounts in mail about bookings, in each language."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts import mail_templates, notices
from accounts.mail_formats import day_in
from accounts.mail_message import html_of
from accounts.mail_templates import render
from accounts.models import Mail, User
from reservations.api import mail_views
from reservations.ports.notices import ChangedBooking, EventNotice, NewBooking

_NUMBER = "0123456789ABCDEF"
_EVENING = datetime(2027, 1, 1, 18, 0, tzinfo=UTC)
_ABOUT: dict[str, Any] = {
    "address": "",
    "event_id": 1,
    "public_id": _NUMBER,
    "event_name": "Concert",
    "venue": "Hall",
    "venue_address": "",
    "date": _EVENING,
    "time_zone": "Europe/Berlin",
    "organisation_id": None,
}
_TIMES = {
    "en": "Fri 1 Jan 2027, 19:00 (Berlin, UTC+1)",
    "de": "Fr, 01.01.2027, 19:00 Uhr (Berlin, UTC+1)",
}
_AMOUNTS = {"en": "€1,080.00", "de": "1.080,00\N{NO-BREAK SPACE}€"}
_BOOKING = NewBooking(
    **_ABOUT,
    person_id=0,
    seats=["A1"],
    total=Decimal("1080.00"),
    currency="EUR",
    payment_due_at=None,
)


@pytest.fixture
def buyer(db: None) -> User:
    return User.objects.create(
        username="zoe", email="zoe@example.org", email_verified_at=_EVENING, language="de"
    )


def _text(person: User) -> str:
    return render(Mail.objects.get(), [person])[1]


@pytest.mark.parametrize("language", _TIMES)
def test_all_mail_about_a_booking_has_the_formats_of_its_language(language: str) -> None:
    found = {each.kind: each for each in notices.previews(_BOOKING, language=language)}
    assert set(found) == {*mail_views.PREVIEWED}
    for each in found.values():
        for content in (each.text, each.html):
            assert f"Hall, {_TIMES[language]}" in content
            assert "2027-01-01" not in content
    assert f": Hall, {_TIMES[language]}" in found["event"].text
    for kind in ("booked", "cancelled"):
        assert _AMOUNTS[language] in found[kind].text
        assert _AMOUNTS[language] in found[kind].html


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("Kupferstr. 1,\n10115 Berlin", "Hall, Kupferstr. 1, 10115 Berlin, Fri"),
        # What could be a link is left out, and the venue stays.
        ("www.evil.example", "Hall, Fri"),
    ],
)
def test_mail_names_the_address_of_the_venue(buyer: User, address: str, place: str) -> None:
    buyer.language = "en"
    buyer.save()
    about: dict[str, Any] = {"seats": ["A1"], "total": Decimal(5), "currency": "EUR"}
    told = {**_ABOUT, **about, "venue_address": address}
    notices.booked([NewBooking(**told, person_id=buyer.pk, payment_due_at=None)])
    assert place in _text(buyer)


def test_the_payment_deadline_is_in_the_events_time_zone(buyer: User) -> None:
    due = datetime(2026, 12, 24, 23, 30, tzinfo=UTC)
    about: dict[str, Any] = {"seats": ["A1"], "total": Decimal("5000.00"), "currency": "JPY"}
    notices.booked([NewBooking(**_ABOUT, **about, person_id=buyer.pk, payment_due_at=due)])
    wanted = "Zu bezahlen bis Fr, 25.12.2026, 00:30 Uhr (Berlin, UTC+1): 5.000\N{NO-BREAK SPACE}JPY"
    assert wanted in _text(buyer)


def test_the_former_time_is_in_the_former_time_zone(buyer: User) -> None:
    before = {"date": "2026-05-24T17:30:00+00:00", "time_zone": "Europe/London", "venue": "A, B"}
    notices.event_changed([EventNotice(**_ABOUT, person_id=buyer.pk, before=before)])
    assert "Vorher: A, B, So, 24.05.2026, 18:30 Uhr (London, UTC+1)" in _text(buyer)


@pytest.mark.django_db
def test_mail_to_an_address_has_the_formats_of_each_language() -> None:
    changed = ChangedBooking(
        **{**_ABOUT, "address": "yan@example.org"}, person_id=None, seats=["A1"], currency="EUR"
    )
    assert notices.booking_changed(changed)
    body = render(Mail.objects.get(), [])[1]
    for time in _TIMES.values():
        assert f"Hall, {time}\n" in body


def test_a_day_is_named_in_its_language() -> None:
    assert [day_in(_EVENING.date(), each) for each in _TIMES] == [
        "Fri 1 Jan 2027",
        "Fr, 01.01.2027",
    ]


def test_html_has_no_line_breaks_inside_sentences() -> None:
    """A line that another one follows is a fact of its own, such as a place."""
    for kind, by_language in mail_templates._TEMPLATES.items():
        for _, body in by_language.values():
            html = html_of("Subject", body, language="en")
            lines = re.findall(r">([^<>]*)<br>", html)
            assert [line for line in lines if len(line) > 40] == [], kind
