"""Reserving, cancelling and blocking through the command queue."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.ticket_codes import ticket_code
from reservations.domain.commands import (
    BlockSeats,
    CancelReservation,
    Command,
    LockSeats,
    ReserveSeats,
    UnblockSeats,
    UnlockSeats,
)
from reservations.domain.errors import NotHolder, ReservationNotFound, SeatUnavailable
from reservations.domain.states import Person, SeatStatus, iso
from reservations.events.changes import ChangeSet
from reservations.models import Category, Event, Reservation, ReservationSeat, Seat, SeatChange
from tests.factories import Clock, make_event, make_person, seat_ids, stored_id

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def _state(event: Event) -> list[list[tuple[Any, ...]]]:
    """Return everything that is stored about an event's seats and bookings."""
    return [
        list(rows.order_by("pk").values_list())
        for rows in (
            Seat.objects.filter(event=event),
            Reservation.objects.filter(event=event),
            ReservationSeat.objects.filter(event=event),
            SeatChange.objects.filter(event=event),
        )
    ]


def _book(queue: CommandQueue, person: Person, ids: tuple[int, ...]) -> int:
    queue.submit(LockSeats(person, ids))
    return stored_id(queue.submit(ReserveSeats(person, ids, "invoice")))


def test_a_reservation_is_stored_with_its_seats_and_their_prices(clock: Clock) -> None:
    event, alice = make_event(price="10.00", currency="CHF"), make_person("alice")
    category = Category.objects.create(event=event, name="Stalls", price="20.00")
    queue, ids = CommandQueue(event.pk, clock=clock), seat_ids(event)
    Seat.objects.filter(pk__in=ids[1:3]).update(category=category)
    Seat.objects.filter(pk=ids[2]).update(price="0.00")
    _book(queue, alice, ids[:3])

    [reservation] = Reservation.objects.all()
    assert (reservation.event_id, reservation.user_id) == (event.pk, alice.id)
    assert (reservation.status, reservation.cancelled_at) == ("confirmed", None)
    assert (reservation.total_price, reservation.currency) == (Decimal("30.00"), "CHF")
    assert (reservation.payment_method, reservation.created_at) == ("invoice", clock.now)
    paid = ReservationSeat.objects.filter(reservation=reservation, event=event, live=True)
    assert list(paid.order_by("seat_id").values_list("seat_id", "price")) == [
        (ids[0], Decimal("10.00")),
        (ids[1], Decimal("20.00")),
        (ids[2], Decimal("0.00")),
    ]
    for seat in Seat.objects.filter(pk__in=ids[:3]):
        assert (seat.status, seat.reservation_id) == (SeatStatus.RESERVED, reservation.pk)
        assert (seat.locked_by_id, seat.locked_until, seat.version) == (None, None, 2)
    lines = SeatChange.objects.filter(event=event, seq=2).order_by("seat_id")
    assert [line.seat_id for line in lines] == list(ids[:3])
    assert {(line.reason, line.actor_id, line.reservation_id) for line in lines} == {
        ("reserved", alice.id, reservation.pk)
    }


def test_the_result_has_the_reservation_as_in_the_api(clock: Clock) -> None:
    event, alice = make_event(), make_person("alice")
    ids = seat_ids(event)
    queue = CommandQueue(event.pk, clock=clock)
    queue.submit(LockSeats(alice, ids[:2]))
    answer = queue.submit(ReserveSeats(alice, (ids[1], ids[0]), "invoice"))
    assert answer["message"] == "Reservation confirmed!"
    assert [seat["reserved_by"] for seat in answer["seats"]] == ["alice", "alice"]
    assert answer["reservation"] == {
        "id": Reservation.objects.get().public_id,
        "event": event.pk,
        "event_name": "Concert",
        "venue": "Hall",
        "address": "",
        "date": iso(event.date),
        "ends_at": None,
        "time_zone": "UTC",
        "seats": ["A1", "A2"],
        "seat_details": [
            {
                "seat_id": seat_id,
                "seat_number": f"A{number}",
                "section": "",
                "row": "A",
                "number": str(number),
                "price": "50.00",
                "ticket_type": "",
                "entry": None,
            }
            for number, seat_id in enumerate(ids[:2], start=1)
        ],
        "total_price": "100.00",
        "fees": "0.00",
        "tax_percent": None,
        "currency": "EUR",
        "channel": "online",
        "buyer_name": "",
        "buyer_email": "",
        "payment_method": "invoice",
        "payment_status": "due",
        "payment_due_at": iso(clock.now + timedelta(days=3)),
        "paid_at": None,
        "status": "confirmed",
        "created_at": iso(clock.now),
        "cancelled_at": None,
        "changed_at": iso(clock.now),
        "calendar_sequence": 0,
        "to_pay_back": None,
        "paid_back_at": None,
        "cancel_until": iso(event.date),
        "ticket_code": ticket_code(Reservation.objects.get().public_id),
        "merged_into": None,
    }


def test_a_reservations_prices_stay_when_prices_change() -> None:
    event, alice = make_event(), make_person()
    reservation_id = _book(CommandQueue(event.pk), alice, seat_ids(event)[:1])
    Event.objects.update(price="99.00")
    Seat.objects.update(price="98.00")
    assert ReservationSeat.objects.get(reservation=reservation_id).price == Decimal("50.00")
    assert Reservation.objects.get(pk=reservation_id).total_price == Decimal("50.00")


@pytest.mark.parametrize("fault", ["free", "locked by another", "reserved", "blocked"])
def test_seats_are_reserved_all_or_none(fault: str, announced: list[ChangeSet]) -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)
    queue.submit(LockSeats(alice, ids[:2]))
    match fault:
        case "locked by another":
            queue.submit(LockSeats(bob, ids[2:3]))
        case "reserved":
            _book(queue, bob, ids[2:3])
        case "blocked":
            queue.submit(BlockSeats(bob, ids[2:3]))
    before, heard = _state(event), len(announced)
    with pytest.raises((SeatUnavailable, NotHolder)) as refusal:
        queue.submit(ReserveSeats(alice, ids[:3], "invoice"))
    assert [row["seat_id"] for row in refusal.value.details["conflicts"]] == [ids[2]]
    assert _state(event) == before
    assert len(announced) == heard


def test_cancelling_frees_the_seats_and_keeps_the_history(clock: Clock) -> None:
    event, alice = make_event(), make_person()
    queue, ids = CommandQueue(event.pk, clock=clock), seat_ids(event)
    reservation_id = _book(queue, alice, ids[:2])
    clock.advance(60)
    answer = queue.submit(CancelReservation(alice, reservation_id))
    assert answer["message"] == "Reservation cancelled"
    assert [seat["status"] for seat in answer["seats"]] == ["available", "available"]

    reservation = Reservation.objects.get(pk=reservation_id)
    assert (reservation.status, reservation.cancelled_at) == ("cancelled", clock.now)
    kept = ReservationSeat.objects.filter(reservation=reservation)
    assert sorted(kept.values_list("seat_id", "price", "live")) == [
        (ids[0], Decimal("50.00"), False),
        (ids[1], Decimal("50.00"), False),
    ]
    for seat in Seat.objects.filter(pk__in=ids[:2]):
        assert (seat.status, seat.reservation_id) == (SeatStatus.AVAILABLE, None)
    lines = SeatChange.objects.filter(event=event, seq=3)
    assert {(line.reason, line.status, line.actor_id) for line in lines} == {
        ("cancelled", SeatStatus.AVAILABLE, alice.id)
    }


def test_cancelling_twice_changes_nothing(clock: Clock, announced: list[ChangeSet]) -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    queue, ids = CommandQueue(event.pk, clock=clock), seat_ids(event)
    reservation_id = _book(queue, alice, ids[:1])
    queue.submit(CancelReservation(alice, reservation_id))
    _book(queue, bob, ids[:1])
    clock.advance(60)
    before, heard = _state(event), len(announced)
    answer = queue.submit(CancelReservation(alice, reservation_id))
    assert answer["message"] == "The reservation was cancelled already"
    assert _state(event) == before
    assert len(announced) == heard


def test_a_cancelled_seat_can_be_booked_again_and_both_bookings_are_kept() -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)
    first = _book(queue, alice, ids[:1])
    queue.submit(CancelReservation(alice, first))
    second = _book(queue, bob, ids[:1])
    rows = ReservationSeat.objects.filter(seat=ids[0]).order_by("reservation")
    assert list(rows.values_list("reservation", "live")) == [(first, False), (second, True)]


def test_only_an_organiser_can_cancel_another_persons_reservation() -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    queue = CommandQueue(event.pk)
    reservation_id = _book(queue, alice, seat_ids(event)[:1])
    before = _state(event)
    with pytest.raises(ReservationNotFound):
        queue.submit(CancelReservation(bob, reservation_id))
    assert _state(event) == before
    queue.submit(CancelReservation(bob, reservation_id, as_organiser=True))
    assert SeatChange.objects.get(event=event, seq=3).actor_id == bob.id


def test_a_reservation_of_another_event_is_not_found() -> None:
    event, other, alice = make_event(), make_event(), make_person()
    reservation_id = _book(CommandQueue(event.pk), alice, seat_ids(event)[:1])
    with pytest.raises(ReservationNotFound):
        CommandQueue(other.pk).submit(CancelReservation(alice, reservation_id))


def test_seats_can_be_blocked_and_unblocked() -> None:
    event, carol = make_event(), make_person("carol")
    queue, ids = CommandQueue(event.pk), seat_ids(event)
    queue.submit(BlockSeats(carol, ids[:2]))
    assert Seat.objects.filter(status=SeatStatus.BLOCKED).count() == 2
    queue.submit(UnblockSeats(carol, ids[:2]))
    assert Seat.objects.filter(status=SeatStatus.AVAILABLE).count() == 4
    assert list(
        SeatChange.objects.filter(event=event, seat=ids[0]).values_list("reason", "actor")
    ) == [("blocked", carol.id), ("unblocked", carol.id)]


@pytest.mark.django_db(transaction=True)
def test_unblocking_leaves_seats_alone_that_are_not_blocked() -> None:
    event, alice, bob, carol = make_event(), make_person(), make_person("bob"), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)
    queue.submit(BlockSeats(carol, ids[:1]))
    queue.submit(LockSeats(bob, ids[1:2]))
    _book(queue, alice, ids[2:3])
    before = _state(event)
    answer = queue.submit(UnblockSeats(carol, ids))
    assert [seat["status"] for seat in answer["seats"]] == [
        *("available", "locked", "reserved", "available")
    ]
    assert answer["seats"][1]["locked_by"] == "bob"
    assert _state(event)[0][1:] == before[0][1:]


def test_a_command_without_changes_is_not_logged() -> None:
    event, alice = make_event(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)
    commands: list[Command] = [UnblockSeats(alice, ids), LockSeats(alice, ids[:1])]
    for command in [*commands, LockSeats(alice, ids[:1]), UnlockSeats(alice, ids[:1])]:
        queue.submit(command)
    event.refresh_from_db()
    assert event.change_seq == SeatChange.objects.count() == 2
