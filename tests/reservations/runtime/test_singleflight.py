"""Singleflight: concurrent callers share one load."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any

import pytest
from django.core.exceptions import SynchronousOnlyOperation

from reservations.domain.errors import Busy
from reservations.runtime.singleflight import CoalescedCalls, SingleflightCache
from tests.concurrent_commands import PATIENCE_SECONDS, at_once, wait_until


def test_concurrent_gets_load_once() -> None:
    shared: SingleflightCache[str, object] = SingleflightCache(max_entries=1)
    everybody_asks, asked = threading.Event(), []

    def find_out() -> object:
        asked.append(True)
        assert everybody_asks.wait(PATIENCE_SECONDS)
        return object()

    def ask(number: int) -> object:
        if number == 49:
            everybody_asks.set()
        return shared.get("key", find_out)

    found = at_once([partial(ask, number) for number in range(50)])
    assert len(asked) == 1
    assert set(found) == {found[0]}


def test_a_failed_load_is_not_cached() -> None:
    shared: SingleflightCache[str, int] = SingleflightCache(max_entries=1)
    with pytest.raises(ZeroDivisionError):
        shared.get("key", lambda: 1 // 0)
    assert shared.get("key", lambda: 1) == 1


def test_the_least_recently_used_entry_is_evicted() -> None:
    shared: SingleflightCache[str, int] = SingleflightCache(max_entries=2)
    for key in ("a", "b", "a", "c"):
        shared.get(key, lambda: 1)
    assert [shared.get(key, lambda: 2) for key in ("a", "c", "b")] == [1, 1, 2]


def test_missing_keys_are_loaded_in_one_call() -> None:
    shared: SingleflightCache[str, int] = SingleflightCache(max_entries=2)
    asked = []

    def find_out(keys: Iterable[str]) -> dict[str, int]:
        asked.append(list(keys))
        return {key: len(asked) for key in keys}

    assert shared.get_all("ab", find_out) == {"a": 1, "b": 1}
    assert shared.get_all("bcde", find_out) == {"b": 1, "c": 2, "d": 2, "e": 2}
    assert shared.get_all("de", find_out) == {"d": 2, "e": 2}
    assert asked == [["a", "b"], ["c", "d", "e"]]


def test_overlapping_loads_do_not_deadlock() -> None:
    shared: SingleflightCache[str, str] = SingleflightCache(max_entries=9)
    both_ask = threading.Barrier(2)

    def ask(keys: str) -> dict[str, str]:
        shared.get(keys[0], lambda: keys)

        def find_out(unknown: Iterable[str]) -> dict[str, str]:
            return dict.fromkeys(unknown, keys)

        both_ask.wait(PATIENCE_SECONDS)
        return shared.get_all(keys, find_out)

    first, second = at_once([partial(ask, "abxy"), partial(ask, "bayx")])
    assert first == second


def test_a_failed_load_of_many_is_not_cached() -> None:
    shared: SingleflightCache[str, int] = SingleflightCache(max_entries=9)
    with pytest.raises(KeyError):
        shared.get_all("ab", lambda _: {"a": 1})
    assert shared.get_all("ab", lambda keys: dict.fromkeys(keys, 2)) == {"a": 2, "b": 2}


class _Slow:
    """Counts, and takes until it is let go."""

    def __init__(self) -> None:
        self.begun, self.let_go = threading.Semaphore(0), threading.Event()
        self._numbers = count(1)

    def __call__(self) -> int:
        self.begun.release()
        assert self.let_go.wait(PATIENCE_SECONDS)
        return next(self._numbers)


@contextmanager
def _people(rounds: CoalescedCalls[str, int]) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(20) as people:
        yield people
    assert not rounds._next


def _until_waiting(
    rounds: CoalescedCalls[str, int], people: list[Future[int]], places: int
) -> None:
    """Wait until all have taken their places."""
    everybody = places - len(people)
    wait_until(lambda: rounds._places._value == everybody)


def test_callers_during_a_call_share_the_next_one() -> None:
    rounds, slow = CoalescedCalls[str, int](max_waiting=10), _Slow()
    with _people(rounds) as people:
        first = [people.submit(rounds.get, "key", slow)]
        assert slow.begun.acquire(timeout=PATIENCE_SECONDS)
        late = [people.submit(rounds.get, "key", slow) for _ in range(9)]
        _until_waiting(rounds, first + late, 10)
        slow.let_go.set()
        assert [each.result() for each in first] == [1]
        assert {each.result() for each in late} == {2}


def test_one_call_runs_at_a_time_for_all_keys() -> None:
    rounds, slow, other = CoalescedCalls[str, int](max_waiting=10), _Slow(), _Slow()
    other.let_go.set()
    with _people(rounds) as people:
        people.submit(rounds.get, "key", slow)
        assert slow.begun.acquire(timeout=PATIENCE_SECONDS)
        late = people.submit(rounds.get, "another key", other)
        assert not other.begun.acquire(timeout=0.2)
        slow.let_go.set()
        assert late.result() == 1


def test_too_many_waiting_callers_get_busy() -> None:
    rounds, slow = CoalescedCalls[str, int](max_waiting=2), _Slow()
    with _people(rounds) as people:
        waiting = [people.submit(rounds.get, "key", slow) for _ in range(2)]
        _until_waiting(rounds, waiting, 2)
        with pytest.raises(Busy):
            rounds.get("key", slow)
        slow.let_go.set()
    assert rounds.get("key", lambda: 7) == 7


def test_a_failed_call_does_not_affect_the_next() -> None:
    rounds = CoalescedCalls[str, int](max_waiting=2)
    with pytest.raises(ZeroDivisionError):
        rounds.get("key", lambda: 1 // 0)
    assert rounds.get("key", lambda: 1) == 1


@pytest.mark.parametrize(
    "values",
    [SingleflightCache[str, int](max_entries=1), CoalescedCalls[str, int](max_waiting=1)],
    ids=["cache", "calls"],
)
def test_on_an_event_loop_load_raises_instead_of_blocking(values: Any) -> None:

    async def ask() -> None:
        with pytest.raises(SynchronousOnlyOperation):
            values.get("a", lambda: 1)

    asyncio.run(ask())
    assert values.get("a", lambda: 2) == 2
