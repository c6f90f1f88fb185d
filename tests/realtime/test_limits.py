from collections.abc import Callable
from typing import Any

import pytest

from realtime.limits import (
    MAX_FRAMES_AT_ONCE,
    FrameAllowance,
    TooManySockets,
    address_of,
    counted,
)
from reservations.models import Event
from tests.factories import Clock


def test_a_client_may_send_so_many_frames_at_once_and_then_so_many_a_second() -> None:
    clock = Clock()
    allowance = FrameAllowance(clock=lambda: clock.now.timestamp())
    assert all(allowance.take() for _ in range(MAX_FRAMES_AT_ONCE))
    assert not allowance.take()
    clock.advance(1)
    assert sum(allowance.take() for _ in range(10)) == 4
    clock.advance(3_600)
    assert sum(allowance.take() for _ in range(100)) == MAX_FRAMES_AT_ONCE


def test_an_address_has_so_many_sockets_and_gets_them_back(settings: Any) -> None:
    settings.SEATCAST_SOCKETS_PER_ADDRESS = 2
    with counted("a"), counted("a"), counted("b"):
        with pytest.raises(TooManySockets), counted("a"):
            pass
        with counted("b"):
            pass
    with counted("a"), counted("a"):
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
    ],
)
def test_the_address_is_what_the_trusted_proxies_say(
    settings: Any, proxies: int, forwarded: str, address: str
) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    scope = {"client": ("1.1.1.1", 5), "headers": [(b"x-forwarded-for", forwarded.encode())]}
    assert address_of(scope) == address


async def test_one_socket_too_many_is_closed_with_a_code_that_says_so(
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
