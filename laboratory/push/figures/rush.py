"""A rush: 200 changes a second on one event, more than the stock servers can tell everybody.

What does not come within the window counts with its age at its end, and the CPU time of the window
is divided by what was delivered in it.
"""

import asyncio
import time
from dataclasses import dataclass

from laboratory.push.bench import Bench
from laboratory.push.figures import Figure
from laboratory.push.servers import (
    SEATCAST_DAPHNE,
    SEATCAST_UVICORN,
    SOCKETIO_NODE,
    STOCK_DAPHNE,
    Peer,
)
from laboratory.push.viewers import deliveries
from laboratory.results import Numbers, Target, percentile
from loadtest.engine.processes import cpu_seconds

VIEWERS = 1_000
CHANGES_PER_SECOND = 200
SECONDS = 8
# Frames in flight at the last commit may still arrive.
GRACE_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class _Rush:
    microseconds_per_change: float
    p99_ms: float
    delivered_percent: float


async def _rush(bench: Bench, peer: Peer) -> _Rush:
    changes = CHANGES_PER_SECOND * SECONDS
    async with bench.driven(peer) as driver, bench.watched(peer, VIEWERS) as (server, viewers):
        await driver.ready()
        before = cpu_seconds(server.pid)
        commits = await driver.sell(changes=changes, per_second=CHANGES_PER_SECOND)
        await asyncio.sleep(GRACE_SECONDS)
        end_ns, spent = time.monotonic_ns(), cpu_seconds(server.pid) - before
        found = deliveries(viewers, commits, end_ns=end_ns)
    return _Rush(
        microseconds_per_change=spent / max(found.changes, 1) * 1e6,
        p99_ms=percentile(found.delays_ms, 99),
        delivered_percent=100 * found.changes / (changes * len(viewers)),
    )


async def _measure(bench: Bench) -> Numbers:
    peers = (SEATCAST_DAPHNE, STOCK_DAPHNE, SOCKETIO_NODE, SEATCAST_UVICORN)
    rushes = {peer: await _rush(bench, peer) for peer in peers}
    numbers: Numbers = {}
    for peer, rush in rushes.items():
        numbers |= {
            f"{peer.name}: us per delivered change": rush.microseconds_per_change,
            f"{peer.name}: p99 ms from commit to viewer": rush.p99_ms,
            f"{peer.name}: % delivered": rush.delivered_percent,
        }
    ours = rushes[SEATCAST_DAPHNE].microseconds_per_change
    return {
        **numbers,
        "Seatcast / stock, both on Daphne": ours / rushes[STOCK_DAPHNE].microseconds_per_change,
        "Seatcast on Daphne / Socket.IO": ours / rushes[SOCKETIO_NODE].microseconds_per_change,
    }


RUSH = Figure(
    title=f"{CHANGES_PER_SECOND} changes a second for {SECONDS} s, {VIEWERS:,} viewers",
    measure=_measure,
    targets=(
        Target(number="Seatcast / stock, both on Daphne", at_most=1 / 20),
        Target(number="Seatcast on Daphne / Socket.IO", at_most=1 / 8),
        Target(number=f"{SEATCAST_DAPHNE.name}: p99 ms from commit to viewer", at_most=150),
        Target(number=f"{STOCK_DAPHNE.name}: p99 ms from commit to viewer", at_least=1_000),
    ),
)
