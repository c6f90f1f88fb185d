"""The delay from commit to viewer at a low rate of changes."""

import asyncio
import time

from laboratory.push.bench import SETTLE_SECONDS, Bench
from laboratory.push.figures import Figure
from laboratory.push.servers import SEATCAST_DAPHNE, SEATCAST_UVICORN
from laboratory.push.viewers import deliveries
from laboratory.results import Numbers, Target, percentile

VIEWERS = 100
CHANGES = 100
CHANGES_PER_SECOND = 5.0


async def _measure(bench: Bench) -> Numbers:
    numbers: Numbers = {}
    for peer in (SEATCAST_DAPHNE, SEATCAST_UVICORN):
        async with bench.driven(peer) as driver, bench.watched(peer, VIEWERS) as (_, viewers):
            commits = await driver.sell(changes=CHANGES, per_second=CHANGES_PER_SECOND)
            await asyncio.sleep(SETTLE_SECONDS)
            delays = deliveries(viewers, commits, end_ns=time.monotonic_ns()).delays_ms
        for percent in (50, 99):
            numbers[f"{peer.name}: p{percent} ms"] = percentile(delays, percent)
    return numbers


IDLE = Figure(
    title=f"Commit to frame when idle, {VIEWERS} viewers",
    measure=_measure,
    targets=(
        Target(number=f"{SEATCAST_DAPHNE.name}: p50 ms", at_most=10),
        Target(number=f"{SEATCAST_DAPHNE.name}: p99 ms", at_most=50),
    ),
)
