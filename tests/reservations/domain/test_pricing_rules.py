"""Rules: ticket types, fees and the total that the buyer was shown."""

from dataclasses import replace
from decimal import Decimal

import pytest

from reservations.domain.commands import ReserveSeats, StartPayment
from reservations.domain.errors import PriceChanged, TicketTypeNotOffered
from reservations.domain.states import BatchState, Fees, SeatState, TicketTypeState
from tests.reservations.domain.batch_states import (
    ALICE,
    TERMS,
    done,
    faults,
    locked,
    refused,
    state,
)

pytestmark = pytest.mark.any_database

STALLS, BALCONY = 1, 2
CHILD = TicketTypeState(7, "Child", {STALLS: Decimal("20.00"), None: Decimal("5.00")})
FREE = TicketTypeState(8, "Under three", {STALLS: Decimal(0)})
NO_FEES = Fees()
FEES = Fees(each_ticket=Decimal("1.50"), each_booking=Decimal("4.00"))


def _state(*seats: SeatState, fees: Fees = NO_FEES) -> BatchState:
    return replace(state(*seats), terms=replace(TERMS, fees=fees), ticket_types={7: CHILD, 8: FREE})


def _seat(number: int, category: int | None = STALLS) -> SeatState:
    return replace(locked(number, by=ALICE), category_id=category, price=Decimal("50.00"))


def test_each_seat_is_sold_with_its_ticket_type_or_at_its_own_price() -> None:
    command = ReserveSeats(ALICE, (1, 2, 3), "invoice", ticket_types=((2, 7), (3, 7)))
    booked = done(command, _state(_seat(1), _seat(2), _seat(3, None))).booked
    assert booked is not None
    assert [(ticket.price, ticket.ticket_type) for ticket in booked.bill.tickets] == [
        (Decimal("50.00"), ""),
        (Decimal("20.00"), "Child"),
        (Decimal("5.00"), "Child"),
    ]
    assert booked.bill.total == Decimal("75.00")


def test_fees_are_added_for_tickets_that_cost_something() -> None:
    command = ReserveSeats(ALICE, (1, 2), "invoice", ticket_types=((2, 8),))
    booked = done(command, _state(_seat(1), _seat(2), fees=FEES)).booked
    assert booked is not None
    assert (booked.bill.fees, booked.bill.total) == (Decimal("5.50"), Decimal("55.50"))


def test_a_free_booking_has_no_fees() -> None:
    command = ReserveSeats(ALICE, (1,), "invoice", ticket_types=((1, 8),))
    booked = done(command, _state(_seat(1), fees=FEES)).booked
    assert booked is not None
    assert (booked.bill.fees, booked.bill.total) == (Decimal(0), Decimal(0))


def test_the_payment_is_for_the_same_total() -> None:
    command = StartPayment(ALICE, (1,), "card", "r", ticket_types=((1, 7),))
    started = done(command, _state(_seat(1), fees=FEES)).started
    assert started is not None
    assert started.amount == Decimal("25.50")


@pytest.mark.parametrize("chosen", [7, 9], ids=["not in this category", "unknown"])
def test_a_ticket_type_that_is_not_offered_is_refused_with_the_seats(chosen: int) -> None:
    command = ReserveSeats(ALICE, (1, 2), "invoice", ticket_types=((1, 7), (2, chosen)))
    refusal = refused(command, _state(_seat(1), _seat(2, BALCONY)))
    assert isinstance(refusal, TicketTypeNotOffered)
    assert faults(refusal) == [("A2", "ticket_type")]


def test_another_total_than_the_buyer_was_shown_is_refused() -> None:
    shown = ReserveSeats(ALICE, (1,), "invoice", expected_total=Decimal("50.00"))
    assert done(shown, _state(_seat(1))).booked
    refusal = refused(shown, _state(_seat(1), fees=FEES))
    assert isinstance(refusal, PriceChanged)
    assert refusal.details["total"] == "55.50"


def test_prices_from_before_a_change_hold_for_the_hold() -> None:
    kept = replace(_seat(1), price=Decimal("40.00"), held_prices={7: Decimal("15.00")})
    own = done(ReserveSeats(ALICE, (1,), "invoice"), _state(kept)).booked
    child = done(ReserveSeats(ALICE, (1,), "invoice", ticket_types=((1, 7),)), _state(kept)).booked
    assert own is not None
    assert child is not None
    assert (own.bill.total, child.bill.total) == (Decimal("40.00"), Decimal("15.00"))


def test_fees_from_before_a_change_hold_for_the_seats_and_for_a_booking_with_one_of_them() -> None:
    before = Fees(Decimal(1), Decimal(2), Decimal(19))
    kept = replace(_seat(2), held_fees=before)
    later = replace(_seat(3), held_fees=Fees(Decimal(5), Decimal(9), Decimal(7)))
    command = ReserveSeats(ALICE, (1, 2, 3), "invoice")
    booked = done(command, _state(_seat(1), kept, later, fees=FEES)).booked
    assert booked is not None
    assert booked.bill.fees == Decimal("1.50") + 1 + 5 + 2
    assert booked.bill.tax_percent == Decimal(19)
