"""Serve a WSGI application on an ASGI server. Imports nothing of Django, so any server can.

Requests wait for a free thread. One whose client has gone by then, or that has waited for
MAX_WAIT_SECONDS, is dropped instead of run, so that a server has no work left over when a flood
ends. A request that runs can ask whether its client is there (`slow_work.clients`).

`/healthz` is answered by one of these threads: a server whose threads are all stuck is not healthy,
even if its event loop answers. It is never dropped, and needs nothing but a thread.
"""

import asyncio
import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from a2wsgi import WSGIMiddleware

from config.web.replies import Reply, healthy, send_reply
from infrastructure.slow_work.clients import is_gone

MAX_WAIT_SECONDS = 10.0
MAX_WAITING = 256
"""How many requests wait for a thread; others are refused at once."""

_HEALTH = "/healthz"
_DROP_AT = "seatcast.drop_at"
# How many parts of a body are read before the application asks for them.
_PARTS_AHEAD = 8
_BUSY = Reply(
    HTTPStatus.SERVICE_UNAVAILABLE,
    {"Content-Type": "application/json", "Cache-Control": "no-store", "Retry-After": "2"},
    b'{"error":"Too many people are waiting just now. Try again in a moment.","code":"busy"}',
)


def run_wsgi_in_threads(application: Any, *, threads: int) -> Any:
    """Return an ASGI application that runs a WSGI one, up to `threads` requests at a time."""
    run_in_thread = WSGIMiddleware(_unless_dropped(application), workers=threads)
    in_flight = 0

    async def respond(scope: Any, receive: Any, send: Any) -> None:
        nonlocal in_flight
        if in_flight >= threads + MAX_WAITING and scope["path"] != _HEALTH:
            await send_reply(_BUSY, send)
            return
        in_flight += 1
        client = _Client(receive)
        token = is_gone.set(client.is_gone)
        reading = asyncio.create_task(client.read())
        try:
            dropped_from: Any = {**scope, _DROP_AT: time.monotonic() + MAX_WAIT_SECONDS}
            await run_in_thread(dropped_from, client.receive, send)
        finally:
            reading.cancel()
            is_gone.reset(token)
            in_flight -= 1

    return respond


class _Client:
    """Reads what a client sends, a little ahead of the application, to notice when it has gone."""

    def __init__(self, receive: Any) -> None:
        self._receive = receive
        self._messages: asyncio.Queue[Any] = asyncio.Queue(_PARTS_AHEAD)
        self._is_gone = False

    def is_gone(self) -> bool:
        return self._is_gone

    async def read(self) -> None:
        """Read until the client has gone."""
        while not self._is_gone:
            message = await self._receive()
            self._is_gone = message["type"] == "http.disconnect"
            await self._messages.put(message)

    async def receive(self) -> Any:
        return await self._messages.get()


def _unless_dropped(application: Any) -> Any:
    def respond(environ: Any, start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == _HEALTH:
            return _sent(healthy(), start_response)
        if is_gone.get()() or time.monotonic() > environ["asgi.scope"][_DROP_AT]:
            return _sent(_BUSY, start_response)
        answer: Iterable[bytes] = application(environ, start_response)
        return answer

    return respond


def _sent(reply: Reply, start_response: Any) -> Iterable[bytes]:
    start_response(f"{reply.status.value} {reply.status.phrase}", reply.all_headers())
    return [reply.body]
