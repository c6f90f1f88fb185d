"""Subscriptions to sections, as a client sees them. The halls have three sections of two seats."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from realtime import beats, writer
from realtime.limits import MAX_SUBSCRIBES_AT_ONCE, TokenBucket
from realtime.messages import Subscribe
from realtime.part_frames import PartFrames
from realtime.replica import Replica
from realtime.subscriptions import Subscription
from realtime.viewers import ViewerGroup
from realtime.writer import HubWriter
from reservations.domain.states import Person
from reservations.events.changes import Change
from reservations.events.event_heads import EventHead
from reservations.events.mapped_seats import MappedSeat, SeatMap, seat_map
from reservations.models import Event, Seat
from reservations.runtime.threads import in_thread
from tests.factories import make_event
from tests.following import Numbering, PartFollower
from tests.realtime.test_viewers import Socket

Watching = Callable[..., Any]
Command = Callable[..., Any]
People = dict[str, Person]

SEATS = 6
NUMBERING = {"plan": Numbering((0, 0, 1, 1, 2, 2), (0, 0, 1, 1, 2, 2))}
NONE = "?sections=&layout=plan"


@pytest.fixture
def event(transactional_db: None) -> Event:
    event = make_event(seats=SEATS)
    for place, seat in enumerate(Seat.objects.filter(event=event).order_by("pk")):
        Seat.objects.filter(pk=seat.pk).update(section=f"section {place // 2}")
    return event


class Follower(PartFollower):
    """A subscriber at a socket, which checks each frame."""

    def __init__(self, socket: Any) -> None:
        super().__init__(NUMBERING)
        self.socket = socket

    async def frame(self) -> dict[str, Any]:
        """Return the next frame other than beats."""
        while True:
            frame: dict[str, Any] = await self.socket.frame()
            self.hear(json.dumps(frame))
            if frame["type"] != "beat":
                return frame

    async def subscribe(self, *sections: int) -> None:
        await self.socket.send(json.dumps(self.request(frozenset(sections))))

    def statuses(self) -> dict[int, int]:
        return {index: state.status for index, state in self.states.items()}


async def test_a_subscriber_without_sections_gets_counts_only(
    watching: Watching, event: Event, people: People, lock: Command
) -> None:
    async with watching(event.pk, NONE) as socket:
        follower = Follower(socket)
        assert "whole" not in await follower.frame()
        await lock(people["alice"], 0, 3)
        while follower.seq != 1:
            assert "changes" not in await follower.frame()
    assert (follower.free, follower.states) == ([1, 1, 2], {})


async def test_a_subscriber_gets_the_seats_of_its_sections_only(
    watching: Watching, event: Event, people: People, lock: Command
) -> None:
    await lock(people["alice"], 2)
    async with watching(event.pk, NONE) as socket:
        follower = Follower(socket)
        await follower.frame()
        await follower.subscribe(1)
        await follower.frame()
        assert follower.statuses() == {2: 1, 3: 0}
        assert follower.states[2].holder == "alice"
        await lock(people["alice"], 0)
        await lock(people["alice"], 3)
        while follower.free != [1, 0, 2]:
            await follower.frame()
    assert follower.statuses() == {2: 1, 3: 1}


async def test_sections_that_are_left_are_sent_no_more(
    watching: Watching, event: Event, people: People, lock: Command
) -> None:
    async with watching(event.pk, "?sections=all&layout=plan") as socket:
        follower = Follower(socket)
        await follower.frame()
        assert len(follower.states) == SEATS
        await follower.subscribe(2)
        await follower.frame()
        await lock(people["alice"], 0, 4)
        while follower.free != [1, 2, 1]:
            await follower.frame()
    assert follower.statuses() == {4: 1, 5: 0}


async def test_a_subscriber_resumes_and_adds_sections_in_one_frame(
    watching: Watching, event: Event, people: People, lock: Command
) -> None:
    async with watching(event.pk, "?sections=&add=0&layout=plan") as socket:
        before = Follower(socket)
        await before.frame()
    await lock(people["alice"], 0, 2, 4)
    before.wanted = frozenset({0, 1})
    async with watching(event.pk, before.query) as socket:
        before.socket = socket
        before.connect()
        frame = await before.frame()
    assert frame["from"] == 0
    assert [change[0] for change in frame["changes"]] == [0]
    assert [row[0] for row in frame["whole"]] == [1]
    assert before.statuses() == {0: 1, 1: 0, 2: 1, 3: 0}


@pytest.mark.parametrize("query", ["&since=99", "&since=x", "", "&layout=old"])
async def test_a_subscriber_that_cannot_resume_starts_over(
    watching: Watching, event: Event, query: str
) -> None:
    async with watching(event.pk, f"?sections=1{query}&layout=plan") as socket:
        frame = await socket.frame()
    assert (frame["from"], frame["layout"]) == (None, "plan")
    assert [row[0] for row in frame.get("whole", [])] == ([] if "old" in query else [1])


async def test_whoever_watches_the_whole_map_may_change_to_sections(
    watching: Watching, event: Event, people: People, lock: Command
) -> None:
    async with watching(event.pk) as socket:
        await socket.frame("snapshot")
        await socket.send('{"type":"subscribe","layout":"plan","sections":"0","id":1}')
        frame = await socket.frame("part")
        assert (frame["from"], frame["id"], frame["free"]) == (0, 1, [[0, 2, 2, 2]])
        assert "whole" not in frame
        await lock(people["alice"], 0, 3)
        assert [row[0] for row in (await socket.frame("part"))["changes"]] == [0]


async def test_others_get_the_same_frames_beside_a_subscriber(
    watching: Watching, event: Event, people: People, lock: Command
) -> None:
    async with watching(event.pk) as old, watching(event.pk, NONE) as new:
        assert (await old.frame())["type"] == "snapshot"
        await new.frame()
        await lock(people["alice"], 5)
        frame = await old.frame("delta")
        assert (await new.frame())["type"] == "part"
    assert frame.keys() == {"type", "from", "seq", "now", "changes"}
    assert [change[:2] for change in frame["changes"]] == [[5, 1]]


async def test_a_client_that_subscribes_too_often_is_answered_with_the_next_counts(
    watching: Watching, event: Event, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SEATCAST_BEAT_SECONDS = 0.1
    monkeypatch.setattr(writer, "COUNT_SECONDS", 3_600)
    async with watching(event.pk, NONE) as socket:
        follower = Follower(socket)
        await follower.frame()
        for number in range(MAX_SUBSCRIBES_AT_ONCE):
            await follower.subscribe(number % 3)
            assert (await follower.frame())["id"] == number
        for number in range(3):
            await follower.subscribe(number)
        answers = [await follower.frame()]
        while answers[-1]["id"] != MAX_SUBSCRIBES_AT_ONCE + 2:
            answers.append(await follower.frame())
    assert len(answers) < 3
    assert follower.sections == {2}


async def test_a_request_for_another_layout_is_not_answered(
    watching: Watching, event: Event, people: People, lock: Command
) -> None:
    async with watching(event.pk, NONE) as socket:
        follower = Follower(socket)
        await follower.frame()
        await socket.send('{"type":"subscribe","layout":"old","sections":"all","id":7}')
        await lock(people["alice"], 0)
        while follower.free != [1, 2, 2]:
            frame = await follower.frame()
            assert frame.keys().isdisjoint({"id", "whole", "changes"})


async def test_a_subscription_needs_no_query(
    watching: Watching, event: Event, queries: list[str], settings: Any
) -> None:
    settings.SEATCAST_HEAD_CHECK_SECONDS = 60
    async with watching(event.pk, NONE) as socket:
        follower = Follower(socket)
        await follower.frame()
        before = len(queries)
        await follower.subscribe(0, 1, 2)
        await follower.frame()
        assert len(queries) == before


async def test_seats_are_counted_by_section_and_price(event: Event) -> None:
    def price_one_seat() -> list[tuple[int, int]]:
        seat = Seat.objects.filter(event=event).order_by("pk")[1]
        Seat.objects.filter(pk=seat.pk).update(price="7.00")
        return [(seat.section, seat.pool) for seat in seat_map(event_id=event.pk).seats]

    assert await in_thread(price_one_seat) == [(0, 0), (0, 1), (1, 2), (1, 2), (2, 3), (2, 3)]


@pytest.mark.django_db(transaction=True)
def test_a_poll_answers_with_a_part(event: Event, client: Client) -> None:
    url = f"/api/events/{event.pk}/changes/"
    first = client.get(url, {"sections": "", "add": "1", "layout": "plan"})
    frame = first.json()
    assert (frame["type"], frame["from"], frame["free"]) == ("part", None, [[0, 2, 2, 2]])
    assert [row[0] for row in frame["whole"]] == [1]
    known = {"sections": "1", "layout": "plan", "since": frame["seq"]}
    headers = {"If-None-Match": first["ETag"]}
    assert client.get(url, known, headers=headers).status_code == 304
    added = client.get(url, {**known, "add": "2"}, headers=headers)
    assert [row[0] for row in added.json()["whole"]] == [2]


def _replica(seats: int, *, sections: int) -> Replica:
    return Replica(
        SeatMap(
            head=EventHead(seq=0, layout="plan", is_public=True),
            seats=tuple(
                MappedSeat(n, 0, None, None, 0, n * sections // seats, n * sections // seats)
                for n in range(seats)
            ),
        ),
        shows_names=True,
    )


def _sell(replica: Replica, seats: int) -> None:
    changes = [Change(n, 2, None, None) for n in range(seats)]
    replica.merge(since=replica.seq, seq=replica.seq + 1, changes=changes)
    replica.publish()


def test_viewers_of_the_same_changed_sections_share_a_frame() -> None:
    replica, frames = _replica(60, sections=3), PartFrames()
    _sell(replica, 1)
    assert frames.changed_sections(replica, since=0) == 0b001
    found = [frames.changes(replica, viewer_seq=0, since=0, sections=0b001) for _ in range(2)]
    assert found[0] is found[1]


@pytest.mark.parametrize(("sold", "field"), [(16, "changes"), (17, "whole")])
def test_many_changes_of_a_section_are_sent_as_its_state(sold: int, field: str) -> None:
    replica, frames = _replica(300, sections=3), PartFrames()
    _sell(replica, sold)
    frame = json.loads(frames.changes(replica, viewer_seq=0, since=0, sections=0b1).text)
    assert frame.keys() == {"type", "from", "seq", "now", field}


async def test_counts_come_at_most_once_a_second(
    watching: Watching,
    event: Event,
    people: People,
    lock: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writer, "COUNT_SECONDS", 3_600)
    query = "?sections=&add=0&layout=plan"
    async with watching(event.pk) as other, watching(event.pk, query) as socket:
        follower = Follower(socket)
        await follower.frame()
        await lock(people["alice"], 0)
        assert "free" in await follower.frame()
        await lock(people["alice"], 5)
        await other.until_seq(2)
        await lock(people["alice"], 1)
        frame = await follower.frame()
    assert (frame["from"], frame["changes"][0][0], "free" in frame) == (1, 1, False)


async def test_a_beat_comes_after_new_counts(
    watching: Watching,
    event: Event,
    people: People,
    lock: Command,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.SEATCAST_BEAT_SECONDS = 0.1
    monkeypatch.setattr(writer, "COUNT_SECONDS", 3_600)
    async with watching(event.pk, NONE) as socket:
        follower = Follower(socket)
        await follower.frame()
        await lock(people["alice"], 0)
        await follower.frame()
        await lock(people["alice"], 1)
        assert (await follower.frame())["free"] == [[0, 0]]
        assert (await socket.frame("beat"))["seq"] == 2


async def test_while_seats_change_a_subscriber_gets_beats_of_its_own_number_without_counts(
    watching: Watching,
    event: Event,
    people: People,
    lock: Command,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.SEATCAST_BEAT_SECONDS = 6.0
    monkeypatch.setattr(beats, "BEATS_WHILE_CHANGING", 600)
    monkeypatch.setattr(writer, "COUNT_SECONDS", 3_600)
    async with watching(event.pk) as whole, watching(event.pk, NONE) as socket:
        follower = Follower(socket)
        await follower.frame()
        await lock(people["alice"], 0)
        assert (await follower.frame())["seq"] == 1
        await lock(people["alice"], 1)
        while (await whole.frame())["seq"] != 2:
            pass
        frames = [await socket.frame() for _ in range(5)]
        assert (await whole.frame("beat"))["seq"] == 2
    assert {(frame["type"], frame["seq"]) for frame in frames} == {("beat", 1)}


def _subscribed(
    bucket: TokenBucket | None = None,
) -> tuple[HubWriter, Socket]:
    """Return a writer and a subscriber of no section, which has had its first frame."""
    group = ViewerGroup()
    writer = HubWriter(
        1, replica=_replica(SEATS, sections=3), viewers=group, count_viewers=lambda: 1
    )
    socket = Socket()
    subscription = socket.viewer.subscription = Subscription("plan", wanted=0)
    if bucket is not None:
        subscription.bucket = bucket
    group.add(socket.viewer, send_missed=writer.send_first_frame, request=writer.subscribe)
    writer.send_first_frame(socket.viewer)
    return writer, socket


async def test_a_request_that_found_the_connection_full_is_answered_later() -> None:
    _, socket = _subscribed()
    socket.is_read = False
    socket.viewer.subscribe(Subscribe("plan", 0b1, 1))
    socket.read()
    frame = json.loads(socket.texts[-1])
    assert (frame["id"], [row[0] for row in frame["whole"]]) == (1, [0])


async def test_changes_of_a_section_follow_its_state() -> None:
    hub_writer, socket = _subscribed(TokenBucket(capacity=0, per_second=0))
    hub_writer._counted_at = asyncio.get_running_loop().time()
    socket.viewer.subscribe(Subscribe("plan", 0b1, 1))
    hub_writer.replica.merge(since=0, seq=1, changes=[Change(0, 2, None, None)])
    await hub_writer._write_changes()
    assert len(socket.texts) == 1
    await hub_writer._write_beat()
    frame = json.loads(socket.texts[1])
    assert (frame["id"], [row[0] for row in frame["whole"]]) == (1, [0])
