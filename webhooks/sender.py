"""Send messages over HTTP. The receiver is not trusted: see `addresses` for where it may be.

A response may take TIMEOUT_SECONDS in all, however slowly it arrives, and only the first
MAX_RESPONSE_BYTES are read. Redirects are not followed: they count as a failure.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import anyio
import httpcore

from webhooks import signing
from webhooks.addresses import ForbiddenAddress, require_allowed

TIMEOUT_SECONDS = 10.0
MAX_RESPONSE_BYTES = 16 * 1024
EXCERPT_CHARACTERS = 1_000
CONCURRENT_REQUESTS = 16
"""How many requests one endpoint gets at a time."""

_USER_AGENT = "Seatcast-Webhooks/1.0"


class Error(StrEnum):
    """Why there is no successful response. Stored by value."""

    FORBIDDEN_ADDRESS = "forbidden_address"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    REDIRECT = "redirect"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Request:
    """A message to send; `name` is its id for the receiver."""

    delivery_id: int
    name: str
    body: str


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of an attempt; `error` is None if it succeeded."""

    delivery_id: int
    duration_ms: int
    status_code: int | None = None
    response: str = ""
    error: Error | None = None


class Sender:
    """Sends batches of messages to one endpoint, over connections that it keeps open.

    A context manager, with an event loop of its own; for one thread.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._is_encrypted = url.startswith("https:")

    def __enter__(self) -> "Sender":
        self._runner = asyncio.Runner()
        self._runner.__enter__()
        self._stack = AsyncExitStack()
        self._pool = self._runner.run(self._open())
        return self

    def __exit__(self, *raised: Any) -> None:
        try:
            self._runner.run(self._stack.aclose())
        finally:
            self._runner.__exit__(*raised)

    def send(self, requests: Sequence[Request], *, keys: Sequence[str]) -> list[Result]:
        """Send messages at the same time, signed by each of the keys; return the results."""
        return self._runner.run(self._send_all(requests, keys))

    async def _open(self) -> httpcore.AsyncConnectionPool:
        pool = httpcore.AsyncConnectionPool(
            ssl_context=_tls(),
            max_connections=CONCURRENT_REQUESTS,
            network_backend=_CheckedBackend(is_encrypted=self._is_encrypted),
        )
        return await self._stack.enter_async_context(pool)

    async def _send_all(self, requests: Sequence[Request], keys: Sequence[str]) -> list[Result]:
        return list(await asyncio.gather(*(self._send(each, keys) for each in requests)))

    async def _send(self, request: Request, keys: Sequence[str]) -> Result:
        started = time.monotonic()
        status_code, response, error = None, b"", None
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                status_code, response = await self._post(request, keys)
        except (TimeoutError, httpcore.TimeoutException):
            error = Error.TIMEOUT
        except ForbiddenAddress:
            error = Error.FORBIDDEN_ADDRESS
        except (OSError, httpcore.NetworkError, httpcore.ProtocolError):
            error = Error.UNREACHABLE
        else:
            error = _error_of(status_code)
        return Result(
            delivery_id=request.delivery_id,
            duration_ms=round((time.monotonic() - started) * 1000),
            status_code=status_code,
            response=_excerpt(response),
            error=error,
        )

    async def _post(self, request: Request, keys: Sequence[str]) -> tuple[int, bytes]:
        body = request.body.encode()
        headers = {
            "content-type": "application/json",
            "user-agent": _USER_AGENT,
            **signing.headers(name=request.name, timestamp=int(time.time()), body=body, keys=keys),
        }
        stream = self._pool.stream("POST", self._url, headers=list(headers.items()), content=body)
        async with stream as response:
            read = bytearray()
            async for chunk in response.aiter_stream():
                read += chunk
                if len(read) >= MAX_RESPONSE_BYTES:
                    break
            return response.status, bytes(read)


class _CheckedBackend(httpcore.AsyncNetworkBackend):
    """Resolves names itself, and connects to checked addresses only."""

    def __init__(self, *, is_encrypted: bool) -> None:
        self._is_encrypted = is_encrypted
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that accepts. Raises: ForbiddenAddress, ConnectError."""
        found = await resolve(host, port)
        *others, last = require_allowed(found, is_encrypted=self._is_encrypted)
        for address in others:
            try:
                return await self._connect(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError:
                continue
        return await self._connect(last, port, timeout, local_address, socket_options)

    async def _connect(self, address: str, port: int, *more: Any) -> httpcore.AsyncNetworkStream:
        return await self._network.connect_tcp(address, port, *more)

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host. Raises: OSError."""
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(address[0] for *_, address in found))


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _error_of(status_code: int) -> Error | None:
    if 200 <= status_code < 300:
        return None
    return Error.REDIRECT if 300 <= status_code < 400 else Error.STATUS


def _excerpt(response: bytes) -> str:
    """Return the beginning of a body as text that the database can store."""
    return response.decode(errors="replace").replace("\0", "�")[:EXCERPT_CHARACTERS]
