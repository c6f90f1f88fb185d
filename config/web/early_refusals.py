"""Repeat on the event loop what slow work has refused, until its `Retry-After` is over.

A refusal by slow work costs a thread, the queries of the sign-in and the parsing of the body. A
client that repeats its request too early would cost all of that again.

Concurrency: runs on the server's event loop; only `_Response.refused_seconds` is set by the
request's thread, before it responds.
"""

import math
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple

from django.conf import settings

from accounts.client_ip import client_ip_of_scope
from infrastructure.slow_work.clients import on_refusal

_STATUSES = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
MAX_REMEMBERED = 2_000
"""Refusals that a process remembers; beyond that the oldest is forgotten."""


class _Request(NamedTuple):
    client: str
    method: str
    path: str
    credentials: tuple[bytes, ...]


class _Refusal(NamedTuple):
    until: float
    messages: list[Any]


class EarlyRefusals:
    """ASGI middleware that repeats a refusal to a client that repeats its request too early."""

    def __init__(self, application: Any, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._application = application
        self._clock = clock
        self._refusals: dict[_Request, _Refusal] = {}
        self._session = settings.SESSION_COOKIE_NAME.encode() + b"="

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = self._request(scope)
        known = self._refusals.get(request)
        left = known.until - self._clock() if known is not None else 0.0
        if known is not None and left > 0:
            for message in known.messages:
                await send(_with_wait(message, left))
            return
        response = _Response(send)
        token = on_refusal.set(response.refuse)
        try:
            await self._application(scope, receive, response.send)
        finally:
            on_refusal.reset(token)
        if response.is_refusal():
            self._remember(request, response)

    def _request(self, scope: Any) -> _Request:
        given = []
        for name, value in scope["headers"]:
            if name == b"authorization":
                given += value.split()[-1:]
            elif name == b"cookie":
                cookies = (cookie.strip() for cookie in value.split(b";"))
                given += [cookie for cookie in cookies if cookie.startswith(self._session)]
        return _Request(client_ip_of_scope(scope), scope["method"], scope["path"], tuple(given))

    def _remember(self, request: _Request, response: "_Response") -> None:
        self._refusals.pop(request, None)
        while len(self._refusals) >= MAX_REMEMBERED:
            del self._refusals[next(iter(self._refusals))]
        until = self._clock() + (response.refused_seconds or 0.0)
        self._refusals[request] = _Refusal(until, response.messages)


class _Response:
    """Sends a response, and keeps it if slow work has refused the request."""

    __slots__ = ("_send", "messages", "refused_seconds")

    def __init__(self, send: Any) -> None:
        self._send = send
        self.refused_seconds: float | None = None
        self.messages: list[Any] = []

    def refuse(self, seconds: float) -> None:
        self.refused_seconds = seconds

    def is_refusal(self) -> bool:
        """Return whether the refusal became the response: a view may go on without the work."""
        return bool(self.messages) and self.messages[0].get("status") in _STATUSES

    async def send(self, message: Any) -> None:
        if self.refused_seconds is not None:
            self.messages.append(message)
        await self._send(message)


def _with_wait(message: Any, left: float) -> Any:
    if message["type"] != "http.response.start":
        return message
    headers = [pair for pair in message["headers"] if pair[0].lower() != b"retry-after"]
    return {**message, "headers": [*headers, (b"retry-after", b"%d" % math.ceil(left))]}
