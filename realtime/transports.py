"""Transports: the send buffer of each viewer, and its backpressure.

A transport accepts a frame or refuses it, and never waits. A full transport queues nothing more:
its viewer is sent the newest state once it is writable again. So a viewer that does not read costs
a bounded number of bytes and does not delay the others.

`AsgiTransport` uses nothing but ASGI's `send`. `DaphneTransport` and `UvicornTransport` write the
encoded frame to the connection itself, because both servers' `send` encodes each frame again for
each viewer, and Daphne's neither waits nor reports how much is buffered. They reach into internals
of Daphne, Autobahn, Twisted and Uvicorn: check them when one of these is upgraded.
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
except ImportError:  # Optional: Daphne is the default server.
    UvicornProtocol = None  # type: ignore[assignment, misc]

SEND_BUFFER_BYTES = 64 * 1024
"""The kernel's send buffer for one viewer. Linux doubles it for its own bookkeeping."""

CLOSE_SECONDS = 5.0
"""How long to wait for the closing handshake before the connection is cut."""

MAX_WAITING_FRAMES = 2
"""How many frames `AsgiTransport` queues, since ASGI does not report what is buffered."""

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Frame:
    """A frame, encoded once for all viewers."""

    def __init__(self, text: str, *, is_snapshot: bool = False) -> None:
        self.text = text
        self.is_snapshot = is_snapshot

    @cached_property
    def message(self) -> dict[str, Any]:
        """The frame as an ASGI message."""
        return {"type": "websocket.send", "text": self.text}

    @cached_property
    def wire(self) -> bytes:
        """The encoded WebSocket frame: a final text frame, unmasked (RFC 6455, section 5.2)."""
        payload = self.text.encode()
        length = len(payload)
        if length < 126:
            return bytes((0x81, length)) + payload
        if length < 1 << 16:
            return b"\x81\x7e" + length.to_bytes(2) + payload
        return b"\x81\x7f" + length.to_bytes(8) + payload


class Transport(Protocol):
    """The outgoing side of one viewer's connection."""

    def offer(self, frame: Frame) -> bool:
        """Accept a frame and return True, or return False because the send buffer is full."""

    def close(self, code: int) -> None:
        """Close the socket, even if the send buffer is full."""


def transport_for(send: Send, *, on_writable: Callable[[], None]) -> Transport:
    """Return the best transport for `send`. `on_writable` is called when a full one drains."""
    if isinstance(send, partial) and send.args and isinstance(send.args[0], DaphneProtocol):
        return DaphneTransport(send.args[0], on_writable=on_writable)
    protocol = getattr(send, "__self__", None)
    if UvicornProtocol is not None and isinstance(protocol, UvicornProtocol):
        return UvicornTransport(protocol, on_writable=on_writable)
    return AsgiTransport(send, on_writable=on_writable)


class AsgiTransport:
    """A transport for any ASGI server: full while MAX_WAITING_FRAMES have not been sent.

    Sends in a task of its own: some servers bind time-outs to the calling task, and one viewer's
    time-out must not cancel the task that serves all.
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
        # The server reports a closed connection by `websocket.disconnect`.
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
    """Writes to Daphne's connection directly. Full while Twisted's write buffer is not empty."""

    def __init__(self, protocol: Any, *, on_writable: Callable[[], None]) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._socket = protocol.transport.getHandle()
        self._on_writable = on_writable
        self._is_full = False
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        # Incoming bytes do not prove that the client reads; only a pong does.
        protocol.autoPingRestartOnAnyTraffic = False
        # The HTTP channel of the handshake is still registered as a producer, and would be kept
        # alive.
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
        """Write to the socket at once if nothing is buffered.

        Going through the reactor would cost three times as much as the system call.
        """
        transport = self._transport
        if not transport.dataBuffer and not transport._tempDataBuffer:
            try:
                sent = self._socket.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                return  # Twisted notices the closed connection by itself.
            if sent == len(data):
                return
            data = data[sent:]
        transport.write(data)


class UvicornTransport:
    """Writes to Uvicorn's connection directly. Full while asyncio's write buffer is not empty."""

    def __init__(self, protocol: Any, *, on_writable: Callable[[], None]) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._is_writable = protocol.writable
        self._on_writable = on_writable
        self._waiting: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        connection = self._transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        # Pause at the first byte that the kernel does not accept.
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
        # Uvicorn's `send` waits until the transport is writable, and fails if the client is gone.
        with suppress(OSError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._protocol.send({"type": "websocket.close", "code": code})
            return
        self._transport.abort()

    async def _wait(self) -> None:
        await self._is_writable.wait()
        if not self._transport.is_closing():
            self._on_writable()
