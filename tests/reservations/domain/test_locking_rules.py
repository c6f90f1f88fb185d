"""Rules: who can lock which seat, and until when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reservations.domain.commands import LockSeats, ReserveSeats, UnlockSeats
from reservations.domain.errors import (
    SalesClosed,
    SalesNotOpen,
    SeatLimit,
    SeatNotFound,
    SeatUnavailable,
)
from reservations.domain.rules import decide
from reservations.domain.states import BatchState, SeatState, SeatStatus
from tests.reservations.domain.batch_states import (
    ALICE,
    BOB,
    NOW,
    blocked,
    done,
    faults,
    free,
    in_seconds,
    locked,
    refused,
    reserved,
    state,
)


def test_an_available_seat_is_locked_for_its_buyer_until_the_deadline() -> None:
    [seat] = done(LockSeats(ALICE, (1,)), state(free(1), free(2))).changed
    assert (seat.status, seat.holder_id) == (SeatStatus.LOCKED, ALICE.id)
    assert seat.locked_until == in_seconds(300)


def test_the_event_says_how_long_a_lock_lasts() -> None:
    [seat] = done(LockSeats(ALICE, (1,)), state(free(1), lock_seconds=45)).changed
    assert seat.locked_until == in_seconds(45)


def test_a_deadline_is_in_whole_milliseconds() -> None:
    at = NOW + timedelta(microseconds=123_987)
    [seat] = done(LockSeats(ALICE, (1,)), replace(state(free(1)), now=at)).changed
    assert seat.locked_until == NOW + timedelta(seconds=300, milliseconds=123)


@pytest.mark.parametrize(
    ("seat", "reason"),
    [(locked(1, by=BOB), "locked"), (reserved(1), "reserved"), (blocked(1), "blocked")],
)
def test_a_seat_that_is_not_available_cannot_be_locked(seat: SeatState, reason: str) -> None:
    refusal = refused(LockSeats(ALICE, (1,)), state(seat))
    assert isinstance(refusal, SeatUnavailable)
    assert faults(refusal) == [("A1", reason)]


def test_a_conflict_has_the_deadline_of_a_live_lock_only() -> None:
    refusal = refused(LockSeats(ALICE, (1, 2)), state(locked(1, by=BOB), reserved(2)))
    assert refusal.details["conflicts"] == [
        {
            "seat_id": 1,
            "seat_number": "A1",
            "reason": "locked",
            "locked_until": "2030-01-01T20:01:40.000Z",
        },
        {"seat_id": 2, "seat_number": "A2", "reason": "reserved", "locked_until": None},
    ]


def test_an_expired_lock_can_be_taken_by_anyone() -> None:
    [seat] = done(LockSeats(ALICE, (1,)), state(locked(1, by=BOB, seconds=-1))).changed
    assert (seat.holder_id, seat.locked_until) == (ALICE.id, in_seconds(300))


def test_a_lock_expires_at_its_deadline() -> None:
    [seat] = done(LockSeats(ALICE, (1,)), state(locked(1, by=BOB, seconds=0))).changed
    assert seat.holder_id == ALICE.id


def test_a_lock_holds_until_the_last_microsecond() -> None:
    refusal = refused(LockSeats(ALICE, (1,)), state(locked(1, by=BOB, seconds=0.000_001)))
    assert faults(refusal) == [("A1", "locked")]


def test_locking_a_held_seat_again_does_not_move_the_deadline() -> None:
    outcome = done(LockSeats(ALICE, (1,)), state(locked(1, by=ALICE, seconds=7)))
    assert outcome.changed == ()
    assert [seat.locked_until for seat in outcome.seats] == [in_seconds(7)]


def test_the_former_holder_can_lock_an_expired_seat_again() -> None:
    [seat] = done(LockSeats(ALICE, (1,)), state(locked(1, by=ALICE, seconds=-1))).changed
    assert seat.locked_until == in_seconds(300)


def test_of_several_seats_only_those_not_held_yet_change() -> None:
    outcome = done(LockSeats(ALICE, (2, 1)), state(free(1), locked(2, by=ALICE, seconds=7)))
    assert [seat.id for seat in outcome.changed] == [1]
    assert [(seat.id, seat.locked_until) for seat in outcome.seats] == [
        (2, in_seconds(7)),
        (1, in_seconds(300)),
    ]


def test_several_seats_are_locked_all_or_none_and_every_seat_at_fault_is_named() -> None:
    batch_state = state(free(1), locked(2, by=BOB), reserved(3), free(4), blocked(5))
    refusal = refused(LockSeats(ALICE, (1, 2, 3, 4, 5)), batch_state)
    assert faults(refusal) == [("A2", "locked"), ("A3", "reserved"), ("A5", "blocked")]
    for sentence in ("Seat A2 is locked by somebody else", "A3 is reserved", "A5 is not for sale"):
        assert sentence in refusal.sentence


def test_a_seat_named_twice_counts_once() -> None:
    outcome = done(LockSeats(ALICE, (1, 1, 1)), state(free(1), seat_cap=1))
    assert len(outcome.changed) == len(outcome.seats) == 1


def test_a_seat_that_the_event_does_not_have_is_refused_by_name() -> None:
    refusal = refused(LockSeats(ALICE, (1, 8, 9)), state(free(1)))
    assert isinstance(refusal, SeatNotFound)
    assert refusal.details == {"seat_ids": [8, 9]}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (300, "5 minutes"),
        (60, "1 minute"),
        (90, "1 minute 30 seconds"),
        (1, "1 second"),
        (121, "2 minutes 1 second"),
    ],
)
def test_the_sentence_has_the_duration(seconds: int, words: str) -> None:
    outcome = done(LockSeats(ALICE, (1,)), state(free(1), lock_seconds=seconds))
    assert outcome.sentence == f"Seat A1 locked for {words}"


def test_the_sentence_names_all_seats() -> None:
    outcome = done(LockSeats(ALICE, (1, 2)), state(free(1), free(2)))
    assert outcome.sentence == "Seats A1, A2 locked for 5 minutes"


def _holding(number: int) -> BatchState:
    return state(
        *(locked(seat_id, by=ALICE) for seat_id in range(1, number + 1)),
        *(free(seat_id) for seat_id in range(number + 1, 6)),
        seat_cap=3,
    )


def test_a_person_can_hold_as_many_seats_as_the_cap() -> None:
    assert done(LockSeats(ALICE, (3,)), _holding(2)).changed


def test_a_person_cannot_hold_more_seats_than_the_cap() -> None:
    refusal = refused(LockSeats(ALICE, (4, 5)), _holding(2))
    assert isinstance(refusal, SeatLimit)
    assert faults(refusal) == [("A4", "limit"), ("A5", "limit")]
    assert refusal.details["seat_cap"] == 3


def test_the_cap_names_only_the_seats_that_would_be_new() -> None:
    assert faults(refused(LockSeats(ALICE, (1, 4)), _holding(3))) == [("A4", "limit")]


def test_at_the_cap_held_seats_can_be_locked_again() -> None:
    assert done(LockSeats(ALICE, (1, 2, 3)), _holding(3)).changed == ()


def test_the_cap_counts_each_person_alone() -> None:
    assert done(LockSeats(BOB, (4, 5)), _holding(3)).changed


def test_locks_that_have_run_out_do_not_count_for_the_cap() -> None:
    batch_state = state(locked(1, by=ALICE, seconds=0), free(2), free(3), seat_cap=2)
    assert done(LockSeats(ALICE, (2, 3)), batch_state).changed


def test_booked_seats_do_not_count_for_the_cap() -> None:
    batch_state = _holding(3)
    done(ReserveSeats(ALICE, (1, 2, 3), "invoice"), batch_state)
    assert done(LockSeats(ALICE, (4, 5)), batch_state).changed


def test_the_cap_sees_what_earlier_commands_of_the_batch_did() -> None:
    batch_state = _holding(2)
    done(LockSeats(ALICE, (3,)), batch_state)
    assert isinstance(decide(LockSeats(ALICE, (4,)), batch_state).refusal, SeatLimit)
    done(UnlockSeats(ALICE, (1,)), batch_state)
    done(LockSeats(ALICE, (4,)), batch_state)


def test_of_two_people_in_one_batch_the_first_gets_the_seat() -> None:
    batch_state = state(free(1))
    done(LockSeats(BOB, (1,)), batch_state)
    assert faults(refused(LockSeats(ALICE, (1,)), batch_state)) == [("A1", "locked")]


def test_before_the_sale_opens_locking_is_refused_with_the_time_it_opens() -> None:
    batch_state = state(free(1), sales_open_at=in_seconds(0.001), sales_close_at=in_seconds(60))
    refusal = refused(LockSeats(ALICE, (1,)), batch_state)
    assert isinstance(refusal, SalesNotOpen)
    assert refusal.details == {
        "sales_open_at": "2030-01-01T20:00:00.001Z",
        "sales_close_at": "2030-01-01T20:01:00.000Z",
    }


def test_the_sale_is_open_at_its_opening_time() -> None:
    assert done(LockSeats(ALICE, (1,)), state(free(1), sales_open_at=NOW)).changed


def test_the_sale_is_closed_at_its_closing_time() -> None:
    refusal = refused(LockSeats(ALICE, (1,)), state(free(1), sales_close_at=NOW))
    assert isinstance(refusal, SalesClosed)
    assert refusal.details == {"sales_open_at": None, "sales_close_at": "2030-01-01T20:00:00.000Z"}
