"""Servers that start, or viewers that connect, while Redis is unavailable."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats
from reservations.models import Event
from tests.concurrency.volley import Post, volley
from tests.factories import PASSWORD, make_person, make_user, seat_ids, stranger
from tests.faults.scene import SEATS, RedisServer
from tests.faults.watching import truth
from tests.following import Follower
from tests.servers import Running, daphne

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

PATIENCE_SECONDS = 120

away = pytest.mark.parametrize(
    "take_away", [RedisServer.kill, pytest.param(RedisServer.pause, marks=pytest.mark.thorough)]
)


def _watch(server: Running, event: Event) -> AbstractContextManager[ClientConnection]:
    return connect(f"ws://127.0.0.1:{server.port}/ws/events/{event.pk}/", proxy=None)


@away
def test_viewers_can_join_and_get_changes_without_redis(
    take_away: Callable[[RedisServer], None], event: Event, redis_server: RedisServer
) -> None:
    follower = Follower(event.pk, seats={"plan": SEATS})
    with daphne(REDIS_URL=redis_server.url) as server:
        take_away(redis_server)
        with _watch(server, event) as socket:
            follower.hear(socket.recv(PATIENCE_SECONDS))
            command_queue.submit(
                event_id=event.pk, command=LockSeats(make_person(), seat_ids(event)[:2])
            )
            while follower.seq == 0:
                follower.hear(socket.recv(PATIENCE_SECONDS))
    assert follower.agrees_with(*truth(event.pk))


@pytest.mark.thorough
@away
def test_signing_in_works_without_redis(
    take_away: Callable[[RedisServer], None], event: Event, redis_server: RedisServer
) -> None:
    """The login throttle counts attempts in Redis, if it is available."""
    make_user("erin", password=PASSWORD)
    body: dict[str, Any] = {"username": "erin", "password": PASSWORD}
    with daphne(REDIS_URL=redis_server.url) as server:
        take_away(redis_server)
        (reply,) = volley([Post(stranger(), server.port, "/api/login/", body)])
    assert reply.status == 200, json.dumps(reply.body)
