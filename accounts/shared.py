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

from accounts.caches import LocMemCache

PAUSE_SECONDS = 5.0

logger = logging.getLogger(__name__)
# Until when it is left alone; 0 while it answers.
_away_until = 0.0
_deciding = threading.Lock()
_own = LocMemCache("accounts", {"OPTIONS": {"MAX_ENTRIES": 20_000}})


class Away(Exception):
    """The cache cannot be reached just now."""


@async_unsafe
def ask(method: str, *arguments: Any) -> Any:
    """Return what a method of the cache returns. Raises: Away."""
    global _away_until
    is_trial = _is_trial()
    try:
        return getattr(cache, method)(*arguments)
    except RedisError as error:
        is_trial = False
        _away_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("The cache is away; each process goes by what it knows itself: %s", error)
        raise Away from None
    finally:
        if is_trial:
            _away_until = 0.0


def _is_trial() -> bool:
    """Tell whether the cache has failed and it is time to try it again. Raises: Away before."""
    global _away_until
    if not _away_until:
        return False
    with _deciding:
        now = time.monotonic()
        if now < _away_until:
            raise Away
        if _away_until:
            # Nobody else tries it meanwhile.
            _away_until = now + PAUSE_SECONDS
            return True
        return False


def ask_or_own(method: str, *arguments: Any) -> Any:
    """As `ask`, or while the cache is away, of one that this process has for itself."""
    try:
        return ask(method, *arguments)
    except Away:
        return getattr(_own, method)(*arguments)


def count(counts: Mapping[str, float], *, by: int = 1) -> list[int]:
    """Add to counts, given with the seconds each lasts from its beginning; return them."""
    found: list[int] = ask_or_own("count", counts, by)
    return found


def take_back(keys: Iterable[str]) -> None:
    """Take one off each of these counts that has not ended."""
    ask_or_own("take_back", keys)


def forget() -> None:
    """Try the cache again at once, and forget what this process counted for itself."""
    global _away_until
    _away_until = 0.0
    _own.clear()
