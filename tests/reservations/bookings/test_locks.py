"""Locking, unlocking and expiry through the command queue."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats, ReleaseExpired, ReserveSeats, UnlockSeats
from reservations.domain.errors import (
    EventNotFound,
    LockExpired,
    NotHolder,
    SeatLimit,
    SeatNotFound,
    SeatUnavailable,
)
from reservations.domain.states import SeatStatus, iso
from reservations.events.changes import ChangeSet
from reservations.models import Category, Event, Reservation, Seat, SeatChange
from tests.factories import Clock, make_event, make_person, seat_ids

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def _rows(event: Event) -> list[tuple[object, ...]]:
    """Return the columns of an event's seats that commands write."""
    return list(
        Seat.objects.filter(event=event)
        .order_by("pk")
        .values_list("status", "locked_by", "locked_until", "lapsed_holder", "reservation")
    )


def test_a_lock_is_stored_with_holder_deadline_and_log_row(
    clock: Clock,
) -> None:
    event, alice = make_event(lock_seconds=90), make_person("alice")
    first, *_ = seat_ids(event)
    CommandQueue(event.pk, clock=clock).submit(LockSeats(alice, (first,)))

    seat = Seat.objects.get(pk=first)
    until = seat.locked_until
    assert (seat.status, seat.locked_by_id, seat.version) == (SeatStatus.LOCKED, alice.id, 1)
    assert until is not None
    assert timedelta() <= clock.now + timedelta(seconds=90) - until < timedelta(milliseconds=1)
    [line] = SeatChange.objects.filter(event=event)
    assert (line.seq, line.seat_id, line.status) == (1, first, SeatStatus.LOCKED)
    assert (line.holder_id, line.actor_id, line.locked_until) == (alice.id, alice.id, until)
    assert (line.reason, line.at, line.reservation_id) == ("locked", clock.now, None)


def test_the_result_has_the_seat_as_in_the_api(clock: Clock) -> None:
    event = make_event()
    category = Category.objects.create(event=event, name="Stalls", price="80.00")
    first, *_ = seat_ids(event)
    Seat.objects.filter(pk=first).update(category=category, section="Stalls", x=1.5, y=-2)
    answer = CommandQueue(event.pk, clock=clock).submit(LockSeats(make_person("alice"), (first,)))
    assert answer == {
        "message": "Seat A1 locked for 5 minutes",
        "seats": [
            {
                "id": first,
                "seat_number": "A1",
                "section": "Stalls",
                "row": "A",
                "number": "1",
                "x": 1.5,
                "y": -2.0,
                "category": category.pk,
                "price": "80.00",
                "status": "locked",
                "is_available": False,
                "locked_by": "alice",
                "locked_until": iso(Seat.objects.get(pk=first).locked_until),
                "reserved_by": None,
            }
        ],
    }


def test_several_seats_are_locked_all_or_none(announced: list[ChangeSet]) -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)
    queue.submit(LockSeats(bob, ids[1:2]))
    before = _rows(event)
    with pytest.raises(SeatUnavailable) as refusal:
        queue.submit(LockSeats(alice, ids[:3]))
    assert [row["seat_id"] for row in refusal.value.details["conflicts"]] == [ids[1]]
    assert _rows(event) == before
    assert SeatChange.objects.count() == len(announced) == 1


def test_locking_a_held_seat_again_writes_nothing(clock: Clock, announced: list[ChangeSet]) -> None:
    event, alice = make_event(), make_person()
    queue, ids = CommandQueue(event.pk, clock=clock), seat_ids(event)
    queue.submit(LockSeats(alice, ids[:1]))
    before = _rows(event)
    clock.advance(299)
    assert queue.submit(LockSeats(alice, ids[:1]))["message"] == "Seat A1 locked by you already"
    assert _rows(event) == before
    assert SeatChange.objects.count() == len(announced) == 1


def test_an_expired_lock_can_be_taken_before_it_is_released(
    clock: Clock,
) -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    queue, ids = CommandQueue(event.pk, clock=clock), seat_ids(event)
    queue.submit(LockSeats(alice, ids[:1]))
    clock.advance(299.9)
    with pytest.raises(SeatUnavailable):
        queue.submit(LockSeats(bob, ids[:1]))
    clock.advance(0.1)
    queue.submit(LockSeats(bob, ids[:1]))
    assert Seat.objects.get(pk=ids[0]).locked_by_id == bob.id
    with pytest.raises(SeatUnavailable):
        queue.submit(ReserveSeats(alice, ids[:1], "invoice"))


def test_a_lock_cannot_be_booked_at_the_instant_of_its_deadline(clock: Clock) -> None:
    event, alice = make_event(), make_person()
    queue, ids = CommandQueue(event.pk, clock=clock), seat_ids(event)
    queue.submit(LockSeats(alice, ids[:2]))
    deadline = Seat.objects.get(pk=ids[0]).locked_until
    assert deadline is not None
    before, clock.now = _rows(event), deadline
    with pytest.raises(LockExpired) as refusal:
        queue.submit(ReserveSeats(alice, ids[:2], "invoice"))
    assert len(refusal.value.details["conflicts"]) == 2
    assert _rows(event) == before
    assert not Reservation.objects.exists()
    clock.now = deadline - timedelta(microseconds=1)
    queue.submit(ReserveSeats(alice, ids[:2], "invoice"))


def test_only_the_holder_can_unlock() -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)
    queue.submit(LockSeats(alice, ids[:2]))
    with pytest.raises(NotHolder):
        queue.submit(UnlockSeats(bob, ids[:1]))
    with pytest.raises(NotHolder):
        queue.submit(UnlockSeats(alice, ids[:3]))
    answer = queue.submit(UnlockSeats(alice, ids[:1]))
    assert (answer["message"], answer["seats"][0]["status"]) == ("Seat A1 unlocked", "available")
    statuses = Seat.objects.filter(event=event).order_by("pk").values_list("status", flat=True)
    assert list(statuses) == [SeatStatus.AVAILABLE, SeatStatus.LOCKED, 0, 0]


def test_the_cap_counts_seats_that_the_command_does_not_name(clock: Clock) -> None:
    event, alice = make_event(seat_cap=2), make_person()
    queue, ids = CommandQueue(event.pk, clock=clock), seat_ids(event)
    queue.submit(LockSeats(alice, ids[:2]))
    with pytest.raises(SeatLimit):
        queue.submit(LockSeats(alice, ids[2:3]))
    clock.advance(300)
    queue.submit(LockSeats(alice, ids[2:4]))


def test_site_settings_are_the_defaults_of_lock_time_and_cap(
    settings: Settings,
) -> None:
    settings.SEATCAST_LOCK_SECONDS, settings.SEATCAST_SEAT_CAP = 30, 1
    event, alice = make_event(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)
    assert "for 30 seconds" in queue.submit(LockSeats(alice, ids[:1]))["message"]
    with pytest.raises(SeatLimit):
        queue.submit(LockSeats(alice, ids[1:2]))


def test_a_seat_of_another_event_is_not_found() -> None:
    event, other, alice = make_event(), make_event(), make_person()
    with pytest.raises(SeatNotFound):
        CommandQueue(event.pk).submit(LockSeats(alice, (seat_ids(event)[0], seat_ids(other)[0])))
    assert not SeatChange.objects.exists()


def test_a_command_for_an_unknown_event_is_refused() -> None:
    with pytest.raises(EventNotFound):
        CommandQueue(2**62).submit(LockSeats(make_person(), (1,)))


def test_releasing_stores_expired_locks_with_their_holder(clock: Clock) -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    queue, ids = CommandQueue(event.pk, clock=clock), seat_ids(event)
    queue.submit(LockSeats(alice, ids[:2]))
    clock.advance(10)
    queue.submit(LockSeats(bob, ids[2:3]))
    clock.advance(290)
    assert queue.submit(ReleaseExpired())["message"] == "2 expired locks released"
    assert _rows(event)[:2] == [(SeatStatus.AVAILABLE, None, None, alice.id, None)] * 2
    assert _rows(event)[2][1] == bob.id
    lines = SeatChange.objects.filter(event=event, seq=3)
    assert {(line.seat_id, line.reason, line.actor_id) for line in lines} == {
        (seat_id, "expired", None) for seat_id in ids[:2]
    }
    with pytest.raises(LockExpired):
        queue.submit(ReserveSeats(alice, ids[:1], "invoice"))
    with pytest.raises(NotHolder):
        queue.submit(ReserveSeats(bob, ids[:1], "invoice"))


def test_the_clock_is_read_after_the_events_row_is_locked(clock: Clock) -> None:
    event, alice = make_event(), make_person()
    before: list[str] = []

    with CaptureQueriesContext(connection) as captured:

        def now() -> datetime:
            before.extend(query["sql"] for query in captured.captured_queries)
            return clock()

        CommandQueue(event.pk, clock=now).submit(LockSeats(alice, seat_ids(event)[:1]))
    assert any(sql.startswith("SELECT") and '"reservations_event"' in sql for sql in before)
