"""Event streams whose clients do not read are cut off, and do not delay those who read.

On a real server, with client addresses as the proxy forwards them.
"""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from reservations.bookings import command_queue
from reservations.domain.commands import Command, LockSeats, UnlockSeats
from reservations.models import Event
from tests.event_streams import EventStream
from tests.factories import make_event, make_user, person, seat_ids
from tests.servers import HOST, Running, daphne

STUCK = 30
# Locking all seats makes a frame of about 90 kB: a few fill a stream's buffers.
SEATS = 500
LONG_NAME = "a" * 150
ROUNDS = 5
PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Running]:
    with daphne(SEATCAST_PROXIES="1", SEATCAST_BEAT_SECONDS="1") as server:
        yield server


@pytest.fixture
def event(transactional_db: None) -> Event:
    return make_event(seats=SEATS, seat_cap=SEATS, purchase_cap=SEATS)


def _stream(server: Running, event: Event, address: str) -> EventStream:
    """Open a stream with a small receive buffer."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.settimeout(PATIENCE_SECONDS)
    connection.connect((HOST, server.port))
    return EventStream(
        server.port,
        f"/ws/events/{event.pk}/",
        headers={"X-Forwarded-For": address},
        connection=connection,
    )


@contextmanager
def _stuck(server: Running, event: Event) -> Iterator[list[EventStream]]:
    """Open streams of as many networks, which are not read."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(_stream(server, event, f"10.{number}.0.1"))
            for number in range(STUCK)
        ]


def _frames(stream: EventStream) -> Iterator[dict[str, Any]]:
    while True:
        yield json.loads(stream.recv())


def _follow(stream: EventStream, *, seq: int) -> int:
    """Read until a frame leads to `seq`; return the number of frames that are no beats."""
    count = 0
    for frame in _frames(stream):
        count += frame["type"] != "beat"
        if frame["seq"] >= seq:
            break
    return count


def _change_all_seats(event: Event, reader: EventStream) -> int:
    """Make changes, each once the reader has the one before; return the sequence number."""
    buyer, ids = person(make_user(LONG_NAME)), seat_ids(event)
    commands: list[Command] = [LockSeats(buyer, ids), UnlockSeats(buyer, ids)] * ROUNDS
    for number, command in enumerate(commands, start=1):
        command_queue.submit(event_id=event.pk, command=command)
        _follow(reader, seq=number)
    return len(commands)


def test_readers_get_each_change_beside_streams_that_are_not_read(
    server: Running, event: Event
) -> None:
    with _stream(server, event, "192.0.2.1") as reader, _stuck(server, event) as stuck:
        last = _change_all_seats(event, reader)
        # Nothing is kept for the others but the newest state.
        assert all(_follow(stream, seq=last) < last for stream in stuck)


@pytest.mark.thorough
def test_streams_that_are_not_read_are_cut_off(server: Running, event: Event) -> None:
    with _stream(server, event, "192.0.2.1") as reader, _stuck(server, event):
        _until_viewers(reader, STUCK + 1)
        _change_all_seats(event, reader)
        _until_viewers(reader, 1)


def _until_viewers(stream: EventStream, count: int) -> None:
    while next(_frames(stream)).get("viewers") != count:
        pass
