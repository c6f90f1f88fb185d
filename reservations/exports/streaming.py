"""Send an export: its bytes as they are written, few exports at a time."""

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from infrastructure.slow_work.kinds import FILE
from infrastructure.slow_work.turns import take_place
from reservations.runtime.threads import in_thread


class _Turn:
    """An iterator that holds a turn until it ends or is closed."""

    def __init__(self, chunks: Generator[bytes], *, person_id: int) -> None:
        self._chunks = chunks
        self._place = take_place(FILE, person=person_id)
        try:
            self._place.take_turn()
        except BaseException:
            self._place.release()
            raise

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._chunks)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._place.release()
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
    request: HttpRequest, chunks: Generator[bytes], *, person_id: int, **options: Any
) -> StreamingHttpResponse:
    """Return a response that sends chunks as they are made. Raises: what `slow_work` raises.

    On an ASGI server each is made in a thread, because Django would collect them all otherwise.
    """
    turn = _Turn(chunks, person_id=person_id)
    is_async = isinstance(request, ASGIRequest)
    return StreamingHttpResponse(_InThreads(turn) if is_async else turn, **options)
