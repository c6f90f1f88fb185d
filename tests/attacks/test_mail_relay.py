"""An organiser has the site mail strangers, or one address again and again."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Mail, User
from organisations import services
from organisations.models import Organisation
from organisations.roles import Role
from reservations.models import Event
from reservations.organising.announcing import announce_all
from reservations.organising.editing import edit_event
from tests.contract.calls import refusal
from tests.factories import make_event, make_user, seat_ids, signed_in, stranger

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

LIMIT = 5
LURE = "Your account is locked: verify at https://evil.example"


@pytest.fixture
def mallory(settings: Settings) -> User:
    settings.SEATCAST_ORGANISATIONS = "anyone"
    settings.SEATCAST_MAIL_PER_NEW_ORGANISATION = LIMIT
    return make_user("mallory")


@pytest.fixture
def event(mallory: User) -> Event:
    made: Any = signed_in(mallory).post("/api/organisations/", {"name": "Support"})
    assert made.status_code == 201
    organisation = Organisation.objects.get(pk=made.json()["id"])
    return make_event(
        seats=40, name=LURE, organisation=organisation, offline_methods=["cash"], price="0"
    )


def _give_away(seller: User, event: Event, place: int, address: str) -> Any:
    body = {
        "seat_ids": [seat_ids(event)[place]],
        "payment_method": "comp",
        "buyer_name": "You",
        "buyer_email": address,
    }
    return signed_in(seller).post(f"/api/events/{event.pk}/box-office/sell/", body)


def _guest_books(event: Event, place: int, address: str) -> None:
    client = stranger()
    assert client.post("/api/guest/", {"name": "You", "email": address}).status_code == 201
    seats = {"seat_ids": [seat_ids(event)[place]]}
    assert client.post(f"/api/events/{event.pk}/lock/", seats).status_code == 200
    order = {**seats, "payment_method": "cash"}
    assert client.post(f"/api/events/{event.pk}/reserve/", order).status_code == 201


def test_a_new_organisation_mails_few_strangers_and_the_seller_is_told(
    mallory: User, event: Event, mailoutbox: list[Any]
) -> None:
    sold = [_give_away(mallory, event, n, f"stranger{n}@example.org") for n in range(12)]
    assert {answer.status_code for answer in sold} == {201}
    assert [answer.json()["buyer_mailed"] for answer in sold] == [True] * LIMIT + [False] * 7
    call_command("send_mail")
    assert len(mailoutbox) == LIMIT
    assert not any("evil" in f"{each.subject} {each.body}" for each in mailoutbox)


def test_guests_with_strangers_addresses_are_counted_too(
    mallory: User, event: Event, mailoutbox: list[Any]
) -> None:
    for number in range(12):
        _guest_books(event, number, f"stranger{number}@example.org")
    call_command("send_mail")
    assert len(mailoutbox) == LIMIT


def test_who_has_verified_an_address_gets_mail_beyond_the_limit(
    mallory: User, event: Event, mailoutbox: list[Any]
) -> None:
    for number in range(LIMIT):
        _give_away(mallory, event, number, f"stranger{number}@example.org")
    make_user("zoe", email="zoe@example.org", email_verified_at=timezone.now())
    answer = _give_away(mallory, event, LIMIT, "Zoe@example.org")
    assert answer.json()["buyer_mailed"] is True


@pytest.mark.parametrize("by", ["command", "admin"])
def test_an_operator_releases_an_organisation(by: str, mallory: User, event: Event) -> None:
    organisation = Organisation.objects.get()
    if by == "command":
        call_command("release_organisation", organisation.pk)
    else:
        client = signed_in(make_user("boss", is_superuser=True, is_staff=True))
        path = f"/admin/organisations/organisation/{organisation.pk}/change/"
        assert client.post(path, {"mails_per_day": ""}, format="multipart").status_code == 302
    sold = [_give_away(mallory, event, n, f"stranger{n}@example.org") for n in range(LIMIT + 3)]
    assert all(answer.json()["buyer_mailed"] for answer in sold)


def test_organisations_of_operators_are_not_limited(mallory: User) -> None:
    boss = make_user("boss", is_superuser=True)
    assert services.create(name="Opera", owner=boss).mails_per_day is None


def test_a_person_owns_few_organisations_that_nobody_has_released(mallory: User) -> None:
    client: Any = signed_in(mallory)
    made = [client.post("/api/organisations/", {"name": f"Support {n}"}) for n in range(4)]
    assert [answer.status_code for answer in made] == [201] * 3 + [409]
    refusal(made[-1], 409, "too_many_organisations")
    services.release(organisation_id=made[0].json()["id"])
    assert client.post("/api/organisations/", {"name": "Support"}).status_code == 201
    assert Organisation.objects.filter(memberships__role=Role.OWNER).count() == 4


def _postpone(event: Event, number: int) -> None:
    date = event.date + timedelta(days=number)
    edit_event(event_id=event.pk, editor_id=None, changes={"date": date})
    announce_all()


def test_25_changes_send_one_address_few_mails_and_the_last_one_is_among_them(
    mallory: User, event: Event, mailoutbox: list[Any], settings: Settings
) -> None:
    settings.SEATCAST_MAIL_PER_ADDRESS = 12
    Organisation.objects.update(mails_per_day=None)
    _guest_books(event, 0, "victim@example.org")
    for number in range(1, 26):
        _postpone(event, number)
        call_command("send_mail")
    assert len(mailoutbox) == 12
    [waiting] = Mail.objects.filter(done_at=None)
    last = event.date + timedelta(days=25)
    assert f"{last:%Y-%m-%d}" in waiting.details["date"]
    Mail.objects.filter(pk=waiting.pk).update(due_at=timezone.now())
    call_command("send_mail")
    assert len(mailoutbox) == 13


def test_changes_that_wait_to_be_sent_become_one_mail(
    mallory: User, event: Event, mailoutbox: list[Any]
) -> None:
    _guest_books(event, 0, "zoe@example.org")
    call_command("send_mail")
    mailoutbox.clear()
    for number in (1, 2, 3):
        _postpone(event, number)
    call_command("send_mail")
    [told] = mailoutbox
    assert f"{event.date + timedelta(days=3):%d %b}" in told.body
    assert f"{event.date:%d %b}" in told.body


def test_a_change_that_was_taken_back_before_it_was_sent_sends_nothing(
    mallory: User, event: Event, mailoutbox: list[Any]
) -> None:
    _guest_books(event, 0, "zoe@example.org")
    call_command("send_mail")
    mailoutbox.clear()
    for number in (1, 0):
        _postpone(event, number)
    call_command("send_mail")
    assert mailoutbox == []
