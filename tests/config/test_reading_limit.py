"""Requests that only read cannot take all connections from those that sell."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Event as Signal
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import OperationalError, connection

from config.postgresql import reading
from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats
from reservations.domain.errors import Unavailable
from reservations.events import access
from reservations.events.access import Requester
from reservations.runtime.threads import in_thread
from tests.factories import make_event, make_person, seat_ids

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PATIENCE_SECONDS = 120
NOBODY = Requester(None)


@contextmanager
def _reading(method: str) -> Iterator[None]:
    """Handle a request of this method in this thread, as far as connections are concerned."""
    request_started.send(None, environ={"REQUEST_METHOD": method})
    try:
        yield
    finally:
        connection.close()
        request_finished.send(None)


@contextmanager
def _stuck(readers: int) -> Iterator[int]:
    """Let so many requests read, and not end. Yield how many have a connection."""
    is_over, results = Signal(), []

    def read(has_tried: Signal) -> bool:
        with _reading("GET"):
            try:
                connection.ensure_connection()
            except OperationalError:
                return False
            finally:
                has_tried.set()
            return is_over.wait(PATIENCE_SECONDS)

    with ThreadPoolExecutor(readers) as threads:
        tried = [Signal() for _ in range(readers)]
        try:
            results = [threads.submit(read, each) for each in tried]
            assert all(each.wait(PATIENCE_SECONDS) for each in tried)
            yield sum(not each.done() for each in results)
        finally:
            is_over.set()


@pytest.fixture
def pool_size(monkeypatch: pytest.MonkeyPatch) -> int:
    connection.ensure_connection()
    pool: Any = connection.pool  # type: ignore[attr-defined]
    # Whoever gets no connection fails soon.
    monkeypatch.setattr(pool, "timeout", 0.5)
    size = int(pool.max_size)
    connection.close()
    return size


def _click() -> None:
    """Lock a seat as a click does: its event is looked up, then the command is queued."""
    event, person = make_event(), make_person()
    command = LockSeats(person, seat_ids(event)[:1])
    connection.close()
    access.clear_visibility_cache()

    async def click() -> None:
        await in_thread(partial(access.require_access, event_id=event.pk, requester=NOBODY))
        await command_queue.asubmit(event_id=event.pk, command=command)

    asyncio.run(click())


def test_clicks_go_on_while_all_readers_are_stuck(pool_size: int) -> None:
    with _stuck(2 * pool_size) as holding:
        assert holding == pool_size // 2
        _click()
        with _reading("POST"):
            connection.ensure_connection()


def test_without_the_limit_clicks_would_fail(
    pool_size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, person = make_event(), make_person()
    command = LockSeats(person, seat_ids(event)[:1])
    connection.close()
    monkeypatch.setattr(reading, "only_reads", lambda: False)
    with _stuck(pool_size) as holding:
        assert holding == pool_size
        with pytest.raises(Unavailable):
            command_queue.submit(event_id=event.pk, command=command)


def test_a_reader_that_ends_lets_the_next_one_read(pool_size: int) -> None:
    for _ in range(2 * pool_size):
        with _reading("GET"):
            connection.ensure_connection()
    with _stuck(pool_size) as holding:
        assert holding == pool_size // 2
