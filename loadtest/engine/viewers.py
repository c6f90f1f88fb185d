"""Viewers that cost little: raw sockets that note when each frame came, and think later.

They speak just enough WebSocket (RFC 6455), chunked HTTP, and of Socket.IO's protocol (Engine.IO
4), to be taken for clients, and answer pings, because servers close who does not.
"""

import asyncio
import gc
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from loadtest.engine.tls import client_tls

FIRST_FRAME_SECONDS = 60.0
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10

V = TypeVar("V", bound="Viewer")


@dataclass(slots=True)
class Frame:
    """A text frame and the time of its last byte, by `time.monotonic_ns`."""

    at_ns: int
    payload: bytes


class Viewer(asyncio.Protocol):
    """One connection to a socket's `url` (ws or wss). `frames` has what came, the oldest first.

    `payloads` is the crowd's: who are told the same keep it once. `headers` go with the handshake.
    Whoever need not keep the frames overrides `hear`.
    """

    _REQUEST = (
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    )
    _ACCEPTED = b"HTTP/1.1 101"

    def __init__(
        self, url: str, payloads: dict[bytes, bytes], headers: Mapping[str, str] | None = None
    ) -> None:
        self._url = url
        self._headers = headers or {}
        self._payloads = payloads
        self._unread = b""
        self._is_open = False
        self._transport: Any = None
        self.frames: list[Frame] = []
        self.is_lost = False
        self.close_code: int | None = None
        self.has_first_frame: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def open(self) -> None:
        """Connect, and wait for the first frame. Raises: OSError if refused, or no frame comes."""
        parts = urlsplit(self._url)
        tls = client_tls() if parts.scheme == "wss" else None
        port = parts.port or (443 if tls else 80)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(FIRST_FRAME_SECONDS):
            await loop.create_connection(lambda: self, parts.hostname or "", port, ssl=tls)
            await self.has_first_frame

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        parts = urlsplit(self._url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        more = "".join(f"{name}: {value}\r\n" for name, value in self._headers.items())
        transport.write(
            f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{self._REQUEST}{more}\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now_ns = time.monotonic_ns()
        if self._unread:
            data = self._unread + data
        if not self._is_open:
            head, end, rest = data.partition(b"\r\n\r\n")
            if not end:
                self._unread = data
                return
            if not head.startswith(self._ACCEPTED):
                self._refuse(head)
                return
            self._is_open, data = True, rest
        self._unread = self._read_frames(data, now_ns)

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        if not self.has_first_frame.done():
            code = "" if self.close_code is None else f", close code {self.close_code}"
            self.has_first_frame.set_exception(ConnectionError(f"Cut off: {error}{code}"))

    def hear(self, payload: bytes, now_ns: int) -> None:
        """Handle a text frame."""
        self.frames.append(Frame(now_ns, self._payloads.setdefault(payload, payload)))
        self.welcome()

    def welcome(self) -> None:
        """Wake `open`, which waits for the first frame."""
        if not self.has_first_frame.done():
            self.has_first_frame.set_result(None)

    def say(self, payload: bytes) -> None:
        """Send a text frame of at most 125 bytes."""
        self._transport.write(masked(_TEXT, payload))

    def forget(self) -> None:
        self.frames = []

    def leave(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _refuse(self, head: bytes) -> None:
        status = head.partition(b"\r\n")[0].decode(errors="replace")
        self.has_first_frame.set_exception(ConnectionError(f"Refused: {status}"))
        self._transport.abort()

    def _read_frames(self, data: bytes, now_ns: int) -> bytes:
        """Handle complete frames; return the rest."""
        start = 0
        while len(data) - start >= 2:
            opcode, length, body = data[start] & 0x0F, data[start + 1], start + 2
            if length >= 126:
                body += 2 if length == 126 else 8
                length = int.from_bytes(data[start + 2 : body])
            end = body + length
            # The length itself may be incomplete.
            if len(data) < body or len(data) < end:
                break
            if opcode == _TEXT:
                self.hear(data[body:end], now_ns)
            elif opcode == _PING:
                self._transport.write(masked(_PONG, data[body:end]))
            elif opcode == _CLOSE and length >= 2:
                self.close_code = int.from_bytes(data[body : body + 2])
            start = end
        return data[start:]


class StreamViewer(Viewer):
    """A client of an event stream, which the server sends one event a chunk."""

    _REQUEST = "Accept: text/event-stream\r\n"
    _ACCEPTED = b"HTTP/1.1 200"

    def _read_frames(self, data: bytes, now_ns: int) -> bytes:
        """Handle complete chunks; return the rest."""
        while True:
            size, end, rest = data.partition(b"\r\n")
            length = int(size, 16) if end else 0
            if not end or len(rest) < length + 2:
                return data
            event, data = rest[:length], rest[length + 2 :]
            if event.startswith(b"data: "):
                self.hear(event[6:-2], now_ns)


class SocketIoViewer(Viewer):
    """A Socket.IO client that joins the default namespace and keeps events only."""

    def hear(self, payload: bytes, now_ns: int) -> None:
        if payload.startswith(b"42"):
            super().hear(payload, now_ns)
            return
        # 0: the transport is open, join the namespace; 2: a ping; 40: joined.
        answer = {b"0": b"40", b"2": b"3"}.get(payload[:1])
        if answer:
            self.say(answer)


def masked(opcode: int, payload: bytes) -> bytes:
    """Return a client's frame of at most 125 bytes, with a mask of zeros."""
    return bytes((0x80 | opcode, 0x80 | len(payload), 0, 0, 0, 0)) + payload


async def gather(
    make: Callable[[dict[bytes, bytes]], V], count: int, *, at_once: int = 200
) -> list[V]:
    """Connect so many viewers, so many at a time, and wait for everybody's first frame.

    `make` is given the crowd's payloads. Raises: OSError when one is refused, cut off, or told
    nothing.
    """
    places = asyncio.Semaphore(at_once)
    payloads: dict[bytes, bytes] = {}

    async def connect() -> V:
        async with places:
            viewer = make(payloads)
            await viewer.open()
            return viewer

    return list(await asyncio.gather(*(connect() for _ in range(count))))


@contextmanager
def undisturbed() -> Iterator[None]:
    """Disable garbage collection: with a million frames it would pause all viewers."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def allow_many_files() -> None:
    """Raise the limit of open files for this process and its children."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
