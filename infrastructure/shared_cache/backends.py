"""Cache backends with atomic counters: several in one round trip, each with its own lifetime.

No two callers, in whatever processes, get the same value of a counter.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from django.core.cache.backends import locmem, redis

# An expired counter is skipped: DECR would create it again, without a lifetime.
_DECR_MANY = """
for _, key in ipairs(KEYS) do
    if redis.call('exists', key) == 1 then redis.call('decr', key) end
end
"""


# By server and parameters. Each has a pool of connections.
_clients: dict[str, Any] = {}


class RedisCache(redis.RedisCache):
    """Counters for all processes.

    Django makes a new cache for each request, because each runs in a context of its own. They share
    their connections.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        # Django would split a URL of several Sentinels at its commas.
        super().__init__([server], params)
        self._shared_by = f"{server} {params}"

    def incr_many(self, counts: Mapping[str, float], by: int) -> list[int]:
        """Add `by` to each counter; return the new values. `counts` maps keys to lifetimes."""
        with self._client().pipeline() as together:
            for key, seconds in zip(self._names(counts), counts.values(), strict=True):
                together.set(key, 0, nx=True, px=max(1, int(seconds * 1000)))
                together.incrby(key, by)
            return [int(total) for total in together.execute()[1::2]]

    def decr_many(self, keys: Iterable[str]) -> None:
        """Subtract one from each counter that has not expired."""
        if names := self._names(keys):
            self._client().eval(_DECR_MANY, len(names), *names)

    @cached_property
    def _cache(self) -> Any:
        return _clients.setdefault(self._shared_by, super()._cache)

    def _client(self) -> Any:
        return self._cache.get_client(None, write=True)

    def _names(self, keys: Iterable[str]) -> list[str]:
        return [self.make_and_validate_key(key) for key in keys]


class LocMemCache(locmem.LocMemCache):
    """Counters for one process."""

    def incr_many(self, counts: Mapping[str, float], by: int) -> list[int]:
        """Add `by` to each counter; return the new values. `counts` maps keys to lifetimes."""
        return [self._incr(key, by, seconds) for key, seconds in counts.items()]

    def decr_many(self, keys: Iterable[str]) -> None:
        """Subtract one from each counter that has not expired."""
        for key in keys:
            try:
                self.decr(key)
            except ValueError:
                continue

    def _incr(self, key: str, by: int, seconds: float) -> int:
        while not self.add(key, by, seconds):
            try:
                return self.incr(key, by)
            except ValueError:
                # It expired in between.
                continue
        return by
