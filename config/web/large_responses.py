"""Send large responses in chunks, and limit how many are sent at a time.

A client that reads slowly makes the server keep what it has not read. So a large response is sent
chunk by chunk, each after the previous one was accepted, and the number of large responses in
flight is limited per process and per network. A list of 50,000 seats is one; a layout, which
clients load instead, is compressed and much smaller.

Concurrency: runs on the server's event loop; no thread waits for a slow client. The server's `send`
must apply backpressure, as Granian's does; Daphne's does not.
"""

from collections import Counter
from typing import Any

import orjson

from accounts.client_ip import client_ip_of_scope
from config.web.errors import RETRY_SECONDS, error_body
from config.web.request_ids import HEADER
from infrastructure.security_log.networks import counted_networks, is_any_full

LARGE_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024
MAX_IN_FLIGHT = 16
"""Per process. As many versions of a stadium's list take 200 MB."""
MAX_PER_CLIENT = 4

_ALL = ""
"""The name under which all responses are counted."""

# Headers that an error response replaces or omits.
_REPLACED_HEADERS = frozenset(
    (b"cache-control", b"content-encoding", b"content-length", b"content-type", b"etag")
)

_Pairs = list[tuple[bytes, bytes]]


class LargeResponses:
    """ASGI middleware that limits the large responses in flight."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._in_flight: Counter[str] = Counter()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        response = _Response(scope, send, self._in_flight)
        try:
            await self._application(scope, receive, response.send)
        finally:
            response.release()


class _Response:
    """One response. Its start is held back until the size of its body is known."""

    __slots__ = ("_counted", "_in_flight", "_is_rejected", "_scope", "_send", "_start")

    def __init__(self, scope: Any, send: Any, in_flight: Counter[str]) -> None:
        self._scope = scope
        self._send = send
        self._in_flight = in_flight
        # Under which names this response is counted.
        self._counted: list[str] = []
        self._start: Any = None
        self._is_rejected = False

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._is_rejected:
            return
        body = message.get("body", b"")
        start, self._start = self._start, None
        if start is not None:
            if len(body) >= LARGE_BYTES and (error := self._acquire()):
                self._is_rejected = True
                await self._reject(start, *error)
                return
            await self._send(start)
        await self._send_in_chunks(message, body)

    async def _send_in_chunks(self, message: Any, body: bytes) -> None:
        if len(body) <= CHUNK_BYTES:
            await self._send(message)
            return
        for begin in range(0, len(body), CHUNK_BYTES):
            chunk = body[begin : begin + CHUNK_BYTES]
            is_last = begin + CHUNK_BYTES >= len(body)
            more = message.get("more_body", False) or not is_last
            await self._send({**message, "body": chunk, "more_body": more})

    def _acquire(self) -> tuple[int, str, str] | None:
        """Count this response as in flight, or return the status, code and sentence of an error."""
        networks = counted_networks(client_ip_of_scope(self._scope))
        if is_any_full(networks, self._in_flight, most=MAX_PER_CLIENT):
            return 429, "throttled", "Read the large answers that you have asked for first."
        if self._in_flight[_ALL] >= MAX_IN_FLIGHT:
            return 503, "busy", "Too many people are waiting for this. Try again in a moment."
        self._counted = [_ALL, *(name for name, _ in networks)]
        self._in_flight.update(self._counted)
        return None

    def release(self) -> None:
        """Stop counting this response as in flight."""
        for name in self._counted:
            self._in_flight[name] -= 1
            if not self._in_flight[name]:
                del self._in_flight[name]
        self._counted = []

    async def _reject(self, start: Any, status: int, code: str, sentence: str) -> None:
        headers: _Pairs = [
            (name, value)
            for name, value in start["headers"]
            if name.lower() not in _REPLACED_HEADERS
        ]
        given = {name.lower(): value for name, value in headers}.get(HEADER.lower().encode(), b"")
        error = error_body(code, sentence, request_id=given.decode("latin-1"))
        content = orjson.dumps(error)
        headers += [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            (b"cache-control", b"no-store"),
            (b"retry-after", str(RETRY_SECONDS).encode()),
        ]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": content})
