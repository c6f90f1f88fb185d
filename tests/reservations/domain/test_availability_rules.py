"""Rules: what time and organisers do to seats."""

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
    stand = state(
        locked(1, by=ALICE, seconds=-1),
        locked(2, by=ALICE, seconds=0),
        locked(3, by=BOB, seconds=0.001),
        reserved(4),
        blocked(5),
        free(6),
    )
    outcome = done(ReleaseExpired(), stand)
    assert outcome.changed == (released(1, held_by=ALICE), released(2, held_by=ALICE, seconds=0))
    assert (reasons(outcome), outcome.sentence) == ({Reason.EXPIRED}, "2 expired locks released")


def test_releasing_when_nothing_has_run_out_changes_nothing() -> None:
    outcome = done(ReleaseExpired(), state(locked(1, by=ALICE), free(2)))
    assert (outcome.changed, outcome.sentence) == ((), "0 expired locks released")


def test_a_buyer_is_told_that_the_lock_ran_out_also_after_it_was_released() -> None:
    stand = state(locked(1, by=ALICE, seconds=-1))
    done(ReleaseExpired(), stand)
    assert isinstance(refused(ReserveSeats(ALICE, (1,), "invoice"), stand), LockExpired)


@pytest.mark.parametrize("seat", [free(1), locked(1, by=ALICE, seconds=0)])
def test_an_organiser_can_keep_back_an_available_seat(seat: SeatState) -> None:
    stand = state(seat)
    assert done(BlockSeats(CAROL, (1,)), stand).changed == (blocked(1),)
    assert faults(refused(LockSeats(ALICE, (1,)), stand)) == [("A1", "blocked")]


@pytest.mark.parametrize(
    ("seat", "reason"), [(locked(2, by=ALICE), "locked"), (reserved(2), "reserved")]
)
def test_seats_that_somebody_has_cannot_be_kept_back(seat: SeatState, reason: str) -> None:
    refusal = refused(BlockSeats(CAROL, (1, 2)), state(free(1), seat))
    assert isinstance(refusal, SeatUnavailable)
    assert faults(refusal) == [("A2", reason)]


def test_even_ones_own_lock_is_in_the_way_of_keeping_a_seat_back() -> None:
    refusal = refused(BlockSeats(CAROL, (1,)), state(locked(1, by=CAROL)))
    assert faults(refusal) == [("A1", "locked")]


def test_keeping_back_what_is_kept_back_already_changes_nothing() -> None:
    assert done(BlockSeats(CAROL, (1, 2)), state(blocked(1), free(2))).changed == (blocked(2),)


def test_a_seat_can_be_given_back_to_the_sale() -> None:
    stand = state(blocked(1))
    assert done(UnblockSeats(CAROL, (1,)), stand).changed == (free(1),)
    assert done(LockSeats(ALICE, (1,)), stand).changed


def test_giving_back_leaves_seats_alone_that_were_not_kept_back() -> None:
    stand = state(locked(1, by=ALICE), reserved(2), free(3))
    assert done(UnblockSeats(CAROL, (1, 2, 3)), stand).changed == ()


def test_organisers_too_must_name_seats_of_the_event() -> None:
    for command in (BlockSeats(CAROL, (9,)), UnblockSeats(CAROL, (9,))):
        assert isinstance(refused(command, state(free(1))), SeatNotFound)
