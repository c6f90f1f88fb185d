"""Lines: the way out to one viewer each, and what to do when it is full.

A line takes a frame or refuses it, and never waits. One that is full keeps nothing more: what its
viewer missed is told later, as the state that is newest then. So a viewer who does not read costs
the server a bounded number of bytes, and the others no time.

Three kinds. `AsgiLine` uses nothing but ASGI's `send`. `DaphneLine` and `UvicornLine` write
ready-made bytes to the connection itself, because both servers' `send` builds each frame anew for
each viewer, and Daphne's neither waits nor says how much is waiting.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cached_property, partial
from typing import Any, Protocol

from autobahn.websocket.protocol import WebSocketProtocol as AutobahnProtocol
from daphne.ws_protocol import WebSocketProtocol as DaphneProtocol
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

try:
    from uvicorn.protocols.websockets.websockets_sansio_impl import (
        WebSocketsSansIOProtocol as UvicornProtocol,
    )
except ImportError:  # It is the other server, and need not be there.
    UvicornProtocol = None  # type: ignore[assignment, misc]

SEND_BUFFER_BYTES = 64 * 1024
"""What the kernel may keep for one viewer; Linux doubles it for its own needs."""

CLOSE_SECONDS = 5.0
"""How long a viewer may take to read that it is closed; then the connection is cut."""

MAX_WAITING_FRAMES = 2
"""How many frames wait for a `send` of which nothing more is known."""

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Frame:
    """A frame as text, made into bytes and messages once for everybody."""

    def __init__(self, text: str, *, is_snapshot: bool = False) -> None:
        self.text = text
        self.is_snapshot = is_snapshot

    @cached_property
    def message(self) -> dict[str, Any]:
        """The ASGI message that sends it."""
        return {"type": "websocket.send", "text": self.text}

    @cached_property
    def wire(self) -> bytes:
        """The whole WebSocket frame: a final text frame, unmasked (RFC 6455, section 5.2)."""
        payload = self.text.encode()
        length = len(payload)
        if length < 126:
            return bytes((0x81, length)) + payload
        if length < 1 << 16:
            return b"\x81\x7e" + length.to_bytes(2) + payload
        return b"\x81\x7f" + length.to_bytes(8) + payload


class Transport(Protocol):
    """The way out to one viewer."""

    def offer(self, frame: Frame) -> bool:
        """Take a frame and return True, or return False because earlier ones wait."""

    def close(self, code: int) -> None:
        """Close the socket, also one that is full."""


def transport_for(send: Send, *, on_writable: Callable[[], None]) -> Transport:
    """Return the best line for a server's `send`. `on_free` is called when a full one is free."""
    if isinstance(send, partial) and send.args and isinstance(send.args[0], DaphneProtocol):
        return DaphneTransport(send.args[0], on_writable=on_writable)
    protocol = getattr(send, "__self__", None)
    if UvicornProtocol is not None and isinstance(protocol, UvicornProtocol):
        return UvicornTransport(protocol, on_writable=on_writable)
    return AsgiTransport(send, on_writable=on_writable)


class AsgiTransport:
    """A line on any ASGI server: full while MAX_WAITING_FRAMES have not been sent.

    Each `send` runs in a task of its own: some servers bind time-outs to the task that calls it,
    and those of one viewer must not end what serves all.
    """

    def __init__(self, send: Send, *, on_writable: Callable[[], None]) -> None:
        self._send = send
        self._on_writable = on_writable
        self._frames: deque[Frame] = deque()
        self._sending: asyncio.Task[None] | None = None

    def offer(self, frame: Frame) -> bool:
        if len(self._frames) == MAX_WAITING_FRAMES:
            return False
        self._frames.append(frame)
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all())
        return True

    def close(self, code: int) -> None:
        if self._sending is not None:
            self._sending.cancel()
        self._sending = asyncio.create_task(self._send_close(code))

    async def _send_all(self) -> None:
        # A viewer who is gone is the server's to tell.
        with suppress(OSError):
            while self._frames:
                await self._send(self._frames[0].message)
                was_full = len(self._frames) == MAX_WAITING_FRAMES
                self._frames.popleft()
                if was_full:
                    self._on_writable()
            self._sending = None

    async def _send_close(self, code: int) -> None:
        with suppress(OSError):
            await self._send({"type": "websocket.close", "code": code})


@implementer(IPushProducer)
class DaphneTransport:
    """A line straight to Daphne's connection: full while Twisted has a buffer to write."""

    def __init__(self, protocol: Any, *, on_writable: Callable[[], None]) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._socket = protocol.transport.getHandle()
        self._on_writable = on_writable
        self._is_full = False
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        # A byte now and then is no proof that somebody reads; only a pong is.
        protocol.autoPingRestartOnAnyTraffic = False
        # The HTTP channel that the handshake came through is registered still, and kept alive.
        protocol.unregisterProducer()
        protocol.registerProducer(self, True)

    def offer(self, frame: Frame) -> bool:
        if self._is_full:
            return False
        if self._protocol.state == AutobahnProtocol.STATE_OPEN:
            self._write(frame.wire)
        return True

    def close(self, code: int) -> None:
        self._protocol.closeHandshakeTimeout = CLOSE_SECONDS
        self._protocol.sendCloseFrame(code=code)

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._is_full = True

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._is_full = False
        self._on_writable()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._is_full = True

    def _write(self, data: bytes) -> None:
        """Write at once where nothing waits; a round through the reactor would cost three times as
        much as the system call.
        """
        transport = self._transport
        if not transport.dataBuffer and not transport._tempDataBuffer:
            try:
                sent = self._socket.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                return  # Twisted will notice that the connection is gone.
            if sent == len(data):
                return
            data = data[sent:]
        transport.write(data)


class UvicornTransport:
    """A line straight to Uvicorn's connection: full while asyncio has a buffer to write."""

    def __init__(self, protocol: Any, *, on_writable: Callable[[], None]) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._is_writable = protocol.writable
        self._on_writable = on_writable
        self._waiting: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        kernel = self._transport.get_extra_info("socket")
        kernel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        # The first byte that the kernel does not take makes the line full.
        self._transport.set_write_buffer_limits(high=0)

    def offer(self, frame: Frame) -> bool:
        if not self._is_writable.is_set():
            return False
        if self._closing is None and not self._transport.is_closing():
            self._transport.write(frame.wire)
            if not self._is_writable.is_set():
                self._waiting = asyncio.create_task(self._wait())
        return True

    def close(self, code: int) -> None:
        self._closing = asyncio.create_task(self._close(code))

    async def _close(self, code: int) -> None:
        # Uvicorn's `send` waits until the line is free, and fails when its viewer is gone.
        with suppress(OSError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._protocol.send({"type": "websocket.close", "code": code})
            return
        self._transport.abort()

    async def _wait(self) -> None:
        await self._is_writable.wait()
        if not self._transport.is_closing():
            self._on_writable()
