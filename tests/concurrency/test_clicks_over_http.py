"""Concurrent requests over HTTP to real servers."""

from collections import Counter

import pytest

from reservations.domain.states import SeatStatus
from reservations.models import DemoCharge, Event, Seat, SeatChange
from tests.concurrency.volley import Post, Reply, volley
from tests.factories import make_event, make_user, seat_ids, signed_in


def _statuses(replies: list[Reply]) -> dict[int, int]:
    return dict(Counter(reply.status for reply in replies))


def _check_that_one_got_it(event: Event, seat_id: int, replies: list[Reply]) -> None:
    """Assert that the responses about a seat agree with the database."""
    assert _statuses(replies) == {200: 1, 409: len(replies) - 1}
    [won] = [reply.body for reply in replies if reply.status == 200]
    assert won["message"] == "Seat A1 locked for 5 minutes"
    for lost in (reply.body for reply in replies if reply.status == 409):
        assert lost["code"] == "seat_unavailable"
        assert lost["conflicts"] == [
            {
                "seat_id": seat_id,
                "seat_number": "A1",
                "reason": "locked",
                "locked_until": won["seat"]["locked_until"],
            }
        ]
    [line] = SeatChange.objects.filter(event=event)
    seat = Seat.objects.get(pk=seat_id)
    assert (line.seq, line.seat_id, line.reason) == (1, seat_id, "locked")
    assert seat.locked_by is not None
    assert line.holder_id == seat.locked_by_id
    assert seat.locked_by.username == won["seat"]["locked_by"]


@pytest.mark.thorough
def test_one_of_100_concurrent_clicks_on_a_seat_succeeds(port: int) -> None:
    event = make_event()
    seat_id = seat_ids(event)[0]
    path = f"/api/events/{event.pk}/seats/{seat_id}/lock/"
    replies = volley([Post(signed_in(make_user()), port, path, {}) for _ in range(100)])
    _check_that_one_got_it(event, seat_id, replies)


@pytest.mark.postgres
def test_one_of_200_clicks_on_two_servers_succeeds(ports: tuple[int, int]) -> None:
    event = make_event()
    seat_id = seat_ids(event)[0]
    path = f"/api/events/{event.pk}/seats/{seat_id}/lock/"
    replies = volley([Post(signed_in(make_user()), ports[n % 2], path, {}) for n in range(200)])
    _check_that_one_got_it(event, seat_id, replies)


def test_50_concurrent_clicks_of_a_person_stop_at_the_cap(port: int) -> None:
    event, alice = make_event(seats=50, seat_cap=10), signed_in(make_user())
    replies = volley(
        [
            Post(alice, port, f"/api/events/{event.pk}/seats/{seat_id}/lock/", {})
            for seat_id in seat_ids(event)
        ]
    )
    assert _statuses(replies) == {200: 10, 409: 40}
    assert {reply.body["code"] for reply in replies if reply.status == 409} == {"seat_limit"}
    assert Seat.objects.filter(event=event, status=SeatStatus.LOCKED).count() == 10


@pytest.mark.thorough
def test_overlapping_sets_in_opposite_orders_are_locked_whole(port: int) -> None:
    event = make_event(seats=8, seat_cap=8)
    ids = seat_ids(event)
    all_criteria = [ids[:5], ids[4::-1], ids[3:], ids[:2:-1], ids[2:6]] * 8
    people = [make_user() for _ in all_criteria]
    replies = volley(
        [
            Post(signed_in(who), port, f"/api/events/{event.pk}/lock/", {"seat_ids": criteria})
            for who, criteria in zip(people, all_criteria, strict=True)
        ]
    )
    assert set(_statuses(replies)) == {200, 409}
    for who, criteria, reply in zip(people, all_criteria, replies, strict=True):
        got = Seat.objects.filter(event=event, locked_by=who).values_list("pk", flat=True)
        assert set(got) == (set(criteria) if reply.status == 200 else set())


@pytest.mark.parametrize("method", [pytest.param("invoice", marks=pytest.mark.thorough), "card"])
def test_a_seat_is_booked_once_however_often_its_holder_confirms_at_once(
    method: str, port: int
) -> None:
    event, user = make_event(), make_user()
    alice, seat_id = signed_in(user), seat_ids(event)[0]
    alice.post(f"/api/events/{event.pk}/seats/{seat_id}/lock/")
    body = {"seat_ids": [seat_id], "payment_method": method}
    replies = volley([Post(alice, port, f"/api/events/{event.pk}/reserve/", body)] * 20)
    assert _statuses(replies) == {201: 1, 409: 19}
    assert user.reservations.count() == 1


@pytest.mark.thorough
def test_one_key_sent_20_times_reserves_once(port: int) -> None:
    event, user = make_event(), make_user()
    alice, seat_id = signed_in(user), seat_ids(event)[0]
    alice.post(f"/api/events/{event.pk}/seats/{seat_id}/lock/")
    body = {"seat_ids": [seat_id], "payment_method": "invoice"}
    replies = volley([Post(alice, port, f"/api/events/{event.pk}/reserve/", body, "k")] * 20)
    assert replies == [replies[0]] * 20
    assert replies[0].status == 201
    assert user.reservations.count() == 1


@pytest.mark.postgres
def test_one_key_sent_20_times_at_once_to_two_servers_charges_a_card_once(
    ports: tuple[int, int],
) -> None:
    event, user = make_event(), make_user()
    alice, seat_id = signed_in(user), seat_ids(event)[0]
    alice.post(f"/api/events/{event.pk}/seats/{seat_id}/lock/")
    path = f"/api/events/{event.pk}/reserve/"
    body = {"seat_ids": [seat_id], "payment_method": "card"}
    replies = volley([Post(alice, ports[n % 2], path, body, "k") for n in range(20)])
    booked = [reply for reply in replies if reply.status == 201]
    assert booked
    assert booked == [booked[0]] * len(booked)
    refused = [reply.body["code"] for reply in replies if reply.status == 409]
    assert refused == ["idempotency_key_in_flight"] * (20 - len(booked))
    assert user.reservations.count() == 1
    assert DemoCharge.objects.get().status == "captured"
