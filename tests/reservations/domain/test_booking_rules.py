"""Rules: unlocking, reserving and cancelling."""

from decimal import Decimal

import pytest

from reservations.domain.commands import CancelReservation, LockSeats, ReserveSeats, UnlockSeats
from reservations.domain.errors import (
    LockExpired,
    NotHolder,
    PaymentEnded,
    PriceChanged,
    ReservationNotFound,
    SeatNotFound,
    SeatUnavailable,
)
from reservations.domain.rules import price_of
from reservations.domain.states import PaymentState, PaymentStatus, Person, SeatState, SeatStatus
from tests.reservations.domain.batch_states import (
    ALICE,
    BOB,
    NOW,
    blocked,
    booking,
    done,
    faults,
    free,
    in_seconds,
    let_go,
    locked,
    refused,
    released,
    reserved,
    state,
)


def test_unlocking_frees_the_seat() -> None:
    outcome = done(UnlockSeats(ALICE, (1,)), state(locked(1, by=ALICE)))
    assert outcome.changed == (let_go(1, ALICE, began=-200, ended=0),)
    assert outcome.sentence == "Seat A1 unlocked"


@pytest.mark.parametrize("seat", [locked(1, by=BOB), free(1), reserved(1), blocked(1)])
def test_only_the_holder_can_unlock(seat: SeatState) -> None:
    assert isinstance(refused(UnlockSeats(ALICE, (1,)), state(seat)), NotHolder)


def test_unlocking_is_all_or_none() -> None:
    refusal = refused(UnlockSeats(ALICE, (1, 2)), state(locked(1, by=ALICE), free(2)))
    assert faults(refusal) == [("A2", "not_held")]


def test_unlocking_an_expired_lock_is_refused_as_expired() -> None:
    refusal = refused(UnlockSeats(ALICE, (1,)), state(locked(1, by=ALICE, seconds=0)))
    assert isinstance(refusal, LockExpired)


@pytest.mark.parametrize(
    ("payer", "status"),
    [
        (BOB, PaymentStatus.PENDING),
        (ALICE, PaymentStatus.CAPTURED),
        (ALICE, PaymentStatus.VOIDED),
    ],
    ids=["somebody else's", "spent", "given up"],
)
def test_only_the_actors_pending_payment_is_accepted(payer: Person, status: PaymentStatus) -> None:
    batch_state = state(locked(1, by=ALICE))
    batch_state.payments["r"] = PaymentState("r", payer.id, Decimal("50.00"), "EUR", status)
    assert isinstance(refused(ReserveSeats(ALICE, (1,), "card", "r"), batch_state), PaymentEnded)


def test_a_payment_in_another_currency_pays_for_nothing() -> None:
    batch_state = state(locked(1, by=ALICE))
    pending = PaymentState("r", ALICE.id, Decimal("50.00"), "USD", PaymentStatus.PENDING)
    batch_state.payments["r"] = pending
    assert isinstance(refused(ReserveSeats(ALICE, (1,), "card", "r"), batch_state), PriceChanged)
    assert batch_state.payments["r"].status == PaymentStatus.VOID_DUE


def test_held_seats_can_be_reserved() -> None:
    batch_state = state(locked(1, by=ALICE), locked(2, by=ALICE), free(3))
    outcome = done(ReserveSeats(ALICE, (2, 1), "invoice"), batch_state)
    assert outcome.sentence == "Reservation confirmed!"
    assert outcome.booked is not None
    assert (outcome.booked.user, outcome.booked.payment_method) == (ALICE, "invoice")
    assert {ticket.seat.id for ticket in outcome.booked.bill.tickets} == {1, 2}
    for seat in outcome.changed:
        assert (seat.status, seat.reservation_id) == (SeatStatus.RESERVED, outcome.booked.id)
        assert (seat.holder_id, seat.locked_until) == (None, None)


def test_the_total_is_the_sum_of_the_prices() -> None:
    batch_state = state(
        *(
            free(n, price=price, status=SeatStatus.LOCKED, holder_id=1, locked_until=in_seconds(9))
            for n, price in [(1, Decimal("19.99")), (2, Decimal("0.01")), (3, Decimal("0.00"))]
        )
    )
    outcome = done(ReserveSeats(ALICE, (1, 2, 3, 3), "invoice"), batch_state)
    assert outcome.booked is not None
    assert outcome.booked.bill.total == Decimal("20.00")


@pytest.mark.parametrize(
    ("seat", "kind", "reason"),
    [
        (locked(2, by=BOB), SeatUnavailable, "locked"),
        (reserved(2), SeatUnavailable, "reserved"),
        (blocked(2), SeatUnavailable, "blocked"),
        (free(2), NotHolder, "not_held"),
        (locked(2, by=ALICE, seconds=-1), LockExpired, "expired"),
        (locked(2, by=BOB, seconds=-1), NotHolder, "not_held"),
        (released(2, held_by=ALICE), LockExpired, "expired"),
        (released(2, held_by=BOB), NotHolder, "not_held"),
    ],
)
def test_one_seat_that_is_not_held_fails_the_reservation(
    seat: SeatState, kind: type[Exception], reason: str
) -> None:
    refusal = refused(ReserveSeats(ALICE, (1, 2), "invoice"), state(locked(1, by=ALICE), seat))
    assert isinstance(refusal, kind)
    assert faults(refusal) == [("A2", reason)]


def test_a_lock_cannot_be_reserved_at_its_deadline() -> None:
    refusal = refused(ReserveSeats(ALICE, (1,), "invoice"), state(locked(1, by=ALICE, seconds=0)))
    assert isinstance(refusal, LockExpired)


def test_a_lock_can_be_booked_until_its_last_microsecond() -> None:
    batch_state = state(locked(1, by=ALICE, seconds=0.000_001))
    assert done(ReserveSeats(ALICE, (1,), "invoice"), batch_state).booked


def test_a_seat_taken_over_by_another_person_is_refused_as_locked() -> None:
    batch_state = state(locked(1, by=ALICE, seconds=-1))
    done(LockSeats(BOB, (1,)), batch_state)
    assert faults(refused(ReserveSeats(ALICE, (1,), "invoice"), batch_state)) == [("A1", "locked")]


def test_seats_locked_before_the_sale_closed_can_be_reserved() -> None:
    batch_state = state(locked(1, by=ALICE), sales_close_at=NOW)
    assert done(ReserveSeats(ALICE, (1,), "invoice"), batch_state).booked


def test_reserving_unknown_seats_is_refused() -> None:
    refusal = refused(ReserveSeats(ALICE, (1, 9), "invoice"), state(locked(1, by=ALICE)))
    assert isinstance(refusal, SeatNotFound)


def test_a_seat_cannot_be_booked_twice() -> None:
    batch_state = state(locked(1, by=ALICE))
    done(ReserveSeats(ALICE, (1,), "invoice"), batch_state)
    refusal = refused(ReserveSeats(ALICE, (1,), "invoice"), batch_state)
    assert faults(refusal) == [("A1", "reserved")]


def test_cancelling_frees_all_seats_of_the_reservation() -> None:
    batch_state = state(reserved(1), reserved(2), reservations=[booking(ALICE, 1, 2)])
    outcome = done(CancelReservation(ALICE, 1), batch_state)
    assert outcome.changed == (free(1), free(2))
    assert outcome.cancelled_ids == (1,)
    assert not batch_state.reservations[1].is_live


def test_cancelling_twice_changes_nothing() -> None:
    batch_state = state(reserved(1), reservations=[booking(ALICE, 1)])
    done(CancelReservation(ALICE, 1), batch_state)
    done(LockSeats(BOB, (1,)), batch_state)
    outcome = done(CancelReservation(ALICE, 1), batch_state)
    assert (outcome.changed, outcome.cancelled_ids) == ((), ())
    assert batch_state.seats[1].holder_id == BOB.id


def test_another_persons_reservation_is_not_found() -> None:
    batch_state = state(reserved(1), reservations=[booking(ALICE, 1)])
    assert isinstance(refused(CancelReservation(BOB, 1), batch_state), ReservationNotFound)


def test_an_organiser_can_cancel_any_reservation() -> None:
    batch_state = state(reserved(1), reservations=[booking(ALICE, 1)])
    assert done(CancelReservation(BOB, 1, as_organiser=True), batch_state).changed == (free(1),)


def test_an_unknown_reservation_is_not_found() -> None:
    assert isinstance(refused(CancelReservation(ALICE, 1), state(free(1))), ReservationNotFound)


@pytest.mark.parametrize(
    ("seat", "category", "costs"),
    [
        ("10.00", "20.00", "10.00"),
        ("0.00", "20.00", "0.00"),
        (None, "20.00", "20.00"),
        (None, "0.00", "0.00"),
        (None, None, "30.00"),
    ],
)
def test_a_seat_costs_its_own_price_else_its_categorys_else_the_events(
    seat: str | None, category: str | None, costs: str
) -> None:
    assert price_of(
        seat=None if seat is None else Decimal(seat),
        category=None if category is None else Decimal(category),
        event=Decimal("30.00"),
    ) == Decimal(costs)
