"""Send messages over HTTP. The receiver is not trusted: see `addresses` for where it may be.

A response may take TIMEOUT_SECONDS in all, however slowly it arrives, and only the first
MAX_RESPONSE_BYTES are read. Redirects are not followed: they count as a failure.
"""

import asyncio
import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from queue import Empty, SimpleQueue
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

IDLE_SECONDS = 15.0
"""How long a connection is kept open for the next message."""

_RESOLVERS = 64
_USER_AGENT = "Seatcast-Webhooks/1.0"

logger = logging.getLogger(__name__)


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
    """Sends messages at the same time, over connections that it keeps open for each URL.

    A context manager. The requests run in a thread with an event loop; the methods are for the
    thread that made it. At its end requests that are under way are cancelled, without a result.
    """

    def __init__(self) -> None:
        self._results: SimpleQueue[Result] = SimpleQueue()
        self._receivers: dict[str, _Receiver] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        # For names: those whose servers do not answer must leave some threads to others.
        self._loop.set_default_executor(ThreadPoolExecutor(_RESOLVERS, "webhook names"))
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self.cpu_seconds = 0.0
        """The CPU time of its thread up to the last result."""

    def __enter__(self) -> "Sender":
        self._thread.start()
        return self

    def __exit__(self, *raised: Any) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def start(self, url: str, requests: Sequence[Request], *, keys: Sequence[str]) -> None:
        """Send messages to a URL, signed by each of the keys. `results` has their results later."""
        self._loop.call_soon_threadsafe(self._start, url, requests, keys)

    def results(self, *, wait_seconds: float) -> list[Result]:
        """Return the results that are ready; wait for the first one, but not for longer."""
        found: list[Result] = []
        with suppress(Empty):
            found.append(self._results.get(timeout=max(0.0, wait_seconds)))
            while True:
                found.append(self._results.get_nowait())
        return found

    def close_idle(self) -> None:
        """Close the connections that were not used for IDLE_SECONDS."""
        asyncio.run_coroutine_threadsafe(self._close_idle(), self._loop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _start(self, url: str, requests: Sequence[Request], keys: Sequence[str]) -> None:
        receiver = self._receivers.get(url)
        if receiver is None:
            receiver = self._receivers[url] = _Receiver(url)
        for request in requests:
            task = self._loop.create_task(self._send(receiver, request, keys))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, receiver: "_Receiver", request: Request, keys: Sequence[str]) -> None:
        result = await receiver.send(request, keys)
        self.cpu_seconds = time.thread_time()
        self._results.put(result)

    async def _close_idle(self) -> None:
        before = time.monotonic() - IDLE_SECONDS
        for url, receiver in list(self._receivers.items()):
            if receiver.under_way == 0 and receiver.used_at < before:
                del self._receivers[url]
                await receiver.close()

    async def _end(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for receiver in self._receivers.values():
            await receiver.close()


class _Receiver:
    """Connections to one URL, for one event loop."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._backend = _CheckedBackend(is_encrypted=url.startswith("https:"))
        # Of one connection each: a larger pool looks at all of its sockets for each request.
        self._idle: list[httpcore.AsyncConnectionPool] = []
        self.under_way = 0
        self.used_at = 0.0

    async def close(self) -> None:
        for pool in self._idle:
            await pool.aclose()

    async def send(self, request: Request, keys: Sequence[str]) -> Result:
        started = time.monotonic()
        status_code, response, error = None, b"", None
        self.under_way += 1
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                status_code, response = await self._post(request, keys)
        except (TimeoutError, httpcore.TimeoutException):
            error = Error.TIMEOUT
        except ForbiddenAddress:
            error = Error.FORBIDDEN_ADDRESS
        except (OSError, httpcore.NetworkError, httpcore.ProtocolError):
            error = Error.UNREACHABLE
        except Exception:
            # Without a result the endpoint would wait for it.
            logger.exception("A webhook could not be sent")
            error = Error.UNREACHABLE
        else:
            error = _error_of(status_code)
        finally:
            self.under_way -= 1
            self.used_at = time.monotonic()
        return Result(
            delivery_id=request.delivery_id,
            duration_ms=round((self.used_at - started) * 1000),
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
        # The one that was used last, so that few are kept open.
        pool = self._idle.pop() if self._idle else self._new_connection()
        try:
            stream = pool.stream("POST", self._url, headers=list(headers.items()), content=body)
            async with stream as response:
                read = bytearray()
                async for chunk in response.aiter_stream():
                    read += chunk
                    if len(read) >= MAX_RESPONSE_BYTES:
                        break
                return response.status, bytes(read)
        finally:
            self._idle.append(pool)

    def _new_connection(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=_tls(),
            max_connections=1,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=self._backend,
        )


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
