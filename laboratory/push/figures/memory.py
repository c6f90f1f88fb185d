"""Memory per viewer, and whether memory stays constant as viewers come and go."""

import asyncio

from laboratory.push.bench import Bench, until
from laboratory.push.figures import Figure
from laboratory.push.servers import SEATCAST_DAPHNE, Peer, Server, bare_daphne
from laboratory.push.viewers import gather_viewers
from laboratory.results import Numbers, Target
from loadtest.engine.processes import memory_bytes, open_files

VIEWERS = 2_000
WARM_UP_VIEWERS = 20
CROWDS = 40
# Four times as large, so that the allocator has all the memory that it will need: how many are gone
# but not yet forgotten when the next crowd comes is a matter of chance.
WARM_UP_CROWDS = 3
# Autobahn's timers hold on to a connection for some seconds after its end.
SETTLE_SECONDS = 12
# The allocator takes and gives back memory in steps of megabytes; the least that a viewer could
# leave behind, one object of its own, would be more than this.
MAX_BYTES_KEPT = 40
# Daphne releases a connection within a second or two.
PATIENCE_SECONDS = 30.0


async def _kilobytes_per_viewer(bench: Bench, peer: Peer) -> float:
    async with bench.serving(peer) as server:
        early = await gather_viewers(server, WARM_UP_VIEWERS)
        await asyncio.sleep(2)
        before, count = memory_bytes(server.pid), bench.crowd(VIEWERS)
        viewers = await gather_viewers(server, count)
        await asyncio.sleep(2)
        grown = memory_bytes(server.pid) - before
        for viewer in [*early, *viewers]:
            viewer.leave()
    return grown / count / 1024


async def _bytes_per_connection_gone(bench: Bench) -> float:
    """Connect and disconnect viewers repeatedly, with a new hub each time."""
    async with bench.serving(SEATCAST_DAPHNE) as server:
        files, count = open_files(server.pid), bench.crowd(VIEWERS) // 2

        async def memory_after(crowds: int, *, size: int) -> int:
            for _ in range(crowds):
                for viewer in await gather_viewers(server, size):
                    viewer.leave()
                await _until_gone(server, files=files)
            await asyncio.sleep(SETTLE_SECONDS)
            return memory_bytes(server.pid)

        before = await memory_after(WARM_UP_CROWDS, size=4 * count)
        return (await memory_after(CROWDS, size=count) - before) / (CROWDS * count)


async def _until_gone(server: Server, *, files: int) -> None:
    spare = 10  # connections to the database and Redis
    await until(lambda: open_files(server.pid) <= files + spare, seconds=PATIENCE_SECONDS)


async def _measure(bench: Bench) -> Numbers:
    bare = await _kilobytes_per_viewer(bench, bare_daphne(frame_bytes=200))
    ours = await _kilobytes_per_viewer(bench, SEATCAST_DAPHNE)
    return {
        "KiB for each idle viewer, bare consumer": bare,
        "KiB for each idle viewer, Seatcast": ours,
        "Seatcast / bare consumer": ours / bare,
        "bytes kept for each viewer that came and went": await _bytes_per_connection_gone(bench),
    }


MEMORY = Figure(
    title=(
        f"Memory of {VIEWERS:,} idle viewers, and after {CROWDS} crowds of {VIEWERS // 2:,}"
        " came and went"
    ),
    measure=_measure,
    targets=(
        Target(number="Seatcast / bare consumer", at_most=1.1),
        Target(number="bytes kept for each viewer that came and went", at_most=MAX_BYTES_KEPT),
    ),
)
