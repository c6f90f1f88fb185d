"""Viewers that check the protocol and reconnect when they are disconnected."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

from httpx import AsyncClient, HTTPError
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from reservations.models import Event, Seat
from reservations.runtime.threads import in_thread
from tests.event_streams import StreamClosed, frames
from tests.following import BreachOfProtocol, Follower, ShownSeat

PATIENCE_SECONDS = 120
MAX_DELAY_SECONDS = 0.2
MOST_FRAMES = MOST_POLLS = 5


class Watcher:
    """Follows an event on one of several servers, and on another when that one is gone.

    `complaints` lists violations of the protocol, `codes` the close codes of its connections. It
    opens sockets or, with `streams`, event streams. With `switches` it takes either, sometimes
    closes it, and polls for changes instead.
    """

    def __init__(
        self,
        ports: Sequence[int],
        event_id: int,
        *,
        seats: Mapping[str, int],
        seed: int,
        streams: bool = False,
        switches: bool = False,
    ) -> None:
        self._ports = ports
        self._event_id = event_id
        self._random = random.Random(seed)
        self.switches = switches
        self._streams = streams
        self.polls = 0
        self.follower = Follower(event_id, seats=seats)
        self.complaints: list[BreachOfProtocol] = []
        self.codes: list[int] = []

    async def watch(self) -> None:
        # Loading certificates takes a while, and they are not needed here.
        async with AsyncClient(trust_env=False, verify=False) as client:
            await self._watch(client)

    async def _watch(self, client: AsyncClient) -> None:
        while True:
            # A stopping server may disconnect at any point.
            with suppress(OSError, InvalidHandshake, EOFError, HTTPError):
                await self._watch_once(client, self._random.choice(self._ports))
                if self.switches:
                    await self._poll_for_a_while(client)
            await asyncio.sleep(self._random.uniform(0, MAX_DELAY_SECONDS))

    async def _watch_once(self, client: AsyncClient, port: int) -> None:
        self.follower.connect()
        place = f"127.0.0.1:{port}/ws/events/{self._event_id}/{self.follower.query}"
        is_stream = self._random.random() < 0.5 if self.switches else self._streams
        texts = self._stream(client, place) if is_stream else self._socket(place)
        left = self._random.randint(1, MOST_FRAMES) if self.switches else 0
        async with aclosing(texts):
            async for text in texts:
                self._on_message(text)
                if (left := left - 1) == 0:
                    return

    async def _socket(self, place: str) -> AsyncGenerator[str | bytes]:
        async with connect(f"ws://{place}", max_size=None, proxy=None) as socket:
            with suppress(ConnectionClosed):
                async for text in socket:
                    yield text
            if socket.close_code is not None:
                self.codes.append(socket.close_code)

    async def _stream(self, client: AsyncClient, place: str) -> AsyncGenerator[str | bytes]:
        try:
            async with aclosing(frames(client, f"http://{place}")) as texts:
                async for text in texts:
                    yield text
        except StreamClosed as closed:
            self.codes.append(closed.code or 1006)

    async def _poll_for_a_while(self, client: AsyncClient) -> None:
        for _ in range(self._random.randint(1, MOST_POLLS)):
            path = f"/api/events/{self._event_id}/changes/{self.follower.query}"
            url = f"http://127.0.0.1:{self._random.choice(self._ports)}{path}"
            tag = f'W/"{self.follower.layout}-{self.follower.seq}"'
            answer = await client.get(url, headers={"If-None-Match": tag})
            self.polls += 1
            if answer.status_code == 200:
                self.follower.connect()
                self._on_message(answer.text)
            await asyncio.sleep(self._random.uniform(0, MAX_DELAY_SECONDS))

    def _on_message(self, text: str | bytes) -> None:
        try:
            self.follower.hear(text)
        except BreachOfProtocol as complaint:
            self.complaints.append(complaint)


def truth(event_id: int) -> tuple[int, list[ShownSeat]]:
    """Return the event's number and its seats' states from the database."""
    seq = Event.objects.values_list("change_seq", flat=True).get(pk=event_id)
    rows = Seat.objects.filter(event_id=event_id).order_by("pk")
    return seq, [
        ShownSeat(status, round(until.timestamp() * 1000) if until else None, holder)
        for status, until, holder in rows.values_list(
            "status", "locked_until", "locked_by__username"
        )
    ]


def seats_by_layout(event_id: int) -> dict[str, int]:
    event = Event.objects.get(pk=event_id)
    return {event.layout: event.seats.count()}


@asynccontextmanager
async def many_watchers(
    ports: Sequence[int], event_id: int, *, size: int = 20
) -> AsyncIterator[list[Watcher]]:
    """Start watchers; yield them once all have a first frame. Fail if any has complaints.

    Two in five open sockets, two event streams, and one switches between these and polling.
    """
    seats = await in_thread(lambda: seats_by_layout(event_id))
    watchers = [
        Watcher(
            ports,
            event_id,
            seats=seats,
            seed=seed,
            streams=seed % 5 in (1, 2),
            switches=seed % 5 == 0,
        )
        for seed in range(size)
    ]
    tasks = [asyncio.create_task(watcher.watch()) for watcher in watchers]
    try:
        await until(lambda: all(watcher.follower.seq is not None for watcher in watchers))
        yield watchers
        await until(lambda: all(watcher.polls for watcher in watchers if watcher.switches))
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [end for end in ends if not isinstance(end, asyncio.CancelledError)] == []
    assert [watcher.complaints for watcher in watchers if watcher.complaints] == []


async def until(condition: Any, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until `condition()` holds. Raises: TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
