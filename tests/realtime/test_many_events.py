"""Many events: they do not delay each other, and comparing them takes one query."""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import pytest

from realtime import publisher
from reservations.bookings.command_queue import submit
from reservations.domain.commands import LockSeats
from reservations.events import event_heads
from reservations.models import Event
from reservations.runtime.threads import in_thread
from tests.factories import let_locks_run_out, make_event, make_person, seat_ids
from tests.held_rows import rows_held

Watching = Callable[..., Any]
Reads = list[set[int]]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """The events of each query for heads, in the order of the queries."""
    reads: Reads = []
    read = event_heads.event_heads

    def record_read(*, event_ids: Collection[int]) -> Any:
        reads.append(set(event_ids))
        return read(event_ids=event_ids)

    monkeypatch.setattr(event_heads, "event_heads", record_read)
    return reads


@asynccontextmanager
async def _watching_all(watching: Watching, events: list[Event]) -> AsyncIterator[list[Any]]:
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(watching(event.pk)) for event in events]
        for socket in sockets:
            await socket.frame()
        yield sockets


def _lock_one_seat(event: Event) -> None:
    submit(event_id=event.pk, command=LockSeats(make_person(), seat_ids(event)[:1]))


async def test_all_watched_events_are_compared_in_one_query(
    watching: Watching, transactional_db: None, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = await in_thread(lambda: [make_event() for _ in range(5)])
    monkeypatch.setattr(publisher, "_loop", lambda: None)
    async with _watching_all(watching, events) as sockets:
        del reads[:]
        for event in events:
            await in_thread(partial(_lock_one_seat, event))
        for socket in sockets:
            await socket.until_seq(1)
    assert [read for read in reads if len(read) > 1] == [
        {event.pk for event in events} for read in reads if len(read) > 1
    ]
    assert {event.pk for event in events} in reads


async def test_unknown_events_share_one_query(
    watching: Watching, transactional_db: None, queries: list[str]
) -> None:
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(watching(10**6 + n)) for n in range(30)]
        assert [await socket.close_code() for socket in sockets] == [4404] * 30
    assert 0 < len([sql for sql in queries if "reservations_event" in sql]) < 10


@pytest.mark.postgres
async def test_locked_rows_do_not_delay_other_events(
    watching: Watching, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    *held, free = await in_thread(lambda: [make_event() for _ in range(9)])
    for event in (*held, free):
        await in_thread(partial(_lock_one_seat, event))
        await in_thread(partial(let_locks_run_out, event))
    monkeypatch.setattr(publisher, "_loop", lambda: None)
    with rows_held(held):
        async with _watching_all(watching, [*held, free]) as sockets:
            # The expired lock is released, and both numbers come from the log.
            await sockets[-1].until_seq(2)
            await in_thread(partial(_lock_one_seat, free))
            await sockets[-1].until_seq(3)
            assert [socket.seq for socket in sockets] == [1] * len(held) + [3]


@pytest.mark.postgres
async def test_expired_locks_are_released_once_the_row_is_unlocked(
    watching: Watching, event: Event
) -> None:
    await in_thread(partial(_lock_one_seat, event))
    await in_thread(partial(let_locks_run_out, event))
    async with _watching_all(watching, [event]) as (socket,):
        with rows_held([event]):
            pass
        await socket.until_seq(2)
    assert socket.states == {0: [0, None, None]}
