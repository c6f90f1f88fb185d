"""`permessage-deflate`: frames are compressed once for all, and messages cannot explode."""

import json
import socket
import zlib
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from realtime.daphne import MAX_MESSAGE_BYTES
from realtime.frames import MIN_DEFLATED_BYTES, Frame
from reservations.models import Event
from tests.factories import make_event
from tests.servers import HOST, Running, daphne

PATIENCE_SECONDS = 120
TEXT, DEFLATED_TEXT = 0x81, 0xC1
TOO_BIG = 1009


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Running]:
    with daphne() as running:
        yield running


@pytest.fixture
def event(transactional_db: None) -> Event:
    return make_event(seats=2_000)


def _inflated(payload: bytes) -> str:
    return zlib.decompressobj(-15).decompress(payload + b"\x00\x00\xff\xff").decode()


def _receive_all(peer: ClientConnection) -> None:
    while True:
        peer.recv(PATIENCE_SECONDS)


def _first_frame(server: Running, event: Event, offer: str) -> tuple[bytes, int, bytes]:
    """Return the handshake's response, and the first byte and the payload of the first frame."""
    with socket.create_connection((HOST, server.port), timeout=PATIENCE_SECONDS) as peer:
        peer.sendall(
            f"GET /ws/events/{event.pk}/ HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{offer}\r\n".encode()
        )
        reader = peer.makefile("rb")
        head = b"".join(iter(reader.readline, b"\r\n"))
        first, length = reader.read(2)
        if length == 126:
            length = int.from_bytes(reader.read(2))
        return head, first, reader.read(length)


def test_a_compressed_frame_has_the_same_text() -> None:
    frame = Frame("ab" * MIN_DEFLATED_BYTES)
    assert (frame.deflated_wire[0], frame.deflated_wire[1]) == (
        DEFLATED_TEXT,
        len(frame.deflated_wire) - 2,
    )
    assert len(frame.deflated_wire) < 40
    assert _inflated(frame.deflated_wire[2:]) == frame.text


def test_a_short_frame_is_not_compressed() -> None:
    frame = Frame("a" * (MIN_DEFLATED_BYTES - 1))
    assert frame.deflated_wire == frame.wire


def test_a_client_that_offers_compression_gets_compressed_frames(
    server: Running, event: Event
) -> None:
    offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    head, first, payload = _first_frame(server, event, offer)
    assert b"permessage-deflate; client_no_context_takeover\r\n" in head
    assert first == DEFLATED_TEXT
    _, plain, text = _first_frame(server, event, "")
    assert plain == TEXT
    frames = [json.loads(_inflated(payload)), json.loads(text)]
    assert frames[0] | {"now": 0} == frames[1] | {"now": 0}


@pytest.mark.parametrize(
    "offer", ["permessage-deflate; server_max_window_bits=10", "permessage-bzip2", "x-unknown"]
)
def test_a_client_that_cannot_take_the_same_bytes_gets_plain_frames(
    server: Running, event: Event, offer: str
) -> None:
    head, first, _ = _first_frame(server, event, f"Sec-WebSocket-Extensions: {offer}\r\n")
    assert b"Sec-WebSocket-Extensions" not in head
    assert first == TEXT


def test_a_message_that_inflates_beyond_the_limit_ends_the_connection(
    server: Running, event: Event
) -> None:
    url = f"ws://{HOST}:{server.port}/ws/events/{event.pk}/"
    with connect(url, proxy=None, compression="deflate") as peer:
        peer.send("x" * (MAX_MESSAGE_BYTES * 200))
        with pytest.raises(ConnectionClosed) as closed:
            _receive_all(peer)
    assert closed.value.rcvd is None or closed.value.rcvd.code == TOO_BIG


def test_messages_may_be_compressed(server: Running, event: Event) -> None:
    url = f"ws://{HOST}:{server.port}/ws/events/{event.pk}/"
    with connect(url, proxy=None, compression="deflate") as peer:
        layout = json.loads(peer.recv(PATIENCE_SECONDS))["layout"]
        for number in range(3):
            request = {"type": "subscribe", "layout": layout, "sections": "all", "id": number}
            peer.send(json.dumps(request))
            frame = json.loads(peer.recv(PATIENCE_SECONDS))
            while frame["type"] != "part":
                frame = json.loads(peer.recv(PATIENCE_SECONDS))
            assert frame["id"] == number
