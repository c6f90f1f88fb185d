"""How viewers of the chaos apply frames, what they report, and when they connect again."""

import asyncio
import base64
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from deploy.address import Address
from laboratory.chaos import viewers
from laboratory.chaos.viewers import Viewer

SNAPSHOT = {
    "type": "snapshot",
    "seq": 7,
    "layout": "plan",
    "statuses": base64.b64encode(bytes([0b00_10_01_00])).decode(),
    "locks": [[1, 99, "bob"]],
}
BUSY_BEAT = {"type": "beat", "seq": 7, "viewers": 0, "next": 10}
DELTA = {"type": "delta", "from": 7, "seq": 8, "changes": [[0, 2, None, None]]}

Script = list[dict[str, Any] | int | None]
"""What a connection brings: frames; a code with which it is closed; None waits for a second one."""


def _viewer(port: int = 1) -> Viewer:
    """Return a viewer of four seats, the second one locked, at number 7."""
    viewer = Viewer(Address(host="127.0.0.1", port=port), 1, 4, random.Random(1))
    assert viewer._hear(SNAPSHOT) is None
    return viewer


def test_a_snapshot_replaces_all_seats() -> None:
    viewer = _viewer()
    assert (viewer.seq, viewer.layout) == (7, "plan")
    assert viewer.seats == [[0, None, None], [1, 99, "bob"], [2, None, None], [0, None, None]]


def test_a_delta_must_start_where_the_last_frame_ended() -> None:
    viewer = _viewer()
    assert (
        viewer._hear({"type": "delta", "from": 7, "seq": 9, "changes": [[1, 0, None, None]]})
        is None
    )
    assert (viewer.seq, viewer.seats[1]) == (9, [0, None, None])


def test_a_gap_is_a_violation() -> None:
    viewer = _viewer()
    assert "a gap" in str(viewer._hear({"type": "delta", "from": 8, "seq": 9, "changes": []}))
    assert viewer.seq == 7


def test_a_beat_with_an_unknown_number_is_a_violation() -> None:
    viewer = _viewer()
    assert viewer._hear(BUSY_BEAT) is None
    assert "was not sent" in str(viewer._hear({**BUSY_BEAT, "seq": 8}))


def test_a_viewer_waits_for_three_beats_but_three_seconds_at_least() -> None:
    viewer = _viewer()
    for next_ms, seconds in ((3_000, 9.0), (1_000, 3.0), (100, 3.0)):
        viewer._hear({**BUSY_BEAT, "next": next_ms})
        assert viewer.silence_seconds == seconds


def test_a_viewer_doubts_only_while_beats_come_every_second_or_more_often() -> None:
    viewer = _viewer()
    for next_ms, seconds in ((3_000, None), (1_001, None), (500, 1.2)):
        viewer._hear({**BUSY_BEAT, "next": next_ms})
        assert viewer._next_doubt_seconds() == seconds


def test_many_viewers_do_not_doubt_at_once() -> None:
    viewer = _viewer()
    viewer._hear({**BUSY_BEAT, "next": 500, "viewers": 1_000})
    delays = [viewer._next_doubt_seconds() or 0 for _ in range(100)]
    assert 1.2 <= min(delays) < 1.3
    assert 2.1 < max(delays) <= 2.2


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewers, "_DOUBT_MARGIN_SECONDS", 0.05)


@asynccontextmanager
async def _watching(*scripts: Script) -> AsyncIterator[tuple[Viewer, list[ServerConnection]]]:
    """A viewer of a server whose connections bring these scripts, and the connections so far."""
    connections: list[ServerConnection] = []

    async def bring(connection: ServerConnection) -> None:
        number = len(connections)
        connections.append(connection)
        for step in scripts[number]:
            if step is None:
                while len(connections) == 1:
                    await asyncio.sleep(0.01)
            elif isinstance(step, int):
                await connection.close(step)
            else:
                await connection.send(json.dumps(step))
        await connection.wait_closed()

    async with serve(bring, "127.0.0.1", 0) as server:
        viewer = _viewer(next(iter(server.sockets)).getsockname()[1])
        task = asyncio.create_task(viewer.watch())
        try:
            yield viewer, connections
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("quick")
async def test_beside_a_silent_connection_a_second_one_is_opened_and_kept() -> None:
    async with _watching([SNAPSHOT, BUSY_BEAT], [DELTA]) as (viewer, connections):
        await _until(lambda: viewer.seq == 8)
        await connections[0].wait_closed()
        assert "since=7&layout=plan" in str(connections[1].request)
    assert (viewer.doubts, viewer.connects, viewer.violations) == (1, 2, [])
    assert not viewer.closes
    assert not viewer.failures


@pytest.mark.usefixtures("quick")
async def test_the_first_connection_is_kept_if_it_speaks_before_the_second() -> None:
    async with _watching([SNAPSHOT, BUSY_BEAT, None, DELTA], []) as (viewer, connections):
        await _until(lambda: viewer.seq == 8)
        await connections[1].wait_closed()
        await connections[0].send(json.dumps({**BUSY_BEAT, "seq": 8}))
        await _until(lambda: viewer.frames == 4)
    assert (viewer.doubts, viewer.connects, viewer.violations) == (1, 2, [])


@pytest.mark.usefixtures("quick")
async def test_a_second_connection_that_is_refused_does_no_harm() -> None:
    async with _watching([SNAPSHOT, BUSY_BEAT, None], [4429]) as (viewer, connections):
        await _until(lambda: len(connections) == 2)
        await connections[1].wait_closed()
        await connections[0].send(json.dumps(DELTA))
        await _until(lambda: viewer.seq == 8)
    assert not viewer.closes
    assert not viewer.failures


@pytest.mark.usefixtures("quick")
async def test_a_second_connection_takes_over_when_the_first_is_closed() -> None:
    async with _watching([SNAPSHOT, BUSY_BEAT, None, 1012], []) as (viewer, connections):
        await _until(lambda: len(connections) == 2)
        await connections[0].wait_closed()
        await connections[1].send(json.dumps(DELTA))
        await _until(lambda: viewer.seq == 8)
    assert len(connections) == 2
    assert not viewer.closes


@pytest.mark.usefixtures("quick")
async def test_a_viewer_doubts_once_in_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewers, "_LEAST_SECONDS", 0.1)
    async with _watching([SNAPSHOT, BUSY_BEAT], [BUSY_BEAT], [DELTA]) as (viewer, connections):
        await _until(lambda: viewer.seq == 8)
        assert len(connections) == 3
    # The second one was silent, and ended as without a third beside it.
    assert viewer.doubts == 1
    assert viewer.failures == {"TimeoutError": 1}
