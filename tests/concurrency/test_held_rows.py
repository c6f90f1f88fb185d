"""Locked event rows do not delay other events."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reservations.bookings import command_queue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import LockSeats, ReleaseExpired
from reservations.domain.errors import Unavailable
from reservations.models import Event
from tests.factories import make_event, make_person, seat_ids
from tests.held_rows import rows_held

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PATIENCE_SECONDS = 120
BRIEFLY = "set_config('lock_timeout', '250ms', true)"


@pytest.fixture(autouse=True)
def _nothing_known_to_be_held() -> Iterator[None]:
    yield
    command_queue._held_until.clear()


@pytest.fixture
def _impatient() -> Iterator[None]:
    """The test's own connection waits for a row for a moment only."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    yield
    with connection.cursor() as cursor:
        # The connection goes back to the pool as it came.
        cursor.execute("RESET lock_timeout")
    connection.close()


def _click(event: Event) -> LockSeats:
    return LockSeats(make_person(), seat_ids(event)[:1])


def test_locked_event_rows_do_not_delay_other_events() -> None:
    *held, free, later = [make_event() for _ in range(2 * command_queue.LEADER_THREADS + 2)]
    clicks = {event.pk: _click(event) for event in (*held, free, later)}

    def click(event: Event) -> "asyncio.Task[CommandResult]":
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
def test_recently_locked_event_rows_do_not_delay_other_events() -> None:
    *held, free = [make_event() for _ in range(2 * command_queue.LEADER_THREADS + 1)]
    clicks = {event.pk: _click(event) for event in (*held, free)}

    async def rush() -> list[CommandResult | BaseException]:
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
def test_the_full_time_out_applies_again_after_a_row_was_free() -> None:
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
def test_releasing_expired_locks_waits_only_briefly() -> None:
    event = make_event()
    with rows_held([event]):
        with CaptureQueriesContext(connection) as queries, pytest.raises(Unavailable):
            command_queue.submit(event_id=event.pk, command=ReleaseExpired())
        # A click may take its time: the row was not held for long yet.
        with CaptureQueriesContext(connection) as more, pytest.raises(Unavailable):
            command_queue.submit(event_id=event.pk, command=_click(event))
    assert _is_brief(queries)
    assert not _is_brief(more)


def _is_brief(queries: CaptureQueriesContext) -> bool:
    return any(BRIEFLY in query["sql"] for query in queries)
