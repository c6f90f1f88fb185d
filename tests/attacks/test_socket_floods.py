"""A client that floods a socket of a real Daphne is disconnected, and others are not affected."""

import json
import secrets
import socket
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.sync.client import ClientConnection, connect

from realtime.limits import MAX_FRAMES_AT_ONCE
from reservations.models import Event
from tests.factories import make_event
from tests.servers import HOST, Running, daphne

pytestmark = pytest.mark.any_database

PATIENCE_SECONDS = 120
SEEN = b'{"type":"seen","seq":0}'
TEXT, BINARY, CONTINUED, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10


def _frame(
    opcode: int, data: bytes = b"", *, final: bool = True, rsv: int = 0, length: int | None = None
) -> bytes:
    """Return a client frame with a zero mask, so that its payload stays readable."""
    length_sent = len(data) if length is None else length
    head = bytes([(0x80 if final else 0) | rsv << 4 | opcode])
    if length_sent < 126:
        return head + bytes([0x80 | length_sent]) + bytes(4) + data
    if length_sent < 1 << 16:
        return head + b"\xfe" + struct.pack("!H", length_sent) + bytes(4) + data
    return head + b"\xff" + struct.pack("!Q", length_sent) + bytes(4) + data


_BOMB = zlib.compress(b"0" * 50_000_000, wbits=-15)
_MANY = 10 * MAX_FRAMES_AT_ONCE
FLOODS: dict[str, bytes] = {
    "many frames": _frame(TEXT, SEEN) * _MANY,
    "many frames of nothing": _frame(TEXT) * _MANY,
    "many pings": _frame(PING, b"x" * 125) * _MANY,
    "many pongs": _frame(PONG, b"x" * 125) * _MANY,
    "a message in endless pieces": _frame(TEXT, b"{", final=False)
    + _frame(CONTINUED, b" ", final=False) * _MANY,
    "a message in endless pieces of nothing": _frame(TEXT, final=False)
    + _frame(CONTINUED, final=False) * _MANY,
    "a message in large pieces": _frame(TEXT, b" " * 4_000, final=False)
    + _frame(CONTINUED, b" " * 4_000, final=False) * 4,
    "a large frame": _frame(TEXT, b" " * 5_000),
    "a frame that says it is huge": _frame(TEXT, b"{", length=2**62),
    "a frame that says it is more than huge": _frame(TEXT, b"{", length=2**63 + 1),
    "a large binary frame": _frame(BINARY, bytes(60_000)),
    "a compressed bomb": _frame(TEXT, _BOMB[:4_000], rsv=4),
    "reserved bits": _frame(TEXT, SEEN, rsv=3),
    "a reserved kind of frame": _frame(5, SEEN),
    "a reserved kind of control frame": _frame(13, SEEN),
    "a ping in pieces": _frame(PING, b"x", final=False),
    "a large ping": _frame(PING, b"x" * 126),
    "a piece of nothing": _frame(CONTINUED, SEEN),
    "a message within a message": _frame(TEXT, b"{", final=False) + _frame(TEXT, SEEN),
    "a frame without a mask": b"\x81\x02{}",
    "what is no UTF-8": _frame(TEXT, b"\xff\xfe"),
    "half a character": _frame(TEXT, b'"\xed\xa0\x80"'),
    "deep nesting": _frame(TEXT, b"[" * 200 + b"]" * 50),
    "a close code that there is not": _frame(CLOSE, b"\x00\x01"),
    "a close frame of one byte": _frame(CLOSE, b"\x03"),
    "a close frame in no words": _frame(CLOSE, b"\x03\xe8\xff\xff"),
    "no frame at all": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "noise": secrets.token_bytes(1_000),
}


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Running]:
    with daphne(SEATCAST_BEAT_SECONDS="0.1") as running:
        yield running


@pytest.fixture
def event(transactional_db: None) -> Event:
    return make_event()


@pytest.fixture
def viewer(server: Running, event: Event) -> Iterator[ClientConnection]:
    """Another viewer of the same event."""
    with connect(f"ws://{HOST}:{server.port}/ws/events/{event.pk}/", proxy=None) as viewer:
        assert json.loads(viewer.recv(PATIENCE_SECONDS))["type"] == "snapshot"
        yield viewer


def _opened(server: Running, event: Event, *headers: str) -> socket.socket:
    peer = socket.create_connection((HOST, server.port), timeout=PATIENCE_SECONDS)
    lines = [
        f"GET /ws/events/{event.pk}/ HTTP/1.1",
        *("Host: localhost", "Connection: Upgrade", "Upgrade: websocket"),
        *("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: c2VhdGNhc3Qgc2VhdGNhcw=="),
        *headers,
    ]
    peer.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode())
    assert peer.recv(12) == b"HTTP/1.1 101"
    return peer


def _is_cut_off(peer: socket.socket) -> bool:
    """Return whether the peer closes the connection soon, skipping what it sends before."""
    latest = time.monotonic() + PATIENCE_SECONDS
    try:
        while peer.recv(65_536):
            if time.monotonic() > latest:
                return False
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_a_flooding_socket_is_closed_and_others_stay_open(
    flood: bytes, server: Running, event: Event, viewer: ClientConnection
) -> None:
    # Browsers offer compression; the server need not accept it.
    with _opened(server, event, "Sec-WebSocket-Extensions: permessage-deflate") as peer:
        with suppress(ConnectionError):
            peer.sendall(flood)
        assert _is_cut_off(peer)
    assert json.loads(viewer.recv(PATIENCE_SECONDS))["type"] == "beat"


def test_unread_pongs_take_no_memory(
    server: Running, event: Event, viewer: ClientConnection
) -> None:
    before = _memory_bytes(server)
    for _ in range(4):
        with _opened(server, event) as peer, suppress(OSError):
            peer.sendall(_frame(PING, b"x" * 125) * 50_000)
    assert _memory_bytes(server) - before < 8 * 1024 * 1024
    assert json.loads(viewer.recv(PATIENCE_SECONDS))["type"] == "beat"


def _memory_bytes(server: Running) -> int:
    status = Path(f"/proc/{server.pid}/status").read_text().splitlines()
    (line,) = (line for line in status if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def test_pings_and_fragmented_messages_are_accepted(
    server: Running, event: Event, viewer: ClientConnection
) -> None:
    assert viewer.ping().wait(PATIENCE_SECONDS)
    viewer.send([SEEN[:5].decode(), SEEN[5:].decode()])
    viewer.send(SEEN.decode())
    assert json.loads(viewer.recv(PATIENCE_SECONDS))["type"] == "beat"


HANDSHAKES: dict[str, tuple[str, ...]] = {
    "of no version": ("Sec-WebSocket-Key: c2VhdGNhc3Qgc2VhdGNhcw==",),
    "of another version": ("Sec-WebSocket-Version: 7", "Sec-WebSocket-Key: c2VhdGNhc3Q="),
    "without a key": ("Sec-WebSocket-Version: 13",),
    "with a key of nothing": ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: "),
    "with two keys": ("Sec-WebSocket-Version: 13", *("Sec-WebSocket-Key: c2VhdGNhc3Q=",) * 2),
    "with a huge header": ("Sec-WebSocket-Version: 13", f"X: {'x' * 100_000}"),
    "with a thousand headers": ("Sec-WebSocket-Version: 13", *("X: x",) * 1_000),
    "with a subprotocol twice": (
        *("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: c2VhdGNhc3Qgc2VhdGNhcw=="),
        "Sec-WebSocket-Protocol: seatcast, seatcast",
    ),
}


@pytest.mark.parametrize("headers", HANDSHAKES.values(), ids=HANDSHAKES)
def test_a_malformed_handshake_is_refused(
    headers: tuple[str, ...], server: Running, event: Event, viewer: ClientConnection
) -> None:
    lines = (f"GET /ws/events/{event.pk}/ HTTP/1.1", "Host: localhost", "Connection: Upgrade")
    with socket.create_connection((HOST, server.port), timeout=PATIENCE_SECONDS) as peer:
        length_sent = "".join(
            f"{line}\r\n" for line in (*lines, "Upgrade: websocket", *headers, "")
        )
        try:
            peer.sendall(length_sent.encode())
            answer = peer.recv(1_000)
        except ConnectionError:
            answer = b""
        assert not answer or 400 <= int(answer.split()[1]) < 500, answer
    assert json.loads(viewer.recv(PATIENCE_SECONDS))["type"] == "beat"
