import asyncio
from collections.abc import Sequence

import pytest

from laboratory.push.viewers import Deliveries, Gap, deliveries
from loadtest.engine.viewers import Frame, Viewer
from tests.loadtest.frames import beat, delta, snapshot

MS = 1_000_000
COMMITS = {11: 100 * MS, 12: 110 * MS, 13: 120 * MS}


async def _viewer(*frames: tuple[int, str]) -> Viewer:
    """Return a viewer who got texts, each at so many milliseconds."""
    viewer = Viewer("ws://127.0.0.1/", {})
    viewer.frames = [Frame(at_ms * MS, text.encode()) for at_ms, text in frames]
    return viewer


def _found(
    *viewers: Sequence[tuple[int, str]],
    end_ms: int = 200,
    commits: dict[int, int] = COMMITS,
) -> Deliveries:
    async def crowd() -> list[Viewer]:
        return [await _viewer(*frames) for frames in viewers]

    return deliveries(asyncio.run(crowd()), commits, end_ns=end_ms * MS)


def test_the_delay_is_from_commit_to_frame() -> None:
    found = _found([(103, delta(10, 11)), (115, delta(11, 12)), (129, delta(12, 13))])
    assert found.delays_ms == [3.0, 5.0, 9.0]
    assert (found.frames, found.changes) == (3, 3)


def test_changes_that_share_a_frame_each_have_their_own_delay() -> None:
    found = _found([(130, delta(10, 13))])
    assert found.delays_ms == [30.0, 20.0, 10.0]
    assert (found.frames, found.changes) == (1, 3)


def test_two_changes_of_a_seat_in_a_frame_are_one_change_and_two_delays() -> None:
    found = _found([(130, delta(10, 13, changes=2))])
    assert len(found.delays_ms) == 3
    assert found.changes == 2


def test_undelivered_changes_count_with_their_age() -> None:
    found = _found([(103, delta(10, 11))], end_ms=150)
    assert found.delays_ms == [3.0, 40.0, 30.0]
    assert found.changes == 1


def test_a_viewer_without_frames_misses_all_changes() -> None:
    assert _found([], end_ms=150).delays_ms == [50.0, 40.0, 30.0]


def test_frames_after_the_end_are_ignored() -> None:
    found = _found([(103, delta(10, 11)), (151, delta(11, 13))], end_ms=150)
    assert found.delays_ms == [3.0, 40.0, 30.0]


def test_commits_after_the_end_are_ignored() -> None:
    assert _found([], end_ms=115).delays_ms == [15.0, 5.0]


def test_every_viewer_counts() -> None:
    found = _found([(130, delta(10, 13))], [(140, delta(10, 13))])
    assert (found.frames, found.changes, len(found.delays_ms)) == (2, 6, 6)


def test_changes_from_before_the_measurement_have_no_delay() -> None:
    found = _found([(99, delta(8, 10)), (130, delta(10, 13))])
    assert len(found.delays_ms) == 3


def test_a_beat_is_no_delivery() -> None:
    found = _found([(101, beat(10)), (130, delta(10, 13)), (131, beat(13))])
    assert (found.frames, found.changes) == (1, 3)


def test_a_later_snapshot_delivers_the_changes_that_it_covers() -> None:
    found = _found([(103, delta(10, 11)), (115, snapshot(12)), (130, delta(12, 13))])
    assert found.delays_ms == [3.0, 5.0, 10.0]
    assert found.changes == 2


def test_a_late_viewer_misses_only_changes_after_its_snapshot() -> None:
    assert _found([(115, snapshot(12))], end_ms=150).delays_ms == [30.0]


def test_socket_io_frames_are_parsed() -> None:
    assert _found([(130, f'42["delta",{delta(10, 13)}]')]).changes == 3


@pytest.mark.parametrize(
    "frames",
    [
        [(103, delta(10, 11)), (130, delta(12, 13))],
        [(130, delta(11, 13))],
        [(115, snapshot(11)), (130, delta(12, 13))],
        [(103, delta(10, 11)), (115, beat(12)), (130, delta(12, 13))],
        [(130, delta(10, 13)), (131, delta(12, 13))],
    ],
    ids=["between deltas", "before the first", "after a snapshot", "seen by a beat", "told twice"],
)
def test_a_gap_is_an_error(frames: list[tuple[int, str]]) -> None:
    with pytest.raises(Gap):
        _found(frames)
