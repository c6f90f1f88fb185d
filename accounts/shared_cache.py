"""The cache that all processes share, and doing without it while it cannot be reached.

Once it has failed it is left alone for PAUSE_SECONDS. Then one request tries it; the others go on
without it until that has been answered, so that a cache that hangs delays one of them at a time.
"""

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.cache import cache
from django.utils.asyncio import async_unsafe
from redis.exceptions import RedisError

from accounts.cache_backends import LocMemCache

PAUSE_SECONDS = 5.0

logger = logging.getLogger(__name__)
# Until when it is left alone; 0 while it answers.
_unavailable_until = 0.0
_lock = threading.Lock()
_local = LocMemCache("accounts", {"OPTIONS": {"MAX_ENTRIES": 20_000}})


class CacheUnavailable(Exception):
    """The cache cannot be reached just now."""


@async_unsafe
def call(method: str, *arguments: Any) -> Any:
    """Return what a method of the cache returns. Raises: Away."""
    global _unavailable_until
    is_trial = _is_trial()
    try:
        return getattr(cache, method)(*arguments)
    except RedisError as error:
        is_trial = False
        _unavailable_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("The cache is away; each process goes by what it knows itself: %s", error)
        raise CacheUnavailable from None
    finally:
        if is_trial:
            _unavailable_until = 0.0


def _is_trial() -> bool:
    """Tell whether the cache has failed and it is time to try it again. Raises: Away before."""
    global _unavailable_until
    if not _unavailable_until:
        return False
    with _lock:
        now = time.monotonic()
        if now < _unavailable_until:
            raise CacheUnavailable
        if _unavailable_until:
            # Nobody else tries it meanwhile.
            _unavailable_until = now + PAUSE_SECONDS
            return True
        return False


def call_or_local(method: str, *arguments: Any) -> Any:
    """As `call`, or while the cache is away, of one that this process has for itself."""
    try:
        return call(method, *arguments)
    except CacheUnavailable:
        return getattr(_local, method)(*arguments)


def incr_many(counts: Mapping[str, float], *, by: int = 1) -> list[int]:
    """Add to counts, given with the seconds each lasts from its beginning; return them."""
    found: list[int] = call_or_local("incr_many", counts, by)
    return found


def decr_many(keys: Iterable[str]) -> None:
    """Take one off each of these counts that has not ended."""
    call_or_local("decr_many", keys)


def reset() -> None:
    """Try the cache again at once, and forget what this process counted for itself."""
    global _unavailable_until
    _unavailable_until = 0.0
    _local.clear()
