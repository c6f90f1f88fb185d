"""CPU time of the server for each viewer and frame, when each change is a frame of its own."""

import time

from laboratory.push.bench import Bench, until
from laboratory.push.figures import Figure
from laboratory.push.servers import (
    SEATCAST_DAPHNE,
    SEATCAST_STREAMS,
    SEATCAST_UVICORN,
    SOCKETIO_NODE,
    STOCK_DAPHNE,
    STOCK_UVICORN,
    Peer,
)
from laboratory.push.viewers import deliveries, seq_of
from laboratory.results import Numbers, Target
from loadtest.engine.processes import cpu_seconds

VIEWERS = 1_000
CHANGES = 25
# Slow enough for the slowest server, and for Seatcast to merge no two changes.
CHANGES_PER_SECOND = 2.0
PATIENCE_SECONDS = 60.0


async def _microseconds_per_frame(bench: Bench, peer: Peer) -> float:
    async with bench.driven(peer) as driver, bench.watched(peer, VIEWERS) as (server, viewers):
        await driver.ready()
        before = cpu_seconds(server.pid)
        commits = await driver.sell(changes=CHANGES, per_second=CHANGES_PER_SECOND)
        await until(
            lambda: min(seq_of(viewer) for viewer in viewers) == max(commits),
            seconds=PATIENCE_SECONDS,
        )
        spent = cpu_seconds(server.pid) - before
        found = deliveries(viewers, commits, end_ns=time.monotonic_ns())
    if found.frames != found.changes or found.changes != CHANGES * len(viewers):
        raise ValueError(f"{peer.name}: {found.changes} changes came in {found.frames} frames")
    return spent / found.frames * 1e6


async def _measure(bench: Bench) -> Numbers:
    micro = {
        peer: await _microseconds_per_frame(bench, peer)
        for peer in (
            SEATCAST_DAPHNE,
            SEATCAST_STREAMS,
            STOCK_DAPHNE,
            SEATCAST_UVICORN,
            SOCKETIO_NODE,
            STOCK_UVICORN,
        )
    }
    return {
        **{f"{peer.name}: us per viewer and frame": spent for peer, spent in micro.items()},
        "Seatcast / stock, both on Daphne": micro[SEATCAST_DAPHNE] / micro[STOCK_DAPHNE],
        "Seatcast on Uvicorn / Socket.IO": micro[SEATCAST_UVICORN] / micro[SOCKETIO_NODE],
        "Event stream / socket, both on Daphne": micro[SEATCAST_STREAMS] / micro[SEATCAST_DAPHNE],
        "Seatcast on Daphne / Socket.IO": micro[SEATCAST_DAPHNE] / micro[SOCKETIO_NODE],
    }


FANOUT = Figure(
    title=f"CPU for each viewer and frame, {VIEWERS:,} viewers",
    measure=_measure,
    targets=(
        Target(number="Seatcast / stock, both on Daphne", at_most=1 / 5),
        Target(number="Seatcast on Uvicorn / Socket.IO", at_most=1.0),
        Target(number="Event stream / socket, both on Daphne", at_most=1.25),
    ),
)
