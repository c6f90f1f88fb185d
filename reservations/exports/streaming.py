"""Send an export: its bytes as they are written, few exports at a time."""

import threading
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from reservations.domain.errors import Busy
from reservations.threads import in_thread

MAX_IN_FLIGHT = 2
"""How many exports a process writes at a time: each takes a thread as long as it is read."""

_free = threading.BoundedSemaphore(MAX_IN_FLIGHT)


class _Turn:
    """An iterator that counts as an export in flight until it ends or is closed."""

    def __init__(self, chunks: Generator[bytes]) -> None:
        self._chunks = chunks
        self._is_over = not _free.acquire(blocking=False)
        if self._is_over:
            raise Busy("Too many exports are being written just now. Try again in a moment.")

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._chunks)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if not self._is_over:
            self._is_over = True
            _free.release()
            # A thread may be making a chunk for a client that is gone.
            with suppress(ValueError):
                self._chunks.close()


class _InThreads:
    """The chunks of an export, each made in a thread."""

    def __init__(self, turn: _Turn) -> None:
        self._turn = turn
        self.close = turn.close

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        chunk: bytes | None = await in_thread(partial(next, self._turn, None))
        if chunk is None:
            raise StopAsyncIteration
        return chunk


def streamed(
    request: HttpRequest, chunks: Generator[bytes], **options: Any
) -> StreamingHttpResponse:
    """Return a response that sends chunks as they are made. Raises: Busy.

    On an ASGI server each is made in a thread, because Django would collect them all otherwise.
    """
    turn = _Turn(chunks)
    is_async = isinstance(request, ASGIRequest)
    return StreamingHttpResponse(_InThreads(turn) if is_async else turn, **options)
