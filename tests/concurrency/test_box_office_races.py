"""Races of the box office with buyers and with time: a seat has one owner, whoever is faster."""

import threading
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from infrastructure.security_log.models import Kind, SecurityEvent
from reservations.audit.verification import Counts, differences
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import (
    AllocateSeats,
    CancelReservation,
    Command,
    EndAllocations,
    LockSeats,
    ReleaseLocks,
    ReserveSeats,
    SellSeats,
)
from reservations.domain.errors import SeatcastError
from reservations.domain.states import AllocationKind, BoxOfficeMethod, SeatStatus
from reservations.models import Allocation, Event, Reservation, ReservationSeat, Seat
from reservations.payments.paying_back import mark_paid_back
from tests.concurrency.unprotected import (
    CANCELLING,
    CHANGING,
    protection_off,
    row_locks_off,
    stopping,
)
from tests.concurrent_commands import PATIENCE_SECONDS, at_once
from tests.factories import make_event, make_person, seat_ids

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("connections_for_all"),
]

SEATS = 12


def _send(event: Event, command: Command) -> Any:
    """Send a command as a process of its own, with its own queue."""
    return CommandQueue(event.pk).submit(command)


def _sale(seat_id: int, **more: Any) -> SellSeats:
    return SellSeats(make_person(), (seat_id,), BoxOfficeMethod.CASH, "Zoe", **more)


def _refusals(results: list[Any]) -> list[str]:
    assert all(isinstance(each, dict | SeatcastError) for each in results), results
    return [each.code for each in results if isinstance(each, SeatcastError)]


def _is_sound(event: Event) -> bool:
    return list(differences(event_id=event.pk, counts=Counts())) == []


def test_a_seat_that_is_sold_while_a_buyer_clicks_it_has_one_owner() -> None:
    event = make_event(seats=SEATS)
    works = [
        partial(_send, event, command)
        for seat_id in seat_ids(event)
        for command in (LockSeats(make_person(), (seat_id,)), _sale(seat_id), _sale(seat_id))
    ]
    # Of the three for each seat one succeeds.
    assert _refusals(at_once(works)) == ["seat_unavailable"] * 2 * SEATS
    sold = ReservationSeat.objects.filter(event=event, live=True).count()
    held = Seat.objects.filter(event=event, status=SeatStatus.LOCKED).count()
    assert sold + held == SEATS
    assert _is_sound(event)


def test_without_protection_a_seat_is_sold_twice() -> None:
    event = make_event()
    seat_id = seat_ids(event)[0]
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)
    works = [
        stopping(partial(_send, event, _sale(seat_id)), before=CHANGING, to=meet) for _ in range(2)
    ]
    with protection_off():
        assert _refusals(at_once(works)) == []
        assert ReservationSeat.objects.filter(seat=seat_id, live=True).count() == 2


def test_a_seat_that_is_kept_is_sold_to_its_person_or_freed_when_time_is_up() -> None:
    event = make_event(seats=SEATS)
    until = timezone.now() + timedelta(seconds=1)
    boss = make_person()
    _send(event, AllocateSeats(boss, seat_ids(event), AllocationKind.NAME, "Zoe", until))
    kept = Allocation.objects.get()
    Allocation.objects.filter(pk=kept.pk).update(until=kept.created_at)
    works = [
        partial(_send, event, _sale(seat_id, from_allocation=kept.pk))
        for seat_id in seat_ids(event)
    ]
    results = at_once([*works[:6], partial(_send, event, EndAllocations()), *works[6:]])
    # A seat that was freed first is available, which the box office may sell as well.
    assert _refusals(results) == []
    assert Reservation.objects.filter(event=event).count() == SEATS
    _send(event, EndAllocations())
    assert Allocation.objects.get().ended_at is not None
    assert _is_sound(event)


def test_without_protection_the_end_of_an_allocation_frees_a_seat_that_was_sold() -> None:
    event = make_event()
    seat_id = seat_ids(event)[0]
    until = timezone.now() + timedelta(hours=1)
    _send(event, AllocateSeats(make_person(), (seat_id,), AllocationKind.NAME, "Zoe", until))
    kept = Allocation.objects.get()
    Allocation.objects.filter(pk=kept.pk).update(until=kept.created_at)
    has_read, is_sold = threading.Event(), threading.Event()

    def pause() -> None:
        has_read.set()
        assert is_sold.wait(PATIENCE_SECONDS)

    def sell() -> Any:
        assert has_read.wait(PATIENCE_SECONDS)
        try:
            return _send(event, _sale(seat_id, from_allocation=kept.pk))
        finally:
            is_sold.set()

    end = stopping(partial(_send, event, EndAllocations()), before=CHANGING, to=pause)
    with protection_off():
        assert _refusals(at_once([end, sell])) == []
        assert ReservationSeat.objects.filter(seat=seat_id, live=True).exists()
        assert Seat.objects.get(pk=seat_id).status == SeatStatus.AVAILABLE


def test_a_lock_is_booked_by_its_holder_or_released_and_sold() -> None:
    event = make_event(seats=SEATS, seat_cap=SEATS, purchase_cap=SEATS)
    buyer, boss = make_person(), make_person()
    _send(event, LockSeats(buyer, seat_ids(event)))
    works = [
        partial(_send, event, command)
        for seat_id in seat_ids(event)
        for command in (
            ReserveSeats(buyer, (seat_id,), "invoice"),
            ReleaseLocks(boss, (seat_id,)),
        )
    ]
    codes = _refusals(at_once(works))
    assert set(codes) <= {"not_holder", "seat_unavailable"}
    assert len(codes) == SEATS
    booked = Reservation.objects.filter(event=event).count()
    free = Seat.objects.filter(event=event, status=SeatStatus.AVAILABLE).count()
    assert booked + free == SEATS
    assert _is_sound(event)


def test_without_protection_a_lock_that_is_released_while_it_is_booked_frees_a_sold_seat() -> None:
    event, buyer = make_event(), make_person()
    seat_id = seat_ids(event)[0]
    _send(event, LockSeats(buyer, (seat_id,)))
    has_read, is_booked = threading.Event(), threading.Event()

    def pause() -> None:
        has_read.set()
        assert is_booked.wait(PATIENCE_SECONDS)

    def book() -> Any:
        assert has_read.wait(PATIENCE_SECONDS)
        try:
            return _send(event, ReserveSeats(buyer, (seat_id,), "invoice"))
        finally:
            is_booked.set()

    release = ReleaseLocks(make_person(), (seat_id,))
    stopped = stopping(partial(_send, event, release), before=CHANGING, to=pause)
    with protection_off():
        assert _refusals(at_once([stopped, book])) == []
        assert ReservationSeat.objects.filter(seat=seat_id, live=True).exists()
        assert Seat.objects.get(pk=seat_id).status == SeatStatus.AVAILABLE


def _owing(event: Event) -> list[Any]:
    """Sell a seat and cancel the sale; return the marking of it as paid back, for two people."""
    _send(event, _sale(seat_ids(event)[0]))
    booking, boss = Reservation.objects.get(), make_person()
    _send(event, CancelReservation(boss, booking.pk, as_organiser=True))
    mark = partial(mark_paid_back, event_id=event.pk, reservation_id=booking.pk)
    return [partial(mark, actor_id=boss.id), partial(mark, actor_id=make_person().id)]


def _marks() -> int:
    return SecurityEvent.objects.filter(kind=Kind.MONEY_PAID_BACK).count()


def test_what_two_people_mark_as_paid_back_at_once_is_paid_back_once() -> None:
    assert at_once(_owing(make_event()) * 3) == [None] * 6
    assert _marks() == 1


def test_without_row_locks_the_same_money_is_marked_twice() -> None:
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)
    works = [stopping(mark, before=CANCELLING, to=meet) for mark in _owing(make_event())]
    with row_locks_off():
        assert at_once(works) == [None] * 2
    assert _marks() == 2
