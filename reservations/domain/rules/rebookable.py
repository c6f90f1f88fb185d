"""Preconditions of moving, splitting and merging bookings."""

from decimal import Decimal

from reservations.domain.errors import (
    EventCancelled,
    PaymentUnderWay,
    ReservationCancelled,
    ReservationLapsed,
    ReservationNotFound,
    SeatNotFound,
)
from reservations.domain.rules.outcomes import Transfer
from reservations.domain.states import BatchState, ReservationState


def require_rebookable(reservation_id: int, state: BatchState) -> ReservationState:
    """Return a live reservation for whose payment no call to the provider is due.

    Raises: ReservationNotFound, EventCancelled, ReservationLapsed, ReservationCancelled,
    PaymentUnderWay.
    """
    found = state.reservations.get(reservation_id)
    if found is None:
        raise ReservationNotFound
    if state.terms.is_cancelled:
        raise EventCancelled("This event is cancelled. Its bookings are not changed any more.")
    if found.has_lapsed or found.is_overdue(now=state.now):
        raise ReservationLapsed
    if not found.is_live:
        raise ReservationCancelled
    if not found.is_settled:
        raise PaymentUnderWay("The payment of this booking is still under way. Try again soon.")
    return found


def require_seats_of(reservation: ReservationState, seat_ids: tuple[int, ...]) -> None:
    """Raises: SeatNotFound with the seats that a reservation does not have."""
    if missing := [each for each in seat_ids if each not in reservation.tickets]:
        raise SeatNotFound("This booking does not have these seats.", seat_ids=missing)


def transfers_of(reservation: ReservationState, amount: Decimal) -> tuple[Transfer, ...]:
    """Return from which of a reservation's money an amount is taken: first the provider's.

    What is not paid for is not transferred.
    """
    taken = refunds_of(reservation, amount)
    rest = amount - sum((each.amount for each in taken), Decimal(0))
    rest = min(rest, reservation.paid_here)
    return (*taken, Transfer(None, rest)) if rest > 0 else taken


def refunds_of(reservation: ReservationState, amount: Decimal) -> tuple[Transfer, ...]:
    """Return which of a reservation's payments can be refunded to make up an amount, or less."""
    taken: list[Transfer] = []
    for payment, share in reservation.shares.items():
        part = min(share, amount)
        if part > 0:
            taken.append(Transfer(payment, part))
            amount -= part
    return tuple(taken)
