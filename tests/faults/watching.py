"""Viewers who hold the protocol to its word, and come back when they are sent away."""

import asyncio
import base64
import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from reservations.models import Event, Seat

PATIENCE_SECONDS = 30
MAX_DELAY_SECONDS = 0.2

State = tuple[int, int | None, str | None]
"""A seat's status code, deadline in Unix milliseconds, holder."""


class Watcher:
    """Follows an event's map on one of some servers, and on another when that one is gone.

    `complaints` has every breach of the protocol that it met; `codes` how its sockets were closed.
    """

    def __init__(self, ports: Sequence[int], event_id: int, *, seed: int) -> None:
        self._ports = ports
        self._event_id = event_id
        self._random = random.Random(seed)
        self.seq: int | None = None
        self.states: list[State] = []
        self.layout = ""
        self.complaints: list[str] = []
        self.codes: list[int] = []
        self.deltas = 0

    async def watch(self) -> None:
        while True:
            # A server that is going may hang up at any point.
            with suppress(OSError, InvalidHandshake, EOFError):
                await self._watch_once(self._random.choice(self._ports))
            await asyncio.sleep(self._random.uniform(0, MAX_DELAY_SECONDS))

    async def _watch_once(self, port: int) -> None:
        query = f"?since={self.seq}&layout={self.layout}" if self.seq is not None else ""
        url = f"ws://127.0.0.1:{port}/ws/events/{self._event_id}/{query}"
        async with connect(url, max_size=None, proxy=None) as socket:
            is_first = True
            try:
                async for text in socket:
                    self._hear(json.loads(text), is_first=is_first)
                    is_first = False
            except ConnectionClosed:
                pass
            if socket.close_code is not None:
                self.codes.append(socket.close_code)

    def _hear(self, frame: dict[str, Any], *, is_first: bool) -> None:
        match frame["type"]:
            case "snapshot":
                self._start(frame)
            case "delta" if frame["from"] == self.seq:
                self.deltas += 1
                for index, status, until, holder in frame["changes"]:
                    self.states[index] = (status, until, holder)
            case "beat" if frame["seq"] == self.seq and not is_first:
                pass
            case _:
                self.complaints.append(f"at {self.seq}: {frame}")
        self.seq = frame["seq"]

    def _start(self, frame: dict[str, Any]) -> None:
        codes = base64.b64decode(frame["statuses"])
        self.layout = frame["layout"]
        self.states = [(byte >> shift & 3, None, None) for byte in codes for shift in (0, 2, 4, 6)]
        for index, until, holder in frame["locks"]:
            self.states[index] = (1, until, holder)

    def agrees_with(self, seq: int, states: list[State]) -> bool:
        return self.seq == seq and self.states[: len(states)] == states


def truth(event_id: int) -> tuple[int, list[State]]:
    """Return the event's number and its seats' states, as the database has them."""
    seq = Event.objects.values_list("change_seq", flat=True).get(pk=event_id)
    rows = Seat.objects.filter(event_id=event_id).order_by("pk")
    return seq, [
        (status, round(until.timestamp() * 1000) if until else None, holder)
        for status, until, holder in rows.values_list(
            "status", "locked_until", "locked_by__username"
        )
    ]


@asynccontextmanager
async def crowd(
    ports: Sequence[int], event_id: int, *, size: int = 20
) -> AsyncIterator[list[Watcher]]:
    """Have a crowd watch; yields when everybody has had a first frame. Nobody may complain."""
    watchers = [Watcher(ports, event_id, seed=seed) for seed in range(size)]
    tasks = [asyncio.create_task(watcher.watch()) for watcher in watchers]
    try:
        await until(lambda: all(watcher.seq is not None for watcher in watchers))
        yield watchers
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [end for end in ends if not isinstance(end, asyncio.CancelledError)] == []
    assert [watcher.complaints for watcher in watchers if watcher.complaints] == []


async def until(condition: Any, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Return when `condition()` holds. Raises: TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
