"""Rules: releasing expired locks, blocking and unblocking."""

import pytest

from reservations.domain.commands import (
    BlockSeats,
    LockSeats,
    ReleaseExpired,
    ReserveSeats,
    UnblockSeats,
)
from reservations.domain.errors import LockExpired, SeatNotFound, SeatUnavailable
from reservations.domain.states import Reason, SeatState
from tests.reservations.domain.batch_states import (
    ALICE,
    BOB,
    CAROL,
    blocked,
    done,
    faults,
    free,
    locked,
    reasons,
    refused,
    released,
    reserved,
    state,
)


def test_releasing_frees_exactly_the_locks_past_their_deadline() -> None:
    batch_state = state(
        locked(1, by=ALICE, seconds=-1),
        locked(2, by=ALICE, seconds=0),
        locked(3, by=BOB, seconds=0.001),
        reserved(4),
        blocked(5),
        free(6),
    )
    outcome = done(ReleaseExpired(), batch_state)
    assert outcome.changed == (released(1, held_by=ALICE), released(2, held_by=ALICE, seconds=0))
    assert (reasons(outcome), outcome.sentence) == ({Reason.EXPIRED}, "2 expired locks released")


def test_releasing_without_expired_locks_changes_nothing() -> None:
    outcome = done(ReleaseExpired(), state(locked(1, by=ALICE), free(2)))
    assert (outcome.changed, outcome.sentence) == ((), "0 expired locks released")


def test_reserving_after_release_is_refused_as_expired() -> None:
    batch_state = state(locked(1, by=ALICE, seconds=-1))
    done(ReleaseExpired(), batch_state)
    assert isinstance(refused(ReserveSeats(ALICE, (1,), "invoice"), batch_state), LockExpired)


@pytest.mark.parametrize("seat", [free(1), locked(1, by=ALICE, seconds=0)])
def test_an_organiser_can_block_an_available_seat(seat: SeatState) -> None:
    batch_state = state(seat)
    assert done(BlockSeats(CAROL, (1,)), batch_state).changed == (blocked(1),)
    assert faults(refused(LockSeats(ALICE, (1,)), batch_state)) == [("A1", "blocked")]


@pytest.mark.parametrize(
    ("seat", "reason"), [(locked(2, by=ALICE), "locked"), (reserved(2), "reserved")]
)
def test_taken_seats_cannot_be_blocked(seat: SeatState, reason: str) -> None:
    refusal = refused(BlockSeats(CAROL, (1, 2)), state(free(1), seat))
    assert isinstance(refusal, SeatUnavailable)
    assert faults(refusal) == [("A2", reason)]


def test_a_seat_locked_by_the_organiser_cannot_be_blocked() -> None:
    refusal = refused(BlockSeats(CAROL, (1,)), state(locked(1, by=CAROL)))
    assert faults(refusal) == [("A1", "locked")]


def test_blocking_a_blocked_seat_changes_nothing() -> None:
    assert done(BlockSeats(CAROL, (1, 2)), state(blocked(1), free(2))).changed == (blocked(2),)


def test_a_blocked_seat_can_be_unblocked() -> None:
    batch_state = state(blocked(1))
    assert done(UnblockSeats(CAROL, (1,)), batch_state).changed == (free(1),)
    assert done(LockSeats(ALICE, (1,)), batch_state).changed


def test_unblocking_other_seats_changes_nothing() -> None:
    batch_state = state(locked(1, by=ALICE), reserved(2), free(3))
    assert done(UnblockSeats(CAROL, (1, 2, 3)), batch_state).changed == ()


def test_blocking_unknown_seats_is_refused() -> None:
    for command in (BlockSeats(CAROL, (9,)), UnblockSeats(CAROL, (9,))):
        assert isinstance(refused(command, state(free(1))), SeatNotFound)
