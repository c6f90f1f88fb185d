"""Sockets and event streams over the network, with Daphne and with Uvicorn."""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any

import pytest
from django.contrib.auth.models import Group
from rest_framework_simplejwt.tokens import AccessToken
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from accounts.models import User
from realtime.limits import MAX_FRAMES_AT_ONCE
from reservations.models import Event, Seat
from tests.concurrency.volley import Post, volley
from tests.event_streams import EventStream
from tests.factories import make_event, make_user, seat_ids, signed_in
from tests.faults.watching import truth
from tests.following import Follower, Numbering, PartFollower
from tests.servers import SERVERS, Running, Start

PATIENCE_SECONDS = 120
SOCKETS_PER_ADDRESS = 2

Connection = ClientConnection | EventStream
Watch = Callable[..., AbstractContextManager[Any]]


@pytest.fixture(scope="module", params=SERVERS, ids=["daphne", "uvicorn"])
def server(request: pytest.FixtureRequest, django_db_setup: None) -> Iterator[Running]:
    start: Start = request.param
    with start(
        SEATCAST_BEAT_SECONDS="0.2",
        SEATCAST_SHOW_NAMES="True",
        SEATCAST_PROXIES="1",
        SEATCAST_SOCKETS_PER_ADDRESS=str(SOCKETS_PER_ADDRESS),
    ) as running:
        yield running


@pytest.fixture
def event(transactional_db: None) -> Event:
    return make_event(seats=8)


@pytest.fixture
def open_socket(server: Running) -> Watch:
    """Return a function that opens sockets, each from its own address unless `address` is given."""

    def open_socket(event_id: int, query: str = "", **options: Any) -> ClientConnection:
        address = options.pop("address", secrets.token_hex(8))
        headers = {"X-Forwarded-For": address, **options.pop("headers", {})}
        url = f"ws://127.0.0.1:{server.port}/ws/events/{event_id}/{query}"
        socket: ClientConnection = connect(url, additional_headers=headers, proxy=None, **options)
        return socket

    return open_socket


@pytest.fixture
def open_stream(server: Running) -> Watch:
    """Return a function that opens event streams like `open_socket`."""

    def open_stream(event_id: int, query: str = "", **options: Any) -> EventStream:
        address = options.pop("address", secrets.token_hex(8))
        headers = {"X-Forwarded-For": address, **options.pop("headers", {})}
        return EventStream(server.port, f"/ws/events/{event_id}/{query}", headers=headers)

    return open_stream


@pytest.fixture(params=["socket", "stream"])
def watch(request: pytest.FixtureRequest, open_socket: Watch, open_stream: Watch) -> Watch:
    return open_socket if request.param == "socket" else open_stream


@pytest.fixture
def lock(server: Running, event: Event) -> Callable[..., None]:
    """Return a function that locks seats by index over HTTP."""

    def lock(who: User, *indexes: int) -> None:
        ids = seat_ids(event)
        body = {"seat_ids": [ids[index] for index in indexes]}
        (reply,) = volley(
            [Post(signed_in(who), server.port, f"/api/events/{event.pk}/lock/", body)]
        )
        assert reply.status == 200

    return lock


def _follow(socket: Connection, follower: Follower, *, seq: int) -> None:
    while follower.seq is None or follower.seq < seq:
        follower.hear(socket.recv(PATIENCE_SECONDS))


def _close_code(socket: Connection) -> int | None:
    """Return the code with which the server closes, skipping frames before it."""
    if isinstance(socket, EventStream):
        return socket.close_code()
    try:
        while True:
            socket.recv(PATIENCE_SECONDS)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


def test_a_viewer_gets_a_snapshot_then_deltas_and_resumes_after_a_disconnect(
    watch: Watch, event: Event, lock: Callable[..., None]
) -> None:
    alice, bob = make_user("alice"), make_user("bob")
    follower = Follower(event.pk, seats={"plan": 8})
    lock(alice, 0)
    with watch(event.pk) as socket:
        _follow(socket, follower, seq=1)
        lock(bob, 3, 4)
        _follow(socket, follower, seq=2)
    lock(alice, 7)
    follower.connect()
    with watch(event.pk, follower.query) as socket:
        _follow(socket, follower, seq=3)
    assert (follower.snapshots, follower.deltas) == (1, 2)
    assert follower.agrees_with(*truth(event.pk))


def test_a_subscriber_adds_sections_when_it_reconnects(
    watch: Watch, event: Event, lock: Callable[..., None]
) -> None:
    for place, pk in enumerate(seat_ids(event)):
        Seat.objects.filter(pk=pk).update(section=f"section {place // 4}")
    halves = Numbering((0,) * 4 + (1,) * 4, (0,) * 4 + (1,) * 4)
    alice, follower = make_user("alice"), PartFollower({"plan": halves})
    follower.layout, follower.wanted = "plan", frozenset({0})
    follower.connect()
    with watch(event.pk, follower.query) as socket:
        follower.hear(socket.recv(PATIENCE_SECONDS))
        lock(alice, 1, 5)
        while follower.seq != 1 or follower.free != [3, 3]:
            follower.hear(socket.recv(PATIENCE_SECONDS))
    assert [index for index, state in follower.states.items() if state.status] == [1]
    lock(alice, 2, 6)
    follower.wanted = frozenset({0, 1})
    follower.connect()
    with watch(event.pk, follower.query) as socket:
        while follower.seq != 2:
            follower.hear(socket.recv(PATIENCE_SECONDS))
    seq, states = truth(event.pk)
    assert follower.seq == seq
    assert [follower.states[index] for index in range(8)] == states


def test_beats_contain_the_last_seq_and_the_number_of_viewers(watch: Watch, event: Event) -> None:
    follower = Follower(event.pk, seats={"plan": 8})
    with watch(event.pk) as socket, watch(event.pk):
        viewers = 0
        while viewers < 2:
            text = socket.recv(PATIENCE_SECONDS)
            follower.hear(text)
            viewers = json.loads(text).get("viewers", 0)


def test_resuming_with_another_layout_gets_a_snapshot(watch: Watch, event: Event) -> None:
    with watch(event.pk, "?since=0&layout=other") as socket:
        assert json.loads(socket.recv(PATIENCE_SECONDS))["type"] == "snapshot"


@pytest.mark.parametrize("sent", ["rubbish", b"\x00", "x" * 300])
def test_an_invalid_frame_closes_the_socket(
    open_socket: Watch, event: Event, sent: str | bytes
) -> None:
    with open_socket(event.pk) as socket:
        socket.recv(PATIENCE_SECONDS)
        socket.send(sent)
        assert _close_code(socket) == 1008


def test_a_flood_of_frames_closes_the_socket(open_socket: Watch, event: Event) -> None:
    with open_socket(event.pk) as socket:
        socket.recv(PATIENCE_SECONDS)
        with suppress(ConnectionClosed):  # The answer may come before the last of them is out.
            for _ in range(MAX_FRAMES_AT_ONCE + 2):
                socket.send('{"type": "seen", "seq": 0}')
        assert _close_code(socket) == 1008


def test_an_unknown_event_closes_with_4404(watch: Watch, event: Event) -> None:
    with watch(event.pk + 1) as socket:
        assert _close_code(socket) == 4404


def test_deleting_an_event_closes_its_sockets(watch: Watch, event: Event) -> None:
    with watch(event.pk) as socket:
        socket.recv(PATIENCE_SECONDS)
        event.delete()
        assert _close_code(socket) == 4404


def test_members_watch_a_members_only_event_by_session_or_token(
    watch: Watch, open_socket: Watch, open_stream: Watch, event: Event
) -> None:
    friends = Group.objects.create(name="friends")
    member, other = make_user(), make_user()
    member.groups.add(friends)
    event.visibility, event.member_group = Event.Visibility.MEMBERS, friends
    event.save(update_fields=["visibility", "member_group"])
    with watch(event.pk) as socket:
        assert _close_code(socket) == 4401
    with watch(event.pk, headers=_cookie(other)) as socket:
        assert _close_code(socket) == 4403
    with watch(event.pk, headers=_cookie(member)) as socket:
        assert json.loads(socket.recv(PATIENCE_SECONDS))["type"] == "snapshot"
    token = AccessToken.for_user(member)
    with open_socket(event.pk, subprotocols=["seatcast", f"bearer.{token}"]) as socket:
        assert socket.subprotocol == "seatcast"
        assert json.loads(socket.recv(PATIENCE_SECONDS))["type"] == "snapshot"
    with open_stream(event.pk, headers={"Authorization": f"Bearer {token}"}) as stream:
        assert json.loads(stream.recv())["type"] == "snapshot"


def test_logging_out_in_another_process_closes_the_socket(watch: Watch, event: Event) -> None:
    alice = make_user("alice")
    Event.objects.update(visibility=Event.Visibility.MEMBERS)
    browser = signed_in(alice)
    cookie = {"Cookie": f"sessionid={browser.cookies['sessionid'].value}"}
    with watch(event.pk, headers=cookie) as ends, watch(event.pk, headers=_cookie(alice)) as stays:
        ends.recv(PATIENCE_SECONDS), stays.recv(PATIENCE_SECONDS)
        assert browser.post("/api/logout/").status_code == 200
        assert _close_code(ends) == 4401
        assert json.loads(stays.recv(PATIENCE_SECONDS))["type"] == "beat"


def test_exceeding_the_viewers_of_an_address_closes_with_4429(
    watch: Watch, open_socket: Watch, open_stream: Watch, event: Event
) -> None:
    with (
        open_socket(event.pk, address="9.9.9.9") as first,
        open_stream(event.pk, address="9.9.9.9") as second,
    ):
        first.recv(PATIENCE_SECONDS)
        second.recv(PATIENCE_SECONDS)
        with watch(event.pk, address="9.9.9.9") as third:
            assert _close_code(third) == 4429


def test_handshakes_from_foreign_origins_are_refused(open_socket: Watch, event: Event) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        open_socket(event.pk, origin="http://evil.example"),
    ):
        pass
    assert refused.value.response.status_code == 403


def _cookie(user: User) -> dict[str, str]:
    return {"Cookie": f"sessionid={signed_in(user).cookies['sessionid'].value}"}
