"""Call the cache that all processes share, with a circuit breaker for when it is unavailable.

After a failure the cache is not called for PAUSE_SECONDS. Then one request tries it again, while
the others do without until that call returns, so a cache that hangs delays one request at a time.
"""

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.cache import cache
from django.utils.asyncio import async_unsafe
from redis.exceptions import RedisError

from infrastructure.shared_cache.backends import LocMemCache

PAUSE_SECONDS = 5.0

logger = logging.getLogger(__name__)
# Until when the cache is not called, by the monotonic clock; 0 while it is available.
_unavailable_until = 0.0
_lock = threading.Lock()
_local = LocMemCache("shared_cache", {"OPTIONS": {"MAX_ENTRIES": 20_000}})


class CacheUnavailable(Exception):
    """The shared cache is unavailable at the moment."""


@async_unsafe
def call(method: str, *arguments: Any) -> Any:
    """Call a method of the shared cache and return its result. Raises: CacheUnavailable."""
    global _unavailable_until
    is_trial = _is_trial()
    try:
        return getattr(cache, method)(*arguments)
    except RedisError as error:
        is_trial = False
        _unavailable_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("The shared cache is unavailable; each process counts for itself: %s", error)
        raise CacheUnavailable from None
    finally:
        if is_trial:
            _unavailable_until = 0.0


def _is_trial() -> bool:
    """Return whether this call is the one that tries a failed cache again.

    Raises: CacheUnavailable while it is not to be called.
    """
    global _unavailable_until
    if not _unavailable_until:
        return False
    with _lock:
        now = time.monotonic()
        if now < _unavailable_until:
            raise CacheUnavailable
        if _unavailable_until:
            # Keep other threads from trying it meanwhile.
            _unavailable_until = now + PAUSE_SECONDS
            return True
        return False


def call_or_local(method: str, *arguments: Any) -> Any:
    """As `call`, but use a cache of this process while the shared one is unavailable."""
    try:
        return call(method, *arguments)
    except CacheUnavailable:
        return getattr(_local, method)(*arguments)


def incr_many(counts: Mapping[str, float], *, by: int = 1) -> list[int]:
    """Add `by` to each counter; return the new values. `counts` maps keys to lifetimes."""
    found: list[int] = call_or_local("incr_many", counts, by)
    return found


def decr_many(keys: Iterable[str]) -> None:
    """Subtract one from each counter that has not expired."""
    call_or_local("decr_many", keys)


def reset() -> None:
    """Close the circuit breaker and clear this process's own cache."""
    global _unavailable_until
    _unavailable_until = 0.0
    _local.clear()
