"""Places of a standing area are locked by number."""

from typing import Any

import pytest

from reservations.domain.features import SoldBy
from reservations.domain.states import SeatStatus
from reservations.models import Event, Seat
from tests.contract.calls import refusal
from tests.factories import let_locks_run_out, make_event, make_user, seat_ids, signed_in


@pytest.fixture
def area(db: None) -> Event:
    """An event with a seat and a standing area for four."""
    event = make_event(seats=5)
    places = event.seats.filter(pk__in=seat_ids(event)[1:])
    places.update(group="east", group_size=4, sold_by=SoldBy.NUMBER, section="East")
    return event


def _ask(
    event: Event, count: int, client: Any = None, *, group: str = "east", key: str = ""
) -> Any:
    client = client or signed_in(make_user())
    headers = {"Idempotency-Key": key} if key else {}
    path = f"/api/events/{event.pk}/areas/{group}/lock/"
    return client.post(path, {"count": count}, headers=headers)


def test_as_many_places_as_wanted_are_locked(area: Event) -> None:
    answer = _ask(area, 3)
    assert answer.status_code == 200, answer.content
    seats = answer.json()["seats"]
    assert {(seat["group"], seat["sold_by"], seat["status"]) for seat in seats} == {
        ("east", "number", "locked")
    }
    assert len(seats) == Seat.objects.filter(status=SeatStatus.LOCKED).count() == 3


def test_a_shortage_tells_how_many_are_left(area: Event) -> None:
    _ask(area, 3)
    found = refusal(_ask(area, 2), 409, "area_full")
    assert found["left"] == 1
    assert _ask(area, 1).status_code == 200
    assert refusal(_ask(area, 1), 409, "area_full")["left"] == 0


def test_places_whose_lock_has_expired_are_sold_again(area: Event) -> None:
    _ask(area, 4)
    let_locks_run_out(area)
    assert _ask(area, 4).status_code == 200


def test_one_key_locks_once(area: Event) -> None:
    client = signed_in(make_user())
    first = _ask(area, 2, client, key="k").json()
    assert _ask(area, 2, client, key="k").json() == first
    assert Seat.objects.filter(status=SeatStatus.LOCKED).count() == 2


def test_the_caps_count_places(area: Event) -> None:
    Event.objects.filter(pk=area.pk).update(seat_cap=2)
    refusal(_ask(area, 3), 409, "seat_limit")


@pytest.mark.parametrize("group", ["west", "A1"])
def test_an_unknown_area_is_404(area: Event, group: str) -> None:
    refusal(_ask(area, 1, group=group), 404, "area_not_found")


def test_a_table_is_no_standing_area(area: Event) -> None:
    area.seats.update(sold_by=SoldBy.TABLE)
    refusal(_ask(area, 1), 404, "area_not_found")


def test_places_are_booked_like_seats(area: Event) -> None:
    client = signed_in(make_user())
    ids = [seat["id"] for seat in _ask(area, 2, client).json()["seats"]]
    body = {"seat_ids": ids, "payment_method": "invoice"}
    answer = client.post(f"/api/events/{area.pk}/reserve/", body)
    assert answer.status_code == 201, answer.content
    details = answer.json()["reservation"]["seat_details"]
    assert {seat["section"] for seat in details} == {"East"}


def test_the_best_seats_are_no_places_of_a_standing_area(area: Event) -> None:
    client = signed_in(make_user())
    best = f"/api/events/{area.pk}/best/"
    assert refusal(client.post(best, {"count": 2}), 409, "no_seats_together")["largest"] == 1
    assert client.post(best, {"count": 1}).json()["seats"][0]["id"] == seat_ids(area)[0]
