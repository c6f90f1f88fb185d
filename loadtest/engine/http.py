"""Buyers' connections: HTTP/1.1, kept open, and cheap enough to be thousands beside the server.

A request costs this process some 40 µs, so that on one machine it is the server that is measured.
Times are `time.monotonic_ns`, which all processes of a machine share.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from httptools import HttpParserError, HttpResponseParser

from loadtest.engine.tls import client_tls

PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. Without one, `status` is 0 and `error` is the reason."""

    status: int
    headers: Mapping[bytes, bytes]
    body: bytes
    sent_ns: int
    at_ns: int
    error: str = ""

    def json(self) -> Any:
        """Return the decoded body, or an empty object."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    @property
    def ms(self) -> float:
        """The duration in milliseconds."""
        return (self.at_ns - self.sent_ns) / 1e6


class Connection(asyncio.Protocol):
    """A person's connection to a site, opened at need, for one request at a time.

    `headers` go with every request.
    """

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._ssl = client_tls() if parts.scheme == "https" else None
        self._port = parts.port or (443 if self._ssl else 80)
        self._prefix = parts.path.rstrip("/")
        self._host_line = _header_lines({"Host": parts.netloc})
        self.carry(headers or {})
        self._transport: asyncio.Transport | None = None
        self._pending: asyncio.Future[Answer] | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._last_byte = b""
        self._sent_ns = 0

    def carry(self, headers: Mapping[str, str]) -> None:
        """Replace the headers that are sent with every request."""
        self._head = self._host_line + _header_lines(headers)

    async def open(self) -> None:
        """Connect unless connected. Raises: OSError."""
        if self._transport is None:
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(PATIENCE_SECONDS):
                await loop.create_connection(lambda: self, self._host, self._port, ssl=self._ssl)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    async def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request, with `body` as JSON, and return the response."""
        try:
            await self.open()
        except OSError as error:
            return self._nothing(error)
        return await self._send(self._request(method, path, body, headers))

    async def arm(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send a request except for its last byte, which `fire` sends. Raises: OSError."""
        await self.open()
        request = self._request(method, path, body, headers)
        self._write(request[:-1])
        self._last_byte = request[-1:]

    def fire(self) -> asyncio.Future[Answer]:
        """Send the last byte after `arm`, and return the response."""
        return self._send(self._last_byte)

    def _request(
        self, method: str, path: str, body: Any, headers: Mapping[str, str] | None
    ) -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {self._prefix}{path} HTTP/1.1\r\n".encode() + self._head
        if headers:
            head += _header_lines(headers)
        if method != "GET":
            head += b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(content)
        return head + b"\r\n" + content

    def _send(self, data: bytes) -> asyncio.Future[Answer]:
        loop = asyncio.get_running_loop()
        self._pending = pending = loop.create_future()
        self._parser = HttpResponseParser(self)
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        self._patience = loop.call_later(PATIENCE_SECONDS, self._give_up)
        self._write(data)
        self._sent_ns = time.monotonic_ns()
        return pending

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def _give_up(self) -> None:
        self._finish(self._nothing(TimeoutError()))
        self.close()

    def _nothing(self, error: BaseException | None) -> Answer:
        reason = type(error).__name__ if error else "Closed"
        now_ns = time.monotonic_ns()
        return Answer(0, {}, b"", self._sent_ns or now_ns, now_ns, reason)

    def _finish(self, answer: Answer) -> None:
        if self._patience is not None:
            self._patience.cancel()
        if self._pending is not None and not self._pending.done():
            self._pending.set_result(answer)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._finish(self._nothing(exc))

    def data_received(self, data: bytes) -> None:
        if self._pending is None:
            return
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self._finish(self._nothing(error))
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() < 200:
            return
        at_ns = time.monotonic_ns()
        status, body = self._parser.get_status_code(), b"".join(self._body)
        if not self._parser.should_keep_alive() and self._transport is not None:
            self._transport.close()
            self._transport = None
        self._finish(Answer(status, self._headers, body, self._sent_ns, at_ns))


def _header_lines(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
