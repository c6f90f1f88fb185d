"""Rules: companion seats are sold only with their accessible seat, while they are held back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reservations.domain.commands import (
    Command,
    LockSeats,
    ReserveSeats,
    StartPayment,
    UnlockSeats,
)
from reservations.domain.errors import CompanionSeat, SeatUnavailable
from reservations.domain.states import Grouping, SeatState
from tests.reservations.domain.batch_states import (
    ALICE,
    BOB,
    NOW,
    done,
    faults,
    free,
    locked,
    refused,
    reserved,
    state,
)

ACCESSIBLE, COMPANION = 1, 2


def _companion(seat: SeatState, of: int = ACCESSIBLE) -> SeatState:
    return replace(seat, grouping=Grouping(companion_of=of))


@pytest.mark.parametrize("accessible", [free(1), locked(1, by=BOB), reserved(1, by=BOB)])
def test_a_companion_seat_alone_cannot_be_locked(accessible: SeatState) -> None:
    refusal = refused(LockSeats(ALICE, (2,)), state(accessible, _companion(free(2))))
    assert isinstance(refusal, CompanionSeat)
    assert faults(refusal) == [("A2", "companion")]
    assert refusal.details["accessible_seat_ids"] == [ACCESSIBLE]


def test_a_companion_seat_is_locked_together_with_its_accessible_seat() -> None:
    outcome = done(LockSeats(ALICE, (2, 1)), state(free(1), _companion(free(2))))
    assert {seat.id for seat in outcome.changed} == {1, 2}


def test_a_companion_seat_with_another_accessible_seat_cannot_be_locked() -> None:
    on = state(free(1), _companion(free(2)), free(3))
    assert isinstance(refused(LockSeats(ALICE, (2, 3)), on), CompanionSeat)


@pytest.mark.parametrize("accessible", [locked(1, by=ALICE), reserved(1, by=ALICE)])
def test_the_holder_and_the_buyer_of_the_accessible_seat_can_lock_its_companion(
    accessible: SeatState,
) -> None:
    done(LockSeats(ALICE, (2,)), state(accessible, _companion(free(2))))


def test_an_expired_lock_on_the_accessible_seat_does_not_count() -> None:
    on = state(locked(1, by=ALICE, seconds=0), _companion(free(2)))
    assert isinstance(refused(LockSeats(ALICE, (2,)), on), CompanionSeat)


def test_a_companion_seat_of_a_taken_accessible_seat_is_refused_with_that_seat() -> None:
    on = state(locked(1, by=BOB), _companion(free(2)))
    assert isinstance(refused(LockSeats(ALICE, (1, 2)), on), SeatUnavailable)


def test_a_companion_seat_that_is_held_already_can_be_locked_again() -> None:
    on = state(free(1), _companion(locked(2, by=ALICE)))
    assert done(LockSeats(ALICE, (2,)), on).changed == ()


@pytest.mark.parametrize(("seconds", "is_held_back"), [(1, True), (0, False), (-1, False)])
def test_from_the_hold_back_time_on_anyone_may_have_a_companion_seat(
    seconds: int, is_held_back: bool
) -> None:
    until = NOW + timedelta(seconds=seconds)
    on = state(free(1), _companion(free(2)), companions_held_until=until)
    command = LockSeats(ALICE, (2,))
    if is_held_back:
        assert isinstance(refused(command, on), CompanionSeat)
    else:
        done(command, on)


_BOOKINGS = [ReserveSeats(ALICE, (2,), "invoice"), StartPayment(ALICE, (2,), "card", "p")]


@pytest.mark.parametrize("command", _BOOKINGS)
def test_a_companion_seat_cannot_be_booked_after_its_accessible_seat_was_released(
    command: Command,
) -> None:
    on = state(locked(1, by=ALICE), _companion(locked(2, by=ALICE)))
    done(UnlockSeats(ALICE, (1,)), on)
    assert isinstance(refused(command, on), CompanionSeat)


@pytest.mark.parametrize("command", _BOOKINGS)
def test_to_hold_the_accessible_seat_is_not_enough_to_book_its_companion(command: Command) -> None:
    on = state(locked(1, by=ALICE), _companion(locked(2, by=ALICE)))
    assert isinstance(refused(command, on), CompanionSeat)


@pytest.mark.parametrize("command", _BOOKINGS)
def test_the_buyer_of_the_accessible_seat_can_book_its_companion_later(command: Command) -> None:
    done(command, state(reserved(1, by=ALICE), _companion(locked(2, by=ALICE))))


def test_both_are_booked_together() -> None:
    on = state(locked(1, by=ALICE), _companion(locked(2, by=ALICE)))
    done(ReserveSeats(ALICE, (1, 2), "invoice"), on)
