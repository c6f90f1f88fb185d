"""Rules: selling at the box office, allocations, and releasing other people's locks."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from reservations.domain.commands import (
    AllocateSeats,
    BlockSeats,
    CancelReservation,
    EndAllocations,
    LockSeats,
    ReleaseLocks,
    ReserveSeats,
    SellSeats,
    UnblockSeats,
)
from reservations.domain.errors import (
    EndsInThePast,
    EventCancelled,
    NotHolder,
    PriceChanged,
    SalesNotOpen,
    SeatUnavailable,
    WholeTable,
)
from reservations.domain.rules import NewAllocation
from reservations.domain.states import (
    AllocationKind,
    BoxOfficeMethod,
    Fees,
    Grouping,
    Reason,
    SaleChannel,
    SeatState,
    SeatStatus,
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
    faults,
    free,
    in_seconds,
    let_go,
    locked,
    reasons,
    refused,
    reserved,
    state,
)

CASH, READER, COMP = BoxOfficeMethod
CHILD = TicketTypeState(7, "Child", {None: Decimal("20.00")})


def kept(seat_id: int, allocation_id: int = 1) -> SeatState:
    return replace(blocked(seat_id), allocation_id=allocation_id)


def sell(*seat_ids: int, method: BoxOfficeMethod = CASH, **more: Any) -> SellSeats:
    return SellSeats(CAROL, seat_ids, method, "Zoe Zimmer", **more)


def keep(*seat_ids: int, **more: Any) -> AllocateSeats:
    return AllocateSeats(CAROL, seat_ids, AllocationKind.NAME, "Zoe Zimmer", **more)


def test_a_sale_is_paid_at_once_and_belongs_to_nobodys_account() -> None:
    batch_state = state(free(1), free(2), fees=Fees(Decimal(1), Decimal("2.50")))
    batch_state.ticket_types = {CHILD.id: CHILD}
    outcome = done(
        sell(1, 2, buyer_email="zoe@example.org", ticket_types=((2, CHILD.id),)), batch_state
    )
    booked = outcome.booked
    assert booked is not None
    assert (booked.user, booked.buyer_name, booked.buyer_email) == (
        *(None, "Zoe Zimmer"),
        "zoe@example.org",
    )
    assert (booked.paid_at, booked.payment_due_at) == (NOW, NOW)
    assert (booked.channel, booked.payment_method) == (SaleChannel.BOX_OFFICE, "cash")
    assert (booked.bill.fees, booked.bill.total) == (Decimal("4.50"), Decimal("74.50"))
    assert reasons(outcome) == {Reason.RESERVED}
    assert [seat.status for seat in outcome.changed] == [SeatStatus.RESERVED] * 2
    assert {(seat.holder_id, seat.buyer_id) for seat in outcome.changed} == {(None, None)}


def test_a_gift_costs_nothing_not_even_fees() -> None:
    batch_state = state(free(1), fees=Fees(Decimal(1), Decimal("2.50")))
    booked = done(sell(1, method=COMP), batch_state).booked
    assert booked is not None
    assert (booked.bill.fees, booked.bill.total) == (Decimal(0), Decimal(0))
    assert booked.channel is SaleChannel.COMP
    assert [ticket.price for ticket in booked.bill.tickets] == [0]


def test_the_box_office_sells_before_and_after_the_sale_and_above_the_caps() -> None:
    seats = [free(number) for number in range(1, 15)]
    caps: dict[str, Any] = {"seat_cap": 1, "purchase_cap": 1}
    done(sell(*range(1, 15)), state(*seats, sales_open_at=in_seconds(60), **caps))
    done(sell(*range(1, 15)), state(*seats, sales_close_at=in_seconds(-60), **caps))


def test_nothing_is_sold_of_a_draft_or_a_cancelled_event() -> None:
    assert isinstance(refused(sell(1), state(free(1), is_draft=True)), SalesNotOpen)
    assert isinstance(refused(sell(1), state(free(1), is_cancelled=True)), EventCancelled)


def test_taken_and_kept_seats_are_not_sold() -> None:
    batch_state = state(
        free(1),
        locked(2, by=ALICE),
        locked(3, by=CAROL),
        reserved(4),
        blocked(5),
        kept(6),
        locked(7, by=ALICE, seconds=-1),
    )
    refusal = refused(sell(1, 2, 3, 4, 5, 6, 7), batch_state)
    assert isinstance(refusal, SeatUnavailable)
    assert faults(refusal) == [
        *(("A2", "locked"), ("A3", "locked"), ("A4", "reserved")),
        *(("A5", "blocked"), ("A6", "blocked")),
    ]


def test_kept_seats_are_sold_by_a_command_that_names_their_allocation() -> None:
    batch_state = state(kept(1), kept(2, allocation_id=2), free(3))
    refusal = refused(sell(1, 2, 3, from_allocation=1), batch_state)
    assert faults(refusal) == [("A2", "blocked")]
    sold = done(sell(1, 3, from_allocation=1), batch_state).changed
    assert {seat.allocation_id for seat in sold} == {None}


def test_a_total_that_was_not_told_to_the_buyer_is_refused() -> None:
    refusal = refused(sell(1, expected_total=Decimal("49.00")), state(free(1)))
    assert isinstance(refusal, PriceChanged)
    assert refusal.details["total"] == "50.00"


def test_a_part_of_a_table_is_not_sold_but_a_companion_seat_is() -> None:
    table = [free(number, grouping=Grouping("T1", 2)) for number in (1, 2)]
    assert isinstance(refused(sell(1), state(*table)), WholeTable)
    done(sell(1, 2), state(*table))
    done(sell(3), state(free(3, grouping=Grouping(companion_of=4)), free(4)))


def test_cancelling_a_sale_frees_its_seats_for_everybody() -> None:
    sold = booking(CAROL, 1, is_paid=True, due=0)
    batch_state = state(reserved(1), reservations=[replace(sold, user_id=None)])
    outcome = done(CancelReservation(CAROL, 1, as_organiser=True), batch_state)
    assert outcome.changed == (free(1),)


def test_a_buyer_cannot_cancel_what_was_sold_at_the_box_office() -> None:
    sold = replace(booking(CAROL, 1, is_paid=True, due=0), user_id=None)
    batch_state = state(reserved(1), reservations=[sold])
    assert refused(CancelReservation(ALICE, 1), batch_state).code == "reservation_not_found"


def test_available_seats_are_kept_for_somebody_until_a_time() -> None:
    batch_state = state(free(1), locked(2, by=ALICE, seconds=-1))
    outcome = done(keep(1, 2, until=in_seconds(60)), batch_state)
    new = outcome.allocated
    assert new == NewAllocation(
        new.id if new else 0, AllocationKind.NAME, "Zoe Zimmer", in_seconds(60), CAROL
    )
    assert outcome.changed == (kept(1, new.id), kept(2, new.id))
    assert reasons(outcome) == {Reason.BLOCKED}
    assert faults(refused(LockSeats(ALICE, (1,)), batch_state)) == [("A1", "blocked")]


def test_taken_seats_and_those_kept_for_others_are_not_kept() -> None:
    batch_state = state(locked(1, by=ALICE), reserved(2), blocked(3), kept(4), kept(5, 2))
    refusal = refused(keep(1, 2, 3, 4, 5, from_allocation=1), batch_state)
    assert faults(refusal) == [
        *(("A1", "locked"), ("A2", "reserved"), ("A3", "blocked"), ("A5", "blocked")),
    ]
    assert done(keep(4, from_allocation=1), batch_state).changed[0].allocation_id != 1


def test_seats_are_not_kept_until_a_time_that_has_passed() -> None:
    assert isinstance(refused(keep(1, until=NOW), state(free(1))), EndsInThePast)


def test_unblocking_ends_what_a_seat_is_kept_for_and_blocking_does_not() -> None:
    batch_state = state(kept(1), kept(2))
    assert done(BlockSeats(CAROL, (1,)), batch_state).changed == ()
    assert done(UnblockSeats(CAROL, (1,)), batch_state).changed == (free(1),)
    assert batch_state.seats[2] == kept(2)


def test_when_their_time_has_come_allocations_are_freed_and_then_ended() -> None:
    batch_state = state(kept(1), kept(2, allocation_id=2), blocked(3))
    batch_state.ended_allocations = frozenset({1, 4})
    first = done(EndAllocations(), batch_state)
    assert (first.changed, reasons(first)) == ((free(1),), {Reason.UNBLOCKED})
    # The seats that were not read may be of the one with seats.
    assert first.ended_allocations == (4,)
    second = done(EndAllocations(), batch_state)
    assert (second.changed, second.ended_allocations) == ((), (1, 4))


def test_a_released_lock_is_open_to_everybody_and_its_holder_may_go_on_with_it() -> None:
    batch_state = state(locked(1, by=ALICE), locked(2, by=BOB, seconds=-1), free(3))
    outcome = done(ReleaseLocks(CAROL, (1, 2, 3)), batch_state)
    assert outcome.changed == (let_go(1, ALICE, began=-200, ended=0),)
    assert (reasons(outcome), outcome.sentence) == ({Reason.RELEASED}, "1 lock released")
    assert isinstance(refused(ReserveSeats(ALICE, (1,), "invoice"), batch_state), NotHolder)
    again = done(LockSeats(ALICE, (1,)), batch_state).changed[0]
    assert again.locked_at == in_seconds(-200)


def test_booked_and_blocked_seats_have_no_lock_to_release() -> None:
    batch_state = state(locked(1, by=ALICE), reserved(2), blocked(3))
    refusal = refused(ReleaseLocks(CAROL, (1, 2, 3)), batch_state)
    assert faults(refusal) == [("A2", "reserved"), ("A3", "blocked")]


def test_the_lock_of_a_table_is_released_as_a_whole() -> None:
    table = [replace(locked(n, by=ALICE), grouping=Grouping("T1", 2)) for n in (1, 2)]
    assert isinstance(refused(ReleaseLocks(CAROL, (1,)), state(*table)), WholeTable)
    assert len(done(ReleaseLocks(CAROL, (1, 2)), state(*table)).changed) == 2


@pytest.mark.parametrize("method", BoxOfficeMethod)
def test_two_sales_of_one_seat_in_a_batch_are_one(method: BoxOfficeMethod) -> None:
    batch_state = state(free(1))
    done(sell(1, method=method), batch_state)
    assert faults(refused(sell(1, method=method), batch_state)) == [("A1", "reserved")]
