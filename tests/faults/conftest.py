"""Fixtures of the fault tests."""

from collections.abc import Iterator

import pytest
from django.db import connection

from reservations.models import Event
from tests.factories import make_event, make_user
from tests.faults.scene import SEATS, RedisServer


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    redis_server = RedisServer()
    redis_server.start()
    yield redis_server
    redis_server.close()


@pytest.fixture
def event(transactional_db: None) -> Event:
    for name in ("alice", "bob", "carol", "dave"):
        make_user(name)
    return make_event(seats=SEATS, lock_seconds=3600, seat_cap=SEATS)


@pytest.fixture
def _reconnect(transactional_db: None) -> Iterator[None]:
    """Reconnect the test's own connection, which is cut too."""
    yield
    connection.close()
