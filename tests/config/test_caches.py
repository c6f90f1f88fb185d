"""What is read from Redis is data, whoever has written it."""

import pickle

import pytest
from django.core.cache import cache

from config.caches import JsonSerializer


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
