"""What one client may take: handshakes and sockets from one network, and frames in one socket."""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

MAX_FRAMES_AT_ONCE = 20
FRAMES_PER_SECOND = 5.0
MAX_NETWORKS = 50_000
"""Whose handshakes are counted at a time. Who was not heard of for longest is forgotten first."""


class TooManySockets(Exception):
    """The network has as many sockets in this process as it may have."""


class TokenBucket:
    """How much a client may do: so much at once, and then so much a second."""

    __slots__ = ("_capacity", "_clock", "_per_second", "_since", "_tokens")

    def __init__(
        self, *, capacity: float, per_second: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._capacity = capacity
        self._per_second = per_second
        self._clock = clock
        self._tokens = capacity
        self._since = clock()

    def take(self) -> bool:
        """Take one; return False when there is none."""
        now = self._clock()
        self._tokens = min(self._tokens + (now - self._since) * self._per_second, self._capacity)
        self._since = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def wait_seconds(self) -> float:
        """Return how long it took until there would be one, when there was none."""
        return max(0.0, 1 - self._tokens) / self._per_second


def frame_allowance() -> TokenBucket:
    """Return how many frames a client may send in one socket."""
    return TokenBucket(capacity=MAX_FRAMES_AT_ONCE, per_second=FRAMES_PER_SECOND)


class HandshakeThrottle:
    """How many sockets each network may open: a minute's worth at once, then as many a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def take(self, network: str) -> float:
        """Count a handshake; return 0, or in how many seconds there is room for the next one."""
        bucket = self._buckets.get(network)
        if bucket is None:
            per_minute = float(settings.SEATCAST_HANDSHAKES_PER_ADDRESS_PER_MINUTE)
            bucket = TokenBucket(capacity=per_minute, per_second=per_minute / 60, clock=self._clock)
            self._buckets[network] = bucket
            if len(self._buckets) > MAX_NETWORKS:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(network)
        return 0.0 if bucket.take() else bucket.wait_seconds()


_sockets: Counter[str] = Counter()


@contextmanager
def socket_slot(network: str) -> Iterator[None]:
    """Count a socket of a network while it is open. Raises: TooManySockets."""
    if _sockets[network] >= settings.SEATCAST_SOCKETS_PER_ADDRESS:
        raise TooManySockets
    _sockets[network] += 1
    try:
        yield
    finally:
        _sockets[network] -= 1
        if not _sockets[network]:
            del _sockets[network]
