"""Events whose rows are locked by another transaction do not delay other events."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reservations.domain.commands import LockSeats, ReleaseExpired
from reservations.domain.errors import Unavailable
from reservations.models import Event
from reservations.read.records import Answer
from reservations.write import command_queue
from tests.factories import make_event, make_person, seat_ids
from tests.held_rows import rows_held

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PATIENCE_SECONDS = 120
BRIEFLY = "set_config('lock_timeout', '250ms', true)"


@pytest.fixture(autouse=True)
def _forget_locked_rows() -> Iterator[None]:
    yield
    command_queue._held_until.clear()


@pytest.fixture
def _impatient() -> Iterator[None]:
    """Give the test's own connection a short lock time-out."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    yield
    with connection.cursor() as cursor:
        # Reset it before the connection returns to the pool.
        cursor.execute("RESET lock_timeout")
    connection.close()


def _click(event: Event) -> LockSeats:
    return LockSeats(make_person(), seat_ids(event)[:1])


def test_more_locked_rows_than_threads_do_not_delay_other_events() -> None:
    *held, free, later = [make_event() for _ in range(2 * command_queue.LEADER_THREADS + 2)]
    clicks = {event.pk: _click(event) for event in (*held, free, later)}

    def click(event: Event) -> "asyncio.Task[Answer]":
        return asyncio.create_task(
            command_queue.asubmit(event_id=event.pk, command=clicks[event.pk])
        )

    async def rush() -> None:
        with rows_held(held):
            waiting = [click(event) for event in held]
            await click(free)
            await click(later)
            assert not any(task.done() for task in waiting)
        await asyncio.gather(*waiting)

    asyncio.run(rush())


@pytest.mark.usefixtures("_impatient")
def test_rows_known_to_be_locked_do_not_delay_other_events() -> None:
    *held, free = [make_event() for _ in range(2 * command_queue.LEADER_THREADS + 1)]
    clicks = {event.pk: _click(event) for event in (*held, free)}

    async def rush() -> list[Answer | BaseException]:
        asked = (command_queue.asubmit(event_id=pk, command=click) for pk, click in clicks.items())
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await asyncio.gather(*asked, return_exceptions=True)

    with rows_held(held):
        for event in held:
            with pytest.raises(Unavailable):
                command_queue.submit(event_id=event.pk, command=clicks[event.pk])
        *refused, answer = asyncio.run(rush())
    assert {type(each) for each in refused} == {Unavailable}
    assert isinstance(answer, dict)


@pytest.mark.usefixtures("_impatient")
def test_the_full_lock_timeout_applies_again_once_a_row_was_free() -> None:
    event = make_event()
    with rows_held([event]), pytest.raises(Unavailable):
        command_queue.submit(event_id=event.pk, command=_click(event))
    waits = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries, suppress(Exception):
            command_queue.submit(event_id=event.pk, command=_click(event))
        waits.append(_is_brief(queries))
    assert waits == [True, False]


@pytest.mark.usefixtures("_impatient")
def test_releasing_expired_locks_uses_a_short_lock_timeout() -> None:
    event = make_event()
    with rows_held([event]):
        with CaptureQueriesContext(connection) as queries, pytest.raises(Unavailable):
            command_queue.submit(event_id=event.pk, command=ReleaseExpired())
        # Commands use the normal time-out: the row has not been locked for long.
        with CaptureQueriesContext(connection) as more, pytest.raises(Unavailable):
            command_queue.submit(event_id=event.pk, command=_click(event))
    assert _is_brief(queries)
    assert not _is_brief(more)


def _is_brief(queries: CaptureQueriesContext) -> bool:
    return any(BRIEFLY in query["sql"] for query in queries)
