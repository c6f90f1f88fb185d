"""Turns at slow work: who has one, who waits, and who is refused at once."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context

import pytest
from rest_framework.exceptions import Throttled

from infrastructure.slow_work import turns
from infrastructure.slow_work.clients import is_gone, on_refusal
from infrastructure.slow_work.kinds import KINDS, Kind
from infrastructure.slow_work.turns import SlowWorkBusy, take_place, turn
from tests.concurrent_commands import wait_until
from tests.requesting import requested_by

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

PATIENCE_SECONDS = 60
KIND = Kind(
    name="test", at_a_time=2, waiting=2, places_per_person=2, places_per_network=3,
    patience_seconds=PATIENCE_SECONDS,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(turns._queues, KIND, turns._Queue(KIND))


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as found:
        yield found


class Worker:
    """Somebody with a place: in their turn, until told to end."""

    def __init__(self, pool: ThreadPoolExecutor, person: int, address: str) -> None:
        self.has_begun, self._may_end = threading.Event(), threading.Event()
        with requested_by(person, address):
            self.done: Future[None] = pool.submit(copy_context().run, self._work)

    def _work(self) -> None:
        with turn(KIND):
            self.has_begun.set()
            assert self._may_end.wait(PATIENCE_SECONDS)

    def end(self) -> None:
        self._may_end.set()
        self.done.result(PATIENCE_SECONDS)


def waiting() -> int:
    return sum(place.is_waiting for place in turns._queues[KIND]._places)


@contextmanager
def two_at_work(pool: ThreadPoolExecutor) -> Iterator[list[Worker]]:
    workers = [Worker(pool, number, f"192.0.2.{number}") for number in (1, 2)]
    for each in workers:
        assert each.has_begun.wait(PATIENCE_SECONDS)
    try:
        yield workers
    finally:
        for each in workers:
            each.end()


def test_only_some_have_a_turn_and_the_next_one_begins_when_one_ends(
    pool: ThreadPoolExecutor,
) -> None:
    with two_at_work(pool) as (first, _):
        third = Worker(pool, 3, "192.0.2.3")
        wait_until(lambda: waiting() == 1)
        assert not third.has_begun.is_set()
        first.end()
        assert third.has_begun.wait(PATIENCE_SECONDS)
        third.end()


def test_a_full_queue_refuses_at_once(pool: ThreadPoolExecutor) -> None:
    with two_at_work(pool):
        others = [Worker(pool, number, f"192.0.2.{number}") for number in (3, 4)]
        wait_until(lambda: waiting() == 2)
        with requested_by(5, "192.0.2.5"), pytest.raises(SlowWorkBusy), turn(KIND):
            pytest.fail("there was a place")
        assert waiting() == 2
        for each in others:
            each._may_end.set()
    for each in others:
        each.end()
    assert not turns._queues[KIND]._places


def test_a_person_has_one_turn_at_a_time_and_few_places(pool: ThreadPoolExecutor) -> None:
    first = Worker(pool, 1, "192.0.2.1")
    assert first.has_begun.wait(PATIENCE_SECONDS)
    second = Worker(pool, 1, "192.0.2.9")
    wait_until(lambda: waiting() == 1)
    with requested_by(1, "192.0.2.8"), pytest.raises(Throttled) as refused:
        take_place(KIND)
    assert refused.value.status_code == 429
    assert not second.has_begun.is_set()
    first.end()
    assert second.has_begun.wait(PATIENCE_SECONDS)
    second.end()


def test_a_network_has_few_places(pool: ThreadPoolExecutor) -> None:
    places = []
    for number in range(KIND.places_per_network):
        with requested_by(number, "192.0.2.1"):
            places.append(take_place(KIND))
    with requested_by(99, "192.0.2.1"), pytest.raises(Throttled):
        take_place(KIND)
    places.pop().release()
    with requested_by(99, "192.0.2.1"):
        take_place(KIND).release()


def test_a_place_whose_client_has_gone_is_given_up(pool: ThreadPoolExecutor) -> None:
    with two_at_work(pool):
        token = is_gone.set(lambda: True)
        try:
            with requested_by(3, "192.0.2.3"), pytest.raises(SlowWorkBusy), turn(KIND):
                pytest.fail("it has waited for nobody")
        finally:
            is_gone.reset(token)
        assert waiting() == 0


def test_work_outside_of_requests_waits_however_many_there_are(pool: ThreadPoolExecutor) -> None:
    def work() -> str:
        with turn(KIND):
            return "done"

    with two_at_work(pool):
        works = [pool.submit(work) for _ in range(KIND.waiting + 2)]
        wait_until(lambda: waiting() == len(works))
    assert [each.result(PATIENCE_SECONDS) for each in works] == ["done"] * len(works)


def test_most_of_a_servers_threads_are_left_for_others() -> None:
    from config.api import THREADS

    assert sum(kind.at_a_time + kind.waiting for kind in KINDS) <= THREADS * 2 // 3
    assert sum(kind.waiting for kind in KINDS) <= THREADS // 3


def test_the_server_in_front_is_told_of_refusals() -> None:
    told: list[float] = []
    token = on_refusal.set(told.append)
    try:
        with requested_by(1, "192.0.2.1"):
            places = [take_place(KIND) for _ in range(KIND.places_per_person)]
            assert not told
            with pytest.raises(Throttled):
                take_place(KIND)
    finally:
        on_refusal.reset(token)
    assert told == [turns.RETRY_SECONDS]
    for each in places:
        each.release()
