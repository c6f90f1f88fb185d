"""Rules: extending locks."""

from dataclasses import replace

import pytest

from reservations.domain.commands import ExtendLocks, LockSeats
from reservations.domain.errors import ExtensionLimit, LockExpired, NotHolder
from reservations.domain.rules import decide
from reservations.domain.states import BatchState, Reason
from tests.reservations.domain.batch_states import (
    ALICE,
    BOB,
    done,
    faults,
    free,
    in_seconds,
    locked,
    reasons,
    refused,
    state,
)


def _later(on: BatchState, seconds: float) -> BatchState:
    return replace(on, now=in_seconds(seconds))


def test_a_lock_that_is_extended_lasts_as_long_as_a_new_one() -> None:
    outcome = done(ExtendLocks(ALICE, (1,)), state(locked(1, by=ALICE, seconds=20)))
    [seat] = outcome.changed
    assert reasons(outcome) == {Reason.EXTENDED}
    assert (seat.locked_until, seat.extensions) == (in_seconds(300), 1)
    assert seat.locked_at == in_seconds(20 - 300)


def test_it_can_be_extended_twice() -> None:
    twice = locked(1, by=ALICE, seconds=20, extensions=2)
    refusal = refused(ExtendLocks(ALICE, (1,)), state(twice))
    assert isinstance(refusal, ExtensionLimit)
    assert faults(refusal) == [("A1", "extension_limit")]
    done(ExtendLocks(ALICE, (1,)), state(twice, max_extensions=3))


def test_extensions_end_at_the_maximum_hold() -> None:
    on = state(free(1), max_extensions=100)
    done(LockSeats(ALICE, (1,)), on)
    for at in range(60, 900, 60):
        on = _later(on, at)
        decide(ExtendLocks(ALICE, (1,)), on)
    assert on.seats[1].locked_until == in_seconds(900)
    refusal = refused(ExtendLocks(ALICE, (1,)), on)
    assert isinstance(refusal, ExtensionLimit)


def test_locks_longer_than_the_maximum_hold_cannot_be_extended() -> None:
    on = state(free(1), lock_seconds=3600)
    done(LockSeats(ALICE, (1,)), on)
    assert isinstance(refused(ExtendLocks(ALICE, (1,)), _later(on, 60)), ExtensionLimit)


def test_locking_it_again_gives_no_more_time_and_no_more_extensions() -> None:
    on = state(locked(1, by=ALICE, seconds=20, extensions=2))
    assert done(LockSeats(ALICE, (1,)), on).changed == ()
    assert isinstance(refused(ExtendLocks(ALICE, (1,)), on), ExtensionLimit)


def test_an_expired_lock_starts_a_new_hold_for_another_person() -> None:
    on = state(locked(1, by=ALICE, seconds=0, extensions=2))
    assert isinstance(refused(ExtendLocks(ALICE, (1,)), on), LockExpired)
    [seat] = done(LockSeats(BOB, (1,)), on).changed
    assert (seat.locked_at, seat.extensions) == (in_seconds(0), 0)


@pytest.mark.parametrize("other", [free(2), locked(2, by=BOB)])
def test_all_are_extended_or_none(other: object) -> None:
    on = state(locked(1, by=ALICE), other)  # type: ignore[arg-type]
    refusal = refused(ExtendLocks(ALICE, (1, 2)), on)
    assert isinstance(refusal, NotHolder)
    assert [seat for seat, _ in faults(refusal)] == ["A2"]


def test_the_number_of_extensions_left_is_returned() -> None:
    terms = state(free(1)).terms
    until, began = in_seconds(300), in_seconds(0)
    for done_already, left in ((0, 2), (1, 1), (2, 0), (3, 0)):
        assert left == terms.extensions_left(
            locked_at=began, locked_until=until, extensions=done_already
        )
    last = in_seconds(900)
    assert terms.extensions_left(locked_at=began, locked_until=last, extensions=0) == 0
