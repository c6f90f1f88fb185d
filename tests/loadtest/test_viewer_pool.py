"""The crowd: who was told what, in which order, and how long after the click."""

import json
from collections.abc import Sequence
from typing import Any

from loadtest.engine.hall import FREE, LOCKED, RESERVED, Hall, packed
from loadtest.engine.measures import Measures
from loadtest.engine.viewer_pool import Crowd, Watcher

MS = 10**6


def _crowd(seats: int = 4) -> Crowd:
    listed = [
        {"id": 10 + number, "section": "", "row": "A", "x": 0.0, "y": 0.0, "status": "available"}
        for number in range(seats)
    ]
    return Crowd("ws://127.0.0.1/", Hall(listed), Measures())


def _watcher(crowd: Crowd, *, is_sampled: bool = True, seq: int = 10) -> Watcher:
    watcher = Watcher(crowd.url, crowd, is_sampled=is_sampled)
    crowd.watchers.append(watcher)
    statuses = packed(bytes(len(crowd.hall.ids)))
    watcher.hear(
        json.dumps({"type": "snapshot", "seq": seq, "statuses": statuses, "locks": []}).encode(), 0
    )
    return watcher


def _delta(since: int, seq: int, *changes: Sequence[Any]) -> bytes:
    return json.dumps({"type": "delta", "from": since, "seq": seq, "changes": changes}).encode()


def _lags_ms(crowd: Crowd) -> list[int]:
    """Return how late sampled viewers were told, in milliseconds."""
    return [round(value / 1000) for value in crowd.measures.everyone.row]


def _clicked(crowd: Crowd, index: int, holder: str) -> int:
    crowd.clicking(index, holder=holder)
    return crowd._clicks[index][holder].sent_ns


async def test_a_change_counts_from_the_click_at_each_sampled_viewer() -> None:
    crowd = _crowd()
    one, other, third = _watcher(crowd), _watcher(crowd), _watcher(crowd, is_sampled=False)
    sent_ns = _clicked(crowd, 2, "alice")
    frame = _delta(10, 11, [2, LOCKED, 99, "alice"])
    one.hear(frame, sent_ns + 5 * MS)
    other.hear(frame, sent_ns + 8 * MS)
    third.hear(frame, sent_ns + 9 * MS)
    assert _lags_ms(crowd) == [5, 8]
    assert (crowd.frames, crowd.changes) == (6, 3)
    assert one.statuses == other.statuses == crowd.hall.statuses


async def test_a_lock_that_shares_a_frame_with_its_sale_counts_by_its_number() -> None:
    crowd = _crowd()
    quick, slow = _watcher(crowd), _watcher(crowd)
    sent_ns = _clicked(crowd, 2, "alice")
    quick.hear(_delta(10, 11, [2, LOCKED, 99, "alice"]), sent_ns + 5 * MS)
    crowd.answered(2, holder="alice", is_locked=True)
    quick.hear(_delta(11, 12, [2, RESERVED, None, None]), sent_ns + 30 * MS)
    slow.hear(_delta(10, 12, [2, RESERVED, None, None]), sent_ns + 40 * MS)
    assert _lags_ms(crowd) == [5, 40]


async def test_who_was_refused_waits_for_nothing() -> None:
    crowd = _crowd()
    viewer = _watcher(crowd)
    _clicked(crowd, 2, "bob")
    sent_ns = _clicked(crowd, 2, "alice")
    viewer.hear(_delta(10, 11, [2, LOCKED, 99, "alice"]), sent_ns + 5 * MS)
    crowd.answered(2, holder="alice", is_locked=True)
    crowd.answered(2, holder="bob", is_locked=False)
    viewer.hear(_delta(11, 12, [2, FREE, None, None]), sent_ns + 50 * MS)
    assert _lags_ms(crowd) == [5]


async def test_a_gap_is_told() -> None:
    crowd = _crowd()
    viewer = _watcher(crowd, is_sampled=False)
    viewer.hear(_delta(10, 11, [0, LOCKED, 99, "a"]), 0)
    viewer.hear(_delta(12, 13, [0, FREE, None, None]), 0)
    assert crowd.gaps == ["a viewer had 11 and was told from 12 to 13"]


async def test_the_hall_and_the_replay_follow_the_first_who_is_told() -> None:
    crowd = _crowd()
    crowd.began_ns = 1
    one, other = _watcher(crowd), _watcher(crowd)
    one.hear(_delta(10, 11, [0, LOCKED, 99, "a"]), 1 + 7 * MS)
    one.hear(_delta(11, 12, [0, RESERVED, None, None]), 1 + 9 * MS)
    # Of another server, and therefore cut in another way, and late.
    other.hear(_delta(10, 12, [0, RESERVED, None, None]), 1 + 20 * MS)
    assert crowd.replay == [7, 0, LOCKED, 9, 0, RESERVED]
    assert crowd.hall.left == 3
    assert crowd.gaps == []
