"""What the viewers of a benchmark received, computed afterwards from their frames."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from laboratory.push.servers import Server
from loadtest.engine.viewers import Frame, SocketIoViewer, StreamViewer, Viewer, gather


async def gather_viewers(server: Server, count: int) -> list[Viewer]:
    """Connect `count` viewers, and wait for the first frame of each.

    Raises: OSError when one is refused, cut off, or told nothing.
    """
    kinds = {"socketio": SocketIoViewer, "seatcast-stream": StreamViewer}
    kind: type[Viewer] = kinds.get(server.peer.speaks, Viewer)
    return await gather(lambda payloads: kind(server.url, payloads), count)


def seq_of(viewer: Viewer) -> int:
    """Return the sequence number of a viewer's last frame since `forget`; 0 if none."""
    message = (_said(frame.payload) for frame in reversed(viewer.frames))
    return next((frame.seq for frame in message if frame), 0)


class Gap(Exception):
    """A frame does not start where the viewer's last frame ended."""


@dataclass
class Deliveries:
    """Numbers of deltas and changes that the viewers got, and the delay of each change."""

    frames: int = 0
    changes: int = 0
    delays_ms: list[float] = field(default_factory=list)


def deliveries(viewers: Iterable[Viewer], commits: dict[int, int], *, end_ns: int) -> Deliveries:
    """Count the frames until `end_ns`; `commits` has each change's time by number.

    A change that a viewer has not got by then counts with its age at that moment, so that a
    server cannot look quick by delivering little.

    Raises: Gap.
    """
    found = Deliveries()
    for viewer in viewers:
        reached = None
        for frame in viewer.frames:
            if frame.at_ns > end_ns:
                break
            message = _said(frame.payload)
            if message is not None:
                _count(frame, message, commits, reached=reached, found=found)
                reached = message.seq
        found.delays_ms += [
            (end_ns - at_ns) / 1e6
            for number, at_ns in commits.items()
            if (reached is None or number > reached) and at_ns < end_ns
        ]
    return found


def _count(
    frame: Frame,
    message: "_Said",
    commits: dict[int, int],
    *,
    reached: int | None,
    found: Deliveries,
) -> None:
    """Add a frame of a viewer whose last number is `reached`."""
    if reached is None:
        # Viewers connected before the first change must not miss it.
        has_gap = (
            message.kind == "delta" and message.since > min(commits, default=message.since + 1) - 1
        )
        since = message.since
    else:
        has_gap = message.kind != "snapshot" and message.since != reached
        since = reached
    if has_gap:
        raise Gap(f"from {reached} to {frame.payload[:200]!r}")
    if message.kind == "delta":
        found.frames += 1
        found.changes += message.changes
    found.delays_ms += [
        (frame.at_ns - commits[number]) / 1e6
        for number in range(since + 1, message.seq + 1)
        if number in commits
    ]


@dataclass(frozen=True, slots=True)
class _Said:
    """A parsed frame from `since` to `seq`, which are equal except in deltas."""

    kind: str
    since: int
    seq: int
    changes: int


@lru_cache(maxsize=100_000)
def _said(payload: bytes) -> _Said | None:
    """Parse a frame of any server; return None if it has no number."""
    # Socket.IO packs the object into an array after a number.
    start = payload.find(b"{")
    frame = json.loads(payload[start : payload.rfind(b"}") + 1]) if start >= 0 else {}
    if "seq" not in frame:
        return None
    seq = frame["seq"]
    return _Said(frame["type"], frame.get("from", seq), seq, len(frame.get("changes", ())))
