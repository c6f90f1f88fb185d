"""One account tries to buy out an event, or to hold seats for ever without paying."""

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from reservations.domain.states import SeatStatus
from reservations.models import Event, Reservation, Seat
from tests.concurrent_commands import at_once
from tests.contract.calls import refusal
from tests.factories import (
    let_locks_run_out,
    make_event,
    make_user,
    seat_ids,
    signed_in,
    with_token,
)

pytestmark = pytest.mark.django_db(transaction=True)

SEATS = 30


@pytest.fixture
def event(settings: Settings) -> Event:
    settings.SEATCAST_PURCHASE_CAP = settings.SEATCAST_SEAT_CAP = 10
    return make_event(seats=SEATS)


@pytest.fixture
def mallory() -> User:
    return make_user("mallory")


def _post(client: Any, event: Event, call: str, **body: Any) -> Any:
    return client.post(f"/api/events/{event.pk}/{call}/", body)


def _sold(event: Event) -> int:
    return Seat.objects.filter(event=event, status=SeatStatus.RESERVED).count()


@pytest.mark.parametrize("method", ["cash", "invoice", "card"])
def test_consecutive_bookings_stop_at_the_purchase_cap(
    method: str, event: Event, mallory: User
) -> None:
    client, ids = signed_in(mallory), seat_ids(event)
    for five in (ids[:5], ids[5:10]):
        assert _post(client, event, "lock", seat_ids=five).status_code == 200
        booked = _post(client, event, "reserve", seat_ids=five, payment_method=method)
        assert booked.status_code == 201, booked.content
    for some in (ids[10:11], ids[10:15]):
        found = refusal(_post(client, event, "lock", seat_ids=some), 409, "purchase_limit")
        assert [row["seat_id"] for row in found["conflicts"]] == list(some)
        assert {row["reason"] for row in found["conflicts"]} == {"limit"}
        assert found["purchase_cap"] == 10
    found = refusal(_post(client, event, "best", count=1), 409, "purchase_limit")
    assert found["conflicts"] == []
    assert _sold(event) == 10


def test_seats_locked_before_the_cap_was_lowered_are_not_sold_above_it(
    event: Event, mallory: User
) -> None:
    client, ids = signed_in(mallory), seat_ids(event)
    for three in (ids[:3], ids[3:6]):
        _post(client, event, "lock", seat_ids=three)
    Event.objects.update(purchase_cap=4)
    assert (
        _post(client, event, "reserve", seat_ids=ids[:3], payment_method="cash").status_code == 201
    )
    for method in ("cash", "card"):
        tried = _post(client, event, "reserve", seat_ids=ids[3:6], payment_method=method)
        found = refusal(tried, 409, "purchase_limit")
        assert [row["seat_id"] for row in found["conflicts"]] == list(ids[3:6])
    assert _sold(event) == 3


def test_parallel_bookings_stop_at_the_purchase_cap(event: Event, mallory: User) -> None:
    # Only the purchase cap applies.
    Event.objects.update(seat_cap=SEATS)

    def take(three: tuple[int, ...]) -> tuple[int, int]:
        client = with_token(mallory)
        locked = _post(client, event, "lock", seat_ids=three)
        booked = _post(client, event, "reserve", seat_ids=three, payment_method="cash")
        return locked.status_code, booked.status_code

    ids = seat_ids(event)
    tries = at_once([partial(take, ids[start : start + 3]) for start in range(0, SEATS, 3)])
    assert Counter(tries) == {(200, 201): 3, (409, 409): 7}
    assert _sold(event) == 9


def test_seats_not_paid_in_time_are_released(event: Event, mallory: User) -> None:
    client, ids = signed_in(mallory), seat_ids(event)
    _post(client, event, "lock", seat_ids=ids[:10])
    booked = _post(client, event, "reserve", seat_ids=ids[:10], payment_method="invoice").json()
    number = booked["reservation_id"]
    Reservation.objects.update(payment_due_at=timezone.now() - timedelta(seconds=1))
    assert client.get(f"/api/reservations/{number}/").json()["status"] == "lapsed"
    boss = signed_in(make_user("boss", is_superuser=True))
    refusal(boss.post(f"/api/reservations/{number}/paid/", {}), 409, "reservation_lapsed")
    call_command("lapse_unpaid_reservations")
    assert (_sold(event), Reservation.objects.get().status) == (0, "lapsed")
    assert _post(signed_in(make_user()), event, "lock", seat_ids=ids[:10]).status_code == 200


def test_unpaid_seats_cannot_be_held_by_booking_them_again(event: Event, mallory: User) -> None:
    client, first = signed_in(mallory), seat_ids(event)[:1]
    _post(client, event, "lock", seat_ids=first)
    _post(client, event, "reserve", seat_ids=first, payment_method="cash")
    Seat.objects.filter(pk=first[0]).update(former_locked_at=timezone.now() - timedelta(hours=1))
    number = Reservation.objects.get().public_id
    assert client.post(f"/api/reservations/{number}/cancel/", {}).status_code == 200
    refusal(_post(client, event, "lock", seat_ids=first), 409, "lock_cooldown")
    assert _post(signed_in(make_user()), event, "lock", seat_ids=first).status_code == 200


@pytest.mark.parametrize("end", ["unlocked", "run out", "released"])
def test_unlocking_and_locking_again_does_not_extend_the_hold(
    end: str, event: Event, mallory: User
) -> None:
    client, first = signed_in(mallory), seat_ids(event)[:1]
    for _ in range(3):
        assert _post(client, event, "lock", seat_ids=first).status_code == 200
        assert _post(client, event, "unlock", seat_ids=first).status_code == 200
    assert _post(client, event, "lock", seat_ids=first).status_code == 200
    began = timezone.now() - timedelta(seconds=900)
    Seat.objects.filter(pk=first[0]).update(locked_at=began)
    if end == "unlocked":
        _post(client, event, "unlock", seat_ids=first)
    else:
        let_locks_run_out(event)
    if end == "released":
        call_command("release_expired_locks")
    found = refusal(_post(client, event, "lock", seat_ids=first), 409, "lock_cooldown")
    assert [(row["seat_id"], row["reason"]) for row in found["conflicts"]] == [
        (first[0], "cooldown")
    ]
    assert found["available_at"] > timezone.now().isoformat()
    assert _post(client, event, "best", count=1).json()["seats"][0]["id"] != first[0]
    assert _post(signed_in(make_user()), event, "lock", seat_ids=first).status_code == 200


def test_booking_without_a_required_verified_address_is_refused(
    event: Event, mallory: User
) -> None:
    Event.objects.update(requires_verified_email=True)
    client, ids = signed_in(mallory), seat_ids(event)
    assert _post(client, event, "lock", seat_ids=ids[:2]).status_code == 200
    for method in ("cash", "card"):
        tried = _post(client, event, "reserve", seat_ids=ids[:1], payment_method=method)
        refusal(tried, 403, "email_not_verified")
    User.objects.filter(pk=mallory.pk).update(email_verified_at=timezone.now())
    for seat_id, method in zip(ids, ("cash", "card"), strict=False):
        booked = _post(client, event, "reserve", seat_ids=[seat_id], payment_method=method)
        assert booked.status_code == 201


@pytest.mark.parametrize("offered", [[], ["invoice"]])
def test_a_payment_method_that_the_event_does_not_offer_is_refused(
    offered: list[str], event: Event, mallory: User
) -> None:
    Event.objects.update(offline_methods=offered)
    client, ids = signed_in(mallory), seat_ids(event)
    _post(client, event, "lock", seat_ids=ids[:1])
    tried = _post(client, event, "reserve", seat_ids=ids[:1], payment_method="cash")
    assert refusal(tried, 400, "invalid")["fields"].keys() == {"payment_method"}
    listed = client.get(f"/api/events/{event.pk}/").json()["payment_methods"]
    assert {"cash", "invoice"} & {method["code"] for method in listed} == set(offered)
    assert _sold(event) == 0
