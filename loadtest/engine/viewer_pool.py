"""The viewers of an event: which frames each got, in which order, and how late after a click.

Many viewers get the same bytes, so each frame is parsed once for all; then each viewer only
compares sequence numbers. A sampled viewer also keeps all seats' statuses and measures delays.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from loadtest.engine.hall import LOCKED, Hall, unpacked
from loadtest.engine.measures import Measures
from loadtest.engine.viewers import Viewer

# Two socket servers write some forty different frames a second.
_KEPT_FRAMES = 4_000
_MOST_GAPS_KEPT = 20


@dataclass(slots=True)
class Click:
    """A requested lock; `seq` is the number of the change that reported it.

    A site may hide names, so a frame that arrives before the response may report somebody else's
    lock of the seat. When sampled viewers received it is kept in `early_ns` until the response.
    """

    sent_ns: int
    is_acknowledged: bool = False
    is_named: bool = False
    seq: int | None = None
    early_ns: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Frame:
    """A parsed frame from number `since` to `seq`; `clicks` are those it reports."""

    kind: str
    since: int
    seq: int
    changes: Sequence[Sequence[Any]] = ()
    statuses: str = ""
    clicks: list[Click] = field(default_factory=list)


class PooledViewer(Viewer):
    """A viewer of the pool. Only a sampled one keeps `statuses`."""

    def __init__(self, url: str, pool: "ViewerPool", *, is_sampled: bool) -> None:
        super().__init__(url, {})
        self._pool = pool
        self.is_sampled = is_sampled
        self.seq = -1
        self.statuses = bytearray()
        self.frame_count = 0
        self.has_left = False

    def leave(self) -> None:
        self.has_left = True
        super().leave()

    def hear(self, payload: bytes, now_ns: int) -> None:
        pool = self._pool
        frame = pool.read(payload, now_ns)
        pool.frames += 1
        pool.bytes += len(payload)
        self.frame_count += 1
        if frame.kind == "delta":
            pool.changes += len(frame.changes)
        if frame.kind != "snapshot" and frame.since != self.seq:
            pool.gap(f"a viewer at {self.seq} got a frame from {frame.since} to {frame.seq}")
        self.seq = frame.seq
        if self.is_sampled:
            self._keep(frame, now_ns)
        if self.frame_count == 1:
            self.welcome()

    def _keep(self, frame: _Frame, now_ns: int) -> None:
        if frame.kind == "snapshot":
            self.statuses = unpacked(frame.statuses, len(self._pool.hall.ids))
        for change in frame.changes:
            self.statuses[change[0]] = change[1]
        for click in frame.clicks:
            self._pool.click_reported(click, now_ns)


class ViewerPool:
    """All viewers of an event and what they received. Their frames keep the hall current."""

    def __init__(self, url: str, hall: Hall, measures: Measures) -> None:
        self.url = url
        self.hall = hall
        self.measures = measures
        self.viewers: list[PooledViewer] = []
        self.frames = self.changes = self.bytes = self.refused = 0
        self.gaps: list[str] = []
        self.gap_count = 0
        self.replay: list[int] = []
        self.began_ns = 0
        self._read: dict[bytes, _Frame] = {}
        self._clicks: dict[int, dict[str, Click]] = {}

    @property
    def open_count(self) -> int:
        return sum(not viewer.is_lost for viewer in self.viewers)

    @property
    def lost_count(self) -> int:
        """The number of viewers that the server disconnected."""
        return sum(viewer.is_lost and not viewer.has_left for viewer in self.viewers)

    @property
    def sampled(self) -> list[PooledViewer]:
        return [viewer for viewer in self.viewers if viewer.is_sampled]

    async def join(self, *, is_sampled: bool, due_ns: int | None = None) -> PooledViewer | None:
        """Connect a viewer, or return None if refused. The latency counts from `due_ns`."""
        sent_ns = time.monotonic_ns()
        viewer = PooledViewer(self.url, self, is_sampled=is_sampled)
        try:
            await viewer.open()
        except (OSError, TimeoutError):
            self.refused += 1
            return None
        self.measures.connects.add(time.monotonic_ns() - min(due_ns or sent_ns, sent_ns))
        self.viewers.append(viewer)
        return viewer

    async def gather(self, count: int, *, sample: int, at_once: int = 100) -> None:
        """Connect `count` viewers, `at_once` at a time; the first `sample` are sampled."""
        places = asyncio.Semaphore(at_once)

        async def connect(number: int) -> None:
            async with places:
                await self.join(is_sampled=number < sample)

        await asyncio.gather(*(connect(number) for number in range(count)))

    def leave(self) -> None:
        """Disconnect all viewers."""
        for viewer in self.viewers:
            viewer.leave()

    def click_sent(self, index: int, *, holder: str) -> None:
        """Note that somebody requests a seat now, which all viewers should see."""
        self._clicks.setdefault(index, {})[holder] = Click(time.monotonic_ns())

    def click_answered(self, index: int, *, holder: str, is_locked: bool) -> None:
        """Note the response to a click."""
        clicks = self._clicks[index]
        if not is_locked:
            del clicks[holder]
            return
        # Earlier holders have released the seat; nothing is expected for them.
        for name in [each for each, click in clicks.items() if click.is_acknowledged]:
            del clicks[name]
        click = clicks[holder]
        click.is_acknowledged = True
        for at_ns in click.early_ns:
            self.click_reported(click, at_ns)

    def click_reported(self, click: Click, at_ns: int) -> None:
        """Note that a sampled viewer received a frame that reports a click, or may do so."""
        if click.is_acknowledged or click.is_named:
            self.measures.everyone.add(at_ns - click.sent_ns)
        else:
            click.early_ns.append(at_ns)

    def gap(self, sentence: str) -> None:
        self.gap_count += 1
        if len(self.gaps) < _MOST_GAPS_KEPT:
            self.gaps.append(sentence)

    def read(self, payload: bytes, now_ns: int) -> _Frame:
        """Parse a frame, once for all viewers; the first time it updates the hall."""
        frame = self._read.get(payload)
        if frame is None:
            if len(self._read) > _KEPT_FRAMES:
                self._read.clear()
            frame = self._read[payload] = self._parse(payload, now_ns)
        return frame

    def _parse(self, payload: bytes, now_ns: int) -> _Frame:
        message = json.loads(payload)
        kind, seq = message["type"], message["seq"]
        if kind == "snapshot":
            frame = _Frame(kind, seq, seq, statuses=message["statuses"])
            # Another viewer may have got the same changes as deltas.
            if seq > self.hall.seq:
                statuses = unpacked(message["statuses"], len(self.hall.ids))
                self._follow(enumerate(statuses), seq, now_ns)
            return frame
        if kind == "beat":
            return _Frame(kind, seq, seq)
        frame = _Frame(kind, message["from"], seq, message["changes"])
        frame.clicks = self._clicks_in(frame)
        if seq > self.hall.seq:
            self._follow(((change[0], change[1]) for change in frame.changes), seq, now_ns)
        return frame

    def _follow(self, states: Any, seq: int, now_ns: int) -> None:
        hall, replay, ms = self.hall, self.replay, (now_ns - self.began_ns) // 1_000_000
        hall.seq = seq
        for index, status in states:
            if hall.update(index, status) and self.began_ns:
                replay += (ms, index, status)

    def _clicks_in(self, frame: _Frame) -> list[Click]:
        """Return the clicks that a frame reports, or may report if names are hidden."""
        found = []
        for index, status, _, holder in frame.changes:
            for name, click in self._clicks.get(index, {}).items():
                # A frame before this one reported it.
                if click.seq is not None and frame.since >= click.seq:
                    continue
                if status == LOCKED and holder:
                    if name != holder:
                        continue
                    click.is_named = True
                # A frame has only the last state of a seat.
                elif status != LOCKED and not click.is_acknowledged:
                    continue
                click.seq = min(click.seq or frame.seq, frame.seq)
                found.append(click)
        return found
