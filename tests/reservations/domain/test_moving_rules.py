"""Rules for moving, splitting and merging bookings, without a database."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from reservations.domain.commands import MergeBookings, MoveSeats, SplitBooking
from reservations.domain.errors import SeatcastError
from reservations.domain.rules.outcomes import Merge, Move, Split, Transfer
from reservations.domain.states import (
    BatchState,
    EntryState,
    Reason,
    ReservationState,
    SeatStatus,
    Settling,
    SoldTicket,
    TicketTypeState,
)
from tests.reservations.domain.batch_states import (
    ALICE,
    BOB,
    CAROL,
    NOW,
    blocked,
    booking,
    done,
    free,
    in_seconds,
    locked,
    reasons,
    refused,
    reserved,
    state,
)

FIFTY = Decimal("50.00")


def sold(*seat_ids: int, **fields: Any) -> ReservationState:
    """Return a booking of alice's whose seats cost 50.00 each, paid by card."""
    return booking(
        ALICE,
        *seat_ids,
        **{
            "tickets": {each: SoldTicket(FIFTY) for each in seat_ids},
            "total": FIFTY * len(seat_ids),
            "payment_method": "card",
            "shares": {"p": FIFTY * len(seat_ids)},
            "buyer": "alice",
            **fields,
        },
    )


def house(*more: Any, **fields: Any) -> BatchState:
    """Seats 1 and 2 are alice's booking; 3 is free, 4 too and dearer, 5 too and cheaper."""
    found = state(
        reserved(1, by=ALICE),
        reserved(2, by=ALICE),
        free(3),
        free(4, price=Decimal("80.00")),
        free(5, price=Decimal("20.00")),
        *more,
        reservations=[sold(1, 2, **fields)],
    )
    found.refunds_parts = True
    return found


def to(*moves: tuple[int, int], settling: str = "none", difference: str | None = None) -> MoveSeats:
    expected = None if difference is None else Decimal(difference)
    return MoveSeats(CAROL, 1, moves, Settling(settling), expected)


def test_a_move_frees_the_old_seat_and_reserves_the_new_one_under_one_reason() -> None:
    outcome = done(to((1, 3)), house())
    old, new = outcome.changed
    assert (old.id, old.status, old.reservation_id) == (1, SeatStatus.AVAILABLE, None)
    assert (new.id, new.status, new.reservation_id) == (3, SeatStatus.RESERVED, 1)
    assert new.buyer_id == ALICE.id
    assert reasons(outcome) == {Reason.MOVED}
    assert isinstance(outcome.rebooked, Move)
    assert outcome.rebooked.difference == 0


@pytest.mark.parametrize(
    ("new", "settling", "refunds"),
    [
        (4, "cash", ()),
        (4, "card_reader", ()),
        (5, "cash", ()),
        (5, "provider", (Transfer("p", Decimal("30.00")),)),
    ],
)
def test_a_difference_is_settled_as_asked(
    new: int, settling: str, refunds: tuple[Transfer, ...]
) -> None:
    rebooked = done(to((1, new), settling=settling), house()).rebooked
    assert isinstance(rebooked, Move)
    assert rebooked.difference == (Decimal("30.00") if new == 4 else Decimal("-30.00"))
    assert (rebooked.refunds, rebooked.waived) == (refunds, Decimal(0))
    assert rebooked.seats[0].price == (Decimal("80.00") if new == 4 else Decimal("20.00"))


def test_a_waived_difference_leaves_the_price_as_it_was() -> None:
    rebooked = done(to((1, 4), settling="waived"), house()).rebooked
    assert isinstance(rebooked, Move)
    assert rebooked.seats[0].price == FIFTY
    assert rebooked.difference == rebooked.waived == Decimal("30.00")


@pytest.mark.parametrize(
    ("new", "settling", "fields"),
    [
        (4, "none", {}),
        (4, "provider", {}),
        (5, "provider", {"shares": {"p": Decimal("29.99")}}),
        (3, "cash", {}),
    ],
)
def test_a_settling_that_does_not_fit_is_refused_with_those_that_do(
    new: int, settling: str, fields: dict[str, Any]
) -> None:
    refusal = refused(to((1, new), settling=settling), house(**fields))
    assert refusal.code == "settling_not_offered"
    assert settling not in refusal.details["settlings"]


def test_an_unpaid_booking_owes_the_new_sum() -> None:
    on = house(due=1000, shares={}, payment_method="invoice")
    rebooked = done(to((1, 4)), on).rebooked
    assert isinstance(rebooked, Move)
    assert (rebooked.difference, rebooked.waived) == (Decimal("30.00"), Decimal(0))


def test_a_gift_costs_nothing_wherever_it_is_moved() -> None:
    gift = {"tickets": {1: SoldTicket(Decimal(0)), 2: SoldTicket(Decimal(0))}, "total": Decimal(0)}
    on = house(**gift, payment_method="comp", shares={})
    rebooked = done(to((1, 4)), on).rebooked
    assert isinstance(rebooked, Move)
    assert rebooked.seats[0].price == 0
    assert rebooked.difference == rebooked.waived


def test_another_difference_than_was_shown_is_refused() -> None:
    refusal = refused(to((1, 4), settling="cash", difference="10.00"), house())
    assert (refusal.code, refusal.details["difference"]) == ("price_changed", "30.00")
    done(to((1, 4), settling="cash", difference="30.00"), house())


def test_ticket_types_are_kept_at_todays_prices() -> None:
    reduced = TicketTypeState(7, "Reduced", {None: Decimal("35.00")})
    on = house(tickets={1: SoldTicket(Decimal("30.00"), "Reduced"), 2: SoldTicket(FIFTY)})
    on.ticket_types = {7: reduced}
    rebooked = done(to((1, 4), settling="cash"), on).rebooked
    assert isinstance(rebooked, Move)
    assert rebooked.seats[0].ticket_type == "Reduced"
    assert (rebooked.seats[0].price, rebooked.difference) == (Decimal("35.00"), Decimal("5.00"))


def test_a_ticket_type_that_is_not_sold_for_the_new_seat_is_refused() -> None:
    on = house(tickets={1: SoldTicket(FIFTY, "Reduced"), 2: SoldTicket(FIFTY)})
    assert refused(to((1, 3)), on).code == "ticket_type_not_offered"


@pytest.mark.parametrize(
    ("moves", "code"),
    [
        (((1, 2),), "seat_unavailable"),
        (((1, 6),), "seat_unavailable"),
        (((1, 7),), "seat_unavailable"),
        (((1, 99),), "seat_not_found"),
        (((3, 4),), "seat_not_found"),
        (((1, 3), (2, 3)), "invalid"),
    ],
)
def test_seats_that_do_not_fit_are_refused(moves: tuple[tuple[int, int], ...], code: str) -> None:
    assert refused(to(*moves), house(locked(6, BOB), blocked(7))).code == code


def test_a_seat_that_the_actor_holds_is_free_for_the_move() -> None:
    done(to((1, 6)), house(locked(6, CAROL)))


def test_a_seat_that_has_entered_is_not_moved() -> None:
    on = house(entries={1: EntryState(1, at=NOW, gate="North")})
    assert refused(to((1, 3)), on).code == "already_entered"
    done(to((2, 3)), on)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"is_live": False}, "reservation_cancelled"),
        ({"is_live": False, "has_lapsed": True}, "reservation_lapsed"),
        ({"due_at": NOW}, "reservation_lapsed"),
        ({"is_settled": False}, "payment_under_way"),
    ],
)
@pytest.mark.parametrize("command", [to((1, 3)), SplitBooking(CAROL, 1, (1,))])
def test_only_live_bookings_whose_payment_is_done_are_changed(
    command: MoveSeats | SplitBooking, fields: dict[str, Any], code: str
) -> None:
    on = house()
    on.reservations[1] = replace(on.reservations[1], **fields)
    assert refused(command, on).code == code


def test_a_split_takes_what_the_seats_cost_from_the_provider_first() -> None:
    money: dict[str, Any] = {"shares": {"p": Decimal("45.00")}, "paid_here": Decimal("58.00")}
    on = house(fees=Decimal("3.00"), total=Decimal("103.00"), **money)
    outcome = done(SplitBooking(CAROL, 1, (1,), "Zoe", "zoe@example.com"), on)
    assert reasons(outcome) == {Reason.SPLIT}
    assert {seat.reservation_id for seat in outcome.changed} == {-1}
    rebooked = outcome.rebooked
    assert isinstance(rebooked, Split)
    assert rebooked.amount == FIFTY
    assert rebooked.transfers == (Transfer("p", Decimal("45.00")), Transfer(None, Decimal("5.00")))


def test_a_split_takes_no_more_than_was_paid() -> None:
    on = house(shares={"p": Decimal("45.00")}, paid_here=Decimal("2.00"))
    rebooked = done(SplitBooking(CAROL, 1, (1,), "Zoe", "zoe@example.com"), on).rebooked
    assert isinstance(rebooked, Split)
    assert rebooked.transfers == (Transfer("p", Decimal("45.00")), Transfer(None, Decimal("2.00")))


def test_a_split_leaves_a_seat() -> None:
    assert refused(SplitBooking(CAROL, 1, (1, 2)), house()).code == "nothing_left"
    assert refused(SplitBooking(CAROL, 1, (3,)), house()).code == "seat_not_found"


def _two(**other: Any) -> BatchState:
    on = house(reserved(8, reservation_id=2, by=BOB))
    on.reservations[2] = replace(
        sold(8, shares={"q": FIFTY}), **{"id": 2, "user_id": BOB.id, "buyer": "alice", **other}
    )
    return on


def test_a_merge_brings_seats_and_money_to_the_booking_that_is_kept() -> None:
    outcome = done(MergeBookings(CAROL, 1, 2), _two())
    [seat] = outcome.changed
    assert (seat.id, seat.reservation_id, seat.buyer_id) == (8, 1, ALICE.id)
    assert reasons(outcome) == {Reason.MERGED}
    assert isinstance(outcome.rebooked, Merge)
    assert outcome.rebooked.transfers == (Transfer("q", FIFTY),)


def test_bookings_of_different_buyers_are_merged_only_if_that_is_confirmed() -> None:
    assert refused(MergeBookings(CAROL, 1, 2), _two(buyer="bob")).code == "other_buyer"
    done(MergeBookings(CAROL, 1, 2, is_confirmed=True), _two(buyer="bob"))


@pytest.mark.parametrize(
    ("other", "differ"),
    [({"due_at": in_seconds(1000)}, "payment"), ({"tax_percent": Decimal(7)}, "tax")],
)
def test_bookings_that_differ_in_payment_or_tax_stay_apart(
    other: dict[str, Any], differ: str
) -> None:
    refusal = refused(MergeBookings(CAROL, 1, 2), _two(**other))
    assert (refusal.code, refusal.details["differ"]) == ("bookings_differ", differ)


def test_a_booking_is_not_merged_with_itself() -> None:
    refusal: SeatcastError = refused(MergeBookings(CAROL, 1, 1), house())
    assert refusal.code == "invalid"
