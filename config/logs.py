"""Log records that say the same thing again and again."""

import logging
import time
from collections.abc import Callable

QUIET_SECONDS = 60.0


class OncePerMinute(logging.Filter):
    """Lets a message pass, and then none of the same logger and text for a minute.

    For what is tried twice a second while a server is away: once is news, the rest is noise.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._passed: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now, key = self._clock(), (record.name, str(record.msg))
        if now - self._passed.get(key, -QUIET_SECONDS) < QUIET_SECONDS:
            return False
        self._passed[key] = now
        return True
