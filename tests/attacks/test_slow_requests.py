"""Slow requests and slow readers do not delay others, and are cut off."""

from contextlib import ExitStack
from select import select
from types import SimpleNamespace
from typing import Any

import pytest
from daphne.http_protocol import HTTPFactory
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransportWithDisconnection
from websockets.sync.client import connect

import config.asgi  # noqa: F401 - teaches Daphne what it has to be taught
from deploy.stack_services import HOST
from tests.attacks import recorder
from tests.attacks.proxied import (
    ANSWER_SECONDS,
    PATIENCE_SECONDS,
    SLOW_PATH,
    WRITE_SECONDS,
    Front,
    is_hung_up_on,
)
from tests.concurrent_commands import wait_until

pytestmark = pytest.mark.any_database

MANY = 100
# Ten times the proxy's body timeout in these tests.
DROPS, DROP_SECONDS = b"a" * 200, 0.05

BEGINNINGS = {
    "nothing": b"",
    "half a line": b"GET /api/ev",
    "a header without end": b"POST /api/login/ HTTP/1.1\r\nHost: localhost\r\nX: ",
}
_POST = b"POST %s HTTP/1.1\r\nHost: localhost\r\n"
BODIES = {
    "half a body": _POST % b"/api/login/" + b"Content-Length: 5000\r\n\r\n{",
    "none of a body": _POST % b"/api/login/" + b"Content-Length: 5000\r\n\r\n",
    "half a chunk": _POST % b"/api/login/" + b"Transfer-Encoding: chunked\r\n\r\n1388\r\n{",
    "a body for a socket server": _POST % b"/ws/events/1/" + b"Content-Length: 5000\r\n\r\n{",
}


@pytest.mark.parametrize("data", BEGINNINGS.values(), ids=BEGINNINGS)
def test_a_slow_header_is_cut_off(data: bytes, front: Front) -> None:
    with front.connect() as peer:
        peer.sendall(data)
        assert is_hung_up_on(peer, DROPS, every=DROP_SECONDS)
    assert front.arrived() == []


@pytest.mark.parametrize("data", BODIES.values(), ids=BODIES)
def test_a_slow_body_is_cut_off(data: bytes, front: Front) -> None:
    with front.connect() as peer:
        peer.sendall(data)
        assert is_hung_up_on(peer, DROPS, every=DROP_SECONDS)
    assert all(request["path"].startswith("/ws/") for request in front.arrived())


def test_many_slow_requests_do_not_delay_others(front: Front) -> None:
    with ExitStack() as stack:
        for number in range(MANY):
            peer = stack.enter_context(front.connect())
            peer.sendall((*BEGINNINGS.values(), *BODIES.values())[number % 6])
        for path in (SLOW_PATH, "/ws/me/"):
            data = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            assert front.say(data.encode()).startswith(b"HTTP/1.1 200 ")


def test_an_unread_response_does_not_delay_others(front: Front) -> None:
    with front.connect() as peer:
        request = f"GET {SLOW_PATH} HTTP/1.1\r\nHost: localhost\r\n"
        peer.sendall(f"{request}\r\n".encode() * 500)
        data = f"{request}Connection: close\r\n\r\n".encode()
        assert front.say(data).startswith(b"HTTP/1.1 200 ")
    front.arrived()


_LARGE = b"GET /api/large/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def test_an_unread_response_is_aborted(front: Front) -> None:
    with ExitStack() as stack:
        for _ in range(10):
            peer = stack.enter_context(front.connect())
            peer.sendall(_LARGE)
            assert peer.recv(12) == b"HTTP/1.1 200"
        # Of the first ones some may have been dropped already.
        assert front.large_under_way() > 0
        # The server has dropped the response, although no reader has disconnected.
        wait_until(lambda: not front.large_under_way())


def test_a_slowly_read_response_arrives_complete(front: Front) -> None:
    with front.connect() as peer:
        peer.sendall(_LARGE)
        data = 0
        while some := peer.recv(512 * 1024):
            data += len(some)
            # Never idle for long, but slower in total than the idle timeout.
            select([], [], [], WRITE_SECONDS / 20)
    assert data > recorder.LARGE_PIECES * 65_536


def test_a_socket_outlives_the_response_timeout(front: Front) -> None:
    with connect(f"ws://{HOST}:{front.port}/ws/echo/", proxy=None) as viewer:
        with pytest.raises(TimeoutError):
            viewer.recv(ANSWER_SECONDS + WRITE_SECONDS)
        viewer.send("still here")
        assert viewer.recv(PATIENCE_SECONDS) == "still here"


class Channel:
    """Daphne's protocol for one connection, with a manual clock."""

    def __init__(self) -> None:
        self.clock = Clock()
        seen = dict.fromkeys(("protocol_connected", "protocol_disconnected"), lambda *_: None)
        factory = HTTPFactory(SimpleNamespace(**seen))
        protocol: Any = factory.buildProtocol(None)
        protocol._channel.callLater = self.clock.callLater
        self.transport: Any = StringTransportWithDisconnection()  # type: ignore[no-untyped-call]
        self.transport.protocol = protocol
        protocol.makeConnection(self.transport)
        self.hear = protocol.dataReceived


@pytest.mark.parametrize("data", [*BEGINNINGS.values(), *BODIES.values()])
def test_daphne_limits_the_time_of_a_request_that_arrives_slowly(data: bytes) -> None:
    channel = Channel()
    channel.hear(data)
    for _ in range(59):
        channel.clock.advance(1)
        channel.hear(b"a")
    assert channel.transport.connected
    channel.clock.advance(1)
    assert not channel.transport.connected
