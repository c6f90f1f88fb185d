"""Batches: queued commands are decided and committed together."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from pytest_django import Settings

from reservations.bookings import command_queue
from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import LockSeats, ReserveSeats, UnblockSeats, UnlockSeats
from reservations.domain.errors import (
    Busy,
    EventNotFound,
    SeatcastError,
    SeatLimit,
    SeatUnavailable,
    Unavailable,
)
from reservations.domain.states import Person, SeatStatus
from reservations.events.changes import ChangeSet
from reservations.models import IdempotencyKey, Reservation, Seat, SeatChange
from tests.concurrent_commands import BusyQueue
from tests.factories import make_event, make_person, seat_ids

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

# Somebody whose account was deleted a moment ago: the database refuses to commit their lock.
GONE = Person(2**40, "gone")


def _codes(results: list[CommandResult | SeatcastError]) -> list[str]:
    return [found.code if isinstance(found, SeatcastError) else "done" for found in results]


def test_128_commands_queued_during_a_transaction_share_the_next_one(
    announced: list[ChangeSet],
) -> None:
    event, people = make_event(seats=129), [make_person() for _ in range(129)]
    ids = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(people[128], ids[128:])) as line:
        for person, seat_id in zip(people[:128], ids[:128], strict=True):
            line.join(LockSeats(person, (seat_id,)))
        assert _codes(line.results()) == ["done"] * 128
    assert [(commit.since, commit.seq) for commit in announced] == [(0, 1), (1, 129)]
    event.refresh_from_db()
    assert event.change_seq == 129


@pytest.mark.postgres
def test_a_waiting_thread_holds_no_connection() -> None:
    pool = connection.settings_dict["OPTIONS"]["pool"]["max_size"]
    event, people = make_event(seats=50), [make_person() for _ in range(2 * pool)]
    ids = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(people[0], ids[49:])) as line:
        for person, seat_id in zip(people, ids, strict=False):
            # As a request does, which has looked up its session before.
            line.join(LockSeats(person, (seat_id,)), after=Session.objects.exists)
        assert _codes(line.results()) == ["done"] * 2 * pool


def test_the_first_command_of_a_batch_gets_the_seat() -> None:
    event, people = make_event(), [make_person() for _ in range(4)]
    ids = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(people[3], ids[3:])) as line:
        for person in people[:3]:
            line.join(LockSeats(person, ids[:1]))
        assert _codes(line.results()) == ["done", "seat_unavailable", "seat_unavailable"]
    assert Seat.objects.get(pk=ids[0]).locked_by_id == people[0].id


def test_each_command_of_a_batch_sees_the_effects_of_earlier_ones(
    announced: list[ChangeSet],
) -> None:
    event, alice, bob = make_event(), make_person("alice"), make_person("bob")
    first, second, *_ = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(alice, (second,))) as line:
        for command in (
            LockSeats(alice, (first,)),
            LockSeats(bob, (first,)),
            UnlockSeats(alice, (first,)),
            LockSeats(bob, (first,)),
            ReserveSeats(bob, (first,), "invoice"),
            LockSeats(alice, (first,)),
        ):
            line.join(command)
        results = line.results()
    assert _codes(results) == ["done", "seat_unavailable", *["done"] * 3, "seat_unavailable"]
    log = SeatChange.objects.filter(seat=first).order_by("seq").values_list("seq", "reason")
    assert list(log) == [(2, "locked"), (3, "unlocked"), (4, "locked"), (5, "reserved")]
    seat = Seat.objects.get(pk=first)
    assert (seat.reservation_id, seat.version) == (Reservation.objects.get().pk, 5)
    # The signal has only the last state of each seat.
    assert [(c.seat_id, c.status) for c in announced[-1].changes] == [(first, SeatStatus.RESERVED)]
    assert (announced[-1].since, announced[-1].seq) == (1, 5)


def test_each_result_has_the_seat_as_its_own_command_left_it() -> None:
    event, alice = make_event(), make_person()
    first, second, *_ = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(alice, (second,))) as line:
        line.join(LockSeats(alice, (first,)))
        line.join(UnlockSeats(alice, (first,)))
        results = line.results()
    answers = [found for found in results if not isinstance(found, SeatcastError)]
    assert [answer["seats"][0]["status"] for answer in answers] == ["locked", "available"]


def test_a_refused_command_does_not_roll_back_its_batch() -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    ids = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(alice, ids[3:])) as line:
        line.join(LockSeats(alice, ids[:1]))
        line.join(LockSeats(bob, ids[:2]))
        line.join(LockSeats(bob, ids[1:2]))
        assert _codes(line.results()) == ["done", "seat_unavailable", "done"]
    locked = Seat.objects.filter(pk__in=ids[:2]).order_by("pk")
    assert list(locked.values_list("locked_by", flat=True)) == [alice.id, bob.id]


def test_one_persons_cap_holds_within_a_batch() -> None:
    event, alice = make_event(seats=6, seat_cap=3), make_person()
    ids = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(alice, ids[5:])) as line:
        for seat_id in ids[:5]:
            line.join(LockSeats(alice, (seat_id,)))
        assert _codes(line.results()) == ["done", "done", *[SeatLimit.code] * 3]


def test_a_command_that_raises_does_not_fail_its_batch() -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    ids = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(alice, ids[3:])) as line:
        line.join(LockSeats(alice, ids[:1]))
        line.join(LockSeats(GONE, ids[1:2]), "poisoned")
        line.join(LockSeats(bob, ids[2:3]))
        assert _codes(line.results()) == ["done", Unavailable.code, "done"]
    locked = Seat.objects.filter(event=event, status=SeatStatus.LOCKED).order_by("pk")
    holders = [(ids[0], alice.id), (ids[2], bob.id), (ids[3], alice.id)]
    assert list(locked.values_list("pk", "locked_by")) == holders
    assert not IdempotencyKey.objects.exists()
    log = SeatChange.objects.filter(event=event).order_by("seq")
    assert list(log.values_list("seq", "seat")) == [(1, ids[3]), (2, ids[0]), (3, ids[2])]


def test_no_result_is_returned_before_the_commit(announced: list[ChangeSet]) -> None:
    event = make_event()
    with pytest.raises(Unavailable):
        CommandQueue(event.pk).submit(LockSeats(GONE, seat_ids(event)[:1]))
    assert announced == []
    assert not SeatChange.objects.exists()


def test_the_queue_works_after_a_failed_batch() -> None:
    event, alice = make_event(), make_person()
    command_queue, ids = CommandQueue(event.pk), seat_ids(event)
    for seat_id in ids[:2]:
        with pytest.raises(Unavailable):
            command_queue.submit(LockSeats(GONE, ids[2:3]))
        command_queue.submit(LockSeats(alice, (seat_id,)))


def test_a_batch_has_a_maximum_of_commands(
    monkeypatch: pytest.MonkeyPatch, announced: list[ChangeSet]
) -> None:
    monkeypatch.setattr(command_queue, "MAX_BATCH_COMMANDS", 4)
    event, alice = make_event(seats=10), make_person()
    ids = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(alice, ids[9:])) as line:
        for seat_id in ids[:9]:
            line.join(LockSeats(alice, (seat_id,)))
        assert _codes(line.results()) == ["done"] * 9
    assert [commit.seq - commit.since for commit in announced] == [1, 4, 4, 1]


def test_a_batch_has_a_maximum_of_seats(
    monkeypatch: pytest.MonkeyPatch, announced: list[ChangeSet]
) -> None:
    monkeypatch.setattr(command_queue, "MAX_BATCH_SEATS", 5)
    event, people = make_event(seats=14), [make_person() for _ in range(5)]
    ids = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(people[4], ids[13:])) as line:
        for person, wanted in zip(people, (ids[:2], ids[2:4], ids[4:6], ids[6:13]), strict=False):
            line.join(LockSeats(person, wanted))
        assert _codes(line.results()) == ["done"] * 4
    assert [len(commit.changes) for commit in announced] == [1, 4, 2, 7]


def test_a_full_queue_refuses_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_queue, "MAX_QUEUED_COMMANDS", 2)
    event, alice = make_event(), make_person()
    ids = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(alice, ids[3:])) as line:
        line.join(LockSeats(alice, ids[:1]))
        line.join(LockSeats(alice, ids[1:2]))
        with pytest.raises(Busy):
            line.queue.submit(LockSeats(alice, ids[2:3]))
        assert _codes(line.results()) == ["done", "done"]
    assert Seat.objects.get(pk=ids[2]).status == SeatStatus.AVAILABLE


def test_a_command_that_waits_too_long_is_refused_and_not_executed(
    settings: Settings,
) -> None:
    event, alice = make_event(), make_person()
    ids = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(alice, ids[3:])) as line:
        settings.SEATCAST_QUEUE_WAIT_SECONDS = 0.01
        with pytest.raises(Busy):
            line.queue.submit(LockSeats(alice, ids[:1]))
        settings.SEATCAST_QUEUE_WAIT_SECONDS = 60
        line.join(LockSeats(alice, ids[1:2]))
        assert _codes(line.results()) == ["done"]
    assert Seat.objects.get(pk=ids[0]).status == SeatStatus.AVAILABLE


def test_a_batch_for_a_deleted_event_is_refused() -> None:
    event, alice = make_event(), make_person()
    ids = seat_ids(event)
    with BusyQueue(event.pk, UnblockSeats(alice, ids)) as line:
        for seat_id in ids:
            line.join(LockSeats(alice, (seat_id,)))
        line.queue._event_id = 2**62
        assert _codes(line.results()) == [EventNotFound.code] * 4


def test_a_batch_without_changes_sends_no_signal(
    announced: list[ChangeSet],
) -> None:
    event, alice = make_event(), make_person()
    ids = seat_ids(event)
    with BusyQueue(event.pk, UnblockSeats(alice, ids)) as line:
        line.join(UnlockSeats(alice, ids[:1]))
        line.join(ReserveSeats(alice, ids[:1], "invoice"))
        assert _codes(line.results()) == ["not_holder", "not_holder"]
    assert announced == []


def test_a_queue_works_after_all_its_commands_timed_out() -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    ids = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(alice, ids[3:])) as line:
        line.join(LockSeats(alice, ids[:1]))
        line.results()
    with pytest.raises(SeatUnavailable):
        line.queue.submit(LockSeats(bob, ids[:1]))
