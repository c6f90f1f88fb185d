"""The number of viewers in other processes."""

from typing import Any

import pytest

from realtime.presence import BEATS_PER_REPORT, MISSED_REPORTS, REPORTS_PER_SECOND, Presence


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
    presence.record("one", 3, beats=BEATS_PER_REPORT)
    presence.record("two", 10, beats=BEATS_PER_REPORT)
    presence.record("two", 4, beats=BEATS_PER_REPORT)
    presence.record("own", 100, beats=BEATS_PER_REPORT)
    assert presence.viewers_elsewhere(but="own") == 7


def test_a_hub_that_misses_several_reports_is_not_counted(clock: Clock) -> None:
    presence = Presence(clock)
    presence.record("killed", 3, beats=BEATS_PER_REPORT)
    clock.now += 5.0 * BEATS_PER_REPORT * MISSED_REPORTS
    presence.record("alive", 2, beats=BEATS_PER_REPORT)
    assert presence.viewers_elsewhere(but="") == 5
    clock.now += 0.001
    assert presence.viewers_elsewhere(but="") == 2


def test_the_hubs_of_an_event_send_at_most_so_many_reports_a_second(clock: Clock) -> None:
    presence = Presence(clock)
    assert presence.beats_per_report() == BEATS_PER_REPORT
    for hubs in (100, 200, 1_000):
        for hub in range(hubs):
            presence.record(f"{hub}", 1, beats=10)
        seconds = presence.beats_per_report() * 5.0
        assert REPORTS_PER_SECOND / 2 <= hubs / seconds <= REPORTS_PER_SECOND


def test_a_hub_that_reports_less_often_is_counted_for_longer(clock: Clock) -> None:
    presence = Presence(clock)
    presence.record("usual", 3, beats=BEATS_PER_REPORT)
    presence.record("slow", 2, beats=10)
    clock.now += 5.0 * 10 * MISSED_REPORTS
    assert presence.viewers_elsewhere(but="") == 2
    assert presence.hears("slow")
    clock.now += 0.001
    assert presence.viewers_elsewhere(but="") == 0
    assert not presence.hears("slow")


def test_one_of_the_hubs_that_are_counted_is_the_first(clock: Clock) -> None:
    presence = Presence(clock)
    # Without Redis no report arrives.
    assert presence.is_first("b")
    for hub in ("b", "c", "a"):
        presence.record(hub, 1, beats=BEATS_PER_REPORT)
    assert [hub for hub in "abc" if presence.is_first(hub)] == ["a"]
    clock.now += 5.0 * BEATS_PER_REPORT * MISSED_REPORTS + 0.001
    presence.record("c", 1, beats=BEATS_PER_REPORT)
    assert presence.is_first("b")
