"""The change log, and the signal after each commit."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction

from infrastructure.security_log.request_context import RequestContext, current_request
from reservations.bookings.command_queue import CommandQueue, _QueueItem, submit
from reservations.bookings.decisions import Decision
from reservations.bookings.unit_of_work import UnitOfWork
from reservations.domain.commands import (
    BlockSeats,
    CancelReservation,
    Command,
    LockSeats,
    ReleaseExpired,
    ReserveSeats,
    UnlockSeats,
)
from reservations.domain.errors import SeatcastError
from reservations.domain.rules import Outcome, Transition
from reservations.domain.states import Reason, SeatStatus
from reservations.events.changes import Change, ChangeSet, seats_changed
from reservations.events.locking import lock_event
from reservations.models import Event, Seat, SeatChange
from tests.factories import Clock, make_event, make_person, seat_ids

pytestmark = pytest.mark.both_databases

_FREE: dict[str, Any] = {
    **{"status": SeatStatus.AVAILABLE, "holder_id": None},
    **{"locked_until": None, "locked_at": None},
}


def _tell_a_story(queue: CommandQueue, event: Event, clock: Clock) -> None:
    """Have commands of every kind carried out, and some refused, in between."""
    alice, bob = make_person("alice"), make_person("bob")
    ids = seat_ids(event)
    story: list[Command] = [
        LockSeats(alice, ids[:3]),
        LockSeats(bob, ids[:1]),  # refused
        LockSeats(alice, ids[:1]),  # hers already
        UnlockSeats(alice, ids[2:3]),
        ReserveSeats(alice, ids[:2], "invoice"),
        ReserveSeats(alice, ids[:2], "invoice"),  # refused
        BlockSeats(bob, ids[3:4]),
        LockSeats(bob, ids[2:3]),
    ]
    for command in story:
        _try(queue, command)
    clock.advance(301)
    reservation = Seat.objects.get(pk=ids[0]).reservation_id or 0
    for command in (
        ReleaseExpired(),
        CancelReservation(alice, reservation),
        CancelReservation(alice, reservation),  # cancelled already
        LockSeats(bob, ids[1:2]),
    ):
        _try(queue, command)


def _try(queue: CommandQueue, command: Command) -> None:
    try:
        queue.submit(command)
    except SeatcastError:
        return


@pytest.mark.django_db
def test_each_command_with_changes_gets_the_next_sequence_number(
    clock: Clock,
) -> None:
    event = make_event()
    _tell_a_story(CommandQueue(event.pk, clock=clock), event, clock)
    log = SeatChange.objects.filter(event=event).order_by("seq", "seat_id")
    ids = seat_ids(event)
    assert [(line.seq, ids.index(line.seat_id) + 1, line.reason) for line in log] == [
        *[(1, 1, "locked"), (1, 2, "locked"), (1, 3, "locked")],
        (2, 3, "unlocked"),
        *[(3, 1, "reserved"), (3, 2, "reserved")],
        (4, 4, "blocked"),
        (5, 3, "locked"),
        (6, 3, "expired"),
        *[(7, 1, "cancelled"), (7, 2, "cancelled")],
        (8, 2, "locked"),
    ]
    event.refresh_from_db()
    assert event.change_seq == 8


def _source() -> RequestContext:
    return RequestContext(request_id=uuid4(), actor_id=lambda: None, address=str)


@pytest.mark.django_db
def test_each_seat_that_one_command_changed_is_logged_with_its_own_reason(clock: Clock) -> None:
    event, alice = make_event(), make_person()
    first, second = seat_ids(event)[:2]
    CommandQueue(event.pk, clock=clock).submit(LockSeats(alice, (first,)))
    command = UnlockSeats(alice, (first, second))
    with transaction.atomic():
        locked_event, _ = lock_event(event.pk)
        unit = UnitOfWork.open(event=locked_event, commands=[command], now=clock.now)
        freed = replace(unit.state.seats[first], **_FREE)
        blocked = replace(unit.state.seats[second], status=SeatStatus.BLOCKED)
        outcome = Outcome(
            transitions=(Transition(freed, Reason.UNLOCKED), Transition(blocked, Reason.BLOCKED))
        )
        unit.write([Decision(command, outcome, None)])
    log = SeatChange.objects.filter(event=event, seq=2).order_by("seat_id")
    assert [(row.seat_id, row.reason) for row in log] == [(first, "unlocked"), (second, "blocked")]


@pytest.mark.django_db
def test_each_change_of_a_batch_has_its_own_request_id(clock: Clock) -> None:
    event, people = make_event(), [make_person() for _ in range(3)]
    sources = [_source(), None, _source()]
    batch = [
        _QueueItem(LockSeats(who, (seat_id,)), None, source=each)
        for who, seat_id, each in zip(people, seat_ids(event), sources, strict=False)
    ]
    CommandQueue(event.pk, clock=clock)._run(batch, waits_for_row=True)
    log = SeatChange.objects.filter(event=event).order_by("seq")
    assert [line.request_id for line in log] == [
        each.request_id if each else None for each in sources
    ]


@pytest.mark.django_db
def test_a_change_has_the_request_id_of_the_sending_thread() -> None:
    event, alice = make_event(), make_person()
    sent_by = _source()
    token = current_request.set(sent_by)
    try:
        submit(event_id=event.pk, command=LockSeats(alice, seat_ids(event)[:1]))
        assert SeatChange.objects.get(event=event).request_id == sent_by.request_id
    finally:
        current_request.reset(token)


@pytest.mark.django_db
def test_the_replayed_log_equals_the_seats(clock: Clock) -> None:
    event = make_event()
    _tell_a_story(CommandQueue(event.pk, clock=clock), event, clock)
    replayed = {}
    for line in SeatChange.objects.filter(event=event).order_by("seq"):
        replayed[line.seat_id] = (
            *(line.status, line.holder_id, line.locked_until, line.reservation_id),
            line.seq,
        )
    seats = Seat.objects.filter(event=event).values_list(
        "pk", "status", "locked_by", "locked_until", "reservation", "version"
    )
    assert replayed == {pk: tuple(state) for pk, *state in seats}


@pytest.mark.django_db
def test_sequence_numbers_are_per_event() -> None:
    alice, events = make_person(), [make_event(), make_event()]
    for event in events:
        CommandQueue(event.pk).submit(LockSeats(alice, seat_ids(event)[:1]))
    assert list(SeatChange.objects.values_list("seq", flat=True)) == [1, 1]


@pytest.mark.django_db
def test_a_change_set_has_the_new_states_of_changed_seats(
    clock: Clock, announced: list[ChangeSet]
) -> None:
    event, alice = make_event(), make_person("alice")
    queue, ids = CommandQueue(event.pk, clock=clock), seat_ids(event)
    queue.submit(LockSeats(alice, ids[:2]))
    queue.submit(ReserveSeats(alice, ids[1:2], "invoice"))
    until = Seat.objects.get(pk=ids[0]).locked_until
    assert announced == [
        ChangeSet(
            event_id=event.pk,
            since=0,
            seq=1,
            changes=tuple(Change(id_, SeatStatus.LOCKED, until, "alice") for id_ in ids[:2]),
        ),
        ChangeSet(
            event_id=event.pk,
            since=1,
            seq=2,
            changes=(Change(ids[1], SeatStatus.RESERVED, None, None),),
        ),
    ]


@pytest.mark.django_db
def test_each_change_set_starts_where_the_last_one_ended(
    clock: Clock, announced: list[ChangeSet]
) -> None:
    event = make_event()
    _tell_a_story(CommandQueue(event.pk, clock=clock), event, clock)
    assert [(changes.since, changes.seq) for changes in announced] == [
        (number, number + 1) for number in range(8)
    ]


@pytest.mark.django_db(transaction=True)
def test_the_signal_is_sent_after_the_commit() -> None:
    event, alice = make_event(), make_person()
    first = seat_ids(event)[0]
    seen: list[tuple[bool, int]] = []

    def look() -> int:
        try:
            return Seat.objects.get(pk=first).status
        finally:
            connections.close_all()

    def hear(changes: ChangeSet, **_: object) -> None:
        with ThreadPoolExecutor(1) as pool:
            seen.append((connection.in_atomic_block, pool.submit(look).result(120)))

    seats_changed.connect(hear)
    try:
        CommandQueue(event.pk).submit(LockSeats(alice, (first,)))
    finally:
        seats_changed.disconnect(hear)
    assert seen == [(False, SeatStatus.LOCKED)]


@pytest.mark.django_db
def test_a_failing_receiver_does_not_fail_the_command() -> None:
    event, alice = make_event(), make_person()

    def fail(**_: object) -> None:
        raise RuntimeError("deaf")

    seats_changed.connect(fail)
    try:
        assert submit(event_id=event.pk, command=LockSeats(alice, seat_ids(event)[:1]))
    finally:
        seats_changed.disconnect(fail)


@pytest.mark.django_db(transaction=True)
def test_a_command_inside_a_transaction_is_refused(
    announced: list[ChangeSet],
) -> None:
    event, alice = make_event(), make_person()
    with transaction.atomic(), pytest.raises(RuntimeError):
        submit(event_id=event.pk, command=LockSeats(alice, seat_ids(event)[:1]))
    assert not SeatChange.objects.exists()
    assert announced == []
