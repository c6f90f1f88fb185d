"""Viewers that cost little: raw sockets that note when each frame came, and think later.

They speak just enough WebSocket (RFC 6455), and of Socket.IO's protocol (Engine.IO 4), to be taken
for clients, and answer pings, because servers close who does not.
"""

import asyncio
import json
import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from loadtest.push.servers import HOST, Server

FIRST_FRAME_SECONDS = 60.0
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


@dataclass(slots=True)
class Frame:
    """A text frame and the time of its last byte, in Unix nanoseconds."""

    at_ns: int
    payload: bytes


class Viewer(asyncio.Protocol):
    """One connection. `frames` has everything that came since `forget`, the oldest first."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._unread = b""
        self._is_open = False
        self.frames: list[Frame] = []
        self.is_lost = False
        self.has_first_frame: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(
            f"GET {self._server.path} HTTP/1.1\r\nHost: {HOST}:{self._server.port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        data = self._unread + data
        if not self._is_open:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._unread = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self._transport.abort()
                return
            self._is_open = True
        self._unread = self._read_frames(data, time.time_ns())

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        if not self.has_first_frame.done():
            self.has_first_frame.set_exception(ConnectionError(error))

    @property
    def seq(self) -> int:
        """The number that it was told last, since `forget`; 0 if none."""
        deltas = (_delta(frame.payload) for frame in reversed(self.frames))
        return next((delta[1] for delta in deltas if delta), 0)

    def forget(self) -> None:
        self.frames = []

    def leave(self) -> None:
        self._transport.abort()

    def _read_frames(self, data: bytes, now_ns: int) -> bytes:
        """Take in whole frames; return what is left over."""
        start = 0
        while len(data) - start >= 2:
            opcode, length, body = data[start] & 0x0F, data[start + 1], start + 2
            if length >= 126:
                body += 2 if length == 126 else 8
                length = int.from_bytes(data[start + 2 : body])
            end = body + length
            if len(data) < end or len(data) < body:
                break
            if opcode == _TEXT:
                self._hear(Frame(now_ns, data[body:end]))
            elif opcode == _PING:
                self._transport.write(masked(_PONG, data[body:end]))
            start = end
        return data[start:]

    def _hear(self, frame: Frame) -> None:
        if self._server.peer.speaks == "socketio" and not frame.payload.startswith(b"42"):
            # 0: the transport is open, join the namespace; 2: a ping; 40: joined.
            answer = {b"0": b"40", b"2": b"3"}.get(frame.payload[:1])
            if answer:
                self._transport.write(masked(_TEXT, answer))
            return
        self.frames.append(frame)
        if not self.has_first_frame.done():
            self.has_first_frame.set_result(None)


def masked(opcode: int, payload: bytes) -> bytes:
    """Return a client's frame of at most 125 bytes, with a mask of zeros."""
    return bytes((0x80 | opcode, 0x80 | len(payload), 0, 0, 0, 0)) + payload


async def gather_viewers(server: Server, count: int, *, at_once: int = 200) -> list[Viewer]:
    """Connect so many viewers, so many at a time, and wait for everybody's first frame.

    Raises: OSError when one is refused or cut off.
    """
    places, loop = asyncio.Semaphore(at_once), asyncio.get_running_loop()

    async def connect() -> Viewer:
        async with places:
            _, viewer = await loop.create_connection(lambda: Viewer(server), HOST, server.port)
            async with asyncio.timeout(FIRST_FRAME_SECONDS):
                await viewer.has_first_frame
            return viewer

    return list(await asyncio.gather(*(connect() for _ in range(count))))


@dataclass
class Deliveries:
    """What reached the viewers: how many frames and changes, and each change's delay."""

    frames: int = 0
    changes: int = 0
    delays_ms: list[float] = field(default_factory=list)


def deliveries(viewers: Iterable[Viewer], commits: dict[int, int], *, end_ns: int) -> Deliveries:
    """Count what came until `end_ns`; `commits` has each change's time by its number.

    A change that a viewer has not got by then counts with its age at that moment, so that a
    server cannot look quick by delivering little.

    Raises: AssertionError when a viewer's numbers have a gap.
    """
    found = Deliveries()
    for viewer in viewers:
        seq = None
        for frame in viewer.frames:
            if frame.at_ns > end_ns:
                break
            delta = _delta(frame.payload)
            if delta is None:
                continue
            since, last, changes = delta
            assert seq is None or since == seq, f"a gap between {seq} and {since}"
            seq = last
            found.frames += 1
            found.changes += changes
            found.delays_ms += [
                (frame.at_ns - commits[number]) / 1e6
                for number in range(since + 1, last + 1)
                if number in commits
            ]
        known = seq if seq is not None else min(commits, default=0) - 1
        found.delays_ms += [
            (end_ns - at_ns) / 1e6
            for number, at_ns in commits.items()
            if number > known and at_ns < end_ns
        ]
    return found


@lru_cache(maxsize=100_000)
def _delta(payload: bytes) -> tuple[int, int, int] | None:
    """Return `(from, seq, number of changes)` of a delta, None for other frames."""
    start = payload.find(b"{")
    frame = json.loads(payload[start : payload.rfind(b"}") + 1]) if start >= 0 else {}
    if frame.get("type") != "delta":
        return None
    return frame["from"], frame["seq"], len(frame["changes"])


def allow_many_files() -> None:
    """Let this process and those it starts have as many sockets as the system allows it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
