"""Races for the last use of a promo code, on real PostgreSQL."""

import threading
from functools import partial
from typing import Any

import pytest

from reservations.domain.commands import LockSeats
from reservations.domain.errors import SeatcastError
from reservations.domain.states import SeatStatus
from reservations.models import Event, Seat
from reservations.write.command_queue import CommandQueue
from tests.concurrency.unprotected import CHANGING, protection_off, stopping
from tests.concurrent_commands import PATIENCE_SECONDS, at_once
from tests.factories import make_event, make_person, make_promo_code, seat_ids

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("connections_for_all"),
]

BUYERS = 8


def _lock(event: Event, seat_id: int) -> Any:
    """Lock a seat with the code, as a buyer and a process of its own."""
    return CommandQueue(event.pk).submit(LockSeats(make_person(), (seat_id,), "SPONSOR-2030"))


def _refusals(results: list[Any]) -> list[str]:
    assert all(isinstance(each, dict | SeatcastError) for each in results), results
    return [each.code for each in results if isinstance(each, SeatcastError)]


def _held(event: Event) -> int:
    return Seat.objects.filter(event=event, status=SeatStatus.LOCKED).count()


def test_of_buyers_who_race_for_the_last_use_of_a_code_one_gets_a_seat() -> None:
    event = make_event(seats=BUYERS)
    make_promo_code(event, *seat_ids(event), max_seats=1)
    works = [partial(_lock, event, seat_id) for seat_id in seat_ids(event)]
    assert _refusals(at_once(works)) == ["promo_code_used"] * (BUYERS - 1)
    assert _held(event) == 1


def test_without_protection_the_last_use_of_a_code_is_used_twice() -> None:
    event = make_event()
    ids = seat_ids(event)[:2]
    make_promo_code(event, *ids, max_seats=1)
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)
    works = [stopping(partial(_lock, event, seat_id), before=CHANGING, to=meet) for seat_id in ids]
    with protection_off():
        assert _refusals(at_once(works)) == []
        assert _held(event) == 2
