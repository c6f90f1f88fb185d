"""Whoever has a booking's address is told, with and without an account."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Mail, User
from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats, ReserveSeats
from reservations.models import Event, Reservation
from reservations.organising.cancelling import cancel_event
from reservations.organising.editing import edit_event
from reservations.organising.event_settings import event_settings
from tests.factories import make_event, make_person, make_user, person, seat_ids, signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

EVERYBODY = ["alice@example.org", "office@example.org", "split@example.org"]


@pytest.fixture
def event() -> Event:
    return make_event(seats=20, offline_methods=["invoice"])


@pytest.fixture
def office() -> Any:
    return signed_in(make_user("boss", is_superuser=True))


def _sell(office: Any, event: Event, place: int, address: str) -> Any:
    body = {
        "seat_ids": [seat_ids(event)[place]],
        "payment_method": "cash",
        "buyer_name": "Zoe",
        "buyer_email": address,
    }
    return office.post(f"/api/events/{event.pk}/box-office/sell/", body)


def _split(office: Any, event: Event, place: int, address: str) -> Any:
    ids, number = seat_ids(event), Reservation.objects.earliest("pk").public_id
    body = {"seat_ids": [ids[place]], "buyer_name": "Yan", "buyer_email": address}
    return office.post(f"/api/reservations/{number}/split/", body)


@pytest.fixture
def sold(event: Event, office: Any) -> Event:
    """A booking of an account, one split off for somebody else, and two of the box office."""
    alice: User = make_user("alice", email="alice@example.org")
    ids = seat_ids(event)[:2]
    for command in (LockSeats(person(alice), ids), ReserveSeats(person(alice), ids, "invoice")):
        command_queue.submit(event_id=event.pk, command=command)
    assert _split(office, event, 1, "split@example.org").status_code == 200
    assert _sell(office, event, 2, "office@example.org").status_code == 201
    assert _sell(office, event, 3, "").status_code == 201
    return event


def _told(kind: str) -> list[str]:
    return sorted(Mail.objects.filter(kind=kind).values_list("address", flat=True))


def test_everybody_is_told_of_a_new_date(sold: Event, mailoutbox: list[Any]) -> None:
    changes = {"date": sold.date + timedelta(days=7)}
    edit_event(event_id=sold.pk, editor_id=None, changes=changes)
    call_command("announce")
    assert _told("event") == EVERYBODY
    call_command("send_mail")
    changed = [each for each in mailoutbox if "Changed: Concert" in each.subject]
    assert sorted(each.to[0] for each in changed) == EVERYBODY


def test_everybody_is_reminded(sold: Event) -> None:
    Reservation.objects.update(created_at=timezone.now() - timedelta(days=30))
    Event.objects.update(date=timezone.now() + timedelta(hours=3))
    call_command("announce")
    assert _told("reminder") == EVERYBODY


def test_everybody_is_told_of_a_cancelled_event(sold: Event, mailoutbox: list[Any]) -> None:
    cancel_event(event_id=sold.pk, actor=make_person())
    assert _told("cancelled") == EVERYBODY
    call_command("send_mail")
    cancelled = [each for each in mailoutbox if "Cancelled: Concert" in each.subject]
    assert sorted(each.to[0] for each in cancelled) == EVERYBODY


def test_organisers_see_before_how_many_people_a_cancellation_tells(
    sold: Event, office: Any
) -> None:
    _sell(office, sold, 4, "Office@example.org")
    figures = event_settings(event_id=sold.pk)["figures"]
    assert (figures["bookings"], figures["buyers"], figures["buyers_by_mail"]) == (5, 4, 3)


def test_the_seller_is_told_which_sales_to_one_address_are_not_mailed(
    event: Event, office: Any
) -> None:
    sold = [_sell(office, event, place, "zoe@example.org") for place in range(14)]
    assert [answer.json()["buyer_mailed"] for answer in sold] == [True] * 12 + [False] * 2
    assert Mail.objects.count() == 12
    moved = {"moves": {seat_ids(event)[0]: seat_ids(event)[15]}}
    number = Reservation.objects.earliest("pk").public_id
    answer = office.post(f"/api/reservations/{number}/move/", moved)
    assert answer.json()["buyer_mailed"] is False


@pytest.mark.parametrize(("address", "is_mailed"), [("split@example.org", True), ("", False)])
def test_whoever_splits_a_booking_learns_whether_both_buyers_are_mailed(
    event: Event, office: Any, address: str, *, is_mailed: bool
) -> None:
    ids = list(seat_ids(event)[:2])
    sale = {"seat_ids": ids, "payment_method": "cash", "buyer_name": "Zoe"}
    bought = {**sale, "buyer_email": "zoe@example.org" if is_mailed else ""}
    office.post(f"/api/events/{event.pk}/box-office/sell/", bought)
    assert _split(office, event, 1, address).json()["buyer_mailed"] is is_mailed


def test_somebody_else_gets_a_split_off_booking_as_a_new_one(sold: Event) -> None:
    [mail] = Mail.objects.filter(address="split@example.org")
    assert mail.kind == Mail.Kind.BOOKING
    assert Mail.objects.filter(address="alice@example.org", kind=Mail.Kind.SEATS).count() == 1


def test_beyond_the_limit_an_address_is_told_of_a_cancelled_event_later(
    event: Event, office: Any
) -> None:
    for place in range(12):
        _sell(office, event, place, "zoe@example.org")
    cancel_event(event_id=event.pk, actor=make_person())
    [waiting] = Mail.objects.filter(kind="cancelled")
    assert waiting.due_at > timezone.now() + timedelta(hours=23)


def test_organisers_see_what_mail_failed_and_send_that_of_their_event_again(
    event: Event, office: Any, mailoutbox: list[Any]
) -> None:
    other = make_event(seats=1)
    for each in (event, event, other):
        _sell(office, each, Reservation.objects.filter(event=each).count(), "zoe@example.org")
    now = timezone.now()
    Mail.objects.update(failed_at=now, due_at=now + timedelta(hours=3))
    first = Mail.objects.earliest("pk")
    Mail.objects.filter(pk=first.pk).update(given_up_at=now)
    figures = event_settings(event_id=event.pk)["figures"]
    assert (figures["mails_retrying"], figures["mails_given_up"]) == (1, 1)
    answer = office.post(f"/api/events/{event.pk}/mails/")
    assert (answer.status_code, answer.json()["count"]) == (200, 2)
    call_command("send_mail")
    assert len(mailoutbox) == 2
    assert office.post(f"/api/events/{event.pk}/mails/").json()["count"] == 0
