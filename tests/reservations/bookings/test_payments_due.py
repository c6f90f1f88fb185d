"""Reservations that are paid later, or lapse."""

from io import StringIO

import pytest
from django.core.management import call_command
from pytest_django import Settings

from reservations.audit.verification import Counts, differences
from reservations.bookings import batch_reading, booking_records
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import (
    CancelReservation,
    LapseUnpaid,
    LockSeats,
    MarkPaid,
    ReserveSeats,
)
from reservations.domain.errors import ReservationLapsed
from reservations.domain.states import Person, SeatStatus
from reservations.events.changes import ChangeSet
from reservations.models import Event, Reservation, ReservationSeat, Seat, SeatChange
from reservations.runtime import clock as clock_module
from tests.factories import Clock, make_event, make_person, seat_ids, stored_id
from tests.reservations.agreement import check_agreement

pytestmark = pytest.mark.django_db(transaction=True)


def _book(queue: CommandQueue, who: Person, seats: tuple[int, ...]) -> int:
    queue.submit(LockSeats(who, seats))
    answer = queue.submit(ReserveSeats(who, seats, "invoice"))
    return stored_id(answer)


def _no_differences(event: Event) -> bool:
    check_agreement(event)
    return list(differences(event_id=event.pk, counts=Counts())) == []


def test_an_unpaid_reservation_lapses_and_is_logged_and_published(
    clock: Clock, announced: list[ChangeSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    event, alice, bob = make_event(payment_seconds=60), make_person(), make_person()
    ids, queue = seat_ids(event), CommandQueue(event.pk, clock=clock)
    unpaid, paid = _book(queue, alice, ids[:2]), _book(queue, bob, ids[2:3])
    queue.submit(MarkPaid(bob, paid))
    clock.advance(59.999)
    assert queue.submit(LapseUnpaid())["seats"] == []
    clock.advance(0.001)
    monkeypatch.setattr(clock_module, "now", clock)
    assert booking_records.reservation(reservation_id=unpaid)["status"] == "lapsed"
    with pytest.raises(ReservationLapsed):
        queue.submit(MarkPaid(bob, unpaid))
    assert len(queue.submit(LapseUnpaid())["seats"]) == 2
    found = Reservation.objects.get(pk=unpaid)
    assert (found.status, found.lapsed_at, found.cancelled_at) == ("lapsed", clock.now, None)
    assert set(found.seats.values_list("live", flat=True)) == {False}
    assert Reservation.objects.get(pk=paid).status == "confirmed"
    rows = SeatChange.objects.filter(event=event, reason="lapsed")
    assert [(row.seq, row.actor_id) for row in rows] == [(5, None)] * 2
    assert {change.seat_id for change in announced[-1].changes} == set(ids[:2])
    assert {change.status for change in announced[-1].changes} == {SeatStatus.AVAILABLE}
    assert _no_differences(event)


def test_the_management_command_lapses_more_than_one_batch(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(batch_reading, "MAX_LAPSED_RESERVATIONS", 2)
    event, other = make_event(seats=6), make_event()
    for seat_id in seat_ids(event):
        _book(CommandQueue(event.pk), make_person(), (seat_id,))
    kept = _book(CommandQueue(other.pk), make_person(), seat_ids(other)[:1])
    Reservation.objects.filter(event=event).update(payment_due_at=event.date.replace(year=2001))
    output = StringIO()
    call_command("lapse_unpaid_reservations", dry_run=True, stdout=output)
    assert output.getvalue() == f"Event {event.pk}: 6 unpaid reservations would lapse\n"
    assert Reservation.objects.filter(status="lapsed").count() == 0
    output = StringIO()
    call_command("lapse_unpaid_reservations", stdout=output)
    assert output.getvalue() == f"Event {event.pk}: 6 seats of unpaid reservations freed\n"
    assert not ReservationSeat.objects.filter(event=event, live=True).exists()
    assert Reservation.objects.get(pk=kept).status == "confirmed"
    assert settings.SEATCAST_PAYMENT_DEADLINE_SECONDS == 3 * 24 * 60 * 60


def test_an_overdue_reservation_does_not_count_towards_the_cap(clock: Clock) -> None:
    event, alice = make_event(payment_seconds=60, purchase_cap=1), make_person()
    ids, queue = seat_ids(event), CommandQueue(event.pk, clock=clock)
    _book(queue, alice, ids[:1])
    clock.advance(60)
    assert queue.submit(LockSeats(alice, ids[1:2]))["seats"]


def test_a_continued_hold_is_logged_and_can_be_replayed(clock: Clock) -> None:
    event, alice = make_event(), make_person()
    first, queue = seat_ids(event)[:1], CommandQueue(event.pk, clock=clock)
    began = clock.now
    queue.submit(LockSeats(alice, first))
    clock.advance(10)
    _book(queue, alice, seat_ids(event)[1:2])
    number = _book(queue, alice, first)
    queue.submit(CancelReservation(alice, number))
    clock.advance(10)
    queue.submit(LockSeats(alice, first))
    assert Seat.objects.get(pk=first[0]).locked_at == began
    rows = SeatChange.objects.filter(event=event, seat=first[0], reason="locked").order_by("seq")
    assert list(rows.values_list("held_since", flat=True)) == [None, began]
    assert _no_differences(event)
    rows.filter(held_since=began).update(held_since=None)
    assert list(differences(event_id=event.pk, counts=Counts())) != []
