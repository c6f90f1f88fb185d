"""Viewers that open the map and never read, beside others that do."""

import asyncio
import base64
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from laboratory.programs import HOST
from laboratory.push.bench import Bench, Driver
from laboratory.push.figures import Figure
from laboratory.push.servers import SEATCAST_DAPHNE, Server
from laboratory.push.viewers import deliveries
from laboratory.results import Numbers, Target, percentile
from loadtest.engine.processes import connections, memory_bytes
from loadtest.engine.viewers import Viewer, masked

HEALTHY_VIEWERS = 800
STUCK_VIEWERS = 200
CHANGES_PER_SECOND = 100
ALONE_SECONDS = 30
SECONDS = 62
TALKATIVE_EVERY = 3
SMALL_BUFFER_BYTES = 4_096
_SEEN = masked(1, json.dumps({"type": "seen", "seq": 0}).encode())


@asynccontextmanager
async def _stuck(server: Server, count: int) -> AsyncIterator[None]:
    """Open sockets that are never read from: half have small buffers, a third says something now
    and then.
    """
    sockets = []
    for number in range(count):
        stuck = socket.socket()
        if number % 2:
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
        stuck.connect((HOST, server.port))
        key = base64.b64encode(b"0123456789abcdef").decode()
        stuck.sendall(
            f"GET {server.path} HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        stuck.setblocking(False)
        sockets.append(stuck)
    talking = asyncio.create_task(_talk(sockets[::TALKATIVE_EVERY]))
    try:
        yield
    finally:
        talking.cancel()
        for stuck in sockets:
            stuck.close()


async def _talk(sockets: list[socket.socket]) -> None:
    while True:
        for stuck in sockets:
            try:
                stuck.send(_SEEN)
            except OSError:
                continue
        await asyncio.sleep(3)


async def _p99(viewers: list[Viewer], driver: Driver, *, seconds: int) -> float:
    for viewer in viewers:
        viewer.forget()
    commits = await driver.sell(
        changes=CHANGES_PER_SECOND * seconds, per_second=CHANGES_PER_SECOND, kind="churn"
    )
    await asyncio.sleep(1)
    return percentile(deliveries(viewers, commits, end_ns=time.monotonic_ns()).delays_ms, 99)


async def _gone_after(server: Server, *, left: int, started: float) -> float:
    """Return the seconds until the server had at most that many connections."""
    while connections(server.port) > left:
        await asyncio.sleep(0.25)
    return time.monotonic() - started


async def _measure(bench: Bench) -> Numbers:
    async with (
        bench.driven(SEATCAST_DAPHNE) as driver,
        bench.watched(SEATCAST_DAPHNE, HEALTHY_VIEWERS) as (server, viewers),
    ):
        await driver.ready()
        alone = await _p99(viewers, driver, seconds=ALONE_SECONDS)
        memory = memory_bytes(server.pid)
        started = time.monotonic()
        async with _stuck(server, bench.crowd(STUCK_VIEWERS)):
            gone = asyncio.create_task(_gone_after(server, left=len(viewers), started=started))
            peak = asyncio.create_task(_peak_memory(server, until=gone))
            beside = await _p99(viewers, driver, seconds=SECONDS)
            async with asyncio.timeout(SECONDS):
                gone_after, most = await gone, await peak
    return {
        "p99 ms of the healthy, alone": alone,
        "p99 ms of the healthy, beside the stuck": beside,
        "p99 beside / alone": beside / alone,
        "MB that the server grew by": (most - memory) / 1e6,
        "s until the server had let go of all the stuck": gone_after,
    }


async def _peak_memory(server: Server, *, until: "asyncio.Task[float]") -> int:
    most = memory_bytes(server.pid)
    while not until.done():
        await asyncio.sleep(1)
        most = max(most, memory_bytes(server.pid))
    return most


STUCK = Figure(
    title=f"{STUCK_VIEWERS} stuck readers beside {HEALTHY_VIEWERS} healthy viewers",
    measure=_measure,
    targets=(
        Target(number="p99 beside / alone", at_most=1.2),
        Target(number="MB that the server grew by", at_most=50),
        Target(number="s until the server had let go of all the stuck", at_most=60),
    ),
)
