"""Locking the best seats: when there is a search, and on which state."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import LockBest, LockSeats
from reservations.domain.criteria import SeatCriteria
from reservations.domain.errors import (
    NoSeatsTogether,
    Outpaced,
    PurchaseLimit,
    SalesClosed,
    SeatLimit,
)
from reservations.domain.states import Person, SeatStatus
from reservations.models import Event, Seat
from reservations.seat_finder import index_cache
from reservations.seat_finder.free_seat_index import FreeSeatIndex
from reservations.seat_finder.locking import lock_best
from tests.factories import let_locks_run_out, make_event, make_person, make_promo_code, seat_ids

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each search ran inside a transaction."""
    found: list[bool] = []
    search = FreeSeatIndex.best

    def noted(self: FreeSeatIndex, criteria: SeatCriteria, **how: Any) -> Any:
        found.append(connection.in_atomic_block)
        return search(self, criteria, **how)

    monkeypatch.setattr(FreeSeatIndex, "best", noted)
    return found


@pytest.fixture
def event() -> Event:
    return make_event(seats=8)


def _ask(event: Event, who: Person, count: int = 2) -> CommandResult:
    return lock_best(event_id=event.pk, command=LockBest(who, SeatCriteria(count)), key=None)


def _ids(answer: CommandResult) -> list[int]:
    return [seat["id"] for seat in answer["seats"]]


def test_one_search_runs_before_the_events_row_is_locked(
    event: Event, searches: list[bool]
) -> None:
    assert len(_ids(_ask(event, make_person()))) == 2
    assert searches == [False]


def test_at_the_seat_cap_there_is_no_search(event: Event, searches: list[bool]) -> None:
    Event.objects.update(seat_cap=3)
    alice = make_person()
    _ask(event, alice)
    searches.clear()
    with pytest.raises(SeatLimit):
        _ask(event, alice)
    assert searches == []
    let_locks_run_out(event)
    assert len(_ids(_ask(event, alice))) == 2


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({"purchase_cap": 1}, PurchaseLimit),
        ({"sales_close_at": timezone.now() - timedelta(days=1)}, SalesClosed),
    ],
)
def test_at_the_purchase_cap_there_is_no_search(
    event: Event, searches: list[bool], terms: dict[str, Any], refusal: type[Exception]
) -> None:
    Event.objects.update(**terms)
    with pytest.raises(refusal):
        _ask(event, make_person())
    assert searches == []


def test_seats_taken_after_the_search_are_not_locked_again(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose, asked = index_cache.choose, []

    def outpaced(criteria: SeatCriteria, **how: Any) -> Any:
        choice = choose(criteria, **how)
        asked.append(how["limit"])
        if len(asked) == 1:
            for seats in choice.sets:
                CommandQueue(event.pk).submit(LockSeats(make_person(), seats))
        return choice

    monkeypatch.setattr(index_cache, "choose", outpaced)
    got = _ids(_ask(event, make_person()))
    assert len(asked) == 2
    assert asked[1] > asked[0]
    assert Seat.objects.filter(event=event, status=SeatStatus.LOCKED).count() == 6
    assert len(got) == 2


def test_a_seat_whose_lock_with_a_code_has_expired_is_free_for_nobody_else(event: Event) -> None:
    kept = seat_ids(event)[3]
    make_promo_code(event, kept)
    others = [*seat_ids(event)[:3], *seat_ids(event)[4:]]
    # One index learns of the lock from the log, the other from the seats.
    find = partial(index_cache.choose, SeatCriteria(1), event_id=event.pk, limit=8)
    find(now=timezone.now())
    CommandQueue(event.pk).submit(LockSeats(make_person(), (kept,), "SPONSOR-2030"))
    later = timezone.now() + timedelta(hours=1)
    for _ in range(2):
        assert sorted(find(now=later).sets) == [(seat_id,) for seat_id in others]
        index_cache.clear_cache()


def test_a_second_search_of_a_person_finds_other_seats(
    event: Event,
) -> None:
    alice, criteria = make_person(), SeatCriteria(2)
    choice = index_cache.choose(criteria, event_id=event.pk, limit=2, now=timezone.now())
    queue = CommandQueue(event.pk)
    first, second = (queue.submit(LockBest(alice, criteria, choice)) for _ in range(2))
    assert not set(_ids(first)) & set(_ids(second))
    with pytest.raises(Outpaced):
        queue.submit(LockBest(alice, criteria, choice))


def test_a_wrong_index_is_rebuilt_once_it_is_stale(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when seats were changed in the database itself."""
    _ask(event, make_person(), 1)
    Seat.objects.filter(pk__in=seat_ids(event)[:7]).exclude(status=SeatStatus.LOCKED).update(
        status=SeatStatus.BLOCKED
    )
    with pytest.raises(Outpaced):
        _ask(event, make_person(), 2)
    monkeypatch.setattr(index_cache, "STALE_SECONDS", 0.0)
    with pytest.raises(NoSeatsTogether):
        _ask(event, make_person(), 2)


def test_an_index_is_built_once_for_many_searches(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, times = index_cache._read, []

    def counted(event_id: int) -> Any:
        times.append(event_id)
        return read(event_id)

    monkeypatch.setattr(index_cache, "_read", counted)
    for _ in range(3):
        _ask(event, make_person())
    assert times == [event.pk]


def test_a_changed_layout_rebuilds_the_index(event: Event) -> None:
    _ask(event, make_person())
    ids = seat_ids(event)
    Seat.objects.filter(pk__in=ids[:6]).exclude(status=SeatStatus.LOCKED).delete()
    Event.objects.update(layout="another")
    assert set(_ids(_ask(event, make_person()))) <= set(seat_ids(event))
