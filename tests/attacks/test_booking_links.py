"""The link in mail to a box-office buyer, or to somebody for whom a booking was split off.

It shows one booking to whoever has the mail, and lets only the owner of the address take it over.
"""

import re
from email.message import Message
from functools import partial
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from infrastructure.security_log.models import Kind, SecurityEvent
from reservations.audit.verification import Counts, differences
from reservations.models import Event, Reservation
from tests.concurrent_commands import at_once
from tests.contract.calls import refusal
from tests.factories import (
    make_event,
    make_user,
    permitted,
    seat_ids,
    signed_in,
    stranger,
    with_token,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

ADDRESS = "zoe@example.org"


@pytest.fixture
def event() -> Event:
    return make_event(seats=8, offline_methods=["cash"])


@pytest.fixture
def seller() -> APIClient:
    powers = (
        *("reservations.change_reservation", "reservations.view_reservation"),
        "reservations.view_event",
    )
    return signed_in(permitted(make_user("seller", is_staff=True), *powers))


def _sell(seller: APIClient, event: Event, place: int = 0, address: str = ADDRESS) -> str:
    answer = seller.post(
        f"/api/events/{event.pk}/box-office/sell/",
        {
            "seat_ids": [seat_ids(event)[place]],
            "payment_method": "cash",
            "buyer_name": "Zoe Moore",
            "buyer_email": address,
        },
    )
    assert answer.status_code == 201, answer.json()
    return str(answer.json()["reservation"]["id"])


def _links(outbox: list[Any], address: str = ADDRESS) -> dict[str, str]:
    """Send what is due; return the tokens of the links in mail to an address, by booking."""
    call_command("send_mail")
    bodies = "\n".join(each.body for each in outbox if each.to == [address])
    return dict(re.findall(r"/reservations/(\w{16})#token=(\S+)$", bodies, re.M))


def _show(number: str, token: str, client: APIClient | None = None) -> Any:
    return (client or stranger()).post(f"/api/reservations/{number}/link/", {"token": token})


def _take_over(client: APIClient, number: str, token: str) -> Any:
    return client.post(f"/api/reservations/{number}/take-over/", {"token": token})


def _account(name: str = "zoe", address: str = ADDRESS, **fields: Any) -> User:
    return make_user(name, email=address, **{"email_verified_at": timezone.now(), **fields})


def test_the_link_shows_the_booking_signed_in_or_not(
    event: Event, seller: APIClient, mailoutbox: list[Any]
) -> None:
    number = _sell(seller, event)
    token = _links(mailoutbox)[number]
    for client in (stranger(), signed_in(make_user()), with_token(make_user())):
        found = _show(number, token, client)
        assert found.status_code == 200, found.json()
        shown = found.json()
        assert (shown["id"], shown["seats"], shown["buyer_name"]) == (number, ["A1"], "Zoe Moore")
        assert shown["signed_ticket"]
    message: Message = mailoutbox[0].message()
    [calendar] = [each for each in message.walk() if each.get_filename() == "event.ics"]
    text = str(calendar.get_payload(decode=True)).replace("\\r\\n ", "")
    assert f"/reservations/{number}#token=" in text


def test_the_link_shows_the_booking_after_it_was_cancelled(
    event: Event, seller: APIClient, mailoutbox: list[Any]
) -> None:
    number = _sell(seller, event)
    token = _links(mailoutbox)[number]
    assert seller.post(f"/api/reservations/{number}/cancel/").status_code == 200
    assert _show(number, token).json()["status"] == "cancelled"
    # The link cancels nothing by itself.
    refusal(
        stranger().post(f"/api/reservations/{number}/cancel/", {"token": token}),
        401,
        "not_authenticated",
    )


def test_a_link_leads_to_one_booking(
    event: Event, seller: APIClient, mailoutbox: list[Any]
) -> None:
    first, second = _sell(seller, event, 0), _sell(seller, event, 1)
    links = _links(mailoutbox)
    owner = signed_in(_account())
    for number, token in (
        (first, links[second]),
        (first, links[first][:-1] + "x"),
        ("Z" * 16, links[first]),
    ):
        refusal(_show(number, token), 404, "reservation_not_found")
        refusal(_take_over(owner, number, token), 404, "reservation_not_found")
    assert not Reservation.objects.exclude(user=None).exists()


def test_the_owner_of_the_address_takes_the_booking_over(
    event: Event, seller: APIClient, mailoutbox: list[Any]
) -> None:
    number = _sell(seller, event)
    token = _links(mailoutbox)[number]
    owner = _account()
    client = signed_in(owner)
    for _ in range(2):
        assert _take_over(client, number, token).json()["id"] == number
    assert [each["id"] for each in client.get("/api/reservations/").json()] == [number]
    # From now on the account says who sees it.
    refusal(_show(number, token), 404, "reservation_not_found")
    assert client.post(f"/api/reservations/{number}/cancel/").status_code == 200
    told = SecurityEvent.objects.get(kind=Kind.RESERVATION_TAKEN_OVER)
    assert (told.actor_id, told.details) == (owner.pk, {"reservation": number})
    assert list(differences(event_id=event.pk, counts=Counts())) == []


@pytest.mark.parametrize(
    "account",
    [
        {"address": "mallory@example.org"},
        {"email_verified_at": None},
        {"guest_since": timezone.now()},
        # Databases and Python fold the Kelvin sign to k; mail servers do not.
        {"address": "z\u00f6e@example.org"},
    ],
    ids=["another address", "only claimed", "a guest", "like the address"],
)
def test_nobody_else_takes_the_booking_over(
    account: dict[str, Any], event: Event, seller: APIClient, mailoutbox: list[Any]
) -> None:
    number = _sell(seller, event)
    token = _links(mailoutbox)[number]
    mallory = signed_in(_account("mallory", **account))
    refusal(_take_over(mallory, number, token), 409, "other_address")
    refusal(_take_over(stranger(), number, token), 401, "not_authenticated")
    assert Reservation.objects.get().user is None
    assert _show(number, token).status_code == 200


def test_the_kelvin_sign_is_not_k(event: Event, seller: APIClient, mailoutbox: list[Any]) -> None:
    number = _sell(seller, event, address="kim@example.org")
    token = _links(mailoutbox, "kim@example.org")[number]
    mallory = signed_in(_account("mallory", "\u212aim@example.org"))
    refusal(_take_over(mallory, number, token), 409, "other_address")


def test_a_link_to_an_earlier_address_is_invalid(
    event: Event, seller: APIClient, mailoutbox: list[Any]
) -> None:
    number = _sell(seller, event, address="wrong@example.org")
    token = _links(mailoutbox, "wrong@example.org")[number]
    Reservation.objects.update(buyer_email=ADDRESS)
    refusal(_show(number, token), 404, "reservation_not_found")
    mallory = signed_in(_account("mallory", "wrong@example.org"))
    refusal(_take_over(mallory, number, token), 404, "reservation_not_found")


def test_whoever_gets_a_split_off_booking_sees_and_takes_over_that_one(
    event: Event, seller: APIClient, mailoutbox: list[Any]
) -> None:
    alice = make_user("alice", email="alice@example.org", email_verified_at=timezone.now())
    browser, seats = signed_in(alice), list(seat_ids(event)[:2])
    browser.post(f"/api/events/{event.pk}/lock/", {"seat_ids": seats})
    order = {"seat_ids": seats, "payment_method": "cash"}
    booked = browser.post(f"/api/events/{event.pk}/reserve/", order).json()["reservation"]["id"]
    new = seller.post(
        f"/api/reservations/{booked}/split/",
        {"seat_ids": seats[:1], "buyer_name": "Zoe Moore", "buyer_email": ADDRESS},
    ).json()["new_reservation"]["id"]
    links = _links(mailoutbox)
    assert set(links) == {new}
    assert _show(new, links[new]).json()["seats"] == ["A1"]
    refusal(_show(booked, links[new]), 404, "reservation_not_found")
    owner = signed_in(_account())
    assert _take_over(owner, new, links[new]).status_code == 200
    refusal(browser.get(f"/api/reservations/{new}/"), 404, "reservation_not_found")
    assert list(differences(event_id=event.pk, counts=Counts())) == []


def test_the_booking_of_an_account_is_not_taken_over(
    event: Event, seller: APIClient, mailoutbox: list[Any]
) -> None:
    number = _sell(seller, event)
    token = _links(mailoutbox)[number]
    Reservation.objects.update(user=make_user("alice"))
    assert _show(number, token).status_code == 200
    refusal(_take_over(signed_in(_account()), number, token), 409, "other_address")


@pytest.mark.postgres
def test_taken_over_while_the_address_changes_or_twice_at_once(
    event: Event, seller: APIClient, mailoutbox: list[Any]
) -> None:
    """Either the account has it, or the address is another one: never both."""
    owner = _account()
    client, corrected = signed_in(owner), "corrected@example.org"
    for place in range(4):
        number = _sell(seller, event, place)
        token = _links(mailoutbox)[number]
        stored = Reservation.objects.filter(public_id=number)
        at_once(
            [
                *[partial(_take_over, client, number, token)] * 4,
                partial(stored.filter(user=None).update, buyer_email=corrected),
            ]
        )
        found = stored.get()
        has_it = found.user_id == owner.pk
        assert found.buyer_email == ("" if has_it else corrected)
        taken = SecurityEvent.objects.filter(
            kind=Kind.RESERVATION_TAKEN_OVER, details={"reservation": number}
        )
        assert taken.count() == has_it
