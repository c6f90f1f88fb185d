"""The figures that are measured at each size, each on a new server."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from laboratory.curves.environment import Environment, Hall
from laboratory.push.bench import SETTLE_SECONDS, until
from laboratory.push.servers import SEATCAST_DAPHNE
from laboratory.push.viewers import deliveries, gather_viewers, seq_of
from laboratory.results import Numbers
from loadtest.engine.http import Connection
from loadtest.engine.processes import cpu_seconds, memory_bytes, postgres_pid, tree_cpu_seconds

SEATS = (100, 1_000, 10_000, 100_000)
VIEWERS = (10, 100, 1_000, 5_000)
# In which they watch: a hall's own memory is in the numbers, too.
WATCHED_SEATS = 10_000

CLIENTS = 64
CLICKS_EACH = 80
WARM_UP_CLICKS_EACH = 16
CHANGES_PER_SECOND = 20
CHANGES = 120
PATIENCE_SECONDS = 30.0


class WrongAnswer(Exception):
    """A seat was refused to somebody who must have got it."""


async def locks(environment: Environment, seats: int) -> Numbers:
    """64 clients lock a seat of their own part of the hall, let it go, and take the next."""
    hall = environment.halls[seats]
    postgres = postgres_pid(environment.settings["DATABASE_URL"])
    each = max(2, round(CLICKS_EACH * environment.scale))
    with environment.api() as (url, pid):
        connections = [Connection(url) for _ in range(CLIENTS)]

        async def everybody(clicks: int) -> None:
            async with asyncio.TaskGroup() as group:
                for number, connection in enumerate(connections):
                    group.create_task(_click(environment, hall, number, connection, clicks))

        await everybody(WARM_UP_CLICKS_EACH)
        before, started = (tree_cpu_seconds(pid), tree_cpu_seconds(postgres)), time.monotonic()
        await everybody(each)
        took = time.monotonic() - started
        spent = tree_cpu_seconds(pid) - before[0], tree_cpu_seconds(postgres) - before[1]
        for connection in connections:
            connection.close()
    clicks = CLIENTS * each
    return {
        "API workers' CPU ms per click": 1000 * spent[0] / clicks,
        "PostgreSQL's CPU ms per click": 1000 * spent[1] / clicks,
        "clicks/s": clicks / took,
    }


async def changes(environment: Environment, viewers: int) -> Numbers:
    """Seats change twenty times a second while so many watch."""
    bench = environment.bench(environment.halls[WATCHED_SEATS])
    count = max(4, round(CHANGES * environment.scale))
    async with (
        bench.driven(SEATCAST_DAPHNE) as driver,
        bench.watched(SEATCAST_DAPHNE, viewers) as (server, crowd),
    ):
        # What it locks before it begins is told, and is not counted.
        await driver.sell(changes=2, per_second=CHANGES_PER_SECOND, kind="churn")
        await asyncio.sleep(SETTLE_SECONDS)
        for viewer in crowd:
            viewer.forget()
        before = cpu_seconds(server.pid)
        commits = await driver.sell(changes=count, per_second=CHANGES_PER_SECOND, kind="churn")
        await until(
            lambda: min(map(seq_of, crowd)) == max(commits),
            seconds=PATIENCE_SECONDS,
        )
        spent = cpu_seconds(server.pid) - before
        # Raises when anybody has a gap.
        found = deliveries(crowd, commits, end_ns=time.monotonic_ns())
    return {
        "CPU us per change": 1e6 * spent / count,
        "CPU us per viewer and frame": 1e6 * spent / found.frames,
        "CPU us per viewer and change": 1e6 * spent / count / len(crowd),
        "changes in a frame": count * len(crowd) / found.frames,
        "% of a core": 100 * spent / (count / CHANGES_PER_SECOND),
    }


async def memory(environment: Environment, viewers: int) -> Numbers:
    """So many watch, and nothing happens. The first has the hall loaded, and is not counted."""
    bench = environment.bench(environment.halls[WATCHED_SEATS])
    async with bench.serving(SEATCAST_DAPHNE) as server:
        first = await gather_viewers(server, 1)
        await asyncio.sleep(2 * SETTLE_SECONDS)
        before = memory_bytes(server.pid)
        crowd = await gather_viewers(server, viewers - 1)
        await asyncio.sleep(2 * SETTLE_SECONDS)
        taken = memory_bytes(server.pid)
        for viewer in [*first, *crowd]:
            viewer.leave()
    return {
        "MiB in all": taken / 2**20,
        "KiB for each viewer after the first": (taken - before) / 2**10 / len(crowd),
    }


async def snapshot(environment: Environment, seats: int) -> Numbers:
    """A process makes the map of a hall of which half is sold."""
    return environment.snapshot(environment.halls[seats])


async def _click(
    environment: Environment, hall: Hall, number: int, connection: Connection, clicks: int
) -> None:
    """Lock and let go by turns. Raises: WrongAnswer."""
    part = len(hall.seats) // CLIENTS
    headers = {"Authorization": f"Bearer {environment.tokens[number]}"}
    for turn in range(clicks // 2):
        # All over its part of the hall, so that pages are met as in a sale.
        seat = hall.seats[number * part + turn * 7919 % part]
        for verb in ("lock", "unlock"):
            path = f"/api/events/{hall.event}/seats/{seat}/{verb}/"
            answer = await connection.ask("POST", path, {}, headers)
            if answer.status != 200:
                raise WrongAnswer(f"{answer.status} {answer.error} {answer.body[:300]!r}")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Curves over `sizes`, which `axis` names. `drawn` are the numbers that its plot has."""

    title: str
    axis: str
    sizes: Sequence[int]
    measure: Callable[[Environment, int], Coroutine[Any, Any, Numbers]]
    unit: str
    drawn: Sequence[str]


FIGURES = {
    "locks": Figure(
        title="A lock, by the seats in its event",
        axis="seats in the event",
        sizes=SEATS,
        measure=locks,
        unit="CPU ms per click",
        drawn=["API workers' CPU ms per click", "PostgreSQL's CPU ms per click"],
    ),
    "changes": Figure(
        title="A change, by those who watch",
        axis="viewers",
        sizes=VIEWERS,
        measure=changes,
        unit="CPU us",
        drawn=["CPU us per change", "CPU us per viewer and frame"],
    ),
    "memory": Figure(
        title="A socket server's memory, by those who watch",
        axis="viewers",
        sizes=VIEWERS,
        measure=memory,
        unit="MiB",
        drawn=["MiB in all"],
    ),
    "snapshot": Figure(
        title="A map, by its seats",
        axis="seats in the event",
        sizes=SEATS,
        measure=snapshot,
        unit="bytes",
        drawn=["bytes of the first frame", "bytes of the layout, gzipped"],
    ),
}
