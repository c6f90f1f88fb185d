"""What is read from Redis is data, whoever has written it."""

import pickle
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache, caches

from accounts import shared_cache
from config.caches import JsonSerializer
from tests.crowd import at_once


@pytest.mark.parametrize("value", [7, True, 1.5, "text", None, ["a", 1], {"name": "Jörg"}])
def test_what_was_written_is_read(value: object) -> None:
    written = JsonSerializer().dumps(value)
    found = JsonSerializer().loads(written if isinstance(written, bytes) else b"%d" % written)
    assert (found, type(found)) == (value, type(value))


def test_what_others_have_written_is_nothing() -> None:
    for written in (pickle.dumps({"user_id": 1}), b"", b"{", b"\xff"):
        assert JsonSerializer().loads(written) is None


@pytest.mark.redis
def test_redis_has_it_so_and_counts_with_it() -> None:
    cache.set("words", ["a"], 60)
    cache.set("number", 1, 60)
    assert (cache.get("words"), cache.incr("number"), cache.get("number")) == (["a"], 2, 2)


@pytest.mark.both_databases
def test_counts_begin_anew_when_their_time_is_over_each_after_its_own() -> None:
    counts = {"long": 600.0, "short": 600.0}
    assert shared_cache.incr_many(counts) == [1, 1]
    assert shared_cache.incr_many({"long": 600.0, "other": 600.0}, by=3) == [4, 3]
    cache.delete("short")
    shared_cache.decr_many(["long", "short", "never"])
    assert shared_cache.incr_many(counts) == [4, 1]


@pytest.mark.both_databases
def test_of_many_who_count_at_once_no_two_get_the_same_number() -> None:
    # The connections of a thread's own would be left open.
    one: Any = caches["default"]
    numbers: list[Any] = at_once([partial(one.incr_many, {"tries": 600.0}, 1) for _ in range(40)])
    assert sorted(number for [number] in numbers) == list(range(1, 41))


@pytest.mark.redis
def test_in_redis_every_count_ends_by_itself() -> None:
    shared_cache.incr_many({"tries": 600.0})
    shared_cache.decr_many(["tries", "ended"])
    redis: Any = caches["default"]
    client = redis._cache.get_client(None)
    assert 0 < client.ttl(cache.make_key("tries")) <= 600
    assert not client.exists(cache.make_key("ended"))
