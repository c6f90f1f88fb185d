"""The number of viewers in other processes."""

from typing import Any

import pytest

from realtime.presence import BEATS_PER_REPORT, MISSED_REPORTS, Presence


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(settings: Any) -> Clock:
    settings.SEATCAST_BEAT_SECONDS = 5.0
    return Clock()


def test_the_last_counts_of_other_hubs_are_added_up(clock: Clock) -> None:
    presence = Presence(clock)
    presence.record("one", 3)
    presence.record("two", 10)
    presence.record("two", 4)
    presence.record("own", 100)
    assert presence.viewers_elsewhere(but="own") == 7


def test_a_hub_that_misses_several_reports_is_not_counted(clock: Clock) -> None:
    presence = Presence(clock)
    presence.record("killed", 3)
    clock.now += 5.0 * BEATS_PER_REPORT * MISSED_REPORTS
    presence.record("alive", 2)
    assert presence.viewers_elsewhere(but="") == 5
    clock.now += 0.001
    assert presence.viewers_elsewhere(but="") == 2
