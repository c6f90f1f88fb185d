"""Many guests and accounts of one person, who together want more seats than one person may have."""

from collections import Counter
from functools import partial
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from reservations.domain.states import SeatStatus
from reservations.models import Event, Seat
from tests.concurrent_commands import at_once
from tests.contract.calls import refusal
from tests.factories import make_event, make_user, seat_ids, signed_in, stranger

pytestmark = pytest.mark.django_db(transaction=True)

CAP = 4
SEATS = 40
NETWORK = "81.2.69.142"
SAME_MAILBOX = (
    "mallory.one@gmail.com",
    "Mallory.One@Gmail.com",
    "malloryone@gmail.com",
    "m.a.l.l.o.r.y.one@googlemail.com",
    "malloryone+1@gmail.com",
    "mallory.one+another@googlemail.com",
)


@pytest.fixture
def event(settings: Settings) -> Event:
    settings.SEATCAST_PURCHASE_CAP = settings.SEATCAST_SEAT_CAP = CAP
    return make_event(seats=SEATS)


def _guest(address: str, *, client_ip: str = "127.0.0.1") -> APIClient:
    client = stranger()
    client.defaults["REMOTE_ADDR"] = client_ip
    body = {"name": "Mallory", "email": address}
    assert client.post("/api/guest/", body).status_code == 201
    return client


def _lock(client: Any, event: Event, ids: tuple[int, ...]) -> Any:
    return client.post(f"/api/events/{event.pk}/lock/", {"seat_ids": ids})


def _reserve(client: Any, event: Event, ids: tuple[int, ...]) -> Any:
    body = {"seat_ids": ids, "payment_method": "cash"}
    return client.post(f"/api/events/{event.pk}/reserve/", body)


def _count(event: Event, status: SeatStatus) -> int:
    return Seat.objects.filter(event=event, status=status).count()


def _each(event: Event, clients: list[APIClient], size: int) -> list[Any]:
    """Return for each client a call that locks `size` seats of its own."""
    ids = seat_ids(event)
    return [
        partial(_lock, client, event, ids[n * size : (n + 1) * size])
        for n, client in enumerate(clients)
    ]


def test_guests_of_one_mailbox_hold_as_many_seats_as_one_person(event: Event) -> None:
    guests = [_guest(address) for address in SAME_MAILBOX]
    answers: list[Any] = at_once(_each(event, guests, CAP))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: len(guests) - 1}
    assert {answer.json().get("code") for answer in answers} == {None, "seat_limit"}
    assert _count(event, SeatStatus.LOCKED) == CAP


def test_guests_of_one_mailbox_buy_as_many_seats_as_one_person(event: Event) -> None:
    ids = seat_ids(event)
    first, *others = (_guest(address) for address in SAME_MAILBOX)
    assert _lock(first, event, ids[:CAP]).status_code == 200
    assert _reserve(first, event, ids[:CAP]).status_code == 201
    for other in others:
        found = refusal(_lock(other, event, ids[CAP : CAP + 1]), 409, "purchase_limit")
        assert found["purchase_cap"] == CAP
        best = other.post(f"/api/events/{event.pk}/best/", {"count": 1})
        refusal(best, 409, "purchase_limit")
    assert _count(event, SeatStatus.RESERVED) == CAP


def test_an_account_with_tags_in_its_address_counts_with_its_guests(event: Event) -> None:
    ids = seat_ids(event)
    account = make_user(email="mallory+tickets@example.org", email_verified_at=timezone.now())
    assert _lock(signed_in(account), event, ids[:CAP]).status_code == 200
    refusal(_lock(_guest("mallory@example.org"), event, ids[CAP : CAP + 1]), 409, "seat_limit")
    assert _lock(_guest("mal.lory@example.org"), event, ids[CAP : CAP + 1]).status_code == 200


def test_released_seats_no_longer_count(event: Event) -> None:
    ids = seat_ids(event)
    one, other = (_guest(address) for address in SAME_MAILBOX[:2])
    assert _lock(one, event, ids[:CAP]).status_code == 200
    refusal(_lock(other, event, ids[CAP : CAP + 2]), 409, "seat_limit")
    body = {"seat_ids": ids[:2]}
    assert one.post(f"/api/events/{event.pk}/unlock/", body).status_code == 200
    assert _lock(other, event, ids[CAP : CAP + 2]).status_code == 200


def test_whoever_claims_an_address_does_not_hinder_its_owner(event: Event) -> None:
    ids = seat_ids(event)
    assert _lock(_guest("victim@example.org"), event, ids[:CAP]).status_code == 200
    victim = make_user(email="victim@example.org", email_verified_at=timezone.now())
    assert _lock(signed_in(victim), event, ids[CAP : 2 * CAP]).status_code == 200


def test_taking_over_the_bookings_of_guests_keeps_the_cap(event: Event) -> None:
    ids = seat_ids(event)
    guest = _guest("mallory@example.org")
    assert _lock(guest, event, ids[:CAP]).status_code == 200
    assert _reserve(guest, event, ids[:CAP]).status_code == 201
    account = make_user(email="mallory@example.org", email_verified_at=timezone.now())
    client = signed_in(account)
    for _ in range(2):
        refusal(_lock(client, event, ids[CAP : CAP + 1]), 409, "purchase_limit")
        assert client.post("/api/guest/merge/").status_code == 200


def test_erasing_oneself_does_not_free_the_cap(event: Event) -> None:
    ids = seat_ids(event)
    guest = _guest("mallory@example.org")
    assert _lock(guest, event, ids[:CAP]).status_code == 200
    assert _reserve(guest, event, ids[:CAP]).status_code == 201
    User.objects.filter(guest_since__isnull=False).update(email="", is_active=False)
    again = _guest("mallory@example.org")
    refusal(_lock(again, event, ids[CAP : CAP + 1]), 409, "purchase_limit")


@pytest.mark.parametrize("network", ["81.2.69.142", "2001:470:1f00:{}::1"])
def test_people_in_one_network_hold_no_more_seats_than_it_may(
    network: str, event: Event, settings: Settings
) -> None:
    settings.SEATCAST_NETWORK_SEAT_CAP = 3 * CAP
    guests = [_guest(f"m{n}@example.org", client_ip=network.format(n)) for n in range(8)]
    answers: list[Any] = at_once(_each(event, guests, CAP))
    assert Counter(answer.status_code for answer in answers) == {200: 3, 409: 5}
    assert {answer.json().get("code") for answer in answers} == {None, "network_limit"}
    assert _count(event, SeatStatus.LOCKED) == 3 * CAP
    elsewhere = _guest("alice@example.org", client_ip="81.2.70.1")
    assert _lock(elsewhere, event, seat_ids(event)[-CAP:]).status_code == 200


def test_people_in_one_network_buy_no_more_seats_than_it_may(
    event: Event, settings: Settings
) -> None:
    settings.SEATCAST_NETWORK_PURCHASE_CAP = 2 * CAP
    ids = seat_ids(event)
    for n in range(2):
        guest, own = _guest(f"m{n}@example.org", client_ip=NETWORK), ids[n * CAP : (n + 1) * CAP]
        assert _lock(guest, event, own).status_code == 200
        assert _reserve(guest, event, own).status_code == 201
    other = _guest("m2@example.org", client_ip=NETWORK)
    found = refusal(_lock(other, event, ids[-1:]), 409, "network_limit")
    assert [row["reason"] for row in found["conflicts"]] == ["limit"]


def test_addresses_that_are_not_public_are_not_limited_as_a_network(
    event: Event, settings: Settings
) -> None:
    settings.SEATCAST_NETWORK_SEAT_CAP = 1
    for n, address in enumerate(("127.0.0.1", "10.1.2.3", "192.168.0.7", "fd00::1")):
        guest = _guest(f"m{n}@example.org", client_ip=address)
        assert _lock(guest, event, seat_ids(event)[n : n + 1]).status_code == 200
        assert _lock(guest, event, seat_ids(event)[10 + n : 11 + n]).status_code == 200
