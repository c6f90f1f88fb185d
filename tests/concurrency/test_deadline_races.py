"""Races around a lock's deadline: its holder, other people, and the release of expired locks."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import (
    Command,
    ExtendLocks,
    LockSeats,
    ReleaseExpired,
    ReserveSeats,
)
from reservations.domain.errors import LockExpired, SeatcastError, SeatUnavailable
from reservations.domain.states import Person, SeatStatus
from reservations.events.locking import lock_event
from reservations.models import Event, ReservationSeat, Seat
from tests.concurrency.ticking import Noting, TickingClock
from tests.concurrency.unprotected import CHANGING, protection_off, stopping
from tests.concurrency.waiting import waits_for_a_row
from tests.concurrent_commands import PATIENCE_SECONDS, at_once, wait_until
from tests.factories import Clock, make_event, make_person, seat_ids
from tests.times import database_now, this_clock_is_right

pytestmark = pytest.mark.django_db(transaction=True)

MILLISECOND = timedelta(milliseconds=1)


def _held_until(event: Event, holder: Person) -> datetime:
    """Lock the event's first seat; return until when."""
    first = seat_ids(event)[:1]
    CommandQueue(event.pk).submit(LockSeats(holder, first))
    deadline = Seat.objects.get(pk=first[0]).locked_until
    assert deadline is not None
    return deadline


def _all_at_once(
    event: Event, commands: list[Command], clock: Callable[[], datetime]
) -> list[CommandResult | SeatcastError]:
    return at_once([partial(CommandQueue(event.pk, clock=clock).submit, each) for each in commands])


def _done(results: list[CommandResult | SeatcastError]) -> list[int]:
    """Return which commands were carried out."""
    return [n for n, found in enumerate(results) if not isinstance(found, SeatcastError)]


@pytest.mark.parametrize("late", [-MILLISECOND, -timedelta(microseconds=1)])
def test_before_the_deadline_the_seat_belongs_to_its_holder(late: timedelta) -> None:
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
def test_concurrent_sweeps_release_a_lock_once_at_its_deadline(late: timedelta) -> None:
    event, alice = make_event(), make_person()
    now = _held_until(event, alice) + late
    assert len(_done(_all_at_once(event, [ReleaseExpired()] * 6, lambda: now))) == 6
    released = event.changes.filter(reason="expired").values_list("seat", flat=True)
    assert list(released) == ([] if late else list(seat_ids(event)[:1]))


def test_one_person_gets_the_seat_while_the_deadline_passes() -> None:
    """Everybody's transaction is a millisecond later than the one before it."""
    for early in range(0, 18, 3):
        event, alice = make_event(), make_person()
        deadline = _held_until(event, alice)
        _race_through(event, alice, deadline, TickingClock(deadline - early * MILLISECOND))


def _race_through(event: Event, alice: Person, deadline: datetime, clock: TickingClock) -> None:
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
    # Or to no one: every command may have come too early or too late.
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
def test_unprotected_the_seat_is_reserved_and_locked_by_another(rival: str) -> None:
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
    """Reserve a seat behind a row lock that outlasts its lock; return whether it works."""
    booking = ReserveSeats(alice, seat_ids(event)[:1], "invoice")
    results: list[CommandResult | SeatcastError] = []
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
def test_a_lock_that_expires_while_its_holder_is_queued_is_expired(clock: Clock) -> None:
    event, alice = make_event(), make_person()
    queue = CommandQueue(event.pk, clock=clock)
    queue.submit(LockSeats(alice, seat_ids(event)[:1]))
    assert not _booked_after_waiting(event, alice, queue, clock)


@pytest.mark.postgres
def test_a_clock_read_before_the_events_row_would_accept_it(clock: Clock) -> None:
    event, alice = make_event(), make_person()
    before = clock.now
    CommandQueue(event.pk, clock=clock).submit(LockSeats(alice, seat_ids(event)[:1]))
    assert _booked_after_waiting(event, alice, CommandQueue(event.pk, clock=lambda: before), clock)


@pytest.mark.postgres
def test_a_lock_begins_at_its_transaction_not_when_it_was_queued() -> None:
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


def _take_over_at_wrong_servers(
    event: Event, servers_clock: _ClockOfEachThread, clock: Callable[[], datetime] | None
) -> int:
    """Have people on eight servers, whose clocks are seconds off, try for a seat that is taken.

    Return how many got it.
    """

    def attempt(seconds: float) -> CommandResult:
        servers_clock.seconds_off = seconds
        return CommandQueue(event.pk, clock=clock).submit(
            LockSeats(make_person(), seat_ids(event)[:1])
        )

    results = at_once([partial(attempt, off) for off in (-9, -6, -3, -1, 1, 3, 6, 9)])
    assert all(isinstance(found, SeatUnavailable | dict) for found in results)
    return len(_done(results))


@pytest.mark.postgres
def test_servers_whose_clocks_are_seconds_off_leave_a_lock_to_its_holder(
    servers_clock: _ClockOfEachThread,
) -> None:
    event, alice = make_event(lock_seconds=5), make_person()
    _held_until(event, alice)
    assert _take_over_at_wrong_servers(event, servers_clock, None) == 0
    CommandQueue(event.pk).submit(ReserveSeats(alice, seat_ids(event)[:1], "invoice"))


@pytest.mark.postgres
def test_by_their_own_clocks_a_server_would_take_it_over(
    servers_clock: _ClockOfEachThread,
) -> None:
    event, alice = make_event(lock_seconds=5), make_person()
    _held_until(event, alice)
    assert _take_over_at_wrong_servers(event, servers_clock, timezone.now) == 1
    with pytest.raises(SeatUnavailable):
        CommandQueue(event.pk).submit(ReserveSeats(alice, seat_ids(event)[:1], "invoice"))
