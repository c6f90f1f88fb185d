"""Viewers on a socket that sends given bytes in given pieces."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from loadtest.engine.viewers import SocketIoViewer, StreamViewer, Viewer, gather, masked
from tests.loadtest.frames import ping_frame, text_frame

HANDSHAKE = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
STREAM_HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TEXTS = ["short", "m" * 125, "m" * 126, "l" * 70_000, "", "last"]


class Sender:
    """Sends every connection the same pieces, each by itself, and keeps what it hears."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self.heard = bytearray()
        self.is_gone = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in self._pieces:
            writer.write(piece)
            await writer.drain()
            # Lets the other end read before more comes.
            await asyncio.sleep(0)
        while data := await reader.read(1024):
            self.heard += data
        writer.close()
        self.is_gone.set()


@asynccontextmanager
async def watching(
    pieces: Sequence[bytes], *, kind: type[Viewer] = Viewer
) -> AsyncIterator[tuple[Viewer, Sender]]:
    sender = Sender(pieces)
    async with (
        asyncio.timeout(120),
        await asyncio.start_server(sender.serve, "127.0.0.1", 0) as listener,
    ):
        port = listener.sockets[0].getsockname()[1]
        (viewer,) = await gather(lambda payloads: kind(f"ws://127.0.0.1:{port}/", payloads), 1)
        yield viewer, sender
        viewer.leave()
        await sender.is_gone.wait()


async def heard(viewer: Viewer, count: int) -> list[str]:
    while len(viewer.frames) < count:
        await asyncio.sleep(0.005)
    return [frame.payload.decode() for frame in viewer.frames]


@pytest.mark.parametrize("size", [7, 1_000, 1_000_000])
async def test_split_events_of_a_stream_are_reassembled(size: int) -> None:
    events = [b"retry: 3000\n\n", *(f"data: {text}\n\n".encode() for text in TEXTS)]
    sent = STREAM_HEAD + b"".join(b"%x\r\n%s\r\n" % (len(event), event) for event in events)
    viewer = StreamViewer("http://127.0.0.1/", {})
    for start in range(0, len(sent), size):
        viewer.data_received(sent[start : start + size])
    assert [frame.payload.decode() for frame in viewer.frames] == TEXTS


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000, 1_000_000])
async def test_split_frames_are_reassembled(size: int) -> None:
    sent = b"".join(map(text_frame, TEXTS))
    async with watching([HANDSHAKE, text_frame("first")]) as (viewer, _):
        # Handed over directly, because the kernel joins what is sent in pieces.
        for start in range(0, len(sent), size):
            viewer.data_received(sent[start : start + size])
        assert await heard(viewer, 1 + len(TEXTS)) == ["first", *TEXTS]


async def test_a_handshake_may_be_split_and_followed_by_frames() -> None:
    sent = HANDSHAKE + text_frame("first") + text_frame("second")
    for cut in range(1, len(sent)):
        viewer = Viewer("ws://127.0.0.1/", {})
        viewer.data_received(sent[:cut])
        viewer.data_received(sent[cut:])
        assert [frame.payload for frame in viewer.frames] == [b"first", b"second"]


async def test_a_frames_time_is_that_of_its_last_byte() -> None:
    second = text_frame("second")
    async with watching([HANDSHAKE, text_frame("first")]) as (viewer, _):
        viewer.data_received(second[:3])
        between_ns = time.monotonic_ns()
        viewer.data_received(second[3:])
        assert viewer.frames[1].at_ns >= between_ns


async def test_a_ping_is_answered_and_is_no_frame() -> None:
    async with watching([HANDSHAKE, ping_frame(b"1234"), text_frame("only")]) as (viewer, sender):
        assert await heard(viewer, 1) == ["only"]
        while not sender.heard:
            await asyncio.sleep(0.005)
        assert bytes(sender.heard) == masked(10, b"1234")


async def test_a_socket_io_viewer_joins_and_keeps_only_events() -> None:
    pieces = [HANDSHAKE, *map(text_frame, ['0{"sid":"a"}', '40{"sid":"b"}', "2", '42["hello",{}]'])]
    async with watching(pieces, kind=SocketIoViewer) as (viewer, sender):
        assert await heard(viewer, 1) == ['42["hello",{}]']
        wanted = masked(1, b"40") + masked(1, b"3")
        while len(sender.heard) < len(wanted):
            await asyncio.sleep(0.005)
        assert bytes(sender.heard) == wanted


async def test_refused_viewers_raise_an_error_with_the_reason() -> None:
    with pytest.raises(ConnectionError, match="503"):
        async with watching([b"HTTP/1.1 503 Service Unavailable\r\n\r\n"]):
            pass
