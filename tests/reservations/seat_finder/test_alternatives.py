"""Alternatives to seats that are taken."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats
from reservations.domain.errors import SeatUnavailable
from reservations.domain.features import SeatFeature
from reservations.models import Category, Event, Seat
from reservations.runtime.threads import in_thread
from reservations.seat_finder import alternatives as module
from reservations.seat_finder.alternatives import nearest, offer
from reservations.seat_finder.nearby import Place, free_places_near, places_of
from tests.concurrent_commands import PATIENCE_SECONDS
from tests.factories import (
    let_locks_run_out,
    make_event,
    make_person,
    make_user,
    seat_ids,
    signed_in,
)

STALLS, CIRCLE = 1, 2


@pytest.fixture(autouse=True)
def _offers_stay_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    module._found.clear()
    monkeypatch.setattr(module, "FRESH_SECONDS", 600.0)


def _place(
    number: int,
    *,
    row: str = "A",
    y: float = 0,
    category: int = STALLS,
    features: int = 0,
    companion_of: int | None = None,
    table: str = "",
) -> Place:
    """Return a seat of a row, 20 away from the next."""
    return Place(
        id=number + (0 if row == "A" else 100),
        seat_number=f"{row}{number}",
        section="",
        row=row,
        x=number * 20,
        y=y,
        category_id=category,
        features=features,
        companion_of=companion_of,
        table=table,
        table_size=2 if table else 0,
        price=Decimal(50),
    )


def _names(found: list[tuple[Place, ...]]) -> list[str]:
    return [" ".join(place.seat_number for place in places) for places in found]


def test_for_a_wheelchair_place_with_a_companion_another_pair_is_offered() -> None:
    wheelchair = SeatFeature.ACCESSIBLE
    wanted = [_place(1, features=wheelchair), _place(2, companion_of=1)]
    free = [
        _place(3, features=wheelchair),
        _place(5, features=wheelchair),
        _place(6, companion_of=5),
        _place(8, companion_of=7),
    ]
    assert _names(nearest(wanted, free)) == ["A5 A6"]
    assert _names(nearest(wanted[:1], free)) == ["A3", "A5"]


def test_for_a_whole_table_another_free_table_is_offered() -> None:
    wanted = [_place(1, table="T1"), _place(2, table="T1")]
    free = [_place(4, table="T2"), _place(6, table="T3"), _place(7, table="T3")]
    assert _names(nearest(wanted, free)) == ["A6 A7"]


def test_for_companion_seats_alone_nothing_is_offered() -> None:
    free = [_place(5, features=SeatFeature.ACCESSIBLE), _place(6, companion_of=5)]
    assert nearest([_place(2, companion_of=1)], free) == []


@pytest.mark.django_db
def test_accessible_and_companion_seats_are_not_offered_instead_of_others() -> None:
    event = make_event(seats=4)
    wanted, accessible, companion, other = seat_ids(event)
    Seat.objects.filter(pk=accessible).update(features=SeatFeature.ACCESSIBLE)
    Seat.objects.filter(pk=companion).update(companion_of=accessible)
    places = places_of(event_id=event.pk, seat_ids=[wanted])
    found = free_places_near(event_id=event.pk, wanted=places)
    assert [place.id for place in found] == [wanted, other]
    places = places_of(event_id=event.pk, seat_ids=[accessible])
    found = free_places_near(event_id=event.pk, wanted=places)
    assert [place.id for place in found] == [accessible, companion]


def test_for_one_seat_the_three_nearest_are_offered() -> None:
    free = [_place(number) for number in (1, 4, 6, 7, 9)]
    assert _names(nearest([_place(5)], free)) == ["A4", "A6", "A7"]


def test_adjacent_seats_come_first() -> None:
    free = [_place(number) for number in (3, 6, 8, 9, 11, 12)]
    assert _names(nearest([_place(4), _place(5)], free)) == ["A8 A9", "A11 A12", "A3 A6"]


def test_a_seat_is_in_one_offer_only() -> None:
    free = [_place(number) for number in range(6, 12)]
    found = nearest([_place(4), _place(5)], free)
    assert _names(found) == ["A6 A7", "A8 A9", "A10 A11"]


def test_seats_of_two_rows_may_be_offered() -> None:
    free = [_place(4), _place(5, row="B", y=20)]
    assert _names(nearest([_place(5), _place(6)], free)) == ["A4 B5"]


def test_the_row_behind_is_nearer_than_the_end_of_the_same_row() -> None:
    free = [_place(15), _place(5, row="B", y=25)]
    assert _names(nearest([_place(5)], free))[0] == "B5"


def test_seats_follow_each_other_along_a_row_that_runs_away_from_the_stage() -> None:
    """Sideways such a row is as good as straight, but for what rounding leaves."""
    distances = {4: 0.02, 5: 0.0, 6: 0.01, 8: 0.0, 9: 0.03, 10: 0.01}
    places = {at: replace(_place(at), x=100 + distances[at], y=at * 20.0) for at in distances}
    found = nearest([places[4], places[5]], [places[at] for at in (6, 8, 9, 10)])
    assert _names(found)[0] == "A8 A9"


def test_alternatives_have_the_same_categories() -> None:
    wanted = [_place(5), _place(5, row="B", y=20, category=CIRCLE)]
    free = [_place(6), _place(7), _place(6, row="B", y=20, category=CIRCLE)]
    assert _names(nearest(wanted, free)) == ["A6 B6"]


def test_too_few_free_seats_give_no_alternatives() -> None:
    assert nearest([_place(4), _place(5)], [_place(6)]) == []
    assert nearest([_place(4)], []) == []


def _hall(**fields: Any) -> Event:
    """A row of ten seats, 20 apart; the last three are of another category."""
    event = make_event(seats=10, **fields)
    stalls = Category.objects.create(event=event, name="Stalls", price="80")
    circle = Category.objects.create(event=event, name="Circle", price="30")
    for number, seat in zip(count(1), event.seats.order_by("pk"), strict=False):
        seat.x, seat.category = number * 20, stalls if number <= 7 else circle
        seat.save()
    return event


@pytest.mark.django_db(transaction=True)
def test_a_refusal_has_alternatives_that_can_be_locked() -> None:
    event, bob = _hall(), make_person()
    ids = seat_ids(event)
    CommandQueue(event.pk).submit(LockSeats(bob, ids[3:5]))
    alice = signed_in(make_user())
    lock = f"/api/events/{event.pk}/lock/"
    answer = alice.post(lock, {"seat_ids": ids[2:4]})
    assert (answer.status_code, answer.json()["code"]) == (409, "seat_unavailable")
    offers = answer.json()["alternatives"]
    assert [offer["seat_numbers"] for offer in offers] == [["A2", "A3"], ["A6", "A7"]]
    assert {offer["price"] for offer in offers} == {"160.00"}
    assert alice.post(lock, {"seat_ids": offers[0]["seat_ids"]}).status_code == 200


@pytest.mark.django_db
def test_seats_with_expired_locks_are_offered() -> None:
    event, bob = _hall(), make_person()
    ids = seat_ids(event)
    CommandQueue(event.pk).submit(LockSeats(bob, ids[:3]))
    let_locks_run_out(event)
    found = _offered(event, ids[:1])
    assert [offer["seat_numbers"] for offer in found] == [["A1"], ["A2"], ["A3"]]


@pytest.mark.django_db
def test_far_seats_are_offered_without_near_ones() -> None:
    event = _hall(plan={"width": 200.0, "height": 100.0})
    ids = seat_ids(event)
    Seat.objects.filter(pk__in=ids[:6]).update(status=3)
    found = _offered(event, ids[:1])
    assert [offer["seat_numbers"] for offer in found] == [["A7"]]


@pytest.mark.django_db
def test_requests_for_the_same_seats_share_a_search(
    django_assert_num_queries: Any,
) -> None:
    event = _hall()
    wanted = seat_ids(event)[:1]
    first = _offered(event, wanted)
    with django_assert_num_queries(0):
        assert all(_offered(event, wanted) == first for _ in range(100))


@pytest.mark.django_db
def test_without_a_free_search_slot_nothing_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    event = _hall()
    with module._searching, module._searching:
        assert _offered(event, seat_ids(event)[:1]) == []


def test_two_searches_run_at_once_and_others_do_not_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusals = [SeatUnavailable() for _ in range(100)]
    searches: list[Callable[[], Any]] = []

    async def refused_at_once() -> None:
        may_go_on = asyncio.Event()

        async def in_thread(search: Callable[[], Any]) -> Any:
            searches.append(search)
            await may_go_on.wait()
            module._searching.release()
            return ["found"]

        monkeypatch.setattr(module, "in_thread", in_thread)
        tasks = [
            asyncio.create_task(offer(refusal, event_id=1, seat_ids=[seat]))
            for seat, refusal in enumerate(refusals)
        ]
        await asyncio.gather(*tasks[2:])
        may_go_on.set()
        await asyncio.gather(*tasks)

    asyncio.run(asyncio.wait_for(refused_at_once(), PATIENCE_SECONDS))
    assert len(searches) == 2
    assert [refusal.details["alternatives"] for refusal in refusals] == [["found"]] * 2 + [[]] * 98


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_request_releases_its_search_slot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = _hall()
    ids = seat_ids(event)[:1]

    async def leave() -> None:
        begun, searched = asyncio.Event(), asyncio.Event()

        async def noted(search: Callable[[], Any]) -> Any:
            begun.set()
            try:
                return await in_thread(search)
            finally:
                searched.set()

        monkeypatch.setattr(module, "in_thread", noted)
        task = asyncio.create_task(offer(SeatUnavailable(), event_id=event.pk, seat_ids=ids))
        await begun.wait()
        task.cancel()
        await searched.wait()

    asyncio.run(asyncio.wait_for(leave(), PATIENCE_SECONDS))
    assert [module._searching.acquire(blocking=False) for _ in range(3)] == [True, True, False]
    module._searching.release(2)


def _offered(event: Event, seat_ids: Iterable[int]) -> Any:
    refusal = SeatUnavailable()
    async_to_sync(offer)(refusal, event_id=event.pk, seat_ids=seat_ids)
    return refusal.details["alternatives"]
