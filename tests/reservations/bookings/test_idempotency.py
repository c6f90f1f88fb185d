"""Idempotency keys: a repeated command is executed once, with the same result."""

import pytest

from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import (
    CancelReservation,
    Command,
    LockSeats,
    ReserveSeats,
    UnlockSeats,
)
from reservations.domain.errors import (
    Conflict,
    KeyReused,
    SeatcastError,
    SeatNotFound,
    SeatUnavailable,
)
from reservations.domain.states import SeatStatus
from reservations.events.changes import ChangeSet
from reservations.models import IdempotencyKey, Reservation, Seat, SeatChange
from tests.concurrent_commands import BusyQueue
from tests.factories import Clock, make_event, make_person, seat_ids

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_repeated_key_and_command_returns_the_first_result(
    clock: Clock, announced: list[ChangeSet]
) -> None:
    event, alice = make_event(), make_person("alice")
    queue, ids = CommandQueue(event.pk, clock=clock), seat_ids(event)
    queue.submit(LockSeats(alice, ids[:2]))
    booking = ReserveSeats(alice, ids[:2], "invoice")
    first = queue.submit(booking, "k")
    clock.advance(3600)
    assert queue.submit(booking, "k") == first
    assert Reservation.objects.count() == 1
    assert len(announced) == 2


def test_the_stored_result_does_not_change_later() -> None:
    event, alice = make_event(), make_person()
    queue, lock = CommandQueue(event.pk), LockSeats(alice, seat_ids(event)[:1])
    first = queue.submit(lock, "k")
    queue.submit(UnlockSeats(alice, lock.seat_ids))
    assert queue.submit(lock, "k") == first
    assert Seat.objects.get(pk=lock.seat_ids[0]).status == SeatStatus.AVAILABLE


def test_another_process_returns_the_stored_result() -> None:
    event, alice = make_event(), make_person()
    lock = LockSeats(alice, seat_ids(event)[:1])
    assert CommandQueue(event.pk).submit(lock, "k") == CommandQueue(event.pk).submit(lock, "k")
    assert SeatChange.objects.count() == 1


def test_a_stored_refusal_that_only_newer_servers_know_is_a_conflict() -> None:
    event, alice = make_event(), make_person()
    queue, lock = CommandQueue(event.pk), LockSeats(alice, seat_ids(event)[:1])
    queue.submit(lock, "k")
    refusal = {"code": "too_late", "sentence": "The doors are closed.", "details": {"at": "20:00"}}
    IdempotencyKey.objects.update(answer={"refusal": refusal})
    with pytest.raises(Conflict, match="The doors are closed") as again:
        queue.submit(lock, "k")
    assert again.value.details == {"at": "20:00"}


def test_a_refusal_is_stored_too() -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)
    queue.submit(LockSeats(bob, ids[:1]))
    with pytest.raises(SeatUnavailable) as first:
        queue.submit(LockSeats(alice, ids[:2]), "k")
    queue.submit(UnlockSeats(bob, ids[:1]))
    with pytest.raises(SeatUnavailable) as again:
        queue.submit(LockSeats(alice, ids[:2]), "k")
    assert (again.value.sentence, again.value.details) == (
        first.value.sentence,
        first.value.details,
    )
    assert SeatChange.objects.filter(actor=alice.id).count() == 0


def test_every_error_can_be_stored_and_recreated() -> None:
    event, alice, bob = make_event(seat_cap=1), make_person(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)
    queue.submit(LockSeats(alice, ids[:1]))
    refused: list[Command] = [
        LockSeats(alice, ids[1:2]),
        LockSeats(bob, ids[:1]),
        LockSeats(bob, (2**62,)),
        UnlockSeats(bob, ids[:1]),
        CancelReservation(bob, 2**62),
    ]
    for number, command in enumerate(refused):
        with pytest.raises(SeatcastError) as first:
            queue.submit(command, str(number))
        with pytest.raises(type(first.value)) as again:
            queue.submit(command, str(number))
        assert again.value.code == first.value.code
        assert again.value.details == first.value.details


@pytest.mark.parametrize("other", ["other seats", "other order", "other command", "other payment"])
def test_a_key_used_for_another_command_is_refused(other: str) -> None:
    event, alice = make_event(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)
    queue.submit(LockSeats(alice, ids[:3]))
    queue.submit(ReserveSeats(alice, ids[:2], "invoice"), "k")
    different: dict[str, Command] = {
        "other seats": ReserveSeats(alice, ids[2:3], "invoice"),
        "other order": ReserveSeats(alice, (ids[1], ids[0]), "invoice"),
        "other command": UnlockSeats(alice, ids[2:3]),
        "other payment": ReserveSeats(alice, ids[:2], "cash"),
    }
    with pytest.raises(KeyReused):
        queue.submit(different[other], "k")
    assert Seat.objects.get(pk=ids[2]).locked_by_id == alice.id
    assert IdempotencyKey.objects.count() == 1


def test_a_key_belongs_to_one_person() -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)
    queue.submit(LockSeats(alice, ids[:1]), "k")
    queue.submit(LockSeats(bob, ids[1:2]), "k")
    with pytest.raises(SeatUnavailable):
        queue.submit(LockSeats(make_person(), ids[:1]), "k")


def test_a_key_belongs_to_one_event() -> None:
    alice, events = make_person(), [make_event(), make_event()]
    for event in events:
        CommandQueue(event.pk).submit(LockSeats(alice, seat_ids(event)[:1]), "k")
    assert SeatChange.objects.count() == 2


def test_without_a_key_no_result_is_stored() -> None:
    event, alice = make_event(), make_person()
    CommandQueue(event.pk).submit(LockSeats(alice, seat_ids(event)[:1]))
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_key_repeated_in_one_batch_is_executed_once(
    announced: list[ChangeSet], caplog: pytest.LogCaptureFixture
) -> None:
    event, alice = make_event(), make_person()
    ids = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(alice, ids[3:])) as line:
        for _ in range(5):
            line.join(LockSeats(alice, ids[:1]), "k")
        line.join(LockSeats(alice, ids[1:2]), "k")
        *same, other = line.results()
    assert same == [same[0]] * 5
    assert isinstance(same[0], dict)
    assert isinstance(other, KeyReused)
    assert [commit.seq for commit in announced] == [1, 2]
    assert not caplog.records, "the batch failed, and was saved by running its commands singly"
    assert Seat.objects.get(pk=ids[1]).status == SeatStatus.AVAILABLE


@pytest.mark.django_db(transaction=True)
def test_one_key_of_two_people_in_one_batch_is_two_keys() -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    ids = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(alice, ids[3:])) as line:
        line.join(LockSeats(alice, ids[:1]), "k")
        line.join(LockSeats(bob, ids[:1]), "k")
        results = line.results()
    assert isinstance(results[0], dict)
    assert isinstance(results[1], SeatUnavailable)


def test_a_stored_refusal_keeps_its_details() -> None:
    event, alice = make_event(), make_person()
    queue = CommandQueue(event.pk)
    for _ in range(2):
        with pytest.raises(SeatNotFound) as refusal:
            queue.submit(LockSeats(alice, (2**62, seat_ids(event)[0])), "k")
        assert refusal.value.details == {"seat_ids": [2**62]}
