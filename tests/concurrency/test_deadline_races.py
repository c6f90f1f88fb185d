"""At a lock's deadline: its holder, other buyers and the release of expired locks race."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from reservations.domain.commands import (
    Command,
    ExtendLocks,
    LockSeats,
    ReleaseExpired,
    ReserveSeats,
)
from reservations.domain.errors import LockExpired, SeatcastError, SeatUnavailable
from reservations.domain.states import Person, SeatStatus
from reservations.models import Event, ReservationSeat, Seat
from reservations.read.records import Answer
from reservations.write.command_queue import CommandQueue
from reservations.write.unit_of_work import lock_event
from tests.concurrency.ticking import Noting, Ticking
from tests.concurrency.unprotected import CHANGING, protection_off, stopping
from tests.concurrency.waiting import waits_for_a_row
from tests.crowd import PATIENCE_SECONDS, at_once, wait_until
from tests.factories import Clock, make_event, make_person, seat_ids
from tests.times import database_now, this_clock_is_right

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

MILLISECOND = timedelta(milliseconds=1)


def _held_until(event: Event, holder: Person) -> datetime:
    """Lock the event's first seat; return the lock's deadline."""
    first = seat_ids(event)[:1]
    CommandQueue(event.pk).submit(LockSeats(holder, first))
    deadline = Seat.objects.get(pk=first[0]).locked_until
    assert deadline is not None
    return deadline


def _all_at_once(
    event: Event, commands: list[Command], clock: Callable[[], datetime]
) -> list[Answer | SeatcastError]:
    return at_once([partial(CommandQueue(event.pk, clock=clock).submit, each) for each in commands])


def _done(results: list[Answer | SeatcastError]) -> list[int]:
    """Return the indexes of the commands that succeeded."""
    return [n for n, found in enumerate(results) if not isinstance(found, SeatcastError)]


@pytest.mark.parametrize("late", [-MILLISECOND, -timedelta(microseconds=1)])
def test_until_the_deadline_only_the_holder_can_book(late: timedelta) -> None:
    event, alice, others = make_event(), make_person(), [make_person() for _ in range(4)]
    now, first = _held_until(event, alice) + late, seat_ids(event)[:1]
    takeovers: list[Command] = [LockSeats(who, first) for who in others]
    booking = ReserveSeats(alice, first, "invoice")
    results = _all_at_once(event, [*takeovers, booking, ReleaseExpired()], lambda: now)
    assert _done(results) == [4, 5]
    assert ReservationSeat.objects.get(live=True).reservation.user_id == alice.id


@pytest.mark.parametrize("late", [timedelta(0), MILLISECOND])
def test_at_the_deadline_the_first_command_gets_the_seat(late: timedelta) -> None:
    event, alice, others = make_event(), make_person(), [make_person() for _ in range(4)]
    now, first = _held_until(event, alice) + late, seat_ids(event)[:1]
    takeovers: list[Command] = [LockSeats(who, first) for who in others]
    hers: list[Command] = [ReserveSeats(alice, first, "invoice"), ExtendLocks(alice, first)]
    results = _all_at_once(event, [*takeovers, *hers, ReleaseExpired()], lambda: now)
    winner, sweep = _done(results)
    assert (winner < 4, sweep) == (True, 6)
    seat = Seat.objects.get(pk=first[0])
    assert (seat.status, seat.locked_by_id) == (SeatStatus.LOCKED, others[winner].id)
    assert not ReservationSeat.objects.exists()


@pytest.mark.parametrize("late", [-MILLISECOND, timedelta(0)])
def test_expired_locks_are_released_once_and_not_before_the_deadline(late: timedelta) -> None:
    event, alice = make_event(), make_person()
    now = _held_until(event, alice) + late
    assert len(_done(_all_at_once(event, [ReleaseExpired()] * 6, lambda: now))) == 6
    released = event.changes.filter(reason="expired").values_list("seat", flat=True)
    assert list(released) == ([] if late else list(seat_ids(event)[:1]))


def test_while_the_deadline_passes_at_most_one_gets_the_seat() -> None:
    """Each transaction is a millisecond later than the previous one."""
    for early in range(0, 18, 3):
        event, alice = make_event(), make_person()
        deadline = _held_until(event, alice)
        _race_through(event, alice, deadline, Ticking(deadline - early * MILLISECOND))


def _race_through(event: Event, alice: Person, deadline: datetime, clock: Ticking) -> None:
    first = seat_ids(event)[:1]
    watches = [Noting(clock) for _ in range(18)]
    commands: list[Command] = [
        command
        for _ in range(6)
        for command in (
            ReserveSeats(alice, first, "invoice"),
            LockSeats(make_person(), first),
            ReleaseExpired(),
        )
    ]
    works = zip(commands, watches, strict=True)
    results = at_once(
        [partial(CommandQueue(event.pk, clock=watch).submit, command) for command, watch in works]
    )
    winners = [n for n in _done(results) if not isinstance(commands[n], ReleaseExpired)]
    # Or none: all commands may have come too early or too late.
    assert len(winners) <= 1
    for n in winners:
        seen = watches[n].seen
        assert seen is not None
        assert isinstance(commands[n], ReserveSeats) == (seen < deadline)
    seat = Seat.objects.get(pk=first[0])
    booked = [n for n in winners if isinstance(commands[n], ReserveSeats)]
    assert (seat.status == SeatStatus.RESERVED) == bool(booked)
    assert ReservationSeat.objects.filter(event=event, live=True).count() == len(booked)


@pytest.mark.postgres
@pytest.mark.parametrize("rival", ["takeover", "sweep"])
def test_without_protection_a_seat_is_booked_and_given_to_another_buyer(rival: str) -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    deadline, first = _held_until(event, alice), seat_ids(event)[:1]
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)
    in_time = partial(
        CommandQueue(event.pk, clock=lambda: deadline - MILLISECOND).submit,
        ReserveSeats(alice, first, "invoice"),
    )
    after = partial(
        CommandQueue(event.pk, clock=lambda: deadline).submit,
        LockSeats(bob, first) if rival == "takeover" else ReleaseExpired(),
    )
    with protection_off():
        works = [stopping(work, before=CHANGING, to=meet) for work in (in_time, after)]
        assert len(_done(at_once(works))) == 2


def _booked_after_waiting(event: Event, alice: Person, queue: CommandQueue, clock: Clock) -> bool:
    """Let a booking wait for the event's row until its lock expires. Return whether it succeeds."""
    booking = ReserveSeats(alice, seat_ids(event)[:1], "invoice")
    results: list[Answer | SeatcastError] = []
    waiting = threading.Thread(
        target=lambda: results.extend(at_once([partial(queue.submit, booking)]))
    )
    with transaction.atomic():
        lock_event(event.pk)
        waiting.start()
        wait_until(waits_for_a_row)
        clock.advance(600)
    waiting.join()
    [result] = results
    assert isinstance(result, LockExpired | dict)
    return isinstance(result, dict)


@pytest.mark.postgres
def test_a_lock_can_expire_while_its_holder_waits_for_the_row(clock: Clock) -> None:
    event, alice = make_event(), make_person()
    queue = CommandQueue(event.pk, clock=clock)
    queue.submit(LockSeats(alice, seat_ids(event)[:1]))
    assert not _booked_after_waiting(event, alice, queue, clock)


@pytest.mark.postgres
def test_reading_the_clock_before_locking_the_row_books_an_expired_lock(clock: Clock) -> None:
    event, alice = make_event(), make_person()
    before = clock.now
    CommandQueue(event.pk, clock=clock).submit(LockSeats(alice, seat_ids(event)[:1]))
    assert _booked_after_waiting(event, alice, CommandQueue(event.pk, clock=lambda: before), clock)


@pytest.mark.postgres
def test_a_lock_starts_when_it_is_executed_not_when_it_is_queued() -> None:
    event, alice = make_event(), make_person()
    first = seat_ids(event)[:1]
    lock = partial(CommandQueue(event.pk).submit, LockSeats(alice, first))
    waiting = threading.Thread(target=lambda: at_once([lock]))
    with transaction.atomic():
        lock_event(event.pk)
        waiting.start()
        wait_until(waits_for_a_row)
        its_turn = database_now()
    waiting.join()
    began = Seat.objects.get(pk=first[0]).locked_at
    assert began is not None
    assert began > its_turn


class _ClockOfEachThread(threading.local):
    """The application's clock, of which each thread has one of its own, as servers have."""

    seconds_off = 0.0

    def __init__(self, right: Callable[[], datetime]) -> None:
        self._right = right

    def __call__(self) -> datetime:
        return self._right() + timedelta(seconds=self.seconds_off)


@pytest.fixture
def servers_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[_ClockOfEachThread]:
    clock = _ClockOfEachThread(timezone.now)
    monkeypatch.setattr(timezone, "now", clock)
    yield clock
    monkeypatch.undo()
    this_clock_is_right()


def _take_over_on_servers_with_wrong_clocks(
    event: Event, servers_clock: _ClockOfEachThread, clock: Callable[[], datetime] | None
) -> int:
    """Let users of eight servers, whose clocks are seconds off, try to lock a held seat.

    Return the results.
    """

    def attempt(seconds: float) -> Answer:
        servers_clock.seconds_off = seconds
        return CommandQueue(event.pk, clock=clock).submit(
            LockSeats(make_person(), seat_ids(event)[:1])
        )

    results = at_once([partial(attempt, off) for off in (-9, -6, -3, -1, 1, 3, 6, 9)])
    assert all(isinstance(found, SeatUnavailable | dict) for found in results)
    return len(_done(results))


@pytest.mark.postgres
def test_servers_with_wrong_clocks_respect_a_lock(
    servers_clock: _ClockOfEachThread,
) -> None:
    event, alice = make_event(lock_seconds=5), make_person()
    _held_until(event, alice)
    assert _take_over_on_servers_with_wrong_clocks(event, servers_clock, None) == 0
    CommandQueue(event.pk).submit(ReserveSeats(alice, seat_ids(event)[:1], "invoice"))


@pytest.mark.postgres
def test_using_server_clocks_would_take_over_a_lock(
    servers_clock: _ClockOfEachThread,
) -> None:
    event, alice = make_event(lock_seconds=5), make_person()
    _held_until(event, alice)
    assert _take_over_on_servers_with_wrong_clocks(event, servers_clock, timezone.now) == 1
    with pytest.raises(SeatUnavailable):
        CommandQueue(event.pk).submit(ReserveSeats(alice, seat_ids(event)[:1], "invoice"))
