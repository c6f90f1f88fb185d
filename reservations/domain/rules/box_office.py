"""Rules for selling at the box office."""

from dataclasses import replace
from decimal import Decimal

from reservations.domain.commands import SellSeats
from reservations.domain.errors import EventCancelled, SalesNotOpen
from reservations.domain.rules.outcomes import NewReservation, Outcome, transitions
from reservations.domain.rules.preconditions import (
    named_seats,
    require,
    require_whole_tables,
    why_not_sellable,
)
from reservations.domain.rules.pricing import Bill, Ticket, bill_of
from reservations.domain.rules.seats import as_free
from reservations.domain.states import (
    BatchState,
    BoxOfficeMethod,
    Reason,
    SaleChannel,
    SeatState,
    SeatStatus,
)


def sell(command: SellSeats, state: BatchState) -> Outcome:
    """Reserve seats that nobody holds, paid at once.

    Companion seats may be sold alone, because whoever sells them sees who comes.
    """
    if state.terms.is_cancelled:
        raise EventCancelled
    if state.terms.is_draft:
        raise SalesNotOpen("This event is a draft: publish it before seats are sold.")
    seats = named_seats(command.seat_ids, state)
    require(
        seats,
        lambda seat: why_not_sellable(seat, from_allocation=command.from_allocation, now=state.now),
        state,
    )
    require_whole_tables(seats, state)
    is_gift = command.payment_method is BoxOfficeMethod.COMP
    reservation_id = state.next_placeholder()
    sold = tuple(
        replace(as_free(seat), status=SeatStatus.RESERVED, reservation_id=reservation_id)
        for seat in seats
    )
    return Outcome(
        sentence="Reservation confirmed!",
        seats=sold,
        transitions=transitions(sold, Reason.RESERVED),
        booked=NewReservation(
            id=reservation_id,
            user=None,
            bill=_gift(seats, state)
            if is_gift
            else bill_of(seats, command.ticket_types, command.expected_total, state),
            payment_method=command.payment_method,
            payment_due_at=state.now,
            paid_at=state.now,
            channel=SaleChannel.COMP if is_gift else SaleChannel.BOX_OFFICE,
            buyer_name=command.buyer_name,
            buyer_email=command.buyer_email,
        ),
    )


def _gift(seats: list[SeatState], state: BatchState) -> Bill:
    nothing, tax_percent = Decimal(0), state.terms.fees.tax_percent
    return Bill(tuple(Ticket(seat, nothing) for seat in seats), nothing, nothing, tax_percent)
