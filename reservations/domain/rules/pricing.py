"""What seats cost, with ticket types and fees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reservations.domain.errors import PriceChanged, TicketTypeNotOffered, conflict
from reservations.domain.states import BatchState, SeatState


@dataclass(frozen=True, slots=True)
class Ticket:
    """A seat as it is sold. `ticket_type` is the type's name; empty for none."""

    seat: SeatState
    price: Decimal
    ticket_type: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a booking costs. `total` includes the fees."""

    tickets: tuple[Ticket, ...]
    fees: Decimal
    total: Decimal
    tax_percent: Decimal | None = None


def bill_of(
    seats: Sequence[SeatState],
    ticket_types: Sequence[tuple[int, int]],
    expected_total: Decimal | None,
    state: BatchState,
) -> Bill:
    """Return the bill for seats; `ticket_types` has pairs of a seat's id and a ticket type's.

    Raises: TicketTypeNotOffered; PriceChanged if `expected_total` is given and not the total.
    """
    tickets = _tickets(seats, dict(ticket_types), state)
    price = sum((ticket.price for ticket in tickets), Decimal(0))
    now = state.terms.fees
    paid = [ticket.seat.held_fees or now for ticket in tickets if ticket.price > 0]
    # Of a booking with seats held since before a change, it is theirs.
    kept = [seat for seat in seats if seat.held_fees is not None]
    whole = min(kept, key=lambda seat: seat.id).held_fees or now if kept else now
    fees = sum((each.each_ticket for each in paid), Decimal(0))
    if paid:
        fees += whole.each_booking
    total = price + fees
    if expected_total is not None and expected_total != total:
        raise PriceChanged(
            "The price has changed. You were not charged: look and try again.", total=f"{total:.2f}"
        )
    return Bill(tickets, fees, total, whole.tax_percent)


def _tickets(
    seats: Sequence[SeatState], chosen: Mapping[int, int], state: BatchState
) -> tuple[Ticket, ...]:
    """Raises: TicketTypeNotOffered with the seats for which their ticket type is not sold."""
    tickets = {seat.id: _ticket(seat, chosen.get(seat.id), state) for seat in seats}
    refused = [seat for seat in seats if tickets[seat.id] is None]
    if refused:
        raise TicketTypeNotOffered(
            conflicts=[conflict(seat=seat, reason="ticket_type", now=state.now) for seat in refused]
        )
    return tuple(ticket for ticket in tickets.values() if ticket is not None)


def _ticket(seat: SeatState, type_id: int | None, state: BatchState) -> Ticket | None:
    """Return a seat with its price; None if the ticket type is not sold for it."""
    if type_id is None:
        return Ticket(seat, seat.price)
    if (found := state.ticket_types.get(type_id)) is None:
        return None
    price = seat.held_prices.get(type_id, found.prices.get(seat.category_id))
    return None if price is None else Ticket(seat, price, found.name)
