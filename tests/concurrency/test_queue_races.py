"""Races of threads on one queue, and of queues on one event, as in several processes."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from reservations.bookings import command_queue
from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import Command, ExtendLocks, LockSeats, ReserveSeats, UnlockSeats
from reservations.domain.errors import (
    ExtensionLimit,
    NotHolder,
    PurchaseLimit,
    SeatcastError,
    SeatLimit,
    SeatUnavailable,
)
from reservations.domain.states import SeatStatus
from reservations.models import Event, ReservationSeat, Seat, SeatChange
from tests.concurrency.ticking import TickingClock
from tests.concurrency.unprotected import CHANGING, protection_off, stopping
from tests.concurrent_commands import PATIENCE_SECONDS, at_once
from tests.factories import Clock, make_event, make_person, make_user, person, seat_ids

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

# Fewer than the connections in the pool, of which each serving thread needs one.
QUEUES = 6


def _kinds(results: list[CommandResult | SeatcastError]) -> dict[str, int]:
    return dict(Counter(getattr(found, "code", "done") for found in results))


def _unprotected(
    event: Event, commands: Sequence[Command], *, clock: Callable[[], datetime] | None = None
) -> dict[str, int]:
    """Decide commands on the same state of the seats, in a queue each; count the results."""
    meet = partial(threading.Barrier(len(commands)).wait, PATIENCE_SECONDS)
    with protection_off():
        return _kinds(
            at_once(
                [
                    stopping(
                        partial(CommandQueue(event.pk, clock=clock).submit, command),
                        before=CHANGING,
                        to=meet,
                    )
                    for command in commands
                ]
            )
        )


def _log_is_whole(event: Event) -> bool:
    numbers = SeatChange.objects.filter(event=event).values_list("seq", flat=True).distinct()
    event.refresh_from_db()
    return sorted(numbers) == list(range(1, event.change_seq + 1))


def test_one_of_200_threads_on_one_queue_gets_the_seat() -> None:
    event, people = make_event(), [make_person() for _ in range(200)]
    first = seat_ids(event)[:1]
    results = at_once(
        [
            partial(command_queue.submit, event_id=event.pk, command=LockSeats(who, first))
            for who in people
        ]
    )
    assert _kinds(results) == {"done": 1, SeatUnavailable.code: 199}
    [line] = SeatChange.objects.filter(event=event)
    winner = next(n for n, found in enumerate(results) if not isinstance(found, SeatcastError))
    assert line.holder_id == people[winner].id == Seat.objects.get(pk=first[0]).locked_by_id


def test_one_of_many_processes_queues_locks_the_seat() -> None:
    event, people = make_event(), [make_person() for _ in range(60)]
    queues, first = [CommandQueue(event.pk) for _ in range(QUEUES)], seat_ids(event)[:1]
    results = at_once(
        [partial(queues[n % QUEUES].submit, LockSeats(who, first)) for n, who in enumerate(people)]
    )
    assert _kinds(results) == {"done": 1, SeatUnavailable.code: 59}
    assert SeatChange.objects.filter(event=event).count() == 1


@pytest.mark.postgres
def test_one_of_200_people_on_50_queues_gets_the_seat(connections_for_all: int) -> None:
    event, people = make_event(), [make_person() for _ in range(200)]
    queues, first = (
        [CommandQueue(event.pk) for _ in range(connections_for_all)],
        seat_ids(event)[:1],
    )
    results = at_once(
        [
            partial(queues[n % len(queues)].submit, LockSeats(who, first))
            for n, who in enumerate(people)
        ]
    )
    assert _kinds(results) == {"done": 1, SeatUnavailable.code: 199}
    [line] = SeatChange.objects.filter(event=event)
    winner = next(n for n, found in enumerate(results) if not isinstance(found, SeatcastError))
    assert line.holder_id == people[winner].id == Seat.objects.get(pk=first[0]).locked_by_id


@pytest.mark.postgres
def test_unprotected_both_get_the_seat() -> None:
    event, people = make_event(), [make_person() for _ in range(2)]
    first = seat_ids(event)[:1]
    assert _unprotected(event, [LockSeats(who, first) for who in people]) == {"done": 2}


def test_the_cap_holds_across_threads_and_queues() -> None:
    event, alice = make_event(seats=50, seat_cap=10), make_person()
    queues = [CommandQueue(event.pk) for _ in range(QUEUES)]
    results = at_once(
        [
            partial(queues[n % QUEUES].submit, LockSeats(alice, (seat_id,)))
            for n, seat_id in enumerate(seat_ids(event))
        ]
    )
    assert _kinds(results) == {"done": 10, SeatLimit.code: 40}
    assert Seat.objects.filter(event=event, status=SeatStatus.LOCKED).count() == 10
    assert _log_is_whole(event)


@pytest.mark.postgres
def test_the_cap_holds_over_50_connections(connections_for_all: int) -> None:
    event, alice = make_event(seats=50, seat_cap=10), make_person()
    results = at_once(
        [
            partial(CommandQueue(event.pk).submit, LockSeats(alice, (seat_id,)))
            for seat_id in seat_ids(event)
        ]
    )
    assert connections_for_all == len(results)
    assert _kinds(results) == {"done": 10, SeatLimit.code: 40}
    assert Seat.objects.filter(event=event, locked_by=alice.id).count() == 10
    assert _log_is_whole(event)


@pytest.mark.postgres
def test_unprotected_one_person_gets_past_the_cap() -> None:
    event, user = make_event(seat_cap=1), make_user()
    commands = [LockSeats(person(user), (seat_id,)) for seat_id in seat_ids(event)[:2]]
    assert _unprotected(event, commands) == {"done": 2}
    assert Seat.objects.filter(event=event, locked_by=user).count() == 2


def test_overlapping_sets_in_opposite_orders_do_not_deadlock() -> None:
    event = make_event(seats=10)
    ids, people = seat_ids(event), [make_person() for _ in range(48)]
    queues = [CommandQueue(event.pk) for _ in range(QUEUES)]
    all_criteria = [ids, ids[::-1], ids[5:] + ids[:5], ids[4::-1]]
    results = at_once(
        [
            partial(queues[n % QUEUES].submit, LockSeats(who, all_criteria[n % 4]))
            for n, who in enumerate(people)
        ]
    )
    # Refusals are conflicts about taken seats, not failures.
    assert set(_kinds(results)) == {"done", SeatUnavailable.code}
    for n, (who, found) in enumerate(zip(people, results, strict=True)):
        got = Seat.objects.filter(locked_by=who.id).values_list("pk", flat=True)
        assert set(got) == (set() if isinstance(found, SeatcastError) else set(all_criteria[n % 4]))
    assert _log_is_whole(event)


@pytest.mark.postgres
def test_unprotected_sets_are_locked_in_part() -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    ids = seat_ids(event)
    all_criteria = [LockSeats(alice, ids[:3]), LockSeats(bob, ids[3:0:-1])]
    assert _unprotected(event, all_criteria) == {"done": 2}
    got = [Seat.objects.filter(locked_by=who.id).count() for who in (alice, bob)]
    assert sorted(got) == [1, 3]


def test_a_lock_is_extended_no_more_often_than_it_may_be_by_as_many_threads() -> None:
    event, alice = make_event(), make_person()
    first, clock = seat_ids(event)[:1], TickingClock(seconds=1)
    CommandQueue(event.pk, clock=clock).submit(LockSeats(alice, first))
    queues = [CommandQueue(event.pk, clock=clock) for _ in range(QUEUES)]
    results = at_once(
        [partial(queues[n % QUEUES].submit, ExtendLocks(alice, first)) for n in range(50)]
    )
    assert _kinds(results) == {"done": 2, ExtensionLimit.code: 48}
    seat = Seat.objects.get(pk=first[0])
    assert seat.extensions == 2
    assert event.changes.filter(reason="extended").count() == 2
    assert _log_is_whole(event)


@pytest.mark.postgres
def test_unprotected_a_lock_is_extended_more_often_than_it_may_be(clock: Clock) -> None:
    event, alice = make_event(), make_person()
    command_queue, first = CommandQueue(event.pk, clock=clock), seat_ids(event)[:1]
    command_queue.submit(LockSeats(alice, first))
    clock.advance(1)
    command_queue.submit(ExtendLocks(alice, first))
    clock.advance(1)
    assert _unprotected(event, [ExtendLocks(alice, first)] * 2, clock=clock) == {"done": 2}
    assert Seat.objects.get(pk=first[0]).extensions == 2


def test_concurrent_locks_reservations_and_unlocks_leave_one_owner_per_seat() -> None:
    event = make_event(seats=6)
    queues = [CommandQueue(event.pk) for _ in range(QUEUES)]

    def buy(n: int) -> None:
        who, at, own = people[n], queues[n % QUEUES], ids[n % 6 : n % 6 + 2]
        for command in (
            LockSeats(who, own),
            LockSeats(who, own[::-1]),
            UnlockSeats(who, own[:1]),
            LockSeats(who, own[:1]),
            ReserveSeats(who, own, "invoice"),
        ):
            try:
                at.submit(command)
            except (SeatUnavailable, NotHolder):
                pass
            finally:
                connection.close()  # as at the end of a request

    ids, people = seat_ids(event), [make_person() for _ in range(30)]
    at_once([partial(buy, n) for n in range(30)])
    live = ReservationSeat.objects.filter(event=event, live=True).values_list("seat", flat=True)
    booked = Seat.objects.filter(event=event, status=SeatStatus.RESERVED)
    assert sorted(live) == sorted(booked.values_list("pk", flat=True))
    assert len(set(live)) == len(live)
    assert event.changes.exists()
    assert _log_is_whole(event)


def _locked_for(user_id: int, event: Event, *, count: int) -> list[tuple[int, ...]]:
    """Have a person hold seats, as if they had locked them before there was a cap."""
    rows: list[tuple[int, ...]] = [(seat_id,) for seat_id in seat_ids(event)[:count]]
    now = timezone.now()
    Seat.objects.filter(pk__in=[row[0] for row in rows]).update(
        status=SeatStatus.LOCKED,
        locked_by=user_id,
        locked_at=now,
        locked_until=now + timedelta(minutes=5),
    )
    return rows


def test_the_purchase_cap_holds_across_threads_and_queues() -> None:
    event, alice = make_event(seats=20, purchase_cap=4), make_person()
    held = _locked_for(alice.id, event, count=20)
    queues = [CommandQueue(event.pk) for _ in range(QUEUES)]
    results = at_once(
        [
            partial(queues[n % QUEUES].submit, ReserveSeats(alice, seats, "invoice"))
            for n, seats in enumerate(held)
        ]
    )
    assert _kinds(results) == {"done": 4, PurchaseLimit.code: 16}
    assert ReservationSeat.objects.filter(event=event, live=True).count() == 4


@pytest.mark.postgres
def test_unprotected_one_person_buys_more_than_the_cap() -> None:
    event, alice = make_event(purchase_cap=1), make_person()
    held = _locked_for(alice.id, event, count=2)
    booking = [ReserveSeats(alice, seats, "invoice") for seats in held]
    assert _unprotected(event, booking) == {"done": 2}
    assert Seat.objects.filter(event=event, status=SeatStatus.RESERVED).count() == 2
