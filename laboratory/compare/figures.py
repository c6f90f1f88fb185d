"""The figures that are measured of each server."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from laboratory.compare.baselines import (
    PER_TRANSACTION,
    bare_send_us,
    pgbench,
    pgbench_batches,
)
from laboratory.compare.clients import SEATS_EACH, keep_busy, one_by_one, rush, watched
from laboratory.compare.dataset import Dataset
from laboratory.compare.on_sale import COMMANDS_SHARE, SEATS_SHARE
from laboratory.compare.servers import (
    NODE_BEHIND_A_PROXY,
    NODE_GROUP_COMMIT,
    NODE_PEER,
    POLLED,
    SEATCAST,
    TUTORIAL,
    Kind,
    Server,
)
from laboratory.compare.tables import Wanted
from laboratory.compare.watching import sell, watching
from laboratory.results import Numbers, percentile
from loadtest.engine.processes import tree_cpu_seconds

US_PER_FRAME = "CPU us per viewer and frame"
# Behind the seats that are taken while others watch.
_FRAMES_START = 100


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A server and what it runs on. `scale` shrinks times and crowds, to try things out."""

    kind: Kind
    server: Server
    dataset: Dataset
    postgres: int
    scale: float = 1.0


async def locks(bench: Bench) -> Numbers:
    """128 clients lock without a pause while 50 watch."""
    server, dataset = bench.server, bench.dataset
    async with watched(bench.kind, server, dataset, 50) as crowd:
        sold = await keep_busy(
            server,
            dataset,
            clients=128,
            # The fastest server would have no seats left after six seconds.
            warm_up_seconds=1.5 * bench.scale,
            seconds=4 * bench.scale,
            cpu_seconds=lambda: {
                "server": tree_cpu_seconds(server.pid),
                "PostgreSQL": tree_cpu_seconds(bench.postgres),
                "load": time.process_time(),
            },
        )
        dataset.require(locked=sold.in_all)
        delivered = await crowd.delivered(changes=sold.in_all)
    transactions = dataset.transactions()
    done = len(sold.answer_ms)
    return {
        "locks/s": done / sold.seconds,
        "p50 ms": percentile(sold.answer_ms, 50),
        "p99 ms": percentile(sold.answer_ms, 99),
        "server's CPU ms per lock": 1000 * sold.cpu_seconds["server"] / done,
        "PostgreSQL's CPU ms per lock": 1000 * sold.cpu_seconds["PostgreSQL"] / done,
        "cores for the load": sold.cpu_seconds["load"] / sold.seconds,
        "% of changes delivered": 100 * delivered,
        PER_TRANSACTION: sold.in_all / transactions,
    }


async def single(bench: Bench) -> Numbers:
    """One client locks, and nobody else is there."""
    dataset = bench.dataset
    # Behind the slices of those who were busy.
    count = int(200 * bench.scale) // SEATS_EACH * SEATS_EACH
    before = dataset.locked()
    taken = await one_by_one(bench.server, dataset, start=len(dataset.seats) - 300, count=count)
    dataset.require(locked=before + len(taken))
    return {"p50 ms": percentile(taken, 50), "p99 ms": percentile(taken, 99)}


async def stampede(bench: Bench) -> Numbers:
    """A thousand people click one seat in the same instant."""
    dataset = bench.dataset
    before = dataset.locked()
    people = int(1_000 * bench.scale)
    came = await rush(bench.server, dataset, seat=len(dataset.seats) - 1, people=people)
    dataset.require(locked=before + 1)
    return {
        "winners": came.winners,
        "failed": came.failed,
        "p50 ms": percentile(came.answer_ms, 50),
        "p99 ms": percentile(came.answer_ms, 99),
        "last ms": max(came.answer_ms),
    }


async def frames(bench: Bench) -> Numbers:
    """What it costs to tell each of 1,000 viewers: what the same locks cost without them is off."""
    server, dataset = bench.server, bench.dataset.small
    viewers, count = max(2, int(1_000 * bench.scale)), max(4, int(20 * bench.scale))
    before = dataset.locked()

    async def spent(start: int) -> float:
        started = tree_cpu_seconds(server.pid)
        clicked = await sell(server, dataset, start=start, count=count, per_second=5)
        # The last is told, too.
        await asyncio.sleep(0.5)
        dataset.require(locked=before + start - _FRAMES_START + len(clicked))
        return tree_cpu_seconds(server.pid) - started

    alone = await spent(_FRAMES_START)
    async with watching(bench.kind, server, dataset, watchers=viewers) as seen:
        watched_by_all = await spent(_FRAMES_START + count)
    frame_count = sum(len(mine) for mine in seen)
    return {US_PER_FRAME: 1e6 * (watched_by_all - alone) / frame_count}


def _same_batches(dataset: Dataset, scale: float, seatcast: Numbers) -> Numbers:
    """Have as many clients as API workers commit batches of the size that Seatcast's had."""
    size = max(1, round(seatcast[PER_TRANSACTION]))
    return pgbench_batches(dataset, size=size, clients=2, scale=scale)


def _pgbench_alone(dataset: Dataset, scale: float, _seatcast: Numbers) -> Numbers:
    numbers = pgbench(dataset, clients=1, seconds=2 * scale)
    return {"p50 ms": numbers["p50 ms"], "p99 ms": numbers["p99 ms"]}


async def watch(bench: Bench) -> Numbers:
    """100 people watch a hall of 1,000 seats in which 10 are locked a second."""
    server, dataset = bench.server, bench.dataset.small
    watchers, count = max(2, int(100 * bench.scale)), max(4, int(60 * bench.scale))
    async with watching(bench.kind, server, dataset, watchers=watchers) as seen:
        before = tree_cpu_seconds(server.pid), tree_cpu_seconds(bench.postgres)
        started = time.monotonic()
        clicked = await sell(server, dataset, count=count, per_second=10)
        await asyncio.sleep(0.5)
        seconds = time.monotonic() - started
        spent = (
            tree_cpu_seconds(server.pid) - before[0],
            tree_cpu_seconds(bench.postgres) - before[1],
        )
    end_ns = time.monotonic_ns()
    dataset.require(locked=len(clicked))
    # What somebody never saw counts with its age.
    late_ms = [
        (mine.get(seat, end_ns) - at_ns) / 1e6 for mine in seen for seat, at_ns in clicked.items()
    ]
    return {
        "p50 ms from click to watcher": percentile(late_ms, 50),
        "p99 ms from click to watcher": percentile(late_ms, 99),
        "locked": len(clicked),
        "% seen": 100 * sum(len(mine) for mine in seen) / len(seen) / len(clicked),
        "server's CPU ms per watcher and second": 1000 * spent[0] / watchers / seconds,
        "PostgreSQL's CPU ms per watcher and second": 1000 * spent[1] / watchers / seconds,
    }


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One thing to know of each server. `measure` is one round of it; without, it is on its own.

    `kinds` are those that it is measured of. `baselines` are what no server can get below, each
    with what measures it at a scale, given Seatcast's numbers of the same round.
    """

    title: str
    measure: Callable[[Bench], Coroutine[Any, Any, Numbers]] | None = None
    kinds: Sequence[Kind] = (SEATCAST, NODE_PEER, TUTORIAL)
    wanted: Sequence[Wanted] = ()
    baselines: Mapping[str, Callable[[Dataset, float, Numbers], Numbers]] = field(
        default_factory=dict
    )


FIGURES = {
    "locks": Figure(
        title="128 clients lock one seat after the other while 50 watch",
        measure=locks,
        kinds=[SEATCAST, NODE_PEER, NODE_GROUP_COMMIT, TUTORIAL],
        wanted=[
            Wanted(number="locks/s", beside="tutorial", at_least=12),
            Wanted(number="locks/s", beside="Node", at_least=5),
            Wanted(number="locks/s", beside="Node, group commit", at_least=0.7),
            Wanted(number="locks/s", beside="pgbench", at_least=0.4),
            Wanted(number="locks/s", beside="pgbench, same batches", at_least=0.5),
        ],
        baselines={
            "pgbench": lambda dataset, scale, _: pgbench(dataset, clients=128, seconds=6 * scale),
            "pgbench, one client": lambda dataset, scale, _: pgbench(
                dataset, clients=1, seconds=6 * scale
            ),
            "pgbench, events apart": lambda dataset, scale, _: pgbench(
                dataset, clients=128, seconds=6 * scale, events_apart=True
            ),
            "pgbench, same batches": _same_batches,
        },
    ),
    "single": Figure(
        title="One client locks one seat after the other",
        measure=single,
        kinds=[SEATCAST, NODE_PEER, NODE_BEHIND_A_PROXY, TUTORIAL],
        wanted=[
            Wanted(number="p50 ms", beside="Node", at_most=1.5),
            Wanted(number="p50 ms", beside="Node, same proxy", at_most=1),
        ],
        baselines={"pgbench": _pgbench_alone},
    ),
    "watch": Figure(
        title="100 people watch a hall of 1,000 seats in which 10 are locked a second",
        measure=watch,
        kinds=[SEATCAST, NODE_PEER, TUTORIAL, POLLED],
    ),
    "frames": Figure(
        title="1,000 people are told of each of 20 locks",
        measure=frames,
        kinds=[SEATCAST, NODE_PEER],
        baselines={
            "bare send()": lambda _dataset, _scale, _seatcast: {
                US_PER_FRAME: bare_send_us(1_000, times=20)
            }
        },
    ),
    "stampede": Figure(
        title="1,000 people click one seat in the same instant",
        measure=stampede,
        kinds=[SEATCAST, NODE_PEER, NODE_BEHIND_A_PROXY, TUTORIAL],
        wanted=[
            Wanted(number="winners", at_least=1),
            Wanted(number="failed", at_most=0),
            Wanted(number="p99 ms", beside="tutorial", at_most=0.1),
            Wanted(number="p99 ms", beside="Node", at_most=1),
        ],
    ),
    "on-sale": Figure(
        title="128 people buy a stadium of 50,000 seats as fast as they can while 1,000 watch",
        wanted=[
            Wanted(number=COMMANDS_SHARE, at_least=0.8),
            Wanted(number=SEATS_SHARE, at_least=0.8),
            Wanted(number="seats changed/s", at_least=2_000),
            Wanted(number="p99 ms from click to everyone", at_most=250),
            Wanted(number="checks failed", at_most=0),
        ],
    ),
}
