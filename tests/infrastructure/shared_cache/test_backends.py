"""Values from Redis are parsed as data, whoever has written them."""

import pickle
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache, caches

from infrastructure import shared_cache
from infrastructure.shared_cache.serializer import JsonSerializer
from tests.concurrent_commands import at_once


@pytest.mark.parametrize("value", [7, True, 1.5, "text", None, ["a", 1], {"name": "Jörg"}])
def test_a_stored_value_is_read_back(value: object) -> None:
    written = JsonSerializer().dumps(value)
    found = JsonSerializer().loads(written if isinstance(written, bytes) else b"%d" % written)
    assert (found, type(found)) == (value, type(value))


def test_foreign_values_are_read_as_none() -> None:
    for written in (pickle.dumps({"user_id": 1}), b"", b"{", b"\xff"):
        assert JsonSerializer().loads(written) is None


@pytest.mark.redis
def test_redis_can_increment_stored_integers() -> None:
    cache.set("words", ["a"], 60)
    cache.set("number", 1, 60)
    assert (cache.get("words"), cache.incr("number"), cache.get("number")) == (["a"], 2, 2)


@pytest.mark.both_databases
def test_counters_restart_when_they_expire() -> None:
    counts = {"long": 600.0, "short": 600.0}
    assert shared_cache.incr_many(counts) == [1, 1]
    assert shared_cache.incr_many({"long": 600.0, "other": 600.0}, by=3) == [4, 3]
    cache.delete("short")
    shared_cache.decr_many(["long", "short", "never"])
    assert shared_cache.incr_many(counts) == [4, 1]


@pytest.mark.both_databases
def test_parallel_increments_return_different_numbers() -> None:
    # Connections of other threads would stay open.
    one: Any = caches["default"]
    numbers: list[Any] = at_once([partial(one.incr_many, {"tries": 600.0}, 1) for _ in range(40)])
    assert sorted(number for [number] in numbers) == list(range(1, 41))


@pytest.mark.redis
def test_counters_in_redis_expire() -> None:
    shared_cache.incr_many({"tries": 600.0})
    shared_cache.decr_many(["tries", "ended"])
    redis: Any = caches["default"]
    client = redis._cache.get_client(None)
    assert 0 < client.ttl(cache.make_key("tries")) <= 600
    assert not client.exists(cache.make_key("ended"))
