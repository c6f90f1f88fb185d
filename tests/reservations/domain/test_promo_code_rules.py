"""Rules: a promo code opens the seats of its allocation, and they go back to it."""

from dataclasses import replace

import pytest

from reservations.domain.commands import (
    Command,
    ExtendLocks,
    LockBest,
    LockPlaces,
    LockSeats,
    ReleaseExpired,
    ReleaseLocks,
    ReserveSeats,
    SellSeats,
    UnlockSeats,
)
from reservations.domain.criteria import Choice, Places, SeatCriteria
from reservations.domain.states import (
    BatchState,
    BoxOfficeMethod,
    PromoCodeState,
    Reason,
    SeatState,
    SeatStatus,
)
from tests.reservations.domain.batch_states import (
    ALICE,
    BOB,
    CAROL,
    blocked,
    done,
    free,
    locked,
    refused,
    state,
)

CODE = "SPONSOR"


def kept(seat_id: int, allocation_id: int = 1) -> SeatState:
    return replace(blocked(seat_id), allocation_id=allocation_id)


def opened(seat_id: int, **more: object) -> SeatState:
    """Return a seat that Alice holds, or held, with the code."""
    return replace(locked(seat_id, by=ALICE, **more), allocation_id=1, promo_code_id=7)  # type: ignore[arg-type]


def with_code(*seats: SeatState, left: int = 2, has_ended: bool = False) -> BatchState:
    found = state(*seats)
    found.promo_codes = {CODE: PromoCodeState(7, 1, left, has_ended)}
    return found


def test_a_code_opens_the_seats_of_its_allocation_and_no_others() -> None:
    found = with_code(kept(1), kept(2, allocation_id=2), blocked(3), free(4))
    for other in (2, 3):
        assert refused(LockSeats(ALICE, (other,), CODE), found).code == "seat_unavailable"
    assert refused(LockSeats(ALICE, (1,)), found).code == "seat_unavailable"
    first, second = done(LockSeats(ALICE, (1, 4), CODE), found).changed
    assert (first.status, first.allocation_id, first.promo_code_id) == (SeatStatus.LOCKED, 1, 7)
    assert (second.allocation_id, second.promo_code_id) == (None, None)
    assert found.promo_codes[CODE].left == 1


def test_a_code_is_used_up_within_one_batch() -> None:
    found = with_code(kept(1), kept(2), kept(3))
    done(LockSeats(ALICE, (1,), CODE), found)
    refusal = refused(LockSeats(BOB, (2, 3), CODE), found)
    assert (refusal.code, refusal.details["left"]) == ("promo_code_used", 1)
    done(LockSeats(BOB, (2,), CODE), found)
    assert refused(LockSeats(CAROL, (3,), CODE), found).details["left"] == 0


@pytest.mark.parametrize("text", ["OTHER", CODE])
def test_an_unknown_code_and_an_ended_one_are_refused_alike(text: str) -> None:
    refusal = refused(LockSeats(ALICE, (1,), text), with_code(kept(1), has_ended=True))
    assert (refusal.code, refusal.details) == ("promo_code_invalid", {})


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (UnlockSeats(ALICE, (1,)), Reason.UNLOCKED),
        (ReleaseLocks(BOB, (1,)), Reason.RELEASED),
    ],
)
def test_a_seat_that_is_let_go_of_is_kept_for_its_channel_again(
    command: Command, reason: Reason
) -> None:
    [(seat, why)] = done(command, with_code(opened(1))).transitions
    assert (seat.status, seat.allocation_id, why) == (SeatStatus.BLOCKED, 1, reason)
    assert (seat.promo_code_id, seat.former_holder_id) == (None, ALICE.id)


def test_a_lapsed_lock_of_a_kept_seat_is_for_nobody_without_the_code() -> None:
    found = with_code(opened(1, seconds=-1), free(2))
    refusal = refused(LockSeats(BOB, (1,)), found)
    assert refusal.details["conflicts"][0]["reason"] == "blocked"
    best = LockBest(BOB, SeatCriteria(2), Choice(((1, 2),)))
    assert refused(best, found).code == "outpaced"
    [(seat, _)] = done(ReleaseExpired(), found).transitions
    assert (seat.status, seat.allocation_id) == (SeatStatus.BLOCKED, 1)
    assert seat.lapsed_holder_id == ALICE.id
    assert done(LockSeats(BOB, (1,), CODE), with_code(opened(1, seconds=-1))).changed


def test_a_hold_goes_on_and_is_bought_after_its_code_has_ended() -> None:
    found = with_code(opened(1), has_ended=True)
    [seat] = done(ExtendLocks(ALICE, (1,)), found).changed
    assert (seat.allocation_id, seat.promo_code_id) == (1, 7)
    outcome = done(ReserveSeats(ALICE, (1,), "invoice"), found)
    assert outcome.changed[0].allocation_id is None
    # The ticket says with which code it was held.
    assert outcome.booked is not None
    assert outcome.booked.bill.tickets[0].seat.promo_code_id == 7


def test_the_box_office_sells_a_kept_seat_whose_hold_has_lapsed() -> None:
    sale = SellSeats(BOB, (1,), BoxOfficeMethod.CASH, "Zoe", from_allocation=1)
    assert done(sale, with_code(opened(1, seconds=-1))).booked
    assert refused(sale, with_code(opened(1))).code == "seat_unavailable"


def test_the_best_seats_are_the_first_set_that_the_code_is_good_for() -> None:
    found = with_code(kept(1), kept(2), kept(3), free(4), left=1)
    choice = Choice(((1, 2), (3, 4)))
    assert refused(LockBest(ALICE, SeatCriteria(2), choice), found).code == "outpaced"
    first, second = done(LockBest(ALICE, SeatCriteria(2), choice, promo_code=CODE), found).changed
    assert (first.id, first.promo_code_id) == (3, 7)
    assert (second.id, second.promo_code_id) == (4, None)


def test_places_that_the_code_opens_come_first_up_to_its_limit() -> None:
    choice = Places((1, 2, 3, 4), left=3)
    found = with_code(free(1), kept(2), kept(3), free(4), left=1)
    assert refused(LockPlaces(ALICE, "east", 3, choice), found).code == "outpaced"
    locked_now = done(LockPlaces(ALICE, "east", 3, choice, CODE), found).changed
    assert [(seat.id, seat.promo_code_id) for seat in locked_now] == [(2, 7), (1, None), (4, None)]
    # Once another has used it up, the choice is made again.
    assert refused(LockPlaces(BOB, "east", 1, Places((3,), left=1), CODE), found).code == "outpaced"


@pytest.mark.parametrize(
    "command",
    [
        LockBest(ALICE, SeatCriteria(1), promo_code="OTHER"),
        LockPlaces(ALICE, "east", 1, promo_code="OTHER"),
    ],
)
def test_an_unknown_code_is_refused_without_a_choice(command: Command) -> None:
    assert refused(command, with_code(kept(1))).code == "promo_code_invalid"
