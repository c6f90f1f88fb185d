"""Large responses are sent in chunks, and few are in flight at a time."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from config.web.large_responses import (
    CHUNK_BYTES,
    LARGE_BYTES,
    MAX_IN_FLIGHT,
    MAX_PER_CLIENT,
    LargeResponses,
)

LARGE = b"0123456789abcdef" * (LARGE_BYTES // 16) + b"the rest"
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/plain"),
        (b"content-length", b"%d" % len(LARGE)),
        (b"etag", b'"a"'),
        (b"x-request-id", b"42"),
        (b"x-content-type-options", b"nosniff"),
    ],
}


async def _large(scope: Any, receive: Any, send: Any) -> None:
    """Respond as `run_wsgi_in_threads` does."""
    await send(START)
    await send({"type": "http.response.body", "body": scope["content"], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


class _Reader:
    """A client that accepts the next message when told to."""

    def __init__(self, address: str, content: bytes = LARGE) -> None:
        self._scope = {"client": (address, 1), "headers": [], "content": content}
        self.sent: list[Any] = []
        self.reads = asyncio.Event()

    async def ask(self, application: LargeResponses) -> None:
        await application(self._scope, None, self._send)

    async def _send(self, message: Any) -> None:
        self.sent.append(message)
        if len(self.sent) > 2:
            await self.reads.wait()

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])


async def _settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@contextmanager
def _requesting(application: LargeResponses, readers: list[_Reader]) -> Iterator[None]:
    tasks = [asyncio.create_task(reader.ask(application)) for reader in readers]
    yield
    for task in tasks:
        task.cancel()


async def test_a_large_response_arrives_complete_in_chunks() -> None:
    reader = _Reader("192.0.2.1")
    reader.reads.set()
    await reader.ask(LargeResponses(_large))
    assert reader.sent[0] is START
    assert reader.body == LARGE
    assert max(len(message["body"]) for message in reader.sent[1:]) == CHUNK_BYTES
    assert [message.get("more_body", False) for message in reader.sent[1:]][-2:] == [True, False]


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
async def test_a_smaller_response_arrives_complete_and_is_not_counted(size: int) -> None:
    application = LargeResponses(_large)
    readers = [_Reader("192.0.2.1", b"x" * size) for _ in range(MAX_PER_CLIENT + 1)]
    for reader in readers:
        reader.reads.set()
    with _requesting(application, readers):
        await _settled()
        assert [reader.status for reader in readers] == [200] * len(readers)
        assert {reader.body for reader in readers} == {b"x" * size}


async def test_the_next_chunk_is_sent_after_the_previous_one_was_accepted() -> None:
    reader = _Reader("192.0.2.1")
    with _requesting(LargeResponses(_large), [reader]):
        await _settled()
        assert len(reader.sent) == 3


@pytest.mark.parametrize("last", ["192.0.2.1", "2001:db8::1"])
async def test_exceeding_the_limit_per_network_is_429(last: str) -> None:
    application = LargeResponses(_large)
    beginning = last.rpartition(last[-1])[0]
    readers = [_Reader(last) for _ in range(MAX_PER_CLIENT)]
    one_more = _Reader(f"{beginning}2" if ":" in last else last)
    others = _Reader("198.51.100.1")
    with _requesting(application, [*readers, one_more, others]):
        await _settled()
        assert [reader.status for reader in readers] == [200] * MAX_PER_CLIENT
        assert others.status == 200
        _check_error(one_more, 429, "throttled")


async def test_exceeding_the_limit_per_process_is_503() -> None:
    application = LargeResponses(_large)
    readers = [_Reader(f"192.0.{number}.1") for number in range(MAX_IN_FLIGHT + 1)]
    with _requesting(application, readers):
        await _settled()
        assert [reader.status for reader in readers[:-1]] == [200] * MAX_IN_FLIGHT
        _check_error(readers[-1], 503, "busy")


def _check_error(reader: _Reader, status: int, code: str) -> None:
    start, body = reader.sent
    headers = dict(start["headers"])
    found = json.loads(body["body"])
    assert (start["status"], found["code"], found["request_id"]) == (status, code, "42")
    assert found["error"]
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"content-length"] == str(len(body["body"])).encode()
    assert int(headers[b"retry-after"]) > 0
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"etag" not in headers


async def test_a_response_stops_counting_once_it_is_read_or_its_client_is_gone() -> None:
    application = LargeResponses(_large)
    readers = [_Reader("192.0.2.1") for _ in range(MAX_PER_CLIENT)]
    with _requesting(application, readers):
        await _settled()
        for reader in readers[1:]:
            reader.reads.set()
        for _ in range(len(LARGE) // CHUNK_BYTES):
            await _settled()
        assert application._in_flight == {"": 1, "192.0.2.1": 1, "192.0.2.0/24": 1}
    await _settled()
    assert not application._in_flight
