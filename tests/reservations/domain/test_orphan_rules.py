"""Rules: where orphans are refused, nobody buys seats so that an avoidable single one is left."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, groupby, product

import pytest

from reservations.domain.commands import Command, LockSeats, ReserveSeats, StartPayment
from reservations.domain.errors import OrphanSeat
from reservations.domain.rules import decide
from reservations.domain.states import BatchState, PaymentState, PaymentStatus, SeatState
from tests.reservations.domain.batch_states import (
    ALICE,
    BOB,
    done,
    faults,
    free,
    locked,
    refused,
    reserved,
    state,
)

# A row by signs: free, bought now, held by the buyer besides, taken.
_SEATS: dict[str, Callable[[int], SeatState]] = {
    ".": free,
    "M": lambda number: locked(number, by=ALICE),
    "h": lambda number: locked(number, by=ALICE),
    "l": lambda number: locked(number, by=BOB),
    "-": lambda number: locked(number, by=BOB, seconds=-1),
    "x": lambda number: reserved(number),
}


def _row(signs: str, *, refuses_orphans: bool = True) -> BatchState:
    """Return a state with rows; a space is an aisle."""
    seats: list[SeatState] = []
    stretches: list[list[int]] = []
    for part in signs.split():
        stretch = [_SEATS[sign](len(seats) + at) for at, sign in enumerate(part, start=1)]
        stretches.append([seat.id for seat in stretch])
        seats += stretch
    on = state(*seats, refuses_orphans=refuses_orphans)
    on.stretches = stretches
    return on


def _bookings(signs: str) -> Iterator[Command]:
    signs = signs.replace(" ", "")
    bought = tuple(at for at, sign in enumerate(signs, start=1) if sign == "M")
    yield ReserveSeats(ALICE, bought, "invoice")
    yield StartPayment(ALICE, bought, "card", "p")


@pytest.mark.parametrize(
    ("signs", "orphans"),
    [
        (".M..", ["A1"]),
        ("x.M..", ["A2"]),
        ("l.M..", ["A2"]),
        (".. .M.. ..", ["A3"]),
        ("..M.M..", ["A4"]),
        ("x.M.x", ["A2", "A4"]),
        (".Mh", ["A1", "A3"]),
    ],
)
def test_a_single_seat_that_can_be_avoided_is_refused(signs: str, orphans: list[str]) -> None:
    for command in _bookings(signs):
        refusal = refused(command, _row(signs))
        assert isinstance(refusal, OrphanSeat)
        assert faults(refusal) == [(orphan, "orphan") for orphan in orphans]
        assert all(orphan in refusal.sentence for orphan in orphans)


@pytest.mark.parametrize(
    ("signs", "why"),
    [
        ("M..", "the others are together"),
        ("x.Mx", "it is one of the last two"),
        ("M.M", "any choice leaves one"),
        ("x.x M..", "it was single before"),
        ("-.M..", "the lock beside it has run out"),
        ("hMx", "the other seat of the buyer may be released, but is one of the last two"),
    ],
)
def test_other_single_seats_are_allowed(signs: str, why: str) -> None:
    for command in _bookings(signs):
        done(command, _row(signs))


def test_seats_of_other_categories_are_no_other_choice() -> None:
    for command in _bookings("x.M.."):
        on = _row("x.M..")
        for number in (4, 5):
            on.put(replace(on.seats[number], category_id=9))
        done(command, on)


def _special(seat: SeatState) -> SeatState:
    return replace(seat, is_ordinary=False)


def test_accessible_and_companion_seats_may_be_left_and_are_no_other_choice() -> None:
    for command in _bookings(".M.."):
        on = _row(".M..")
        on.put(_special(on.seats[1]))
        done(command, on)
    for command in _bookings("x.M.."):
        on = _row("x.M..")
        for number in (4, 5):
            on.put(_special(on.seats[number]))
        done(command, on)


def test_seats_are_locked_in_any_order_and_booked_where_orphans_are_not_refused() -> None:
    done(LockSeats(ALICE, (1,)), _row(".M.."))
    for command in _bookings(".M.."):
        done(command, _row(".M..", refuses_orphans=False))


def test_a_payment_under_way_pays_although_others_have_made_an_orphan_since() -> None:
    on = _row(".M..")
    on.payments["p"] = PaymentState("p", ALICE.id, on.seats[2].price, "EUR", PaymentStatus.PENDING)
    done(ReserveSeats(ALICE, (2,), "card", "p"), on)


def _orphans(row: list[str]) -> bool:
    """Return whether a row has a single free seat beside a bought one."""
    around = ["x", *row, "x"]
    return any(
        seat == "." and "." not in beside and "M" in beside
        for seat, beside in zip(row, zip(around, around[2:], strict=False), strict=False)
    )


def _has_better_choice(row: list[str]) -> bool:
    """Return whether a run of a row has orphans, and as many of its seats could leave none."""
    runs = [
        list(run) for taken, run in groupby(range(len(row)), lambda at: row[at] == "x") if not taken
    ]
    for run in runs:
        count = sum(row[at] == "M" for at in run)
        others = [
            [("M" if at in chosen else ".") for at in run] for chosen in combinations(run, count)
        ]
        if _orphans([row[at] for at in run]) and not all(map(_orphans, others)):
            return True
    return False


def test_in_any_row_a_booking_is_refused_if_and_only_if_there_is_a_better_choice() -> None:
    refusals = 0
    for signs in map("".join, product(".Mx", repeat=7)):
        if "M" not in signs:
            continue
        command, on = next(_bookings(signs)), _row(signs)
        is_refused = isinstance(decide(command, on).refusal, OrphanSeat)
        assert is_refused == _has_better_choice(list(signs)), signs
        refusals += is_refused
    assert refusals > 100
