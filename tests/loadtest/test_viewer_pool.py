"""The viewer pool: parsed frames, gaps and delays."""

import json
from collections.abc import Sequence
from typing import Any

from loadtest.engine.hall import FREE, LOCKED, RESERVED, Hall, packed
from loadtest.engine.measures import Measures
from loadtest.engine.viewer_pool import PooledViewer, ViewerPool

MS = 10**6


def _pool(seats: int = 4) -> ViewerPool:
    listed = [
        {"id": 10 + number, "section": "", "row": "A", "x": 0.0, "y": 0.0, "status": "available"}
        for number in range(seats)
    ]
    return ViewerPool("ws://127.0.0.1/", Hall(listed), Measures())


def _watcher(pool: ViewerPool, *, is_sampled: bool = True, seq: int = 10) -> PooledViewer:
    viewer = PooledViewer(pool.url, pool, is_sampled=is_sampled)
    pool.viewers.append(viewer)
    statuses = packed(bytes(len(pool.hall.ids)))
    viewer.hear(
        json.dumps({"type": "snapshot", "seq": seq, "statuses": statuses, "locks": []}).encode(), 0
    )
    return viewer


def _delta(since: int, seq: int, *changes: Sequence[Any]) -> bytes:
    return json.dumps({"type": "delta", "from": since, "seq": seq, "changes": changes}).encode()


def _lags_ms(pool: ViewerPool) -> list[int]:
    """Return how late sampled viewers were told, in milliseconds."""
    return [round(value / 1000) for value in pool.measures.everyone.row]


def _clicked(pool: ViewerPool, index: int, holder: str) -> int:
    pool.click_sent(index, holder=holder)
    return pool._clicks[index][holder].sent_ns


async def test_each_sampled_viewer_measures_the_delay_from_the_click() -> None:
    pool = _pool()
    one, other, third = _watcher(pool), _watcher(pool), _watcher(pool, is_sampled=False)
    sent_ns = _clicked(pool, 2, "alice")
    frame = _delta(10, 11, [2, LOCKED, 99, "alice"])
    one.hear(frame, sent_ns + 5 * MS)
    other.hear(frame, sent_ns + 8 * MS)
    third.hear(frame, sent_ns + 9 * MS)
    assert _lags_ms(pool) == [5, 8]
    assert (pool.frames, pool.changes) == (6, 3)
    assert one.statuses == other.statuses == pool.hall.statuses


async def test_a_lock_in_one_frame_with_its_booking_is_matched_by_number() -> None:
    pool = _pool()
    quick, slow = _watcher(pool), _watcher(pool)
    sent_ns = _clicked(pool, 2, "alice")
    quick.hear(_delta(10, 11, [2, LOCKED, 99, "alice"]), sent_ns + 5 * MS)
    pool.click_answered(2, holder="alice", is_locked=True)
    quick.hear(_delta(11, 12, [2, RESERVED, None, None]), sent_ns + 30 * MS)
    slow.hear(_delta(10, 12, [2, RESERVED, None, None]), sent_ns + 40 * MS)
    assert _lags_ms(pool) == [5, 40]


async def test_a_refused_click_is_not_awaited() -> None:
    pool = _pool()
    viewer = _watcher(pool)
    _clicked(pool, 2, "bob")
    sent_ns = _clicked(pool, 2, "alice")
    viewer.hear(_delta(10, 11, [2, LOCKED, 99, "alice"]), sent_ns + 5 * MS)
    pool.click_answered(2, holder="alice", is_locked=True)
    pool.click_answered(2, holder="bob", is_locked=False)
    viewer.hear(_delta(11, 12, [2, FREE, None, None]), sent_ns + 50 * MS)
    assert _lags_ms(pool) == [5]


async def test_without_names_an_early_frame_counts_for_the_click_that_succeeds() -> None:
    pool = _pool()
    viewer = _watcher(pool)
    _clicked(pool, 2, "bob")
    sent_ns = _clicked(pool, 2, "alice")
    viewer.hear(_delta(10, 11, [2, LOCKED, 99, None]), sent_ns + 5 * MS)
    assert _lags_ms(pool) == []
    pool.click_answered(2, holder="bob", is_locked=False)
    pool.click_answered(2, holder="alice", is_locked=True)
    _watcher(pool).hear(_delta(10, 11, [2, LOCKED, 99, None]), sent_ns + 8 * MS)
    assert _lags_ms(pool) == [5, 8]


async def test_a_gap_is_recorded() -> None:
    pool = _pool()
    viewer = _watcher(pool, is_sampled=False)
    viewer.hear(_delta(10, 11, [0, LOCKED, 99, "a"]), 0)
    viewer.hear(_delta(12, 13, [0, FREE, None, None]), 0)
    assert pool.gaps == ["a viewer at 11 got a frame from 12 to 13"]


async def test_the_first_viewer_of_a_frame_updates_hall_and_replay() -> None:
    pool = _pool()
    pool.began_ns = 1
    one, other = _watcher(pool), _watcher(pool)
    one.hear(_delta(10, 11, [0, LOCKED, 99, "a"]), 1 + 7 * MS)
    one.hear(_delta(11, 12, [0, RESERVED, None, None]), 1 + 9 * MS)
    # Of another server, and therefore cut in another way, and late.
    other.hear(_delta(10, 12, [0, RESERVED, None, None]), 1 + 20 * MS)
    assert pool.replay == [7, 0, LOCKED, 9, 0, RESERVED]
    assert pool.hall.left == 3
    assert pool.gaps == []
