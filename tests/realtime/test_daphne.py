"""What `realtime.daphne` patches."""

import asyncio
from collections.abc import Callable

import pytest
from daphne.ws_protocol import WebSocketProtocol

import config.asgi  # noqa: F401 - which patches Daphne
from realtime import daphne


async def test_a_client_that_keeps_sending_is_still_pinged() -> None:
    protocol = WebSocketProtocol()
    protocol.client_addr, protocol.application_queue = None, asyncio.Queue()
    protocol._perMessageCompress = None
    protocol.last_ping = 5.0
    protocol.onMessage(b'{"type":"seen","seq":0}', False)
    assert protocol.last_ping == 5.0
    assert protocol.application_queue.get_nowait()["text"] == '{"type":"seen","seq":0}'


def test_the_server_stops_an_iteration_after_its_last_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Reactor:
        """Calls what is due when `turn` is called."""

        is_stopped = False

        def __init__(self) -> None:
            self._due: list[Callable[[], None]] = []

        def callLater(self, _: float, call: Callable[[], None]) -> None:  # noqa: N802
            self._due.append(call)

        def stop(self) -> None:
            self.is_stopped = True

        def turn(self) -> None:
            self._due.pop()()

    reactor, requests = Reactor(), daphne._RequestCounter(None)
    monkeypatch.setattr(daphne, "_reactor", reactor)
    requests.in_flight = 1
    daphne._stop_when_idle(requests, was_idle=False, earliest=0.0, latest=float("inf"))
    requests.in_flight = 0
    # The response may have been made in this iteration: it is not written yet.
    reactor.turn()
    assert not reactor.is_stopped
    reactor.turn()
    assert reactor.is_stopped
