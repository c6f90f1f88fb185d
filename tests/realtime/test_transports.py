"""The encodings of a frame, and the transports that use nothing but ASGI's `send`."""

import asyncio
from typing import Any

import pytest
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode
from websockets.streams import StreamReader

from realtime.frames import Frame
from realtime.transports import MAX_WAITING_FRAMES, AsgiSocket, AsgiStream


class Wire:
    """A server whose `send` waits while the wire is blocked."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.is_clear = asyncio.Event()
        self.is_clear.set()
        self.times_free = 0

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        await self.is_clear.wait()

    def count(self) -> None:
        self.times_free += 1


KINDS = pytest.mark.parametrize("kind", [AsgiSocket, AsgiStream])
CLOSING = {
    AsgiSocket: {"type": "websocket.close", "code": 4408},
    AsgiStream: {"type": "http.response.body", "body": b"event: close\ndata: 4408\n\n"},
}


def text_of(message: dict[str, Any]) -> str:
    """Return the frame in a message of either transport."""
    if "text" in message:
        return str(message["text"])
    assert message["more_body"]
    return str(message["body"].decode().removeprefix("data: ").removesuffix("\n\n"))


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_a_frame_is_encoded_as_a_websocket_frame(length: int) -> None:
    reader = StreamReader()
    reader.feed_data(Frame("é" + "x" * length).wire)
    parsing = WebSocketFrame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as parsed:
        next(parsing)
    frame = parsed.value.value
    assert (frame.opcode, frame.fin) == (Opcode.TEXT, True)
    assert bytes(frame.data).decode() == "é" + "x" * length


def test_a_frame_is_encoded_as_a_server_sent_event_in_a_chunk() -> None:
    frame = Frame('{"holder":"é"}')
    assert frame.event == 'data: {"holder":"é"}\n\n'.encode()
    size, _, rest = frame.chunk.partition(b"\r\n")
    assert (int(size, 16), rest) == (len(frame.event), frame.event + b"\r\n")


async def sent(wire: Wire, count: int) -> None:
    while len(wire.sent) < count:
        await asyncio.sleep(0)


@KINDS
async def test_a_writable_transport_accepts_frames_without_waiting(
    kind: type[AsgiSocket | AsgiStream],
) -> None:
    wire = Wire()
    transport = kind(wire.send, on_writable=wire.count)
    assert transport.offer(Frame("a"))
    await sent(wire, 1)
    assert transport.offer(Frame("b"))
    await sent(wire, 2)
    assert [text_of(message) for message in wire.sent] == ["a", "b"]
    assert wire.times_free == 0


@KINDS
async def test_a_full_transport_refuses_frames_until_it_is_writable(
    kind: type[AsgiSocket | AsgiStream],
) -> None:
    wire = Wire()
    wire.is_clear.clear()
    transport = kind(wire.send, on_writable=wire.count)
    assert all(transport.offer(Frame("a")) for _ in range(MAX_WAITING_FRAMES))
    assert not transport.offer(Frame("b"))
    wire.is_clear.set()
    while not wire.times_free:
        await asyncio.sleep(0)
    assert transport.offer(Frame("c"))
    await sent(wire, MAX_WAITING_FRAMES + 1)
    assert [text_of(message) for message in wire.sent] == ["a"] * MAX_WAITING_FRAMES + ["c"]


@KINDS
async def test_a_full_transport_can_be_closed(
    kind: type[AsgiSocket | AsgiStream],
) -> None:
    wire = Wire()
    wire.is_clear.clear()
    transport = kind(wire.send, on_writable=wire.count)
    for _ in range(MAX_WAITING_FRAMES):
        transport.offer(Frame("a"))
    await sent(wire, 1)
    transport.close(4408)
    await sent(wire, 2)
    assert wire.sent[-1] == CLOSING[kind]
    assert wire.times_free == 0


async def test_a_time_out_in_send_does_not_affect_the_caller() -> None:
    ended = asyncio.Event()

    async def send(_: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(0):
                await asyncio.Event().wait()
        finally:
            ended.set()

    transport = AsgiSocket(send, on_writable=lambda: None)
    assert transport.offer(Frame("a"))
    await ended.wait()
    await asyncio.sleep(0)
    transport.close(1012)
