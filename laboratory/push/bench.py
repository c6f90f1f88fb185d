"""The services, the event and the driver that all figures use."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from deploy.environment import clean_environment
from deploy.paths import ROOT
from laboratory.programs import run_module
from laboratory.push.servers import Peer, Server, running
from laboratory.push.viewers import gather_viewers
from loadtest.engine.viewers import Viewer

SETTLE_SECONDS = 1.0
_POLL_SECONDS = 0.05
_RING_BY_SPEECH = {
    "seatcast": "none",
    "seatcast-stream": "none",
    "channels": "channels",
    "socketio": "socketio",
}


class DriverEnded(Exception):
    """The driver ended too early; its error output says why."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The event, and the settings of a process of Seatcast. `scale` shrinks crowds, for trials."""

    settings: dict[str, str]
    event_id: int
    scale: float = 1.0

    def crowd(self, viewers: int) -> int:
        return max(2, round(viewers * self.scale))

    @asynccontextmanager
    async def serving(self, peer: Peer) -> AsyncIterator[Server]:
        with running(peer, event_id=self.event_id, settings=self.settings) as server:
            yield server

    @asynccontextmanager
    async def watched(self, peer: Peer, viewers: int) -> AsyncIterator[tuple[Server, list[Viewer]]]:
        """Start a server with viewers that have got their first frames."""
        async with self.serving(peer) as server:
            crowd = await gather_viewers(server, self.crowd(viewers))
            await asyncio.sleep(SETTLE_SECONDS)
            for viewer in crowd:
                viewer.forget()
            try:
                yield server, crowd
            finally:
                for viewer in crowd:
                    viewer.leave()

    @asynccontextmanager
    async def driven(self, peer: Peer) -> AsyncIterator["Driver"]:
        """Start a driver that notifies this kind of server."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "laboratory.push.driver"),
            *(str(self.event_id), _RING_BY_SPEECH[peer.speaks]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**26,
            env=clean_environment(**self.settings),
            cwd=ROOT,
        )
        try:
            yield Driver(process)
        finally:
            assert process.stdin
            process.stdin.close()
            await process.wait()


class Driver:
    """The driver process; see `laboratory.push.driver`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ready(self) -> None:
        """Wait until it is ready."""
        await self.sell(changes=0, per_second=1)

    async def sell(self, *, changes: int, per_second: float, kind: str = "lock") -> dict[int, int]:
        """Commit changes; return the time of each commit (`time.monotonic_ns`) by number.

        Raises: DriverEnded.
        """
        order = {"changes": changes, "per_second": per_second, "kind": kind}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(order)}\n".encode())
        line = await self._process.stdout.readline()
        if not line:
            raise DriverEnded(f"with status {await self._process.wait()}")
        return {int(seq): at_ns for seq, at_ns in json.loads(line).items()}


def make_event(settings: dict[str, str]) -> int:
    """Create the event; return its id."""
    return int(run_module("laboratory.fixtures", "push", settings=settings)["event_id"])


async def until(condition: Callable[[], bool], *, seconds: float) -> None:
    """Wait until `condition()` is true. Raises: TimeoutError after `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(_POLL_SECONDS)
