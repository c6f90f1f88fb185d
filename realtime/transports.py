"""Transports: the send buffer of each viewer, and its backpressure.

A transport accepts a frame or refuses it, and never waits. A full transport queues nothing more:
its viewer is sent the newest state once it is writable again. So a viewer that does not read costs
a bounded number of bytes and does not delay the others.

`AsgiSocket` and `AsgiStream` use nothing but ASGI's `send`. Daphne's transports
(`realtime.daphne`) and `UvicornSocket` write the encoded frame to the connection itself, because
both servers' `send` encodes each frame again for each viewer, and Daphne's neither waits nor
reports how much is buffered. `UvicornSocket` reaches into internals of Uvicorn: check it when that
is upgraded.
"""

import asyncio
import socket
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

from realtime import daphne
from realtime.daphne import CLOSE_SECONDS, SEND_BUFFER_BYTES, cut_when_unacknowledged
from realtime.frames import Frame, socket_close_message, stream_close_message

try:
    from uvicorn.protocols.websockets.websockets_sansio_impl import (
        WebSocketsSansIOProtocol as UvicornProtocol,
    )
except ImportError:  # Optional: Daphne is the default server.
    UvicornProtocol = None  # type: ignore[assignment, misc]

MAX_WAITING_FRAMES = 2
"""How many frames are queued for ASGI's `send`, which does not report what is buffered."""

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Transport(Protocol):
    """The outgoing side of one viewer's connection."""

    def offer(self, frame: Frame) -> bool:
        """Accept a frame and return True, or return False because the send buffer is full."""

    def close(self, code: int) -> None:
        """Close the socket, even if the send buffer is full."""


def transport_for(send: Send, *, is_stream: bool, on_writable: Callable[[], None]) -> Transport:
    """Return the best transport for `send`, of a WebSocket or of an event stream.

    `on_writable` is called when a full transport drains.
    """
    transport: Transport | None = daphne.transport_for(send, on_writable=on_writable)
    if transport is not None:
        return transport
    protocol = getattr(send, "__self__", None)
    if UvicornProtocol is not None and isinstance(protocol, UvicornProtocol):
        return UvicornSocket(protocol, on_writable=on_writable)
    return (AsgiStream if is_stream else AsgiSocket)(send, on_writable=on_writable)


class _AsgiTransport(ABC):
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
        # The server reports a closed connection by a message to the application.
        with suppress(OSError):
            while self._frames:
                await self._send(self._message(self._frames[0]))
                was_full = len(self._frames) == MAX_WAITING_FRAMES
                self._frames.popleft()
                if was_full:
                    self._on_writable()
            self._sending = None

    @abstractmethod
    def _message(self, frame: Frame) -> dict[str, Any]: ...

    @abstractmethod
    async def _send_close(self, code: int) -> None: ...


class AsgiSocket(_AsgiTransport):
    """Sends a WebSocket's frames by ASGI's `send`."""

    def _message(self, frame: Frame) -> dict[str, Any]:
        return frame.socket_message

    async def _send_close(self, code: int) -> None:
        with suppress(OSError):
            await self._send(socket_close_message(code))


class AsgiStream(_AsgiTransport):
    """Sends an event stream's frames by ASGI's `send`."""

    def __init__(self, send: Send, *, on_writable: Callable[[], None]) -> None:
        super().__init__(send, on_writable=on_writable)
        # Uvicorn's `send` is a method of an object with the connection.
        self._connection = getattr(getattr(send, "__self__", None), "transport", None)
        if self._connection is not None:
            cut_when_unacknowledged(self._connection.get_extra_info("socket"))

    def _message(self, frame: Frame) -> dict[str, Any]:
        return frame.stream_message

    async def _send_close(self, code: int) -> None:
        with suppress(OSError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._send(stream_close_message(code))
            return
        # The client does not read.
        if self._connection is not None:
            self._connection.abort()


class UvicornSocket:
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
                await self._protocol.send(socket_close_message(code))
            return
        self._transport.abort()

    async def _wait(self) -> None:
        await self._is_writable.wait()
        if not self._transport.is_closing():
            self._on_writable()
