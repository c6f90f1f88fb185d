"""What is measured of each server while it runs."""

import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from loadtest.compare.crowds import keep_busy, watched
from loadtest.compare.house import House
from loadtest.compare.servers import Kind, Server
from loadtest.compare.tables import Wanted
from loadtest.engine.cpu import tree_cpu_seconds
from loadtest.push.figures import Numbers
from loadtest.push.samples import percentile


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A server and what it runs on. `scale` shrinks times and crowds, to try things out."""

    kind: Kind
    server: Server
    house: House
    postgres: int
    scale: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One thing to know of each server. `measure` is one round."""

    title: str
    measure: Callable[[Bench], Coroutine[Any, Any, Numbers]]
    wanted: Sequence[Wanted] = ()


async def locks(bench: Bench) -> Numbers:
    """128 clients lock without a pause while 50 watch."""
    server, house = bench.server, bench.house
    async with watched(bench.kind, server, 50) as crowd:
        sold = await keep_busy(
            server,
            house,
            clients=128,
            warm_up_seconds=2 * bench.scale,
            seconds=6 * bench.scale,
            cpu_seconds=lambda: {
                "server": tree_cpu_seconds(server.pid),
                "PostgreSQL": tree_cpu_seconds(bench.postgres),
                "load": time.process_time(),
            },
        )
        house.require(locked=sold.in_all)
        delivered = await crowd.delivered(changes=sold.in_all)
    done = len(sold.answer_ms)
    return {
        "locks/s": done / sold.seconds,
        "p50 ms": percentile(sold.answer_ms, 50),
        "p99 ms": percentile(sold.answer_ms, 99),
        "server's CPU ms per lock": 1000 * sold.cpu_seconds["server"] / done,
        "PostgreSQL's CPU ms per lock": 1000 * sold.cpu_seconds["PostgreSQL"] / done,
        "cores for the load": sold.cpu_seconds["load"] / sold.seconds,
        "% of changes delivered": 100 * delivered,
    }


FIGURES = {
    "locks": Figure(
        title="128 clients lock one seat after the other while 50 watch",
        measure=locks,
        wanted=[
            Wanted(number="locks/s", beside="tutorial", at_least=12),
            Wanted(number="locks/s", beside="Node", at_least=2),
        ],
    ),
}
