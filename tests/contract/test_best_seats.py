"""`best/` locks the best adjacent seats."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats, UnblockSeats
from reservations.domain.features import SeatFeature
from reservations.domain.states import SeatStatus
from reservations.models import Category, Event, Seat
from tests.contract.calls import refusal
from tests.contract.conftest import BoxOffice
from tests.factories import Clock, make_event, make_person, make_user, seat_ids, signed_in


def _ask(event: Event, client: Any = None, *, key: str = "", **criteria: Any) -> Any:
    client = client or signed_in(make_user())
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"/api/events/{event.pk}/best/", criteria, headers=headers)


def _got(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [seat["seat_number"] for seat in answer.json()["seats"]]


@pytest.fixture
def hall(db: None) -> Event:
    """Two rows of six seats, 20 apart, with the stage at the centre; they cost 80 and 30."""
    stage = {"text": "STAGE", "x": 0, "y": 0, "size": 9, "color": None}
    shape = {"shape": "text", "x": 70.0, "y": 0.0, "rotation": 0, "text": stage}
    event = make_event(
        seats=12, plan={"width": 140.0, "height": 100.0, "seat_radius": 9.0, "shapes": [shape]}
    )
    front = Category.objects.create(event=event, name="Front", price="80")
    back = Category.objects.create(event=event, name="Back", price="30")
    for at, seat in enumerate(event.seats.order_by("pk")):
        row, number = divmod(at, 6)
        seat.row, seat.number = "AB"[row], str(number + 1)
        seat.seat_number = f"{seat.row}{seat.number}"
        seat.section = ("Stalls", "Circle")[row]
        seat.x, seat.y, seat.category = 20.0 * (number + 1), 40.0 + 30 * row, (front, back)[row]
        seat.save()
    return event


def test_the_response_is_that_of_lock(hall: Event) -> None:
    answer = _ask(hall, count=2, by="view").json()
    assert set(answer) == {"success", "message", "seats"}
    assert answer["message"] == "Seats A3, A4 locked for 5 minutes"
    assert {seat["status"] for seat in answer["seats"]} == {"locked"}
    locked = Seat.objects.filter(event=hall, status=SeatStatus.LOCKED)
    assert [seat.seat_number for seat in locked] == ["A3", "A4"]


def test_the_default_criterion_is_the_view(hall: Event) -> None:
    assert _got(_ask(hall, count=2)) == ["A3", "A4"]


def test_by_price_picks_the_cheapest_and_then_the_best_view(hall: Event) -> None:
    assert _got(_ask(hall, count=2, by="price")) == ["B3", "B4"]


def test_a_section_and_a_category_can_be_chosen(hall: Event) -> None:
    back = Category.objects.get(name="Back").pk
    assert _got(_ask(hall, count=1, section="Circle"))[0].startswith("B")
    assert _got(_ask(hall, count=1, category=back))[0].startswith("B")
    assert _got(_ask(hall, count=1, section=None, category=None))[0].startswith("A")
    nowhere = refusal(
        _ask(hall, count=1, section="Stalls", category=back), 409, "no_seats_together"
    )
    assert nowhere["largest"] == 0


def test_consecutive_requests_get_different_seats(hall: Event) -> None:
    got = [seat for _ in range(4) for seat in _got(_ask(hall, count=3))]
    assert len(got) == len(set(got)) == 12


def test_too_few_adjacent_seats_are_refused_with_the_largest_number(hall: Event) -> None:
    ids = seat_ids(hall)
    Seat.objects.filter(pk__in=(ids[4], ids[6], ids[7], ids[10])).update(status=SeatStatus.BLOCKED)
    found = refusal(_ask(hall, count=5), 409, "no_seats_together")
    assert set(found) == {"error", "code", "largest"}
    assert found["largest"] == 4
    assert found["error"] == "There are no 5 seats together there any more, but 4."
    found = refusal(_ask(hall, count=3, section="Circle"), 409, "no_seats_together")
    assert found["largest"] == 2
    assert Seat.objects.filter(status=SeatStatus.LOCKED).count() == 0


@pytest.mark.parametrize(
    ("free", "sentence"),
    [(1, "There are only single seats left there."), (0, "There is no free seat there any more.")],
)
def test_the_refusal_has_its_own_text_when_few_seats_are_left(
    free: int, sentence: str, hall: Event
) -> None:
    Seat.objects.filter(pk__in=seat_ids(hall)[free:]).update(status=SeatStatus.BLOCKED)
    found = refusal(_ask(hall, count=2), 409, "no_seats_together")
    assert (found["largest"], found["error"]) == (free, sentence)


def test_seats_with_an_expired_lock_are_picked(hall: Event) -> None:
    assert _got(_ask(hall, count=1)) == ["A3"]
    an_hour_ago = Clock(timezone.now() - timedelta(hours=1))
    CommandQueue(hall.pk, clock=an_hour_ago).submit(LockSeats(make_person(), seat_ids(hall)[3:]))
    assert _got(_ask(hall, count=6)) == ["B1", "B2", "B3", "B4", "B5", "B6"]


def test_seats_already_held_count_towards_the_cap(office: BoxOffice) -> None:
    Event.objects.update(seat_cap=2)
    alice = office.browser(office.alice)
    found = refusal(_ask(office.event, alice, count=2), 409, "seat_limit")
    assert (found["seat_cap"], found["conflicts"]) == (2, [])
    assert len(_got(_ask(office.event, alice, count=1))) == 1
    refusal(_ask(office.event, alice, count=1), 409, "seat_limit")


def test_no_seats_are_picked_after_the_sale(office: BoxOffice) -> None:
    Event.objects.update(sales_close_at=timezone.now())
    refusal(_ask(office.event, count=1), 409, "sales_closed")


def test_the_same_key_returns_the_same_seats(hall: Event) -> None:
    alice = signed_in(make_user())
    first = _ask(hall, alice, key="k", count=6)
    assert _got(_ask(hall, count=6)) != _got(first)
    again = _ask(hall, alice, key="k", count=6)
    assert (again.status_code, again.json()) == (200, first.json())
    refusal(_ask(hall, alice, key="k", count=5), 422, "idempotency_key_reused")
    refusal(_ask(hall, alice, key="other", count=4), 409, "no_seats_together")


def test_a_refusal_is_repeated_for_its_key_only(hall: Event) -> None:
    Seat.objects.filter(event=hall).update(status=SeatStatus.BLOCKED)
    alice, organiser = signed_in(make_user()), make_person()
    first = _ask(hall, alice, key="k", count=2)
    CommandQueue(hall.pk).submit(UnblockSeats(organiser, seat_ids(hall)[:2]))
    again = _ask(hall, alice, key="k", count=2)
    assert refusal(again, 409, "no_seats_together") == refusal(first, 409, "no_seats_together")
    assert _got(_ask(hall, alice, key="l", count=2)) == ["A1", "A2"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("by", word) for word in (None, "", "VIEW", "luck", 1, ["view"])),
        *(("section", word) for word in (True, ["Stalls"], "x" * 101, "a\x00")),
        *(("category", number) for number in (0, -1, "x", 2**63, [1], True)),
    ],
    ids=repr,
)
def test_invalid_criteria_are_refused(field: str, wrong: Any, hall: Event) -> None:
    found = refusal(_ask(hall, **{"count": 1} | {field: wrong}), 400, "invalid")
    assert set(found["fields"]) == {field}


@pytest.fixture
def accessible(hall: Event) -> Event:
    """The hall with a wheelchair place, A6, and its companion seat A5."""
    hall.seats.filter(seat_number="A6").update(features=SeatFeature.ACCESSIBLE)
    hall.seats.filter(seat_number="A5").update(companion_of=hall.seats.get(seat_number="A6"))
    return hall


def test_the_wish_for_an_accessible_seat_brings_its_companion_seat(accessible: Event) -> None:
    assert _got(_ask(accessible, count=2, wishes=["accessible"])) == ["A5", "A6"]


def test_companion_seats_are_not_chosen_alone_until_the_hold_back_time(accessible: Event) -> None:
    accessible.seats.filter(row="B").delete()
    found = refusal(_ask(accessible, count=5), 409, "no_seats_together")
    assert found["largest"] == 4
    Event.objects.filter(pk=accessible.pk).update(companions_held_until=timezone.now())
    assert _got(_ask(accessible, count=5)) == ["A1", "A2", "A3", "A4", "A5"]


def test_more_accessible_seats_than_there_are_are_refused(accessible: Event) -> None:
    assert _got(_ask(accessible, count=1, wishes=["accessible"])) == ["A6"]
    found = refusal(_ask(accessible, count=1, wishes=["accessible"]), 409, "no_seats_together")
    assert found["largest"] == 0
