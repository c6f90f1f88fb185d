"""How viewers of the chaos apply frames, and the violations they report."""

import base64
import random

from deploy.address import Address
from loadtest.chaos.viewers import Viewer


def _viewer() -> Viewer:
    """Return a viewer of four seats, the second one locked, at number 7."""
    viewer = Viewer(Address(host="127.0.0.1", port=1), 1, 4, random.Random(1))
    statuses = base64.b64encode(bytes([0b00_10_01_00])).decode()
    frame = {"type": "snapshot", "seq": 7, "layout": "plan", "statuses": statuses}
    assert viewer._hear({**frame, "locks": [[1, 99, "bob"]]}) is None
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
    assert viewer._hear({"type": "beat", "seq": 7}) is None
    assert "was not sent" in str(viewer._hear({"type": "beat", "seq": 8}))


def test_a_viewer_waits_for_three_beats_but_three_seconds_at_least() -> None:
    viewer = _viewer()
    for next_ms, seconds in ((3_000, 9.0), (1_000, 3.0), (100, 3.0)):
        viewer._hear({"type": "beat", "seq": 7, "next": next_ms})
        assert viewer.silence_seconds == seconds
