"""Sockets against the real consumer, on committed data. No test waits longer than necessary."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.db.backends.utils import CursorWrapper

from config.asgi import application
from reservations.bookings import command_queue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import Command, LockSeats, UnlockSeats
from reservations.domain.states import Person
from reservations.models import Event
from reservations.runtime.threads import in_thread
from tests.factories import make_event, make_person, seat_ids

PATIENCE_SECONDS = 120
HEADERS = [(b"host", b"localhost"), (b"origin", b"http://localhost")]


class Socket:
    """A client of the protocol that checks the server's guarantees as it reads."""

    def __init__(self, communicator: WebsocketCommunicator) -> None:
        self._communicator = communicator
        self.seq: int | None = None
        self.states: dict[int, list[Any]] = {}

    async def frame(self, kind: str = "") -> dict[str, Any]:
        """Return the next frame, or the next of a type. Deltas must start at the last number."""
        while True:
            text = await self._communicator.receive_from(timeout=PATIENCE_SECONDS)
            frame: dict[str, Any] = json.loads(text)
            match frame["type"]:
                case "snapshot":
                    self.states.clear()
                case "delta":
                    assert self.seq is None or frame["from"] == self.seq
                    self.states |= {change[0]: change[1:] for change in frame["changes"]}
                case "beat":
                    assert frame["seq"] == self.seq
            self.seq = frame["seq"]
            if kind in ("", frame["type"]):
                return frame

    async def until_seq(self, seq: int) -> None:
        while self.seq is None or self.seq < seq:
            await self.frame()

    async def send(self, text: str) -> None:
        await self._communicator.send_to(text_data=text)

    async def send_bytes(self, data: bytes) -> None:
        await self._communicator.send_to(bytes_data=data)

    async def close_code(self) -> int:
        """Return the code with which the server closes, skipping frames before it."""
        while True:
            message = await self._communicator.receive_output(timeout=PATIENCE_SECONDS)
            if message["type"] == "websocket.close":
                return int(message["code"])


@asynccontextmanager
async def _watching(
    event_id: int, query: str = "", headers: list[tuple[bytes, bytes]] | None = None, **kw: Any
) -> AsyncIterator[Socket]:
    path = f"/ws/events/{event_id}/{query}"
    communicator = WebsocketCommunicator(application, path, headers=HEADERS + (headers or []), **kw)
    connected, _ = await communicator.connect(timeout=PATIENCE_SECONDS)
    assert connected
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield Socket(communicator)
    finally:
        await communicator.disconnect(timeout=PATIENCE_SECONDS)


@pytest.fixture
def watching() -> Callable[..., Any]:
    return _watching


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SQL statements of all threads."""
    queries: list[str] = []
    execute = CursorWrapper.execute

    def record(self: Any, sql: Any, params: Any = None) -> Any:
        queries.append(str(sql))
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", record)
    return queries


@pytest.fixture
def people(transactional_db: None) -> dict[str, Person]:
    return {name: make_person(name) for name in ("alice", "bob")}


@pytest.fixture
def event(transactional_db: None) -> Event:
    return make_event(seats=8)


@pytest.fixture
def lock(event: Event) -> Callable[..., Any]:
    """Lock seats by index, in a thread as a request does."""
    return partial(_submit, event, LockSeats)


@pytest.fixture
def unlock(event: Event) -> Callable[..., Any]:
    return partial(_submit, event, UnlockSeats)


async def _submit(
    event: Event, command: Callable[[Person, tuple[int, ...]], Command], who: Person, *indexes: int
) -> CommandResult:
    def submit() -> CommandResult:
        ids = seat_ids(event)
        chosen = tuple(ids[index] for index in indexes)
        return command_queue.submit(event_id=event.pk, command=command(who, chosen))

    return await in_thread(submit)


@pytest.fixture(autouse=True)
async def _check_that_hubs_close() -> AsyncIterator[None]:
    yield
    tasks = [
        task
        for task in asyncio.all_tasks()
        if getattr(task.get_coro(), "__qualname__", "").startswith(
            ("Hub.", "HubWriter.", "Heads.", "ExpiredLockReleaser.", "FiguresFeed.")
        )
    ]
    if tasks:
        await asyncio.wait(tasks, timeout=PATIENCE_SECONDS)
    assert [task for task in tasks if not task.done()] == []
    await get_channel_layer().flush()
