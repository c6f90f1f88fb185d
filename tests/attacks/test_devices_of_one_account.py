"""Several devices and tabs of one account hold the same seats, within one cap."""

from collections import Counter
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import revocations
from accounts.models import User
from reservations.domain.states import SeatStatus
from reservations.models import Event, Seat
from tests.concurrent_commands import at_once
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_event, make_user, seat_ids, signed_in, stranger

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

DEVICES, CAP = 4, 6


@pytest.fixture
def alice() -> User:
    return make_user("alice", password=PASSWORD)


@pytest.fixture
def event() -> Event:
    return make_event(seats=40, seat_cap=CAP, purchase_cap=CAP)


@pytest.fixture
def devices(alice: User) -> list[APIClient]:
    """Browsers with a session each, and clients with tokens each."""
    return [
        *(signed_in(alice) for _ in range(DEVICES // 2)),
        *(_with_pair() for _ in range(DEVICES // 2)),
    ]


def _with_pair() -> APIClient:
    client = stranger()
    pair: Any = client.post("/api/token/", {"username": "alice", "password": PASSWORD})
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.json()['access']}")
    return client


def _post(client: APIClient, event: Event, call: str, **body: Any) -> Any:
    return client.post(f"/api/events/{event.pk}/{call}/", body)


def _status(client: APIClient, event: Event, call: str, **body: Any) -> int:
    return int(_post(client, event, call, **body).status_code)


def _held(client: Any, event: Event) -> set[int]:
    return {each["id"] for each in client.get(f"/api/events/{event.pk}/locks/").json()}


def test_each_device_sees_and_releases_what_another_holds(
    devices: list[APIClient], event: Event
) -> None:
    ids = seat_ids(event)[:DEVICES]
    for device, seat_id in zip(devices, ids, strict=True):
        assert _post(device, event, "lock", seat_ids=[seat_id]).status_code == 200
    assert all(_held(device, event) == set(ids) for device in devices)
    # Locking a seat that another device holds does not move its deadline.
    before = Seat.objects.get(pk=ids[0]).locked_until
    assert _post(devices[-1], event, "lock", seat_ids=[ids[0]]).status_code == 200
    assert Seat.objects.get(pk=ids[0]).locked_until == before
    assert _post(devices[1], event, "unlock", seat_ids=[ids[0]]).status_code == 200
    assert all(_held(device, event) == set(ids[1:]) for device in devices)


def test_devices_hold_no_more_together_than_one(devices: list[APIClient], event: Event) -> None:
    chosen = [seat_ids(event)[start::DEVICES][:3] for start in range(DEVICES)]
    at_once(
        [
            partial(_post, device, event, "lock", seat_ids=list(ids))
            for device, ids in zip(devices, chosen, strict=True)
        ]
    )
    assert Seat.objects.filter(event=event, status=SeatStatus.LOCKED).count() == CAP


def test_devices_buy_no_more_together_than_one(devices: list[APIClient], event: Event) -> None:
    ids = seat_ids(event)[:CAP]
    assert _post(devices[0], event, "lock", seat_ids=list(ids)).status_code == 200
    order = {"seat_ids": list(ids), "payment_method": "card"}
    tries = at_once([partial(_status, device, event, "reserve", **order) for device in devices])
    assert Counter(tries) == {201: 1, 409: DEVICES - 1}
    more = _post(devices[1], event, "lock", seat_ids=[seat_ids(event)[CAP]])
    refusal(more, 409, "purchase_limit")
    assert Seat.objects.filter(event=event, status=SeatStatus.RESERVED).count() == CAP


def test_signing_out_one_device_leaves_the_others_and_what_they_hold(
    devices: list[APIClient], event: Event
) -> None:
    ids = seat_ids(event)[:2]
    assert _post(devices[0], event, "lock", seat_ids=list(ids)).status_code == 200
    assert devices[0].post("/api/logout/").status_code == 200
    revocations.reset()
    assert devices[0].get("/api/me/").status_code == 401
    assert all(_held(device, event) == set(ids) for device in devices[1:])


def test_signing_out_everywhere_ends_each_device(devices: list[APIClient], event: Event) -> None:
    assert devices[0].post("/api/logout/everywhere/").status_code == 200
    revocations.reset()
    for device in devices:
        assert _post(device, event, "lock", seat_ids=[seat_ids(event)[0]]).status_code == 401
