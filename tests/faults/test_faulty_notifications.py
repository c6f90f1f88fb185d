"""Unreliable notifications, and viewers that connect, stall and disconnect.

Without servers, so it also runs on SQLite: the hub itself, on the test's event loop.
"""

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from realtime.hub import joining
from realtime.viewers import Viewer
from reservations.models import Event
from reservations.runtime.threads import in_thread
from tests.faults.faulty_layer import faulty
from tests.faults.scene import SEATS
from tests.faults.traffic import buy_at_random
from tests.faults.watching import truth, until
from tests.following import BreachOfProtocol, Follower

VISITORS = 20
CHANGES = 80


class Visitor:
    """A viewer without a connection that joins, leaves, and reads with delays."""

    def __init__(self, event_id: int, *, seed: int) -> None:
        self.follower = Follower(event_id, seats={"plan": SEATS})
        self.breaches: list[BreachOfProtocol] = []
        self.stays = asyncio.Event()
        self._event_id = event_id
        self._chance = random.Random(seed)
        self._is_stream = seed % 2 == 0
        self._visits = 0

    async def visit(self) -> None:
        while True:
            self.follower.connect()
            self._visits += 1
            known = (self.follower.seq, self.follower.layout)
            async with joining(self._event_id) as hub:
                viewer = Viewer(partial(self._send, self._visits), is_stream=self._is_stream)
                await hub.add(viewer, since=known[0], layout=known[1])
            try:
                await self._wait(0.6)
                # Viewers that are connected now stay, so that deltas and not first frames bring
                # them the rest.
                if self.stays.is_set():
                    await asyncio.Event().wait()
            finally:
                hub.remove(viewer)

    async def _send(self, visit: int, message: dict[str, Any]) -> None:
        if visit != self._visits:
            return  # What was under way is lost with the connection.
        try:
            self.follower.hear(
                message["body"].removeprefix(b"data: ") if self._is_stream else message["text"]
            )
        except BreachOfProtocol as breach:
            self.breaches.append(breach)
        if self._chance.random() < 0.3 and not self.stays.is_set():
            await asyncio.sleep(self._chance.uniform(0, 0.3))

    async def _wait(self, max_seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._chance.uniform(0, max_seconds)):
                await self.stays.wait()


@asynccontextmanager
async def visiting(visitors: Iterable[Visitor]) -> AsyncIterator[None]:
    visits = [asyncio.create_task(visitor.visit()) for visitor in visitors]
    try:
        yield
    finally:
        for visit in visits:
            visit.cancel()
        ends = await asyncio.gather(*visits, return_exceptions=True)
    assert [end for end in ends if not isinstance(end, asyncio.CancelledError)] == []


@asynccontextmanager
async def buying(event: Event) -> AsyncIterator[None]:
    is_over = threading.Event()
    work = asyncio.to_thread(buy_at_random, event.pk, random.Random(1), is_over)
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        is_over.set()
        await task


async def test_viewers_miss_nothing_with_unreliable_notifications(
    event: Event, settings: Any
) -> None:
    settings.CHANNEL_LAYERS = faulty(settings.CHANNEL_LAYERS)
    visitors = [Visitor(event.pk, seed=seed) for seed in range(VISITORS)]
    async with visiting(visitors):
        async with buying(event):
            await until(lambda: (visitors[0].follower.seq or 0) > CHANGES / 2)
            for visitor in visitors:
                visitor.stays.set()
            await until(lambda: (visitors[0].follower.seq or 0) > CHANGES)
        seq, seats = await in_thread(lambda: truth(event.pk))
        await until(lambda: all(each.follower.agrees_with(seq, seats) for each in visitors))
    assert [visitor.breaches for visitor in visitors if visitor.breaches] == []
    # Viewers resumed; otherwise this test would show little.
    assert sum(visitor.follower.deltas for visitor in visitors) > CHANGES
