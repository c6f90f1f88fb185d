"""Rules for splitting a booking in two, and for merging two into one."""

from dataclasses import replace
from decimal import Decimal

from reservations.domain.commands import MergeBookings, SplitBooking
from reservations.domain.errors import BookingsDiffer, InvalidContent, NothingLeft, OtherBuyer
from reservations.domain.rules.outcomes import Merge, Outcome, Split, transitions
from reservations.domain.rules.preconditions import named_seats, require_whole_tables
from reservations.domain.rules.rebookable import (
    require_rebookable,
    require_seats_of,
    transfers_of,
)
from reservations.domain.rules.wording import names
from reservations.domain.states import BatchState, Reason, ReservationState


def split(command: SplitBooking, state: BatchState) -> Outcome:
    """Split seats off a reservation with what was paid for them; the fees stay where they are."""
    reservation = require_rebookable(command.reservation_id, state)
    seat_ids = tuple(dict.fromkeys(command.seat_ids))
    require_seats_of(reservation, seat_ids)
    if len(seat_ids) == len(reservation.tickets):
        raise NothingLeft
    seats = named_seats(seat_ids, state)
    require_whole_tables(seats, state)
    new_id = state.next_placeholder()
    amount = sum((reservation.tickets[each].price for each in seat_ids), Decimal(0))
    changed = tuple(replace(seat, reservation_id=new_id) for seat in seats)
    return Outcome(
        sentence=f"{names(seats)} split off into a booking of its own",
        seats=changed,
        transitions=transitions(changed, Reason.SPLIT),
        rebooked=Split(
            reservation_id=reservation.id,
            new_id=new_id,
            seat_ids=seat_ids,
            amount=amount,
            transfers=transfers_of(reservation, amount),
            buyer_name=command.buyer_name,
            buyer_email=command.buyer_email,
        ),
    )


def merge(command: MergeBookings, state: BatchState) -> Outcome:
    """Give the seats and the money of one reservation to another."""
    if command.reservation_id == command.other_id:
        raise InvalidContent("other: Name another booking.")
    kept = require_rebookable(command.reservation_id, state)
    other = require_rebookable(command.other_id, state)
    _require_alike(kept, other)
    if kept.buyer != other.buyer and not command.is_confirmed:
        raise OtherBuyer
    seats = tuple(
        replace(state.seats[seat_id], reservation_id=kept.id, buyer_id=kept.user_id)
        for seat_id in other.seat_ids
    )
    return Outcome(
        sentence=f"{names(list(seats))} merged into this booking",
        seats=seats,
        transitions=transitions(seats, Reason.MERGED),
        rebooked=Merge(
            reservation_id=kept.id,
            other_id=other.id,
            amount=other.total,
            fees=other.fees,
            due_at=min((each.due_at for each in (kept, other) if each.due_at), default=None)
            if kept.is_unpaid
            else kept.due_at,
            transfers=transfers_of(other, other.total),
        ),
    )


def _require_alike(kept: ReservationState, other: ReservationState) -> None:
    """Raises: BookingsDiffer."""
    if kept.is_unpaid != other.is_unpaid:
        raise BookingsDiffer(
            "One of the bookings is paid and the other is not: mark it as paid first.",
            differ="payment",
        )
    if kept.tax_percent != other.tax_percent:
        raise BookingsDiffer(
            "The bookings name different rates of tax, so they stay apart.", differ="tax"
        )
