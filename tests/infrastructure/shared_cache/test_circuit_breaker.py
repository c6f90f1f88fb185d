"""The circuit breaker of the shared cache."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any

import pytest
from django.core.cache import cache
from redis.exceptions import RedisError

from infrastructure import shared_cache

PATIENCE_SECONDS = 120


class HangingCache:
    """A cache whose calls block until the test lets them return or fail."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_asked = threading.Event()
        self.answers = threading.Event()
        self.answer: Callable[[str], Any] = self.fail

    def get(self, key: str) -> Any:
        self.asked += 1
        self.is_asked.set()
        assert self.answers.wait(PATIENCE_SECONDS), "nobody should wait for this"
        return self.answer(key)

    def fail(self, key: str) -> None:
        raise RedisError(key)


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[HangingCache]:
    """A cache that has failed and is due to be tried again."""
    hanging = HangingCache()
    monkeypatch.setattr(shared_cache, "cache", hanging)
    monkeypatch.setattr(shared_cache, "_unavailable_until", 0.001)
    yield hanging
    hanging.answers.set()


def _one_waits(pool: ThreadPoolExecutor, hanging: HangingCache) -> Any:
    trial = pool.submit(shared_cache.call, "get", "seat")
    assert hanging.is_asked.wait(PATIENCE_SECONDS)
    return trial


def test_a_hanging_cache_delays_one_request_at_a_time(hanging: HangingCache) -> None:
    with ThreadPoolExecutor(1) as pool:
        trial = _one_waits(pool, hanging)
        for _ in range(3):
            with pytest.raises(shared_cache.CacheUnavailable):
                shared_cache.call("get", "seat")
        assert hanging.asked == 1
        hanging.answers.set()
        assert isinstance(trial.exception(PATIENCE_SECONDS), shared_cache.CacheUnavailable)
    with pytest.raises(shared_cache.CacheUnavailable):
        shared_cache.call("get", "seat")
    assert hanging.asked == 1


@pytest.mark.parametrize("error", [None, ValueError])
def test_a_cache_that_has_recovered_is_used_by_all_requests(
    hanging: HangingCache, error: type[Exception] | None
) -> None:
    def answer(key: str) -> str:
        if error and hanging.asked == 1:
            raise error
        return key

    hanging.answer = answer
    with ThreadPoolExecutor(1) as pool:
        trial = _one_waits(pool, hanging)
        with pytest.raises(shared_cache.CacheUnavailable):
            shared_cache.call("get", "seat")
        hanging.answers.set()
        assert type(trial.exception(PATIENCE_SECONDS)) is (error or type(None))
    assert [shared_cache.call("get", "seat") for _ in range(2)] == ["seat", "seat"]


@pytest.mark.redis
def test_requests_share_the_connections_of_the_cache() -> None:
    def connections_made() -> int:
        client: Any = cache._client()  # type: ignore[attr-defined]
        return int(client.info("stats")["total_connections_received"])

    def request() -> int:
        # Servers run each request in a context of its own.
        return Context().run(shared_cache.incr_many, {"visits": 60.0})[0]

    request()
    before = connections_made()
    first = request()
    assert [request() for _ in range(20)] == [*range(first + 1, first + 21)]
    assert connections_made() == before
