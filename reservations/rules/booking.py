"""Paying for seats, booking them, giving them back."""

from dataclasses import replace
from decimal import Decimal

from reservations.commands import CancelReservation, ReserveSeats, StartPayment
from reservations.errors import (
    CancellationClosed,
    PaymentEnded,
    PaymentUnderWay,
    PriceChanged,
    ReservationNotFound,
    SeatcastError,
    SeatUnavailable,
)
from reservations.rules.faults import named, require_held
from reservations.rules.outcomes import NewPayment, NewReservation, Outcome
from reservations.rules.seats import as_free
from reservations.states import (
    Board,
    PaymentState,
    PaymentStatus,
    Person,
    Reason,
    SeatState,
    SeatStatus,
    iso,
)


def start_payment(command: StartPayment, board: Board) -> Outcome:
    seats = named(command.seat_ids, board)
    require_held(seats, command.actor, board, taken=SeatUnavailable)
    if command.actor.id in board.paying.values():
        raise PaymentUnderWay
    board.paying[command.reference] = command.actor.id
    return Outcome(
        sentence="Payment started",
        seats=tuple(seats),
        started=NewPayment(
            reference=command.reference,
            user=command.actor,
            method=command.payment_method,
            amount=_total(seats),
        ),
    )


def reserve(command: ReserveSeats, board: Board) -> Outcome:
    try:
        return _reserve(command, board)
    except SeatcastError:
        # The money is given back, and buys nothing any more.
        if payment := board.payments.get(command.reference or ""):
            _close(payment, PaymentStatus.VOID_DUE, board)
        raise


def _reserve(command: ReserveSeats, board: Board) -> Outcome:
    seats = named(command.seat_ids, board)
    require_held(seats, command.actor, board, taken=SeatUnavailable)
    if command.reference is not None:
        _require_payment(command.reference, command.actor, _total(seats), board)
    reservation_id = board.next_reservation_id()
    reserved = tuple(
        replace(
            seat,
            status=SeatStatus.RESERVED,
            holder_id=None,
            locked_until=None,
            locked_at=None,
            extensions=0,
            reservation_id=reservation_id,
        )
        for seat in seats
    )
    return Outcome(
        sentence="Reservation confirmed!",
        seats=reserved,
        changed=reserved,
        reason=Reason.RESERVED,
        booked=NewReservation(
            id=reservation_id,
            user=command.actor,
            seats=reserved,
            total_price=_total(seats),
            payment_method=command.payment_method,
            reference=command.reference,
        ),
    )


def cancel(command: CancelReservation, board: Board) -> Outcome:
    reservation = board.reservations.get(command.reservation_id)
    if reservation is None:
        raise ReservationNotFound
    if reservation.user_id != command.actor.id and not command.as_organiser:
        raise ReservationNotFound
    if not reservation.is_live:
        return Outcome(sentence="The reservation was cancelled already")
    last = board.terms.cancel_until
    if last is not None and board.now >= last and not command.as_organiser:
        raise CancellationClosed(
            "This reservation cannot be cancelled any more.", cancel_until=iso(last)
        )
    freed = tuple(as_free(board.seats[seat_id]) for seat_id in reservation.seat_ids)
    board.reservations[reservation.id] = replace(reservation, is_live=False)
    return Outcome(
        sentence="Reservation cancelled",
        seats=freed,
        changed=freed,
        reason=Reason.CANCELLED,
        cancelled_id=reservation.id,
    )


def _require_payment(reference: str, actor: Person, total: Decimal, board: Board) -> None:
    """Let pass only with a payment of that sum under way. Raises: PaymentEnded, PriceChanged."""
    payment = board.payments.get(reference)
    if (
        payment is None
        or payment.user_id != actor.id
        or payment.status is not PaymentStatus.PENDING
    ):
        raise PaymentEnded
    if payment.amount != total:
        raise PriceChanged
    _close(payment, PaymentStatus.AUTHORISED, board)


def _close(payment: PaymentState, status: PaymentStatus, board: Board) -> None:
    """Have nothing else bought with a payment that was pending."""
    if payment.status is PaymentStatus.PENDING:
        board.payments[payment.reference] = replace(payment, status=status)
        board.paying.pop(payment.reference, None)


def _total(seats: list[SeatState]) -> Decimal:
    return sum((seat.price for seat in seats), Decimal(0))
