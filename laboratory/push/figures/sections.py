"""A stadium at 500 changes a second: viewers of everything, of some sections, and of counts only.

Each kind has a server of its own, with the same changes. The last server sends as many bytes in as
many frames to as many viewers as the near ones got, by `send` alone. What a frame costs is the CPU
time beyond that of a server with a few near viewers, which has the same changes to take in.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from laboratory.push.bench import Bench, make_event
from laboratory.push.driver import GROUP_SEATS
from laboratory.push.figures import Figure, Numbers, Target
from laboratory.push.servers import SEATCAST_DAPHNE, bare_send
from loadtest.engine.processes import cpu_seconds
from loadtest.engine.viewers import Viewer

VIEWERS = 1_000
FEW_VIEWERS = 10
CHANGES_PER_SECOND = 500
SECONDS = 10
WARM_UP_SECONDS = 2
# What a screen of 1440 x 900 shows at a size at which seats are chosen.
NEAR_SECTIONS = 3
HEADER_BYTES = 4
GRACE_SECONDS = 0.5
DEFLATE = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
PEER = replace(SEATCAST_DAPHNE, settings={"SEATCAST_SHOW_NAMES": "False"})


@dataclass(frozen=True, kw_only=True)
class _Share:
    """What one viewer gets and costs a second."""

    bytes: float
    frames: float
    microseconds: float
    changes_per_second: float
    viewers: int

    @property
    def server_microseconds(self) -> float:
        """What the server spent a second on all of them."""
        return self.microseconds * self.viewers

    def microseconds_per_frame(self, few: "_Share") -> float:
        """Return the CPU time of a frame to a viewer, beyond that of a server with `few`."""
        frames = self.frames * self.viewers - few.frames * few.viewers
        return (self.server_microseconds - few.server_microseconds) / frames


async def _hall(bench: Bench) -> tuple[str, int]:
    """Return the layout and the number of sections."""
    async with bench.serving(PEER) as server:
        viewer = Viewer(f"{server.url}?sections=", {})
        await viewer.open()
        frame = json.loads(viewer.frames[0].payload)
        viewer.leave()
    return frame["layout"], len(frame["free"][0]) - 1


async def _share(
    bench: Bench,
    query_of: Callable[[int], str],
    *,
    viewers: int = VIEWERS,
    headers: Mapping[str, str] | None = None,
) -> _Share:
    commands = CHANGES_PER_SECOND // GROUP_SEATS
    async with (
        bench.driven(PEER) as driver,
        bench.watched(PEER, viewers, query_of=query_of, headers=headers) as (server, crowd),
    ):
        await driver.ready()
        await driver.sell(changes=commands * WARM_UP_SECONDS, per_second=commands, kind="groups")
        for viewer in crowd:
            viewer.forget()
        started, before = asyncio.get_running_loop().time(), cpu_seconds(server.pid)
        await driver.sell(changes=commands * SECONDS, per_second=commands, kind="groups")
        await asyncio.sleep(GRACE_SECONDS)
        took = asyncio.get_running_loop().time() - started
        spent = cpu_seconds(server.pid) - before
        frames = sum(len(viewer.frames) for viewer in crowd)
        received = sum(
            len(frame.payload) + HEADER_BYTES for viewer in crowd for frame in viewer.frames
        )
        if any(viewer.is_lost for viewer in crowd):
            raise ValueError("A viewer was lost")
    share = took * len(crowd)
    return _Share(
        bytes=received / share,
        frames=frames / share,
        microseconds=spent / share * 1e6,
        changes_per_second=GROUP_SEATS * commands * SECONDS / took,
        viewers=len(crowd),
    )


async def _bare_microseconds_per_frame(bench: Bench, near: _Share) -> float:
    """Return the CPU time of sending a frame of that size to a viewer."""
    peer = bare_send(frame_bytes=round(near.bytes / near.frames), frames_per_second=near.frames)
    async with bench.watched(peer, VIEWERS) as (server, viewers):
        before = cpu_seconds(server.pid)
        await asyncio.sleep(SECONDS)
        spent = cpu_seconds(server.pid) - before
        frames = sum(len(viewer.frames) for viewer in viewers)
    return spent / frames * 1e6


async def _measure(bench: Bench) -> Numbers:
    bench = replace(bench, event_id=make_event(bench.settings, "stadium"))
    layout, sections = await _hall(bench)

    def near_query(number: int) -> str:
        first = number % (sections - NEAR_SECTIONS)
        return f"?sections={first}-{first + NEAR_SECTIONS - 1}&layout={layout}"

    shares = {
        "whole": await _share(bench, lambda _: ""),
        "whole, compressed": await _share(bench, lambda _: "", headers=DEFLATE),
        "near": await _share(bench, near_query),
        "far": await _share(bench, lambda _: f"?sections=&layout={layout}"),
        "far, compressed": await _share(
            bench, lambda _: f"?sections=&layout={layout}", headers=DEFLATE
        ),
    }
    whole, compressed, near, far, _ = shares.values()
    few = await _share(bench, near_query, viewers=FEW_VIEWERS)
    bare = await _bare_microseconds_per_frame(bench, near)
    numbers: Numbers = {}
    for name, share in shares.items():
        numbers |= {
            f"{name}: bytes/s for each viewer": share.bytes,
            f"{name}: frames/s for each viewer": share.frames,
            f"{name}: us of CPU a second for each viewer": share.microseconds,
            f"{name}: us of CPU for each frame": share.microseconds_per_frame(few),
            f"{name}: changes/s": share.changes_per_second,
        }
    return {
        **numbers,
        "bare send: us of CPU for each frame": bare,
        "near / whole, bytes": near.bytes / whole.bytes,
        "far / whole, bytes": far.bytes / whole.bytes,
        "compressed / not, whole, bytes": compressed.bytes / whole.bytes,
        "compressed / not, whole, CPU": compressed.microseconds / whole.microseconds,
        "few near viewers: us of CPU a second of the server": few.server_microseconds,
        "near / whole, CPU": near.microseconds / whole.microseconds,
        "far / whole, CPU": far.microseconds / whole.microseconds,
        "near / bare send, CPU for each frame": near.microseconds_per_frame(few) / bare,
    }


SECTIONS = Figure(
    title=f"{CHANGES_PER_SECOND} changes a second in a stadium, {VIEWERS:,} viewers of each kind",
    measure=_measure,
    targets=(
        Target(number="near / whole, bytes", at_most=1 / 10),
        Target(number="far / whole, bytes", at_most=1 / 20),
        Target(number="near / whole, CPU", at_most=1.0),
        Target(number="far / whole, CPU", at_most=1.0),
        Target(number="near / bare send, CPU for each frame", at_most=1.5),
    ),
)
