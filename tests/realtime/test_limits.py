"""Limits on frames, sockets and handshakes."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.client_ip import client_ip_of_scope
from realtime import limits
from realtime.limits import (
    FRAMES_PER_SECOND,
    MAX_FRAMES_AT_ONCE,
    HandshakeThrottle,
    TokenBucket,
    TooManySockets,
    socket_slot,
)
from reservations.models import Event
from tests.factories import Clock


def test_frames_are_limited_by_a_burst_and_a_rate() -> None:
    clock = Clock()
    bucket = TokenBucket(
        capacity=MAX_FRAMES_AT_ONCE,
        per_second=FRAMES_PER_SECOND,
        clock=lambda: clock.now.timestamp(),
    )
    assert all(bucket.take() for _ in range(MAX_FRAMES_AT_ONCE))
    assert not bucket.take()
    clock.advance(1)
    assert sum(bucket.take() for _ in range(10)) == 5
    clock.advance(3_600)
    assert sum(bucket.take() for _ in range(100)) == MAX_FRAMES_AT_ONCE


def test_sockets_are_limited_per_address_until_they_close(settings: Any) -> None:
    settings.SEATCAST_SOCKETS_PER_ADDRESS = 2
    with socket_slot("a"), socket_slot("a"), socket_slot("b"):
        with pytest.raises(TooManySockets), socket_slot("a"):
            pass
        with socket_slot("b"):
            pass
    with socket_slot("a"), socket_slot("a"):
        pass


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "1.1.1.1"),
        (1, "6.6.6.6", "6.6.6.6"),
        (1, "6.6.6.6, 7.7.7.7", "7.7.7.7"),
        (2, "6.6.6.6, 7.7.7.7", "6.6.6.6"),
        (2, "6.6.6.6", "6.6.6.6"),
        (1, "", "1.1.1.1"),
        (1, "2001:db8::1", "2001:db8::/64"),
        (1, "2001:db8::ffff:1", "2001:db8::/64"),
        (1, "::ffff:6.6.6.6", "6.6.6.6"),
    ],
)
def test_the_network_of_a_socket_is_taken_from_trusted_proxies(
    settings: Any, proxies: int, forwarded: str, address: str
) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    scope = {"client": ("1.1.1.1", 5), "headers": [(b"x-forwarded-for", forwarded.encode())]}
    assert client_ip_of_scope(scope) == address


def _handshakes(clock: Clock) -> HandshakeThrottle:
    return HandshakeThrottle(clock=lambda: clock.now.timestamp())


def test_handshakes_are_limited_by_a_burst_and_a_rate_per_network(
    settings: Any,
) -> None:
    settings.SEATCAST_HANDSHAKES_PER_ADDRESS_PER_MINUTE = 60
    clock = Clock()
    handshakes = _handshakes(clock)
    assert not any(handshakes.take("a") for _ in range(60))
    assert 0 < handshakes.take("a") <= 1
    assert not handshakes.take("b")
    clock.advance(2)
    assert [bool(handshakes.take("a")) for _ in range(3)] == [False, False, True]
    clock.advance(3_600)
    assert [handshakes.take("a") > 0 for _ in range(100)].count(False) == 60


def test_refused_handshakes_do_not_count(settings: Any) -> None:
    settings.SEATCAST_HANDSHAKES_PER_ADDRESS_PER_MINUTE = 60
    clock = Clock()
    handshakes = _handshakes(clock)
    for _ in range(10_000):
        handshakes.take("a")
    clock.advance(1)
    assert not handshakes.take("a")


def test_the_number_of_tracked_networks_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_NETWORKS", 10)
    handshakes = HandshakeThrottle()
    for number in range(1_000):
        handshakes.take(f"network {number % 7}")
        handshakes.take(f"another {number}")
    assert len(handshakes._buckets) == 10


async def test_exceeding_the_sockets_of_an_address_closes_with_4429(
    watching: Callable[..., Any], event: Event, settings: Any
) -> None:
    settings.SEATCAST_SOCKETS_PER_ADDRESS = 1
    async with watching(event.pk) as first:
        await first.frame()
        async with watching(event.pk) as second:
            assert await second.close_code() == 4429
    async with watching(event.pk) as third:
        await third.frame()


async def test_a_flood_of_frames_closes_the_socket(
    watching: Callable[..., Any], event: Event
) -> None:
    async with watching(event.pk) as socket:
        await socket.frame()
        for _ in range(MAX_FRAMES_AT_ONCE + 2):
            await socket.send('{"type": "seen", "seq": 0}')
        assert await socket.close_code() == 1008
