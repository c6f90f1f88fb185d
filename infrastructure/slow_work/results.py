"""Results of slow work, kept for a while by what they were made from.

In memory, and of each process alone: results may be personal data, which nothing else then has to
erase, and they are there while Redis is away. They last for minutes, like a response on its way.
"""

import hashlib
import threading
import time
from collections import OrderedDict


class Results:
    """The newest results, at most `max_bytes` of them, for `seconds`. Thread-safe."""

    def __init__(self, *, max_bytes: int, seconds: float) -> None:
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._lock = threading.Lock()
        self._found: OrderedDict[bytes, tuple[float, bytes]] = OrderedDict()
        self._bytes = 0

    def get(self, content: bytes) -> bytes | None:
        """Return the result of work on `content`, if it is kept."""
        with self._lock:
            self._drop_old()
            found = self._found.get(_key(content))
            return found[1] if found else None

    def put(self, content: bytes, result: bytes) -> None:
        """Keep the result of work on `content`, and drop the oldest ones if there are too many."""
        with self._lock:
            key = _key(content)
            if key not in self._found:
                self._bytes += len(result)
                self._found[key] = time.monotonic() + self._seconds, result
            self._drop_old()

    def clear(self) -> None:
        """Drop all results."""
        with self._lock:
            self._found.clear()
            self._bytes = 0

    def _drop_old(self) -> None:
        while self._found:
            key, (ends_at, result) = next(iter(self._found.items()))
            if ends_at > time.monotonic() and self._bytes <= self._max_bytes:
                break
            del self._found[key]
            self._bytes -= len(result)


def _key(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
