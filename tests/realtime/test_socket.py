"""The consumer as a viewer sees it."""

import asyncio
import base64
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken

from config.asgi import application
from realtime import hub, publisher
from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats
from reservations.domain.states import Person, SeatStatus
from reservations.models import Event, Seat
from reservations.runtime.threads import in_thread
from tests.factories import make_promo_code, permitted

Watching = Callable[..., Any]
Command = Callable[..., Any]
People = dict[str, Person]


async def test_the_first_frame_is_a_snapshot(
    watching: Watching, event: Event, people: People, lock: Command
) -> None:
    await lock(people["alice"], 2)
    async with watching(event.pk) as socket:
        frame = await socket.frame()
    assert frame["type"] == "snapshot"
    assert (frame["event"], frame["seq"], frame["layout"]) == (event.pk, 1, "plan")
    assert base64.b64decode(frame["statuses"]) == bytes([0b01_00_00, 0])
    [(index, until, holder)] = frame["locks"]
    assert (index, holder) == (2, "alice")
    assert 0 < until - frame["now"] <= 300_000


async def test_all_viewers_get_each_change(
    watching: Watching, event: Event, people: People, lock: Command, unlock: Command
) -> None:
    async with watching(event.pk) as first, watching(event.pk) as second:
        await first.frame(), await second.frame()
        await lock(people["alice"], 0, 1)
        for socket in (first, second):
            frame = await socket.frame("delta")
            assert [change[:2] for change in frame["changes"]] == [[0, 1], [1, 1]]
            assert frame["changes"][0][3] == "alice"
        await unlock(people["alice"], 1)
        for socket in (first, second):
            assert (await socket.frame("delta"))["changes"] == [[1, 0, None, None]]


async def test_changes_arrive_by_notification_without_a_comparison(
    watching: Watching, event: Event, people: People, lock: Command, settings: Any
) -> None:
    settings.SEATCAST_HEAD_CHECK_SECONDS = 60
    async with watching(event.pk) as socket:
        await socket.frame()
        await lock(people["alice"], 3)
        await socket.until_seq(1)
    assert socket.states[3][0] == 1


async def test_a_lock_with_a_code_is_told_to_leave_its_seat_blocked(
    watching: Watching, event: Event, people: People, settings: Any
) -> None:
    settings.SEATCAST_HEAD_CHECK_SECONDS = 60
    seat = await in_thread(lambda: Seat.objects.filter(event=event).earliest("pk").pk)
    await in_thread(partial(make_promo_code, event, seat))
    lock = LockSeats(people["alice"], (seat,), "SPONSOR-2030")
    async with watching(event.pk) as socket:
        await socket.frame()
        await command_queue.asubmit(event_id=event.pk, command=lock)
        assert (await socket.frame("delta"))["kept"] == [0]
    async with watching(event.pk) as late:
        assert (await late.frame("snapshot"))["kept"] == [0]


async def test_a_change_without_notification_is_read_from_the_log(
    watching: Watching,
    event: Event,
    people: People,
    lock: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with watching(event.pk) as socket:
        await socket.frame()
        monkeypatch.setattr(publisher, "_loop", lambda: None)
        await lock(people["alice"], 3)
        await socket.until_seq(1)
    assert socket.states[3][0] == 1


async def test_changes_without_log_rows_are_sent_as_a_snapshot(
    watching: Watching, event: Event
) -> None:
    @transaction.atomic
    def change_without_logging() -> None:
        Seat.objects.filter(event=event, seat_number="A1").update(
            status=SeatStatus.BLOCKED, version=1
        )
        Event.objects.filter(pk=event.pk).update(change_seq=1)

    async with watching(event.pk) as socket:
        await socket.frame()
        await in_thread(change_without_logging)
        frame = await socket.frame("snapshot")
    assert frame["seq"] == 1
    assert base64.b64decode(frame["statuses"])[0] == SeatStatus.BLOCKED


async def test_repeated_and_reordered_notifications_are_harmless(
    watching: Watching, event: Event, people: People, lock: Command, unlock: Command
) -> None:
    seat = await in_thread(lambda: Seat.objects.filter(event=event).earliest("pk").pk)
    changes = [[seat, 0, None, None, False]]
    forged = {"type": "seats.changed", "since": 1, "seq": 2, "at": 0.0, "changes": changes}
    async with watching(event.pk) as socket:
        await socket.frame()
        await get_channel_layer().group_send(publisher.group_name(event.pk), forged)
        await lock(people["alice"], 0)
        await unlock(people["alice"], 0)
        await get_channel_layer().group_send(publisher.group_name(event.pk), forged)
        await lock(people["alice"], 0)
        await socket.until_seq(3)
    assert socket.states[0][0] == 1


async def test_a_notification_of_a_kind_that_only_newer_servers_know_is_ignored(
    watching: Watching,
    event: Event,
    people: People,
    lock: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Without the subscription, changes would be read from the log.
    monkeypatch.setattr(hub, "RESUBSCRIBE_SECONDS", 3600.0)
    group = publisher.group_name(event.pk)
    async with watching(event.pk) as socket:
        await socket.frame()
        await get_channel_layer().group_send(group, {"type": "seats.praised", "stars": 5})
        seat = await in_thread(lambda: Seat.objects.filter(event=event).earliest("pk").pk)
        changes = [[seat, 2, None, None, False]]
        forged = {"type": "seats.changed", "since": 0, "seq": 1, "at": 0.0, "changes": changes}
        await get_channel_layer().group_send(group, forged)
        await socket.until_seq(1)
    assert socket.states[0][0] == 2


async def test_an_expired_lock_is_released_and_published(
    watching: Watching, event: Event, people: People, lock: Command
) -> None:
    await lock(people["alice"], 0)
    async with watching(event.pk) as socket:
        await socket.frame()
        await in_thread(lambda: Event.objects.filter(pk=event.pk).update(lock_seconds=1))
        await lock(people["bob"], 1)
        await socket.until_seq(2)
        deadline = socket.states[1][1]
        frame = await socket.frame("delta")
    assert frame["changes"] == [[1, 0, None, None]]
    assert deadline <= frame["now"]


async def test_only_the_first_hub_of_an_event_releases_a_lock_at_its_deadline(
    watching: Watching, event: Event, people: People, lock: Command, settings: Any
) -> None:
    async with watching(event.pk) as socket, hub.joining(event.pk) as own:
        await socket.frame()
        await lock(people["alice"], 0)
        await socket.until_seq(1)
        deadline = socket.states[0][1]
        assert own.next_release_ms() == deadline
        report = {"type": publisher.PRESENCE, "hub": "0", "viewers": 1, "beats": 2}
        await get_channel_layer().group_send(publisher.group_name(event.pk), report)
        while own.next_release_ms() == deadline:
            await asyncio.sleep(0)
        assert own.next_release_ms() == deadline + settings.SEATCAST_HEAD_CHECK_SECONDS * 1_000


async def test_resuming_gets_the_changes_since(
    watching: Watching, event: Event, people: People, lock: Command
) -> None:
    async with watching(event.pk) as socket:
        await lock(people["alice"], 0)
        await socket.until_seq(1)
    await lock(people["alice"], 5)
    async with watching(event.pk, "?since=1&layout=plan") as socket:
        frame = await socket.frame()
    assert (frame["type"], frame["from"], frame["seq"]) == ("delta", 1, 2)
    assert [change[:2] for change in frame["changes"]] == [[5, 1]]


@pytest.mark.parametrize(
    "query",
    [
        "?since=1&layout=other",
        "?since=999&layout=plan",
        "?since=1",
        "?since=-1&layout=plan",
        "?since=99999999999999999999&layout=plan",
        "?since=%C2%B2&layout=plan",
    ],
)
async def test_a_viewer_that_cannot_resume_gets_a_snapshot(
    watching: Watching, event: Event, people: People, lock: Command, query: str
) -> None:
    await lock(people["alice"], 0)
    async with watching(event.pk, query) as socket:
        assert (await socket.frame())["type"] == "snapshot"


async def test_a_viewer_ahead_of_this_process_makes_it_catch_up(
    watching: Watching,
    event: Event,
    people: People,
    lock: Command,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.SEATCAST_HEAD_CHECK_SECONDS = 60
    async with watching(event.pk) as behind:
        await behind.frame()
        monkeypatch.setattr(publisher, "_loop", lambda: None)
        await lock(people["alice"], 0)
        async with watching(event.pk, "?since=1&layout=plan") as socket:
            frame = await socket.frame()
        assert (frame["type"], frame["from"], frame["seq"]) == ("delta", 1, 1)
        await behind.until_seq(1)


async def test_beats_contain_the_number_of_viewers(
    watching: Watching, event: Event, settings: Any
) -> None:
    settings.SEATCAST_BEAT_SECONDS = 0.05
    async with watching(event.pk) as socket, watching(event.pk):
        frame = await socket.frame("beat")
        while frame["viewers"] < 2:
            frame = await socket.frame("beat")


async def test_a_changed_layout_is_sent_as_a_snapshot(watching: Watching, event: Event) -> None:
    async with watching(event.pk) as socket:
        await socket.frame()
        await in_thread(
            lambda: (
                Seat.objects.create(event=event, seat_number="B1", guid="B1"),
                Event.objects.filter(pk=event.pk).update(layout="larger"),
            )
        )
        frame = await socket.frame("snapshot")
    assert frame["layout"] == "larger"
    assert len(base64.b64decode(frame["statuses"])) == 3


async def test_frames_other_than_seen_close_the_socket(watching: Watching, event: Event) -> None:
    async with watching(event.pk) as socket:
        await socket.frame()
        await socket.send('{"type": "seen", "seq": 0}')
        await socket.send("rubbish")
        assert await socket.close_code() == 1008
    async with watching(event.pk) as socket:
        await socket.send_bytes(b"\x00")
        assert await socket.close_code() == 1008


async def test_an_unknown_event_closes_with_4404(
    watching: Watching, transactional_db: None
) -> None:
    async with watching(404) as socket:
        assert await socket.close_code() == 4404


async def test_deleting_an_event_closes_its_sockets(watching: Watching, event: Event) -> None:
    async with watching(event.pk) as socket:
        await socket.frame()
        await in_thread(event.delete)
        assert await socket.close_code() == 4404


async def test_foreign_origins_are_refused(event: Event) -> None:
    communicator = WebsocketCommunicator(
        application, f"/ws/events/{event.pk}/", headers=[(b"origin", b"http://evil.example")]
    )
    connected, _ = await communicator.connect()
    assert not connected


async def test_a_client_without_an_origin_may_watch(event: Event) -> None:
    communicator = WebsocketCommunicator(application, f"/ws/events/{event.pk}/")
    connected, _ = await communicator.connect()
    assert connected
    await communicator.disconnect()


@pytest.fixture
def members_event(event: Event) -> Event:
    event.visibility = Event.Visibility.MEMBERS
    event.member_group = Group.objects.create(name="friends")
    event.save(update_fields=["visibility", "member_group"])
    return event


async def test_an_anonymous_viewer_of_a_members_only_event_is_closed_with_4401(
    watching: Watching, members_event: Event
) -> None:
    async with watching(members_event.pk) as socket:
        assert await socket.close_code() == 4401


async def test_a_non_member_is_closed_with_4403(
    watching: Watching, members_event: Event, people: People
) -> None:
    cookie = await in_thread(lambda: _session_cookie(people["bob"]))
    async with watching(members_event.pk, headers=[(b"cookie", cookie)]) as socket:
        assert await socket.close_code() == 4403


async def test_a_draft_is_closed_with_4404_except_for_organisers(
    watching: Watching, event: Event, people: People
) -> None:
    def cookies() -> list[bytes]:
        Event.objects.update(visibility=Event.Visibility.DRAFT)
        permitted(get_user_model().objects.get(pk=people["alice"].id), "reservations.view_event")
        return [_session_cookie(people["bob"]), _session_cookie(people["alice"])]

    bob, alice = await in_thread(cookies)
    for headers in ([], [(b"cookie", bob)]):
        async with watching(event.pk, headers=headers) as socket:
            assert await socket.close_code() == 4404
    async with watching(event.pk, headers=[(b"cookie", alice)]) as socket:
        assert (await socket.frame())["type"] == "snapshot"


async def test_members_watch_by_session_or_token(
    watching: Watching, members_event: Event, people: People
) -> None:
    def invite() -> tuple[bytes, str]:
        alice = get_user_model().objects.get(pk=people["alice"].id)
        alice.groups.add(members_event.member_group_id or 0)
        return _session_cookie(people["alice"]), str(AccessToken.for_user(alice))

    cookie, token = await in_thread(invite)
    async with watching(members_event.pk, headers=[(b"cookie", cookie)]) as socket:
        assert (await socket.frame())["type"] == "snapshot"
    async with watching(members_event.pk, subprotocols=["seatcast", f"bearer.{token}"]) as socket:
        assert (await socket.frame())["type"] == "snapshot"


async def test_an_invalid_token_is_anonymous(
    watching: Watching, members_event: Event, people: People
) -> None:
    async with watching(members_event.pk, subprotocols=["seatcast", "bearer.rubbish"]) as socket:
        assert await socket.close_code() == 4401


async def test_an_expired_lock_can_be_taken_before_it_is_released(
    watching: Watching, event: Event, people: People, lock: Command
) -> None:
    await lock(people["alice"], 0)
    await in_thread(
        lambda: Seat.objects.filter(event=event, status=1).update(
            locked_until=timezone.now() - timedelta(seconds=1)
        )
    )
    answer = await lock(people["bob"], 0)
    assert answer["seats"][0]["locked_by"] == "bob"


def _session_cookie(person: Person) -> bytes:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=person.id))
    return f"sessionid={client.cookies['sessionid'].value}".encode()


@pytest.mark.parametrize("part", ["Hub._listen", "HubWriter.run", "Hub._send_beats"])
async def test_viewers_of_a_failed_hub_reconnect_to_a_new_one(
    part: str, watching: Watching, event: Event, people: People, lock: Command
) -> None:
    async with watching(event.pk) as socket:
        await socket.frame()
        for task in asyncio.all_tasks():
            if getattr(task.get_coro(), "__qualname__", "") == part:
                task.cancel()
        assert await socket.close_code() == 1012
        async with watching(event.pk, "?since=0&layout=plan") as another:
            await lock(people["alice"], 0)
            await another.until_seq(1)
