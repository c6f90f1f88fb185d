"""Viewers that cost little: raw sockets that note when each frame came, and think later.

They speak just enough WebSocket (RFC 6455), and of Socket.IO's protocol (Engine.IO 4), to be taken
for clients, and answer pings, because servers close who does not.
"""

import asyncio
import gc
import json
import resource
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
    """One connection. `frames` has everything that came since `forget`, the oldest first.

    `payloads` is the crowd's: who are told the same keep it once.
    """

    def __init__(self, server: Server, payloads: dict[bytes, bytes]) -> None:
        self._server = server
        self._payloads = payloads
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
        now_ns = time.time_ns()
        data = self._unread + data
        if not self._is_open:
            head, end, rest = data.partition(b"\r\n\r\n")
            if not end:
                self._unread = data
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self._refuse(head)
                return
            self._is_open, data = True, rest
        self._unread = self._read_frames(data, now_ns)

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        if not self.has_first_frame.done():
            self.has_first_frame.set_exception(ConnectionError(f"Cut off: {error}"))

    @property
    def seq(self) -> int:
        """The number that it was told last, since `forget`; 0 if none."""
        said = (_said(frame.payload) for frame in reversed(self.frames))
        return next((frame.seq for frame in said if frame), 0)

    def forget(self) -> None:
        self.frames = []

    def leave(self) -> None:
        self._transport.abort()

    def _refuse(self, head: bytes) -> None:
        status = head.partition(b"\r\n")[0].decode(errors="replace")
        self.has_first_frame.set_exception(ConnectionError(f"Refused: {status}"))
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
            # The length may be cut itself, and is not known then.
            if len(data) < body or len(data) < end:
                break
            if opcode == _TEXT:
                self._hear(data[body:end], now_ns)
            elif opcode == _PING:
                self._transport.write(masked(_PONG, data[body:end]))
            start = end
        return data[start:]

    def _hear(self, payload: bytes, now_ns: int) -> None:
        if self._server.peer.speaks == "socketio" and not payload.startswith(b"42"):
            # 0: the transport is open, join the namespace; 2: a ping; 40: joined.
            answer = {b"0": b"40", b"2": b"3"}.get(payload[:1])
            if answer:
                self._transport.write(masked(_TEXT, answer))
            return
        self.frames.append(Frame(now_ns, self._payloads.setdefault(payload, payload)))
        if not self.has_first_frame.done():
            self.has_first_frame.set_result(None)


def masked(opcode: int, payload: bytes) -> bytes:
    """Return a client's frame of at most 125 bytes, with a mask of zeros."""
    return bytes((0x80 | opcode, 0x80 | len(payload), 0, 0, 0, 0)) + payload


async def gather_viewers(server: Server, count: int, *, at_once: int = 200) -> list[Viewer]:
    """Connect so many viewers, so many at a time, and wait for everybody's first frame.

    Raises: OSError when one is refused, cut off, or told nothing.
    """
    places, loop = asyncio.Semaphore(at_once), asyncio.get_running_loop()
    payloads: dict[bytes, bytes] = {}

    async def connect() -> Viewer:
        async with places, asyncio.timeout(FIRST_FRAME_SECONDS):
            _, viewer = await loop.create_connection(
                lambda: Viewer(server, payloads), HOST, server.port
            )
            await viewer.has_first_frame
            return viewer

    return list(await asyncio.gather(*(connect() for _ in range(count))))


class Gap(Exception):
    """A viewer was told something that does not start where the frame before ended."""


@dataclass
class Deliveries:
    """What reached the viewers: how many deltas and changes, and each change's delay."""

    frames: int = 0
    changes: int = 0
    delays_ms: list[float] = field(default_factory=list)


def deliveries(viewers: Iterable[Viewer], commits: dict[int, int], *, end_ns: int) -> Deliveries:
    """Count what came until `end_ns`; `commits` has each change's time by its number.

    A change that a viewer has not got by then counts with its age at that moment, so that a
    server cannot look quick by delivering little.

    Raises: Gap.
    """
    found = Deliveries()
    for viewer in viewers:
        reached = None
        for frame in viewer.frames:
            if frame.at_ns > end_ns:
                break
            said = _said(frame.payload)
            if said is not None:
                _count(frame, said, commits, reached=reached, found=found)
                reached = said.seq
        found.delays_ms += [
            (end_ns - at_ns) / 1e6
            for number, at_ns in commits.items()
            if (reached is None or number > reached) and at_ns < end_ns
        ]
    return found


def _count(
    frame: Frame, said: "_Said", commits: dict[int, int], *, reached: int | None, found: Deliveries
) -> None:
    """Add a frame to what was found, of a viewer who has been told up to number `reached`."""
    if reached is None:
        # Nobody who is there from the beginning may miss the first change.
        has_gap = said.kind == "delta" and said.since > min(commits, default=said.since + 1) - 1
        since = said.since
    else:
        has_gap = said.kind != "snapshot" and said.since != reached
        since = reached
    if has_gap:
        raise Gap(f"from {reached} to {frame.payload[:200]!r}")
    if said.kind == "delta":
        found.frames += 1
        found.changes += said.changes
    found.delays_ms += [
        (frame.at_ns - commits[number]) / 1e6
        for number in range(since + 1, said.seq + 1)
        if number in commits
    ]


@dataclass(frozen=True, slots=True)
class _Said:
    """What a frame says: it leads from number `since` to `seq`, which are one but in a delta."""

    kind: str
    since: int
    seq: int
    changes: int


@lru_cache(maxsize=100_000)
def _said(payload: bytes) -> _Said | None:
    """Return what a frame of Seatcast's or a peer's says; None when it has no number."""
    # Socket.IO packs the object into an array after a number.
    start = payload.find(b"{")
    frame = json.loads(payload[start : payload.rfind(b"}") + 1]) if start >= 0 else {}
    if "seq" not in frame:
        return None
    seq = frame["seq"]
    return _Said(frame["type"], frame.get("from", seq), seq, len(frame.get("changes", ())))


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep Python's collector out, which with a million frames would stop all viewers for long."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def allow_many_files() -> None:
    """Let this process and those it starts have as many sockets as the system allows it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
