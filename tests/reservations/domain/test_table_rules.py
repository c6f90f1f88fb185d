"""Rules: a table that is sold as a whole is locked, released and booked as a whole."""

from dataclasses import replace
from typing import Any

import pytest

from reservations.domain.commands import (
    BlockSeats,
    Command,
    ExtendLocks,
    LockSeats,
    ReserveSeats,
    StartPayment,
    UnlockSeats,
)
from reservations.domain.errors import NotHolder, SeatLimit, SeatUnavailable, WholeTable
from reservations.domain.states import BatchState, Grouping, SeatState
from tests.reservations.domain.batch_states import (
    ALICE,
    BOB,
    blocked,
    done,
    faults,
    free,
    locked,
    refused,
    state,
)

TABLE: dict[str, Any] = {"grouping": Grouping("T4", 3)}


def _table() -> BatchState:
    """Return a free table of three, and a seat that is sold by itself."""
    return state(*(free(seat_id, **TABLE) for seat_id in (1, 2, 3)), free(4))


def _of_table(seat: SeatState) -> SeatState:
    return replace(seat, **TABLE)


def _held() -> BatchState:
    return state(*(_of_table(locked(seat_id, by=ALICE)) for seat_id in (1, 2, 3)))


@pytest.mark.parametrize("seat_ids", [(1,), (1, 2), (2, 3, 4)])
def test_a_part_of_a_table_cannot_be_locked(seat_ids: tuple[int, ...]) -> None:
    refusal = refused(LockSeats(ALICE, seat_ids), _table())
    assert isinstance(refusal, WholeTable)
    assert faults(refusal) == [(f"A{at}", "table") for at in seat_ids if at != 4]


def test_a_whole_table_is_locked_also_with_other_seats() -> None:
    outcome = done(LockSeats(ALICE, (3, 1, 4, 2)), _table())
    assert {seat.id for seat in outcome.changed} == {1, 2, 3, 4}


def test_a_seat_named_twice_does_not_make_up_for_another() -> None:
    assert isinstance(refused(LockSeats(ALICE, (1, 1, 2)), _table()), WholeTable)


def test_two_tables_are_counted_apart() -> None:
    other = (free(seat_id, grouping=Grouping("T5", 2)) for seat_id in (4, 5))
    on = state(*(free(seat_id, **TABLE) for seat_id in (1, 2, 3)), *other)
    refusal = refused(LockSeats(ALICE, (1, 2, 4, 5)), on)
    assert faults(refusal) == [("A1", "table"), ("A2", "table")]


def test_a_table_with_a_taken_seat_cannot_be_locked() -> None:
    for taken in (_of_table(locked(3, by=BOB)), _of_table(blocked(3))):
        on = state(free(1, **TABLE), free(2, **TABLE), taken)
        assert isinstance(refused(LockSeats(ALICE, (1, 2, 3)), on), SeatUnavailable)


def test_each_seat_of_a_table_counts_towards_the_cap() -> None:
    on = state(*(free(seat_id, **TABLE) for seat_id in (1, 2, 3)), seat_cap=2)
    assert isinstance(refused(LockSeats(ALICE, (1, 2, 3)), on), SeatLimit)


COMMANDS: list[Any] = [
    UnlockSeats,
    ExtendLocks,
    lambda actor, seat_ids: ReserveSeats(actor, seat_ids, "invoice"),
    lambda actor, seat_ids: StartPayment(actor, seat_ids, "card", "p"),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_part_of_a_held_table_cannot_be_released_extended_or_booked(command: Any) -> None:
    partly: Command = command(ALICE, (1, 2))
    assert isinstance(refused(partly, _held()), WholeTable)
    done(command(ALICE, (1, 2, 3)), _held())


def test_someone_elses_table_is_not_released() -> None:
    assert isinstance(refused(UnlockSeats(BOB, (1,)), _held()), NotHolder)


def test_an_organiser_can_block_one_seat_of_a_table() -> None:
    done(BlockSeats(ALICE, (1,)), _table())
