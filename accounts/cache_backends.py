"""Caches that count: several counters in one round trip, each with its own time to live.

Of many at once, in whatever process, no two get the same number of one count.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.cache.backends import locmem, redis

# A count that has ended in between is left alone: taken from nothing it would last for good.
_DECR_MANY = """
for _, key in ipairs(KEYS) do
    if redis.call('exists', key) == 1 then redis.call('decr', key) end
end
"""


class RedisCache(redis.RedisCache):
    """Counts for all processes."""

    def incr_many(self, counts: Mapping[str, float], by: int) -> list[int]:
        """Add to counts, given with the seconds each lasts from its beginning; return them."""
        with self._client().pipeline() as together:
            for key, seconds in zip(self._names(counts), counts.values(), strict=True):
                together.set(key, 0, nx=True, px=max(1, int(seconds * 1000)))
                together.incrby(key, by)
            return [int(total) for total in together.execute()[1::2]]

    def decr_many(self, keys: Iterable[str]) -> None:
        """Take one off each of these counts that has not ended."""
        if names := self._names(keys):
            self._client().eval(_DECR_MANY, len(names), *names)

    def _client(self) -> Any:
        return self._cache.get_client(None, write=True)

    def _names(self, keys: Iterable[str]) -> list[str]:
        return [self.make_and_validate_key(key) for key in keys]


class LocMemCache(locmem.LocMemCache):
    """Counts for one process."""

    def incr_many(self, counts: Mapping[str, float], by: int) -> list[int]:
        """Add to counts, given with the seconds each lasts from its beginning; return them."""
        return [self._incr(key, by, seconds) for key, seconds in counts.items()]

    def decr_many(self, keys: Iterable[str]) -> None:
        """Take one off each of these counts that has not ended."""
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
                # It ended in between.
                continue
        return by
