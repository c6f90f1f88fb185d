"""Paying for seats, booking them, giving them back."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from reservations.domain.commands import (
    CancelReservation,
    MarkPaid,
    ReservationCommand,
    ReserveSeats,
    StartPayment,
)
from reservations.domain.errors import (
    AlreadyUsed,
    CancellationClosed,
    EmailNotVerified,
    MethodNotOffered,
    PaidLaterClosed,
    PaymentEnded,
    PaymentUnderWay,
    PriceChanged,
    ReservationCancelled,
    ReservationLapsed,
    ReservationNotFound,
    SeatcastError,
    SeatUnavailable,
)
from reservations.domain.rules.faults import named, require_held, require_may_buy
from reservations.domain.rules.outcomes import NewPayment, NewReservation, Outcome, transitions
from reservations.domain.rules.seats import as_given_back
from reservations.domain.rules.wording import counted
from reservations.domain.states import (
    BatchState,
    PaymentState,
    PaymentStatus,
    Person,
    Reason,
    ReservationState,
    SeatState,
    SeatStatus,
    iso,
)


def start_payment(command: StartPayment, state: BatchState) -> Outcome:
    seats = named(command.seat_ids, state)
    _require_verified(command.actor, state)
    require_held(seats, command.actor, state, taken=SeatUnavailable)
    require_may_buy(seats, command.actor, state)
    if command.actor.id in state.pending_payments.values():
        raise PaymentUnderWay
    state.pending_payments[command.reference] = command.actor.id
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


def reserve(command: ReserveSeats, state: BatchState) -> Outcome:
    try:
        return _reserve(command, state)
    except SeatcastError:
        # The money is given back, and buys nothing any more.
        if payment := state.payments.get(command.reference or ""):
            _close(payment, PaymentStatus.VOID_DUE, state)
        raise


def _reserve(command: ReserveSeats, state: BatchState) -> Outcome:
    due_at = _payment_due_at(command, state)
    seats = named(command.seat_ids, state)
    _require_verified(command.actor, state)
    require_held(seats, command.actor, state, taken=SeatUnavailable)
    require_may_buy(seats, command.actor, state)
    if command.reference is not None:
        _require_payment(command.reference, command.actor, _total(seats), state)
    reservation_id = state.next_reservation_id()
    reserved = tuple(
        replace(
            seat,
            status=SeatStatus.RESERVED,
            holder_id=None,
            locked_until=None,
            locked_at=None,
            extensions=0,
            former_holder_id=command.actor.id,
            former_locked_at=seat.locked_at,
            released_at=state.now,
            reservation_id=reservation_id,
            buyer_id=command.actor.id,
        )
        for seat in seats
    )
    return Outcome(
        sentence="Reservation confirmed!",
        seats=reserved,
        transitions=transitions(reserved, Reason.RESERVED),
        booked=NewReservation(
            id=reservation_id,
            user=command.actor,
            seats=reserved,
            total_price=_total(seats),
            payment_method=command.payment_method,
            reference=command.reference,
            payment_due_at=due_at,
        ),
    )


def cancel(command: CancelReservation, state: BatchState) -> Outcome:
    """Free a booking's seats. Once a seat has entered, only an organiser may, say for a refund."""
    reservation = _named(command, state)
    if reservation.user_id != command.actor.id and not command.as_organiser:
        raise ReservationNotFound
    if reservation.is_overdue(now=state.now):
        return _lapse([reservation], state)
    if reservation.has_lapsed:
        return Outcome(sentence="The reservation has lapsed already")
    if not reservation.is_live:
        return Outcome(sentence="The reservation was cancelled already")
    last = state.terms.cancel_until
    if last is not None and state.now >= last and not command.as_organiser:
        raise CancellationClosed(
            "This reservation cannot be cancelled any more.", cancel_until=iso(last)
        )
    if reservation.entries and not command.as_organiser:
        raise AlreadyUsed
    freed = _given_back(reservation, state)
    state.reservations[reservation.id] = replace(reservation, is_live=False)
    return Outcome(
        sentence="Reservation cancelled",
        seats=freed,
        transitions=transitions(freed, Reason.CANCELLED),
        cancelled_id=reservation.id,
    )


def mark_paid(command: MarkPaid, state: BatchState) -> Outcome:
    reservation = _named(command, state)
    if reservation.has_lapsed or reservation.is_overdue(now=state.now):
        raise ReservationLapsed
    if not reservation.is_live:
        raise ReservationCancelled
    if not reservation.is_unpaid:
        return Outcome(sentence="The reservation was paid already")
    state.reservations[reservation.id] = replace(reservation, is_paid=True)
    return Outcome(sentence="The reservation is paid", paid_id=reservation.id)


def lapse_unpaid(state: BatchState) -> Outcome:
    return _lapse(
        [found for found in state.reservations.values() if found.is_overdue(now=state.now)], state
    )


def _lapse(reservations: list[ReservationState], state: BatchState) -> Outcome:
    for reservation in reservations:
        state.reservations[reservation.id] = replace(reservation, is_live=False, has_lapsed=True)
    freed = tuple(seat for found in reservations for seat in _given_back(found, state))
    return Outcome(
        sentence=f"{counted(len(reservations), 'unpaid reservation')} lapsed",
        seats=freed,
        transitions=transitions(freed, Reason.LAPSED),
        lapsed_ids=tuple(found.id for found in reservations),
    )


def _given_back(reservation: ReservationState, state: BatchState) -> tuple[SeatState, ...]:
    return tuple(
        as_given_back(state.seats[seat_id], is_unpaid=reservation.is_unpaid, at=state.now)
        for seat_id in reservation.seat_ids
    )


def _named(command: ReservationCommand, state: BatchState) -> ReservationState:
    if (found := state.reservations.get(command.reservation_id)) is None:
        raise ReservationNotFound
    return found


def _require_verified(actor: Person, state: BatchState) -> None:
    """Raises: EmailNotVerified, where the terms ask for a verified address."""
    if state.terms.requires_verified_email and actor.id not in state.verified:
        raise EmailNotVerified


def _payment_due_at(command: ReserveSeats, state: BatchState) -> datetime | None:
    """Return when a booking must be paid; None if it is paid at once.

    Raises: MethodNotOffered, PaidLaterClosed.
    """
    if command.reference is not None:
        return None
    if command.payment_method not in state.terms.offline_methods:
        complaint = "This event does not offer this way to pay."
        raise MethodNotOffered(
            f"payment_method: {complaint}",
            fields={"payment_method": [complaint]},
            field_codes={"payment_method": ["invalid"]},
        )
    due_at = state.terms.payment_due_at(now=state.now)
    if due_at <= state.now:
        raise PaidLaterClosed
    return due_at


def _require_payment(reference: str, actor: Person, total: Decimal, state: BatchState) -> None:
    """Let pass only with a payment of that sum under way. Raises: PaymentEnded, PriceChanged."""
    payment = state.payments.get(reference)
    if (
        payment is None
        or payment.user_id != actor.id
        or payment.status is not PaymentStatus.PENDING
    ):
        raise PaymentEnded
    if payment.amount != total:
        raise PriceChanged
    _close(payment, PaymentStatus.AUTHORISED, state)


def _close(payment: PaymentState, status: PaymentStatus, state: BatchState) -> None:
    """Have nothing else bought with a payment that was pending."""
    if payment.status is PaymentStatus.PENDING:
        state.payments[payment.reference] = replace(payment, status=status)
        state.pending_payments.pop(payment.reference, None)


def _total(seats: list[SeatState]) -> Decimal:
    return sum((seat.price for seat in seats), Decimal(0))
