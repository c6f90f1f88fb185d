"""Limits per client: handshakes and sockets per network, and frames per socket."""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from infrastructure.security_log.networks import counted_networks, is_any_full

MAX_FRAMES_AT_ONCE = 20
FRAMES_PER_SECOND = 5.0
MAX_SUBSCRIBES_AT_ONCE = 10
SUBSCRIBES_PER_SECOND = 2.0
MAX_NETWORKS = 50_000
"""How many networks' handshakes are counted at a time; the least recently seen is evicted."""


class TooManySockets(Exception):
    """The network has reached its limit of sockets in this process."""


class TokenBucket:
    """A token bucket: `capacity` tokens, refilled at `per_second`."""

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
        """Take one token; return False if there is none."""
        now = self._clock()
        self._tokens = min(self._tokens + (now - self._since) * self._per_second, self._capacity)
        self._since = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def wait_seconds(self) -> float:
        """Return in how many seconds the next token will be available."""
        return max(0.0, 1 - self._tokens) / self._per_second


def frame_bucket() -> TokenBucket:
    """Return the token bucket for the frames that a client may send in one socket."""
    return TokenBucket(capacity=MAX_FRAMES_AT_ONCE, per_second=FRAMES_PER_SECOND)


def subscribe_bucket() -> TokenBucket:
    """Return the token bucket for a client's changes of subscription that are answered at once."""
    return TokenBucket(capacity=MAX_SUBSCRIBES_AT_ONCE, per_second=SUBSCRIBES_PER_SECOND)


class HandshakeThrottle:
    """Limits the sockets that each network may open per minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def take(self, client: str) -> float:
        """Count a handshake for the client's network and those around it.

        Return 0, or the number of seconds to wait if the limit of one is reached.
        """
        for network, times in counted_networks(client):
            if wait_seconds := self._take(network, times=times):
                return wait_seconds
        return 0.0

    def _take(self, network: str, *, times: int) -> float:
        bucket = self._buckets.get(network)
        if bucket is None:
            per_minute = float(settings.SEATCAST_HANDSHAKES_PER_ADDRESS_PER_MINUTE) * times
            bucket = TokenBucket(capacity=per_minute, per_second=per_minute / 60, clock=self._clock)
            self._buckets[network] = bucket
            if len(self._buckets) > MAX_NETWORKS:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(network)
        return 0.0 if bucket.take() else bucket.wait_seconds()


handshakes = HandshakeThrottle()
"""Limits the sockets and event streams that each network opens in this process."""

_sockets: Counter[str] = Counter()


@contextmanager
def socket_slot(client: str) -> Iterator[None]:
    """Count a socket or event stream for a client's networks while the context is open.

    Raises: TooManySockets.
    """
    networks = counted_networks(client)
    if is_any_full(networks, _sockets, most=settings.SEATCAST_SOCKETS_PER_ADDRESS):
        raise TooManySockets
    for network, _ in networks:
        _sockets[network] += 1
    try:
        yield
    finally:
        for network, _ in networks:
            _sockets[network] -= 1
            if not _sockets[network]:
                del _sockets[network]
