"""What one client may take: sockets from one address, and frames in one socket."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from rest_framework.settings import api_settings

MAX_FRAMES_AT_ONCE = 20
FRAMES_PER_SECOND = 5.0


class TooManySockets(Exception):
    """The address has as many sockets in this process as it may have."""


class FrameAllowance:
    """How many frames a client may send: some at once, and then so many a second."""

    __slots__ = ("_clock", "_left", "_since")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left = float(MAX_FRAMES_AT_ONCE)
        self._since = clock()

    def take(self) -> bool:
        """Count a frame; return False when it is one too many."""
        now = self._clock()
        gained = (now - self._since) * FRAMES_PER_SECOND
        self._left = min(self._left + gained, float(MAX_FRAMES_AT_ONCE)) - 1
        self._since = now
        return self._left >= 0


_sockets: Counter[str] = Counter()


@contextmanager
def counted(address: str) -> Iterator[None]:
    """Count a socket of an address while it is open. Raises: TooManySockets."""
    if _sockets[address] >= settings.SEATCAST_SOCKETS_PER_ADDRESS:
        raise TooManySockets
    _sockets[address] += 1
    try:
        yield
    finally:
        _sockets[address] -= 1
        if not _sockets[address]:
            del _sockets[address]


def address_of(scope: dict[str, Any]) -> str:
    """Return the client's address; behind proxies what the outermost trusted one says it is."""
    peer = str((scope.get("client") or ("",))[0])
    proxies = int(api_settings.NUM_PROXIES or 0)
    if not proxies:
        return peer
    forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    addresses = b",".join(forwarded).decode("latin-1").split(",")
    return addresses[-min(proxies, len(addresses))].strip() or peer
