"""Servers with wrong clocks: deadlines are set and compared by the database's clock."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats, ReserveSeats
from reservations.domain.errors import SeatUnavailable
from reservations.events import seat_records
from reservations.events.locking import lock_event
from reservations.models import Seat
from reservations.runtime import clock
from tests.factories import make_event, make_person, seat_ids
from tests.times import database_now, this_clock_is_right

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

OFF = timedelta(seconds=30)


@pytest.fixture(params=[OFF, -OFF], ids=["ahead", "behind"])
def _wrong_clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server whose clock is half a minute off, on an event whose locks last less."""
    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + request.param)
    yield
    monkeypatch.undo()
    this_clock_is_right()


@pytest.mark.usefixtures("_wrong_clock")
def test_a_server_with_a_wrong_clock_sets_correct_deadlines() -> None:
    event, alice = make_event(lock_seconds=20), make_person()
    CommandQueue(event.pk).submit(LockSeats(alice, seat_ids(event)[:1]))
    deadline = Seat.objects.get(pk=seat_ids(event)[0]).locked_until
    assert deadline is not None
    assert abs(deadline - database_now() - timedelta(seconds=20)) < timedelta(seconds=5)


def test_a_server_whose_clock_is_ahead_does_not_expire_locks_early(
    request: pytest.FixtureRequest,
) -> None:
    event, alice, bob = make_event(lock_seconds=20), make_person(), make_person()
    first = seat_ids(event)[:1]
    CommandQueue(event.pk).submit(LockSeats(alice, first))
    with pytest.MonkeyPatch.context() as patch:
        right = timezone.now
        patch.setattr(timezone, "now", lambda: right() + OFF)
        with pytest.raises(SeatUnavailable):
            CommandQueue(event.pk).submit(LockSeats(bob, first))
        # The protection off: by its own clock, the lock has run out.
        CommandQueue(event.pk, clock=timezone.now).submit(LockSeats(bob, first))
    assert Seat.objects.get(pk=first[0]).locked_by_id == bob.id


@pytest.mark.usefixtures("_wrong_clock")
def test_reads_use_the_databases_time() -> None:
    event, alice = make_event(lock_seconds=20), make_person()
    first = seat_ids(event)[:1]
    CommandQueue(event.pk).submit(LockSeats(alice, first))
    [held] = seat_records.locks(event_id=event.pk, person_id=alice.id)
    assert held["status"] == seat_records.seats(event_id=event.pk)[0]["status"] == "locked"
    assert abs(clock.now() - database_now()) < timedelta(seconds=1)


def test_a_lock_is_valid_before_its_deadline_only() -> None:
    event, alice = make_event(), make_person()
    first = seat_ids(event)[:1]
    CommandQueue(event.pk).submit(LockSeats(alice, first))
    deadline = Seat.objects.get(pk=first[0]).locked_until
    assert deadline is not None
    with pytest.raises(Exception, match="its lock ran out"):
        CommandQueue(event.pk, clock=lambda: deadline).submit(ReserveSeats(alice, first, "invoice"))
    just_before = deadline - timedelta(microseconds=1)
    CommandQueue(event.pk, clock=lambda: just_before).submit(ReserveSeats(alice, first, "invoice"))


def test_the_clock_advances_during_a_transaction() -> None:
    event = make_event()
    with transaction.atomic():
        (_, first), (_, second) = lock_event(event.pk), lock_event(event.pk)
    assert first < second
