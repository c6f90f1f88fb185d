"""Fixtures of race tests: servers, connections, and threads that act as processes."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection

from reservations.bookings import command_queue
from reservations.bookings.command_queue import CommandQueue
from tests.servers import Running, daphne


@pytest.fixture(scope="package")
def _running(django_db_setup: None) -> Iterator[Running]:
    with daphne() as server:
        yield server


@pytest.fixture(scope="package")
def _other(django_db_setup: None) -> Iterator[Running]:
    with daphne() as server:
        yield server


@pytest.fixture
def port(transactional_db: None, _running: Running) -> Iterator[int]:
    """The port of a Daphne on the test's database. What it wrote is shown if the test fails."""
    yield _running.port
    print(_running.supervised.output())


@pytest.fixture
def ports(port: int, _other: Running) -> Iterator[tuple[int, int]]:
    """The ports of two of them."""
    yield port, _other.port
    print(_other.supervised.output())


@pytest.fixture
def connections_for_all(transactional_db: None) -> Iterator[int]:
    """As many connections to the database as there are races between them; how many."""
    pool = connection.pool  # type: ignore[attr-defined]
    least, most = pool.min_size, pool.max_size
    pool.resize(least, 50)
    yield 50
    pool.resize(least, most)


class _QueuesOfEachThread(threading.local):
    def __init__(self) -> None:
        self._queues: dict[int, CommandQueue] = {}

    def get(self, event_id: int) -> CommandQueue | None:
        return self._queues.get(event_id)

    def __setitem__(self, event_id: int, queue: CommandQueue) -> None:
        self._queues[event_id] = queue


@pytest.fixture
def _processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every thread its own queues, as processes have."""
    monkeypatch.setattr(command_queue, "_queues", _QueuesOfEachThread())
