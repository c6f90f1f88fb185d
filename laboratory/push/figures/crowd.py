"""Ten thousand viewers reconnect at once to one server, beside HTTP requests."""

import asyncio
import json
import sys
import time
from dataclasses import replace

from deploy.paths import ROOT
from laboratory.fixtures import ROWS, SEATS_IN_ROW
from laboratory.push.bench import SETTLE_SECONDS, Bench
from laboratory.push.figures import Figure
from laboratory.push.figures.connect import seats_read
from laboratory.push.servers import SEATCAST_DAPHNE, Server
from laboratory.push.viewers import deliveries, gather_viewers
from laboratory.results import Numbers, Target, percentile

VIEWERS = 10_000
CHANGES_PER_SECOND = 2.0
CHANGES_MISSED = 20
# PostgreSQL reports reads up to ten seconds late.
SECONDS = 12


async def _resume_point(bench: Bench) -> str:
    """Return the query string with which a viewer resumes."""
    async with bench.serving(SEATCAST_DAPHNE) as server:
        (viewer,) = await gather_viewers(server, 1)
        snapshot = json.loads(viewer.frames[0].payload)
        viewer.leave()
    return f"?since={snapshot['seq']}&layout={snapshot['layout']}"


async def _p99_ms_of_requests(server: Server) -> float:
    prober = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "laboratory.push.prober", str(server.port), str(SECONDS)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    output, _ = await prober.communicate()
    return percentile(json.loads(output), 99)


async def _measure(bench: Bench) -> Numbers:
    async with bench.driven(SEATCAST_DAPHNE) as driver:
        await driver.ready()
        query = await _resume_point(bench)
        await driver.sell(changes=CHANGES_MISSED, per_second=50)
        async with bench.serving(SEATCAST_DAPHNE) as server:
            quiet = await _p99_ms_of_requests(server)
            read, started = seats_read(bench), time.monotonic()
            back = replace(server, path=server.path + query)
            viewers = await gather_viewers(back, bench.crowd(VIEWERS))
            took = time.monotonic() - started
            kinds = {json.loads(viewer.frames[0].payload)["type"] for viewer in viewers}
            assert kinds == {"delta"}, kinds
            await asyncio.sleep(SETTLE_SECONDS)
            read = seats_read(bench) - read
            for viewer in viewers:
                viewer.forget()
            selling = asyncio.create_task(
                driver.sell(
                    changes=round(SECONDS * CHANGES_PER_SECOND), per_second=CHANGES_PER_SECOND
                )
            )
            busy = await _p99_ms_of_requests(server)
            commits = await selling
            await asyncio.sleep(SETTLE_SECONDS)
            delays = deliveries(viewers, commits, end_ns=time.monotonic_ns()).delays_ms
            lost = sum(viewer.is_lost for viewer in viewers)
            for viewer in viewers:
                viewer.leave()
    return {
        "s until all were back": took,
        "viewers lost": lost,
        "full reads of the seats": read / (ROWS * SEATS_IN_ROW),
        "p99 ms from commit to viewer": percentile(delays, 99),
        "p99 ms of requests to the same server, nobody watching": quiet,
        "p99 ms of requests to the same server, everybody watching": busy,
    }


CROWD = Figure(
    title=f"{VIEWERS:,} viewers come back to one Daphne at once, and stay",
    measure=_measure,
    targets=(
        Target(number="viewers lost", at_most=0),
        Target(number="full reads of the seats", at_most=1.1),
    ),
)
