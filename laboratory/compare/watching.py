"""When people see what others took: told by a socket, or by asking every three seconds."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from laboratory.compare.clients import Click, WrongAnswer, changes_in, clicks
from laboratory.compare.dataset import Dataset
from laboratory.compare.servers import Kind, Server
from loadtest.engine.http import Connection
from loadtest.engine.viewers import Viewer, gather

POLL_SECONDS = 3.0

# When each watcher saw each seat taken first.
Seen = list[dict[int, int]]


async def sell(
    server: Server, dataset: Dataset, *, start: int = 0, count: int, per_second: float
) -> dict[int, int]:
    """Have seats clicked from a place of the list on, at an even pace; return when each was.

    Whom an overloaded server fails is not among them. Raises: WrongAnswer.
    """
    clicked: dict[int, int] = {}

    async def buy(number: int, click: Click) -> None:
        await asyncio.sleep(number / per_second)
        connection = Connection(server.url)
        answer = await connection.ask("POST", click.path(dataset), {}, click.headers)
        connection.close()
        if answer.status == 200:
            clicked[click.seat] = answer.sent_ns
        elif answer.status < 500:
            raise WrongAnswer(f"{answer.status} {answer.error} {answer.body[:300]!r}")

    async with asyncio.TaskGroup() as group:
        for number, click in enumerate(clicks(dataset, start=start, count=count)):
            group.create_task(buy(number, click))
    return clicked


@asynccontextmanager
async def watching(
    kind: Kind, server: Server, dataset: Dataset, *, watchers: int
) -> AsyncIterator[Seen]:
    """Have so many people watch for the length of the context; what they saw is known after it."""
    seen: Seen = []
    if kind.is_polled:
        async with _polling(server, dataset, watchers) as looks:
            yield seen
        seen += looks
        return
    viewers: list[Viewer] = await gather(
        lambda payloads: kind.viewer(server.socket_url(dataset), payloads), watchers
    )
    await asyncio.sleep(1.0)
    try:
        yield seen
    finally:
        for viewer in viewers:
            viewer.leave()
    for viewer in viewers:
        mine: dict[int, int] = {}
        for frame in viewer.frames:
            for change in changes_in(frame.payload):
                seat = dataset.seats[change[0]] if kind.names_index else change[0]
                mine.setdefault(seat, frame.at_ns)
        seen.append(mine)


@asynccontextmanager
async def _polling(server: Server, dataset: Dataset, watchers: int) -> AsyncIterator[Seen]:
    seen: Seen = [{} for _ in range(watchers)]
    path = f"/api/events/{dataset.event}/seats/"

    async def poll(mine: dict[int, int]) -> None:
        await asyncio.sleep(random.uniform(0, POLL_SECONDS))
        connection = Connection(server.url)
        try:
            while True:
                answer = await connection.ask("GET", path)
                # Nobody asks again before the answer is there.
                next_ns = answer.sent_ns + int(POLL_SECONDS * 1e9)
                # Whom an overloaded server fails asks again in three seconds.
                for seat in json.loads(answer.body) if answer.status == 200 else ():
                    if seat["status"] != 0:
                        mine.setdefault(seat["id"], answer.at_ns)
                await asyncio.sleep(max(0, (next_ns - time.monotonic_ns()) / 1e9))
        finally:
            connection.close()

    tasks = [asyncio.create_task(poll(mine)) for mine in seen]
    try:
        await asyncio.sleep(POLL_SECONDS)
        yield seen
        # Everybody asks once more.
        await asyncio.sleep(POLL_SECONDS)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
