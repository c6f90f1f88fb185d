"""Viewers of an event whose seats change are sent more beats, and told when the next one is due."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from realtime import writer
from realtime.viewers import ViewerGroup
from realtime.writer import BEATS_WHILE_CHANGING, HubWriter
from reservations.domain.states import Person
from reservations.models import Event

Watching = Callable[..., Any]
Command = Callable[..., Any]
People = dict[str, Person]

USUAL = "the usual beat"


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the hubs queue: each usual beat is preceded by USUAL."""
    queued: list[str] = []
    close_slow, queue_beat = ViewerGroup.close_slow, HubWriter.queue_beat

    def note_usual(group: ViewerGroup) -> None:
        queued.append(USUAL)
        close_slow(group)

    def note_beat(hub_writer: HubWriter) -> None:
        queued.append("beat")
        queue_beat(hub_writer)

    monkeypatch.setattr(ViewerGroup, "close_slow", note_usual)
    monkeypatch.setattr(HubWriter, "queue_beat", note_beat)
    return queued


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
    settings.SEATCAST_BEAT_SECONDS = 0.06
    monkeypatch.setattr(writer, "CHANGING_SECONDS", 3_600.0)
    async with watching(event.pk) as socket:
        await socket.frame("snapshot")
        await lock(people["alice"], 0)
        await socket.frame("delta")
        yield socket


async def test_while_nothing_changes_beats_come_at_the_usual_interval(
    watching: Watching, event: Event, beats: list[str], settings: Any
) -> None:
    settings.SEATCAST_BEAT_SECONDS = 0.06
    async with watching(event.pk) as socket:
        frames = [await socket.frame("beat") for _ in range(3)]
    assert [frame["next"] for frame in frames] == [60, 60, 60]
    assert beats[:6] == [USUAL, "beat"] * 3


async def test_while_seats_change_beats_come_more_often(changing: Any, beats: list[str]) -> None:
    await changing.frame("beat")
    # From the next usual beat on all are counted.
    del beats[: beats.index(USUAL) if USUAL in beats else len(beats)]
    while beats.count(USUAL) < 3:
        assert (await changing.frame("beat"))["next"] == 20
    first = beats.index(USUAL)
    second = beats.index(USUAL, first + 1)
    assert beats[first + 1 : second] == ["beat"] * BEATS_WHILE_CHANGING


async def test_a_promised_beat_comes_although_changes_have_ended(
    changing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    while (await changing.frame("beat"))["next"] != 20:
        pass
    monkeypatch.setattr(writer, "CHANGING_SECONDS", -1.0)
    while (await changing.frame("beat"))["next"] != 60:
        pass
