"""What contradicts what people were told, and what does not."""

from dataclasses import dataclass

import pytest

from loadtest.chaos.holds import Holds

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


def test_a_seat_that_somebody_holds_cannot_be_booked_by_another(holds: Holds) -> None:
    holds.booked("bob", [7])
    assert holds.violations == ["seat 7 is booked for bob, and locked for alice"]


@pytest.mark.parametrize("person", ["alice", "bob"])
def test_a_booked_seat_can_be_locked_by_nobody(person: str, holds: Holds, clock: Clock) -> None:
    holds.booked("alice", [7])
    clock.now = 9_000.0
    holds.locked(person, {7: 9_020.0})
    assert len(holds.violations) == 1


def test_a_seat_is_anybodys_after_the_deadline(holds: Holds, clock: Clock) -> None:
    clock.now = DEADLINE
    holds.locked("bob", {7: 40.0})
    assert holds.violations == []


def test_a_seat_is_anybodys_once_its_holder_begins_to_let_it_go(holds: Holds) -> None:
    holds.let_go("alice", [7])
    holds.locked("bob", {7: 40.0})
    assert holds.violations == []


def test_nobody_lets_go_of_anothers_seat(holds: Holds) -> None:
    holds.let_go("bob", [7])
    holds.locked("bob", {7: 40.0})
    assert len(holds.violations) == 1


def test_an_answer_that_comes_after_its_deadline_promises_nothing(holds: Holds) -> None:
    holds.locked("bob", {7: 0.5})
    assert holds.violations == []


def test_holding_longer_and_booking_contradict_nothing(holds: Holds) -> None:
    holds.locked("alice", {7: 40.0})
    holds.booked("alice", [7])
    assert holds.violations == []


@pytest.mark.parametrize("reason", ["locked", "reserved", "expired", "not_held"])
def test_a_lock_cannot_be_gone_before_its_deadline(reason: str, holds: Holds) -> None:
    _refuse(holds, reason)
    assert holds.violations == [f"seat 7 is locked for alice, who is told: {reason}"]


def test_a_lock_may_be_gone_after_its_deadline(holds: Holds, clock: Clock) -> None:
    clock.now = DEADLINE
    _refuse(holds, "expired")
    assert holds.violations == []


def test_what_was_asked_before_the_promise_contradicts_nothing(holds: Holds) -> None:
    _refuse(holds, "not_held", asked_at=-1.0)
    assert holds.violations == []


def test_a_limit_says_nothing_of_whose_a_seat_is(holds: Holds) -> None:
    _refuse(holds, "limit")
    assert holds.violations == []


def test_ones_own_booking_is_reserved_and_nothing_else(holds: Holds, clock: Clock) -> None:
    holds.booked("alice", [7])
    clock.now = 3.0
    _refuse(holds, "reserved", asked_at=2.0)
    assert (holds.violations, holds.confirmed) == ([], 1)
    _refuse(holds, "not_held", asked_at=2.0)
    assert holds.violations == ["seat 7 is booked for alice, who is told: not_held"]


def test_ones_own_list_has_what_one_holds(holds: Holds) -> None:
    holds.listed("alice", [7], asked_at=0.5)
    assert (holds.violations, holds.confirmed) == ([], 1)
    holds.listed("alice", [], asked_at=0.5)
    assert holds.violations == ["seat 7 is locked for alice, who is told: not in the list"]
