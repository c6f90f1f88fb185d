"""Viewers open the map of 50,000 seats at once, while seats change."""

import asyncio
import time

import psycopg

from laboratory.fixtures import ROWS, SEATS_IN_ROW
from laboratory.push.bench import SETTLE_SECONDS, Bench, Driver
from laboratory.push.figures import Figure
from laboratory.push.servers import SEATCAST_DAPHNE, bare_daphne
from laboratory.push.viewers import deliveries, gather_viewers
from laboratory.results import Numbers, Target
from loadtest.engine.processes import cpu_seconds

VIEWERS = 2_000
CHANGES_PER_SECOND = 50
WARM_UP_VIEWERS = 20


async def _bare(bench: Bench, *, frame_bytes: int) -> float:
    async with bench.serving(bare_daphne(frame_bytes=frame_bytes)) as server:
        early = await gather_viewers(server, WARM_UP_VIEWERS)
        before, count = cpu_seconds(server.pid), bench.crowd(VIEWERS)
        viewers = await gather_viewers(server, count)
        spent = cpu_seconds(server.pid) - before
        for viewer in [*early, *viewers]:
            viewer.leave()
    return spent / count * 1e6


async def _quiet(bench: Bench) -> tuple[float, int]:
    """Return the CPU time of a connection while nothing is sold, and a snapshot's length."""
    async with bench.serving(SEATCAST_DAPHNE) as server:
        early = await gather_viewers(server, WARM_UP_VIEWERS)
        before, count = cpu_seconds(server.pid), bench.crowd(VIEWERS)
        viewers = await gather_viewers(server, count)
        spent = cpu_seconds(server.pid) - before
        for viewer in [*early, *viewers]:
            viewer.leave()
    return spent / count * 1e6, len(viewers[0].frames[0].payload)


async def _busy(bench: Bench) -> Numbers:
    async with bench.driven(SEATCAST_DAPHNE) as driver, bench.serving(SEATCAST_DAPHNE) as server:
        await driver.sell(changes=CHANGES_PER_SECOND, per_second=CHANGES_PER_SECOND, kind="churn")
        read = seats_read(bench)
        is_over = asyncio.Event()
        selling = asyncio.create_task(_sell_until(is_over, driver))
        try:
            await asyncio.sleep(SETTLE_SECONDS)
            before, started, count = cpu_seconds(server.pid), time.monotonic(), bench.crowd(VIEWERS)
            viewers = await gather_viewers(server, count)
            spent, took = cpu_seconds(server.pid) - before, time.monotonic() - started
        finally:
            is_over.set()
            commits = await selling
        await asyncio.sleep(SETTLE_SECONDS)
        lost = sum(viewer.is_lost for viewer in viewers)
        # Raises if a viewer has a gap.
        deliveries(viewers, commits, end_ns=time.monotonic_ns())
        sizes = [len(viewer.frames[0].payload) for viewer in viewers]
        for viewer in viewers:
            viewer.leave()
    # PostgreSQL reports reads at the end of a session at the latest.
    read = seats_read(bench) - read
    return {
        "us of CPU for each connection, with 50 changes a second": spent / count * 1e6,
        "connections a second, with 50 changes a second": count / took,
        "bytes of the largest first frame": max(sizes),
        "viewers lost": lost,
        "full reads of the seats": read / (ROWS * SEATS_IN_ROW),
    }


async def _sell_until(is_over: asyncio.Event, driver: Driver) -> dict[int, int]:
    """Lock and unlock seats, one second at a time; return the commits."""
    commits: dict[int, int] = {}
    while not is_over.is_set():
        commits |= await driver.sell(
            changes=CHANGES_PER_SECOND, per_second=CHANGES_PER_SECOND, kind="churn"
        )
    return commits


def seats_read(bench: Bench) -> int:
    """Return the number of seat rows that PostgreSQL has read, for any client."""
    with psycopg.connect(bench.settings["DATABASE_URL"], autocommit=True) as connection:
        row = connection.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables"
            " WHERE relname = 'reservations_seat'"
        ).fetchone()
    assert row
    return int(row[0])


async def _measure(bench: Bench) -> Numbers:
    quiet, frame_bytes = await _quiet(bench)
    bare = await _bare(bench, frame_bytes=frame_bytes)
    busy = await _busy(bench)
    spent = busy["us of CPU for each connection, with 50 changes a second"]
    return {
        "us of CPU for each connection, bare consumer": bare,
        "us of CPU for each connection, nothing sold": quiet,
        **busy,
        "Seatcast / bare consumer, nothing sold": quiet / bare,
        "Seatcast / bare consumer, with 50 changes a second": spent / bare,
    }


CONNECT = Figure(
    title=f"{VIEWERS:,} viewers open a hall of {ROWS * SEATS_IN_ROW:,} seats",
    measure=_measure,
    targets=(
        Target(number="bytes of the largest first frame", at_most=20_000),
        Target(number="viewers lost", at_most=0),
        Target(number="full reads of the seats", at_most=3),
        Target(number="Seatcast / bare consumer, with 50 changes a second", at_most=1.2),
    ),
)
