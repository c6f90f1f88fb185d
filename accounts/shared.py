"""The cache that all processes share, and doing without it while it cannot be reached.

Once it has failed it is left alone for PAUSE_SECONDS. Then one request tries it; the others go on
without it until that has been answered, so that a cache that hangs delays one of them at a time.
"""

import logging
import threading
import time
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from redis.exceptions import RedisError

PAUSE_SECONDS = 5.0

logger = logging.getLogger(__name__)
# Until when it is left alone; 0 while it answers.
_away_until = 0.0
_deciding = threading.Lock()
_own = LocMemCache("accounts", {"OPTIONS": {"MAX_ENTRIES": 20_000}})


class Away(Exception):
    """The cache cannot be reached just now."""


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


def count(key: str, *, by: int = 1, seconds: float) -> int:
    """Add to a count that begins anew so many seconds after it began; return it.

    Of many at once, in whatever process, no two get the same number.
    """
    while not ask_or_own("add", key, by, seconds):
        try:
            total = int(ask_or_own("incr", key, by))
        except ValueError:
            # It ended in between.
            continue
        if total == by:
            # It ended in between too, and would now last for good.
            ask_or_own("touch", key, seconds)
        return total
    return by


def take_back(key: str) -> None:
    """Take one off a count that has not begun anew."""
    try:
        ask_or_own("decr", key)
    except ValueError:
        return


def forget() -> None:
    """Try the cache again at once, and forget what this process counted for itself."""
    global _away_until
    _away_until = 0.0
    _own.clear()
