"""The window for collecting changes: short for few viewers, bounded for many."""

from typing import Any

import pytest

from realtime.writer import window_seconds


@pytest.mark.parametrize(
    ("fanout_ms", "window_ms"),
    [
        (0.1, 50),  # ten viewers
        (5, 60),
        (6, 72),
        (10, 80),  # a thousand
        (50, 80),
        (100, 100),  # ten thousand
        (400, 400),
    ],
)
def test_the_window_depends_on_the_fanout(
    fanout_ms: float, window_ms: float, settings: Any
) -> None:
    settings.SEATCAST_FRAME_WINDOW_SECONDS = 0.05
    assert window_seconds(fanout_seconds=fanout_ms / 1000) == pytest.approx(window_ms / 1000)
