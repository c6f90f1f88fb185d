"""Large answers: sent in pieces from bytes that are shared, and not to too many at a time.

Whoever reads slowly, or not at all, has the server keep what they did not read. So a large answer
is handed over piece by piece, the next one when the one before has gone out, and few of them are
under way at a time, in all and to one network. A list of 50,000 seats is one; a layout, which
clients load, is compressed and far smaller.

Concurrency: runs on the server's loop, which counts alone; no thread waits for a reader. The server
has to wait in `send` until there is room, as granian does; Daphne keeps all it is given.
"""

from collections import Counter
from typing import Any

import orjson

from accounts.client_ip import client_ip_of_scope
from web.errors import RETRY_SECONDS, error_body
from web.request_ids import HEADER

LARGE_BYTES = 1024 * 1024
PIECE_BYTES = 64 * 1024
MAX_UNDER_WAY = 16
"""Of each process. As many versions of a stadium's list are 200 MB."""
MAX_OF_A_CLIENT = 4

# What a refusal says in its own way, or not at all.
_OF_THE_ANSWER = frozenset(
    (b"cache-control", b"content-encoding", b"content-length", b"content-type", b"etag")
)

_Pairs = list[tuple[bytes, bytes]]


class LargeResponses:
    """An ASGI application that bounds the large answers of another which are under way."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._by_client: Counter[str] = Counter()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        answer = _Answer(scope, send, self._by_client)
        try:
            await self._application(scope, receive, answer.send)
        finally:
            answer.leave()


class _Answer:
    """One answer on its way. Its beginning is kept until it is known how large it is."""

    __slots__ = ("_by_client", "_client", "_is_refused", "_scope", "_send", "_start")

    def __init__(self, scope: Any, send: Any, by_client: Counter[str]) -> None:
        self._scope = scope
        self._send = send
        self._by_client = by_client
        self._client: str | None = None
        self._start: Any = None
        self._is_refused = False

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._is_refused:
            return
        body = message.get("body", b"")
        start, self._start = self._start, None
        if start is not None:
            if len(body) >= LARGE_BYTES and (refusal := self._enter()):
                self._is_refused = True
                await self._refuse(start, *refusal)
                return
            await self._send(start)
        await self._send_in_pieces(message, body)

    async def _send_in_pieces(self, message: Any, body: bytes) -> None:
        if len(body) <= PIECE_BYTES:
            await self._send(message)
            return
        for begin in range(0, len(body), PIECE_BYTES):
            piece = body[begin : begin + PIECE_BYTES]
            is_last = begin + PIECE_BYTES >= len(body)
            more = message.get("more_body", False) or not is_last
            await self._send({**message, "body": piece, "more_body": more})

    def _enter(self) -> tuple[int, str, str] | None:
        """Count this answer as under way, or return what to refuse it with."""
        client = client_ip_of_scope(self._scope)
        if self._by_client[client] >= MAX_OF_A_CLIENT:
            return 429, "throttled", "Read the large answers that you have asked for first."
        if self._by_client.total() >= MAX_UNDER_WAY:
            return 503, "busy", "Too many people are waiting for this. Try again in a moment."
        self._client = client
        self._by_client[client] += 1
        return None

    def leave(self) -> None:
        """Count this answer as under way no more."""
        if self._client is not None:
            self._by_client[self._client] -= 1
            if not self._by_client[self._client]:
                del self._by_client[self._client]
            self._client = None

    async def _refuse(self, start: Any, status: int, code: str, sentence: str) -> None:
        headers: _Pairs = [
            (name, value) for name, value in start["headers"] if name.lower() not in _OF_THE_ANSWER
        ]
        given = {name.lower(): value for name, value in headers}.get(HEADER.lower().encode(), b"")
        refusal = error_body(code, sentence, request_id=given.decode("latin-1"))
        content = orjson.dumps(refusal)
        headers += [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            (b"cache-control", b"no-store"),
            (b"retry-after", str(RETRY_SECONDS).encode()),
        ]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": content})
