"""Viewers of an event whose seats change are sent a frame more often, and told when one is due."""

import math
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from realtime import beats
from realtime.beats import (
    BEATS_WHILE_CHANGING,
    CHANGING_SECONDS,
    DELAYED_SECONDS,
    IGNORED_DELAY_SECONDS,
    BeatSchedule,
)
from reservations.domain.states import Person
from reservations.models import Event

Watching = Callable[..., Any]
Command = Callable[..., Any]
People = dict[str, Person]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def schedule(clock: Clock, settings: Any) -> BeatSchedule:
    """The schedule of an event that has just begun to change, after a first beat that said so."""
    settings.SEATCAST_BEAT_SECONDS = 3.0
    schedule = BeatSchedule(clock)
    schedule.changed()
    schedule.promise()
    schedule.sent()
    return schedule


def test_nothing_is_due_besides_usual_beats_while_nothing_changes(clock: Clock) -> None:
    schedule = BeatSchedule(clock)
    schedule.sent()
    assert schedule.due_at() == math.inf


def test_the_first_change_makes_a_beat_due_at_once_although_a_frame_was_sent(
    clock: Clock,
) -> None:
    schedule = BeatSchedule(clock)
    schedule.changed()
    schedule.sent()
    assert schedule.due_at() <= clock.now


def test_while_seats_change_a_beat_is_due_half_a_second_after_the_last_frame(
    schedule: BeatSchedule, clock: Clock
) -> None:
    assert schedule.promise() == 3.0 / BEATS_WHILE_CHANGING == 0.5
    assert schedule.due_at() == clock.now + 0.5
    clock.now += 0.4
    schedule.sent()
    assert schedule.due_at() == clock.now + 0.5


def test_a_promised_beat_comes_although_changes_have_ended(
    schedule: BeatSchedule, clock: Clock
) -> None:
    clock.now += CHANGING_SECONDS
    assert schedule.due_at() <= clock.now
    assert schedule.promise() == 3.0
    assert schedule.due_at() == math.inf


def test_a_server_that_is_late_says_so_and_writes_fewer_beats(
    schedule: BeatSchedule, clock: Clock
) -> None:
    schedule.delayed(1.0)
    assert schedule.due_at() == clock.now + 2.0
    assert schedule.promise() == 3.0
    clock.now += DELAYED_SECONDS - 0.001
    assert schedule.promise() == 3.0
    clock.now += 0.001
    schedule.changed()
    assert schedule.promise() == 0.5


def test_a_lesser_delay_does_not_hide_a_greater_one(schedule: BeatSchedule, clock: Clock) -> None:
    schedule.delayed(0.4)
    schedule.delayed(0.2)
    schedule.delayed(IGNORED_DELAY_SECONDS - 0.001)
    assert schedule.promise() == pytest.approx(0.8 + 0.4)
    clock.now += DELAYED_SECONDS
    schedule.changed()
    schedule.delayed(0.2)
    assert schedule.promise() == pytest.approx(0.5 + 0.2)


def test_beats_never_come_less_often_than_usual(schedule: BeatSchedule, clock: Clock) -> None:
    schedule.delayed(20.0)
    assert schedule.due_at() == clock.now + 3.0


@pytest.fixture
async def changing(
    watching: Watching,
    event: Event,
    people: People,
    lock: Command,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Any]:
    """The socket of a viewer who was sent a change, of an event that counts as changing."""
    settings.SEATCAST_BEAT_SECONDS = 6.0
    monkeypatch.setattr(beats, "BEATS_WHILE_CHANGING", 600)
    monkeypatch.setattr("realtime.hub.BEATS_WHILE_CHANGING", 600)
    monkeypatch.setattr(beats, "CHANGING_SECONDS", 3_600.0)
    async with watching(event.pk) as socket:
        await socket.frame("snapshot")
        await lock(people["alice"], 0)
        await socket.frame("delta")
        yield socket


async def test_while_nothing_changes_beats_come_at_the_usual_interval(
    watching: Watching, event: Event, settings: Any
) -> None:
    settings.SEATCAST_BEAT_SECONDS = 0.06
    async with watching(event.pk) as socket:
        frames = [await socket.frame("beat") for _ in range(3)]
    assert [frame["next"] for frame in frames] == [60, 60, 60]


async def test_while_seats_change_beats_come_besides_the_usual_ones(changing: Any) -> None:
    # None of them is a usual one, for which this test does not wait long enough.
    for _ in range(5):
        assert (await changing.frame("beat"))["next"] == 10


async def test_beats_end_with_one_that_says_so_when_changes_have_ended(
    changing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await changing.frame("beat")
    monkeypatch.setattr(beats, "CHANGING_SECONDS", -1.0)
    while (await changing.frame("beat"))["next"] != 6_000:
        pass
