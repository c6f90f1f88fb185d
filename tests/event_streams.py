"""Clients of event streams, which read frames like a client of the WebSocket."""

import ctypes
import socket
import struct
from collections.abc import AsyncGenerator, Iterable, Iterator
from http.client import HTTPConnection, HTTPException
from types import TracebackType
from typing import Self

from httpx import AsyncClient

PATIENCE_SECONDS = 120


# Linux's SO_ATTACH_FILTER, which Python does not name, and the instruction "return 0 bytes".
_ATTACH_FILTER = 26
_DROP_ALL = struct.pack("HBBI", 0x06, 0, 0, 0)


def vanish(connection: socket.socket) -> None:
    """Drop all that the other side of a connection sends, as if this machine were gone.

    Nothing is acknowledged or reset any more.
    """
    program = ctypes.create_string_buffer(_DROP_ALL)
    connection.setsockopt(
        socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("HP", 1, ctypes.addressof(program))
    )


class StreamClosed(Exception):
    """The stream has ended. `code` is the server's close code, None if it was cut."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"Closed with {code}")
        self.code = code


class EventStream:
    """An open event stream of a server on this machine."""

    def __init__(
        self,
        port: int,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        connection: socket.socket | None = None,
    ) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        if connection is not None:
            self._connection.sock = connection
        self._connection.request("GET", path, headers=headers or {})
        self.response = self._connection.getresponse()
        self._events = _events(line.decode() for line in _lines(self.response))

    def recv(self, _timeout: float | None = None) -> str:
        """Return the next frame. Raises: StreamClosed."""
        return next(self._events)

    def close_code(self) -> int | None:
        """Return the code with which the server closes, skipping frames before it."""
        try:
            while True:
                self.recv()
        except StreamClosed as closed:
            return closed.code

    def close(self) -> None:
        self.response.close()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


async def frames(client: AsyncClient, url: str) -> AsyncGenerator[str]:
    """Yield the frames of a stream as they come. Raises: StreamClosed, httpx.HTTPError."""
    async with client.stream("GET", url, timeout=PATIENCE_SECONDS) as response:
        event: list[str] = []
        async for line in response.aiter_lines():
            event.append(line)
            if not line:
                if (frame := _frame(event)) is not None:
                    yield frame
                event.clear()
    raise StreamClosed(None)


def _lines(response: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from response
    except (OSError, HTTPException):
        return


def _events(lines: Iterator[str]) -> Iterator[str]:
    event: list[str] = []
    for line in lines:
        event.append(line.rstrip("\n"))
        if not event[-1]:
            if (frame := _frame(event)) is not None:
                yield frame
            event.clear()
    raise StreamClosed(None)


def _frame(lines: list[str]) -> str | None:
    """Return an event's frame; None if it has none. Raises: StreamClosed."""
    fields = dict(line.split(": ", 1) for line in lines if line)
    if fields.get("event") == "close":
        raise StreamClosed(int(fields["data"]))
    return fields.get("data")
