"""Rules: places of a standing area are locked by number, whichever are free."""

import pytest

from reservations.domain.commands import LockPlaces, UnlockSeats
from reservations.domain.criteria import Places
from reservations.domain.errors import (
    AreaFull,
    Outpaced,
    PurchaseLimit,
    SalesNotOpen,
    SeatLimit,
)
from reservations.domain.states import SeatState
from tests.reservations.domain.batch_states import (
    ALICE,
    BOB,
    done,
    free,
    in_seconds,
    let_go,
    locked,
    refused,
    reserved,
    state,
)


def _ask(count: int, *seat_ids: int, left: int = 9) -> LockPlaces:
    return LockPlaces(ALICE, "east", count, Places(seat_ids, left))


def test_the_first_places_that_are_still_free_are_locked() -> None:
    on = state(locked(1, by=BOB), free(2), reserved(3), free(4), free(5))
    outcome = done(_ask(2, 1, 2, 3, 4, 5), on)
    assert [seat.id for seat in outcome.changed] == [2, 4]
    assert {seat.holder_id for seat in outcome.changed} == {ALICE.id}


def test_places_that_were_taken_meanwhile_are_chosen_again() -> None:
    on = state(locked(1, by=BOB), free(2))
    assert isinstance(refused(_ask(2, 1, 2), on), Outpaced)


@pytest.mark.parametrize("left", [0, 1, 2])
def test_a_shortage_tells_how_many_are_left(left: int) -> None:
    seats = [free(seat_id) for seat_id in range(1, left + 1)]
    found = refused(_ask(3, *(seat.id for seat in seats), left=left), state(*seats))
    assert isinstance(found, AreaFull)
    assert found.details["left"] == left


def test_without_a_choice_only_caps_and_sale_are_checked() -> None:
    command = LockPlaces(ALICE, "east", 2)
    assert isinstance(refused(command, state()), Outpaced)
    assert isinstance(refused(command, state(seat_cap=1)), SeatLimit)
    assert isinstance(refused(command, state(purchase_cap=1)), PurchaseLimit)
    assert isinstance(refused(command, state(sales_open_at=in_seconds(1))), SalesNotOpen)


def test_places_that_one_holds_already_count_towards_the_cap_and_are_not_given_again() -> None:
    on = state(locked(1, by=ALICE), free(2), seat_cap=2)
    assert [seat.id for seat in done(_ask(1, 1, 2), on).changed] == [2]
    on = state(locked(1, by=ALICE), free(2), free(3), seat_cap=2)
    assert isinstance(refused(_ask(2, 2, 3), on), SeatLimit)


def test_a_place_that_one_has_held_for_the_maximum_duration_is_left_out() -> None:
    used_up: SeatState = let_go(1, ALICE, began=-900, ended=-1)
    [seat] = done(_ask(1, 1, 2), state(used_up, free(2))).changed
    assert seat.id == 2
    assert isinstance(refused(_ask(1, 1), state(used_up)), Outpaced)


def test_places_are_released_like_seats() -> None:
    on = state(free(1), free(2))
    done(_ask(2, 1, 2), on)
    done(UnlockSeats(ALICE, (2,)), on)
    assert on.held_by(ALICE.id) == {1}
