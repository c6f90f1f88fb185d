"""Which responses contradict earlier ones."""

from dataclasses import dataclass

import pytest

from laboratory.chaos.holds import Holds

DEADLINE = 20.0


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def holds(clock: Clock) -> Holds:
    """A second ago alice was told that seat 7 is hers until the deadline."""
    holds = Holds(clock)
    holds.locked("alice", {7: DEADLINE})
    clock.now = 1.0
    return holds


def _refuse(holds: Holds, reason: str, *, asked_at: float = 0.5) -> None:
    holds.refused("alice", [{"seat_id": 7, "reason": reason}], asked_at=asked_at)


def test_two_people_cannot_hold_one_seat(holds: Holds) -> None:
    holds.locked("bob", {6: 40.0, 7: 40.0})
    assert holds.violations == ["seat 7 is locked for bob, and locked for alice"]


def test_booking_a_seat_held_by_another_is_a_violation(holds: Holds) -> None:
    holds.booked("bob", [7])
    assert holds.violations == ["seat 7 is booked for bob, and locked for alice"]


@pytest.mark.parametrize("person", ["alice", "bob"])
def test_locking_a_booked_seat_is_a_violation(person: str, holds: Holds, clock: Clock) -> None:
    holds.booked("alice", [7])
    clock.now = 9_000.0
    holds.locked(person, {7: 9_020.0})
    assert len(holds.violations) == 1


def test_a_seat_is_free_after_the_deadline(holds: Holds, clock: Clock) -> None:
    clock.now = DEADLINE
    holds.locked("bob", {7: 40.0})
    assert holds.violations == []


def test_a_seat_is_free_once_its_holder_starts_to_release_it(holds: Holds) -> None:
    holds.let_go("alice", [7])
    holds.locked("bob", {7: 40.0})
    assert holds.violations == []


def test_releasing_anothers_seat_has_no_effect(holds: Holds) -> None:
    holds.let_go("bob", [7])
    holds.locked("bob", {7: 40.0})
    assert len(holds.violations) == 1


def test_a_response_after_its_deadline_promises_nothing(holds: Holds) -> None:
    holds.locked("bob", {7: 0.5})
    assert holds.violations == []


def test_extending_and_booking_ones_own_seat_is_no_violation(holds: Holds) -> None:
    holds.locked("alice", {7: 40.0})
    holds.booked("alice", [7])
    assert holds.violations == []


@pytest.mark.parametrize("reason", ["locked", "reserved", "expired", "not_held"])
def test_a_lock_lost_before_its_deadline_is_a_violation(reason: str, holds: Holds) -> None:
    _refuse(holds, reason)
    assert holds.violations == [f"seat 7 is locked for alice, who is told: {reason}"]


def test_a_lock_lost_after_its_deadline_is_no_violation(holds: Holds, clock: Clock) -> None:
    clock.now = DEADLINE
    _refuse(holds, "expired")
    assert holds.violations == []


def test_a_refusal_of_an_earlier_request_is_no_violation(holds: Holds) -> None:
    _refuse(holds, "not_held", asked_at=-1.0)
    assert holds.violations == []


def test_a_refusal_by_a_cap_is_no_violation(holds: Holds) -> None:
    _refuse(holds, "limit")
    assert holds.violations == []


def test_a_refusal_of_ones_own_booking_must_say_reserved(holds: Holds, clock: Clock) -> None:
    holds.booked("alice", [7])
    clock.now = 3.0
    _refuse(holds, "reserved", asked_at=2.0)
    assert (holds.violations, holds.confirmed) == ([], 1)
    _refuse(holds, "not_held", asked_at=2.0)
    assert holds.violations == ["seat 7 is booked for alice, who is told: not_held"]


def test_the_list_of_locks_must_contain_all_held_seats(holds: Holds) -> None:
    holds.listed("alice", [7], asked_at=0.5)
    assert (holds.violations, holds.confirmed) == ([], 1)
    holds.listed("alice", [], asked_at=0.5)
    assert holds.violations == ["seat 7 is locked for alice, who is told: not in the list"]
