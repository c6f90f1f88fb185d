"""Rules for payments, reservations and cancellations."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from reservations.domain.commands import (
    CancelReservation,
    CancelReservations,
    ChangeBuyer,
    MarkPaid,
    OpenPayment,
    ReservationCommand,
    ReserveSeats,
    StartPayment,
    WithdrawReservation,
)
from reservations.domain.errors import (
    AlreadyUsed,
    CancellationClosed,
    EmailNotVerified,
    EventCancelled,
    HoldTooShort,
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
from reservations.domain.rules.orphans import require_no_orphans
from reservations.domain.rules.outcomes import (
    ChangedBuyer,
    NewPayment,
    NewReservation,
    OpenedPayment,
    Outcome,
    transitions,
)
from reservations.domain.rules.preconditions import (
    named_seats,
    require_accompanied,
    require_held,
    require_may_buy,
    require_present,
    require_whole_tables,
)
from reservations.domain.rules.pricing import bill_of
from reservations.domain.rules.seats import as_cancelled
from reservations.domain.rules.wording import pluralize
from reservations.domain.states import (
    UNDECIDED,
    BatchState,
    PaymentState,
    PaymentStatus,
    Person,
    Reason,
    ReservationState,
    SeatState,
    SeatStatus,
    iso,
    to_milliseconds,
)

# Seats are held for so much longer than their open payment, so that one that is authorised in its
# last second is still booked.
BOOKING_SECONDS = 60
# Less is not enough to fill in a card form.
_SHORTEST_SECONDS = 60


def start_payment(command: StartPayment, state: BatchState) -> Outcome:
    require_present(command.actor, state)
    _require_not_cancelled(state)
    seats = named_seats(command.seat_ids, state)
    _require_verified(command.actor, state)
    require_held(seats, command.actor, state, taken=SeatUnavailable)
    require_may_buy(seats, command.actor, state)
    bill = bill_of(seats, command.ticket_types, command.expected_total, state)
    require_whole_tables(seats, state)
    require_accompanied(seats, state, beside=state.bought_by(command.actor.id))
    require_no_orphans(seats, command.actor, state)
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
            amount=bill.total,
        ),
    )


def open_payment(command: OpenPayment, state: BatchState) -> Outcome:
    """Let a pending payment wait for its buyer or their bank, and hold its seats meanwhile.

    It is given up instead if its request took so long that its buyer has another one by now.
    """
    try:
        return _open_payment(command, state)
    except SeatcastError:
        _give_up_payment(command.reference, state)
        raise


def _open_payment(command: OpenPayment, state: BatchState) -> Outcome:
    _require_not_cancelled(state)
    seats = named_seats(command.seat_ids, state)
    require_held(seats, command.actor, state, taken=SeatUnavailable)
    payment = _require_undecided(command.reference, command.actor, state)
    if any(
        payer == command.actor.id and reference != payment.reference
        for reference, payer in state.pending_payments.items()
    ):
        raise PaymentEnded
    state.pending_payments[payment.reference] = command.actor.id
    expires_at = _payment_expires_at(seats, state)
    shortest = min(_SHORTEST_SECONDS, state.terms.open_payment_seconds)
    if expires_at < state.now + timedelta(seconds=shortest):
        raise HoldTooShort
    held_until = expires_at + timedelta(seconds=BOOKING_SECONDS)
    held = tuple(
        replace(seat, locked_until=held_until, extensions=seat.extensions + 1)
        for seat in seats
        if seat.locked_until is not None and seat.locked_until < held_until
    )
    state.payments[payment.reference] = replace(payment, status=PaymentStatus.OPEN)
    longer = {seat.id: seat for seat in held}
    return Outcome(
        sentence="Payment started",
        seats=tuple(longer.get(seat.id, seat) for seat in seats),
        transitions=transitions(held, Reason.EXTENDED),
        opened=OpenedPayment(payment.reference, expires_at),
    )


def _payment_expires_at(seats: list[SeatState], state: BatchState) -> datetime:
    """Return until when a payment of held seats may stay open, in whole milliseconds.

    However many payments are started, no hold lasts longer than the first one could have made it.
    """
    longest = timedelta(seconds=state.terms.open_payment_seconds)
    return to_milliseconds(
        min(
            state.now + longest,
            *(
                state.terms.last_deadline(locked_at=seat.locked_at) + longest
                for seat in seats
                if seat.locked_at is not None
            ),
        )
    )


def reserve(command: ReserveSeats, state: BatchState) -> Outcome:
    try:
        return _reserve(command, state)
    except SeatcastError:
        _give_up_payment(command.reference, state)
        raise


def _give_up_payment(reference: str | None, state: BatchState) -> None:
    """Have a payment voided, so that it cannot pay for another reservation."""
    if payment := state.payments.get(reference or ""):
        _close_payment(payment, PaymentStatus.VOID_DUE, state)


def _reserve(command: ReserveSeats, state: BatchState) -> Outcome:
    require_present(command.actor, state)
    _require_not_cancelled(state)
    due_at = _payment_due_at(command, state)
    seats = named_seats(command.seat_ids, state)
    _require_verified(command.actor, state)
    require_held(seats, command.actor, state, taken=SeatUnavailable)
    require_may_buy(seats, command.actor, state)
    bill = bill_of(seats, command.ticket_types, command.expected_total, state)
    require_whole_tables(seats, state)
    require_accompanied(seats, state, beside=state.bought_by(command.actor.id))
    if command.reference is None:
        # Otherwise it was required when the payment was started; what others took since then does
        # not matter.
        require_no_orphans(seats, command.actor, state)
    else:
        _require_payment(command.reference, command.actor, bill.total, state)
    reservation_id = state.next_placeholder()
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
            allocation_id=None,
            promo_code_id=None,
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
            bill=bill,
            payment_method=command.payment_method,
            reference=command.reference,
            payment_due_at=due_at,
        ),
    )


def cancel(command: CancelReservation, state: BatchState) -> Outcome:
    """Cancel a reservation and free its seats. Once a seat has entered, only an organiser may."""
    reservation = _require_reservation(command, state)
    if reservation.user_id != command.actor.id and not command.as_organiser:
        raise ReservationNotFound
    if reservation.is_overdue(now=state.now):
        return _lapse([reservation], state)
    if reservation.has_lapsed:
        return Outcome(sentence="The reservation has lapsed already")
    if not reservation.is_live:
        return Outcome(sentence="The reservation was cancelled already")
    cancel_until = state.terms.cancel_until
    if cancel_until is not None and state.now >= cancel_until and not command.as_organiser:
        raise CancellationClosed(
            "This reservation cannot be cancelled any more.", cancel_until=iso(cancel_until)
        )
    if reservation.entries and not command.as_organiser:
        raise AlreadyUsed
    freed = _freed(reservation, state)
    state.reservations[reservation.id] = replace(reservation, is_live=False)
    return Outcome(
        sentence="Reservation cancelled",
        seats=freed,
        transitions=transitions(freed, Reason.CANCELLED),
        cancelled_ids=(reservation.id,),
    )


def cancel_all(command: CancelReservations, state: BatchState) -> Outcome:
    """Cancel reservations of a cancelled event; overdue ones are left to LapseUnpaid."""
    live = [
        found
        for number in command.reservation_ids
        if state.terms.is_cancelled
        and (found := state.reservations.get(number)) is not None
        and found.is_live
        and not found.is_overdue(now=state.now)
    ]
    for reservation in live:
        state.reservations[reservation.id] = replace(reservation, is_live=False)
    freed = tuple(seat for found in live for seat in _freed(found, state))
    return Outcome(
        sentence=f"{pluralize(len(live), 'reservation')} cancelled",
        seats=freed,
        transitions=transitions(freed, Reason.CANCELLED),
        cancelled_ids=tuple(found.id for found in live),
    )


def withdraw(command: WithdrawReservation, state: BatchState) -> Outcome:
    """Cancel the reservation of a payment that was declined when it was captured."""
    reservation = state.reservations.get(command.reservation_id)
    if reservation is None or not reservation.is_live:
        return Outcome(sentence="The reservation has ended already")
    freed = _freed(reservation, state)
    state.reservations[reservation.id] = replace(reservation, is_live=False)
    return Outcome(
        sentence="Reservation withdrawn",
        seats=freed,
        transitions=transitions(freed, Reason.CANCELLED),
        withdrawn_id=reservation.id,
    )


def mark_paid(command: MarkPaid, state: BatchState) -> Outcome:
    reservation = _require_reservation(command, state)
    if reservation.has_lapsed or reservation.is_overdue(now=state.now):
        raise ReservationLapsed
    if not reservation.is_live:
        raise ReservationCancelled
    if not reservation.is_unpaid:
        return Outcome(sentence="The reservation was paid already")
    state.reservations[reservation.id] = replace(reservation, is_paid=True)
    return Outcome(sentence="The reservation is paid", paid_id=reservation.id)


def change_buyer(command: ChangeBuyer, state: BatchState) -> Outcome:
    """Replace the name and the address of a reservation, also of one that has ended."""
    found = _require_reservation(command, state)
    name = found.buyer_name if command.buyer_name is None else command.buyer_name
    email = found.buyer_email if command.buyer_email is None else command.buyer_email
    if (name, email) == (found.buyer_name, found.buyer_email):
        return Outcome(sentence="Nothing was changed")
    return Outcome(
        sentence="Name and address saved", buyer_changed=ChangedBuyer(found.id, name, email)
    )


def lapse_unpaid(state: BatchState) -> Outcome:
    return _lapse(
        [found for found in state.reservations.values() if found.is_overdue(now=state.now)], state
    )


def _lapse(reservations: list[ReservationState], state: BatchState) -> Outcome:
    for reservation in reservations:
        state.reservations[reservation.id] = replace(reservation, is_live=False, has_lapsed=True)
    freed = tuple(seat for found in reservations for seat in _freed(found, state))
    return Outcome(
        sentence=f"{pluralize(len(reservations), 'unpaid reservation')} lapsed",
        seats=freed,
        transitions=transitions(freed, Reason.LAPSED),
        lapsed_ids=tuple(found.id for found in reservations),
    )


def _freed(reservation: ReservationState, state: BatchState) -> tuple[SeatState, ...]:
    return tuple(
        as_cancelled(state.seats[seat_id], is_unpaid=reservation.is_unpaid, at=state.now)
        for seat_id in reservation.seat_ids
    )


def _require_reservation(command: ReservationCommand, state: BatchState) -> ReservationState:
    if (found := state.reservations.get(command.reservation_id)) is None:
        raise ReservationNotFound
    return found


def _require_not_cancelled(state: BatchState) -> None:
    """Raises: EventCancelled."""
    if state.terms.is_cancelled:
        raise EventCancelled


def _require_verified(actor: Person, state: BatchState) -> None:
    """Raises: EmailNotVerified if the terms require a verified address and the actor has none."""
    if state.terms.requires_verified_email and actor.id not in state.verified:
        raise EmailNotVerified


def _payment_due_at(command: ReserveSeats, state: BatchState) -> datetime | None:
    """Return the payment deadline of a reservation; None if it is paid online.

    Raises: MethodNotOffered, PaidLaterClosed.
    """
    if command.reference is not None:
        return None
    if command.payment_method not in state.terms.offline_methods:
        message = "This event does not offer this way to pay."
        raise MethodNotOffered(
            f"payment_method: {message}",
            fields={"payment_method": [message]},
            field_codes={"payment_method": ["invalid"]},
        )
    due_at = state.terms.payment_due_at(now=state.now)
    if due_at <= state.now:
        raise PaidLaterClosed
    return due_at


def _require_payment(reference: str, actor: Person, total: Decimal, state: BatchState) -> None:
    """Use up the actor's undecided payment of that sum. Raises: PaymentEnded, PriceChanged."""
    payment = _require_undecided(reference, actor, state)
    if (payment.amount, payment.currency) != (total, state.terms.currency):
        raise PriceChanged
    _close_payment(payment, PaymentStatus.AUTHORISED, state)


def _require_undecided(reference: str, actor: Person, state: BatchState) -> PaymentState:
    """Return the actor's payment that was neither used nor given up. Raises: PaymentEnded."""
    payment = state.payments.get(reference)
    if payment is None or payment.user_id != actor.id or payment.status not in UNDECIDED:
        raise PaymentEnded
    return payment


def _close_payment(payment: PaymentState, status: PaymentStatus, state: BatchState) -> None:
    """Set the status of an undecided payment, so that it cannot pay for anything else."""
    if payment.status in UNDECIDED:
        state.payments[payment.reference] = replace(payment, status=status)
        state.pending_payments.pop(payment.reference, None)
