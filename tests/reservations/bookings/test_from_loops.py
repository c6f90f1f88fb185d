"""Commands sent by coroutines: they share batches with threads, and block none."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections
from pytest_django import Settings

from reservations.bookings import command_queue
from reservations.bookings.command_queue import CommandQueue, asubmit
from reservations.domain.commands import LockSeats
from reservations.domain.errors import Busy, SeatUnavailable
from reservations.domain.states import Person
from reservations.models import Event, Seat
from tests.concurrent_commands import Gate, wait_until
from tests.factories import make_event, make_person, seat_ids

pytestmark = pytest.mark.django_db(transaction=True)


class _Counted(Gate):
    """A gate that counts transactions."""

    times = 0

    def __call__(self) -> Any:
        self.times += 1
        return super().__call__()


def _in_line(
    work: Callable[[CommandQueue, "_Counted", list[LockSeats]], Awaitable[None]],
) -> tuple[Event, list[Person]]:
    """Run a test's coroutine with a queue whose first batch waits at a gate."""
    event, people = make_event(), [make_person() for _ in range(4)]
    locks = [LockSeats(who, (seat,)) for who, seat in zip(people, seat_ids(event), strict=True)]
    gate = _Counted()

    async def all_of_it() -> None:
        try:
            await work(CommandQueue(event.pk, clock=gate), gate, locks)
        finally:
            gate.open()

    asyncio.run(all_of_it())
    return event, people


def _holders(event: Event) -> list[int | None]:
    return list(Seat.objects.filter(event=event).order_by("pk").values_list("locked_by", flat=True))


async def _join(queue: CommandQueue, lock: LockSeats) -> "asyncio.Task[Any]":
    """Send a command and wait until it is queued."""
    length = queue.queued() + 1
    task = asyncio.create_task(queue.asubmit(lock))
    while queue.queued() < length:
        await asyncio.sleep(0)
    return task


async def _first(queue: CommandQueue, gate: Gate, lock: LockSeats) -> "asyncio.Task[Any]":
    """Send a command and wait until its batch is at the gate."""
    task = asyncio.create_task(queue.asubmit(lock))
    await asyncio.to_thread(gate.wait_until_reached)
    return task


def test_one_of_100_concurrent_locks_of_a_seat_succeeds() -> None:
    event, people = make_event(), [make_person() for _ in range(100)]
    seat = seat_ids(event)[:1]

    async def rush() -> list[Any]:
        asked = (asubmit(event_id=event.pk, command=LockSeats(p, seat)) for p in people)
        return await asyncio.gather(*asked, return_exceptions=True)

    found = asyncio.run(rush())
    assert [type(each) for each in found].count(SeatUnavailable) == 99
    [winner] = [who for who, each in zip(people, found, strict=True) if isinstance(each, dict)]
    assert _holders(event)[0] == winner.id


def test_commands_queued_during_a_batch_share_the_next_one() -> None:
    async def work(queue: CommandQueue, gate: _Counted, locks: list[LockSeats]) -> None:
        tasks = [await _first(queue, gate, locks[0])]
        tasks += [await _join(queue, lock) for lock in locks[1:]]
        gate.open()
        await asyncio.gather(*tasks)
        assert gate.times == 2

    event, people = _in_line(work)
    assert _holders(event) == [who.id for who in people]


def test_a_coroutine_that_waits_too_long_gets_busy_and_the_queue_goes_on(
    settings: Settings,
) -> None:
    async def work(queue: CommandQueue, gate: _Counted, locks: list[LockSeats]) -> None:
        first = await _first(queue, gate, locks[0])
        settings.SEATCAST_QUEUE_WAIT_SECONDS = 0.01
        with pytest.raises(Busy):
            await queue.asubmit(locks[1])
        settings.SEATCAST_QUEUE_WAIT_SECONDS = 60
        third = await _join(queue, locks[2])
        gate.open()
        await asyncio.gather(first, third)

    event, people = _in_line(work)
    assert _holders(event) == [people[0].id, None, people[2].id, None]


def test_a_command_that_timed_out_in_the_queue_is_not_executed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(queue: CommandQueue, gate: _Counted, locks: list[LockSeats]) -> None:
        gate.open()
        late: list[Callable[[], None]] = []

        def submit(work: Callable[..., None], *arguments: Any, **named: Any) -> None:
            late.append(partial(work, *arguments, **named))

        with monkeypatch.context() as busy:
            busy.setattr(command_queue, "_leaders", SimpleNamespace(submit=submit))
            settings.SEATCAST_QUEUE_WAIT_SECONDS = 0.01
            with pytest.raises(Busy):
                await queue.asubmit(locks[0])
        [lead] = late
        await asyncio.to_thread(lead)
        assert gate.times == 0
        settings.SEATCAST_QUEUE_WAIT_SECONDS = 60
        await queue.asubmit(locks[1])

    event, people = _in_line(work)
    assert _holders(event) == [None, people[1].id, None, None]


def test_a_cancelled_coroutines_command_is_still_executed() -> None:
    async def work(queue: CommandQueue, gate: _Counted, locks: list[LockSeats]) -> None:
        first = await _first(queue, gate, locks[0])
        gone, third = await _join(queue, locks[1]), await _join(queue, locks[2])
        gone.cancel()
        gate.open()
        await asyncio.gather(first, third)

    event, people = _in_line(work)
    assert _holders(event) == [people[0].id, people[1].id, people[2].id, None]


def test_threads_and_coroutines_share_one_queue() -> None:
    async def work(queue: CommandQueue, gate: _Counted, locks: list[LockSeats]) -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(2) as threads:

            def by_thread(lock: LockSeats) -> None:
                try:
                    queue.submit(lock)
                finally:
                    connections.close_all()

            one = loop.run_in_executor(threads, by_thread, locks[0])
            await asyncio.to_thread(gate.wait_until_reached)
            # The coroutine's command is first in the next batch, so no waiting thread leads it.
            two = await _join(queue, locks[1])
            three = loop.run_in_executor(threads, by_thread, locks[2])
            await asyncio.to_thread(wait_until, lambda: queue.queued() == 2)
            gate.open()
            await asyncio.gather(one, two, three)

    event, people = _in_line(work)
    assert _holders(event) == [people[0].id, people[1].id, people[2].id, None]
