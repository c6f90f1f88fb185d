"""Security log events about reservations: entry, refused tickets, changes, refunds.

Each is written in the transaction of what it records.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from reservations.domain.commands import AdmitSeats, CancelReservation, MarkPaid
from reservations.domain.errors import SeatcastError
from reservations.domain.rules import Outcome
from reservations.domain.rules.outcomes import Merge, Move, Split
from reservations.domain.states import BatchState
from reservations.models import Payment, Reservation, Settlement
from reservations.read.records import money
from reservations.write.changes import Decision
from security_log.log import Kind, record
from security_log.request_context import RequestContext, current_request


def record_decisions(
    decided: list[Decision], reservations: Mapping[int, Reservation], state: BatchState
) -> None:
    """Record decisions about entry, and what organisers changed in bookings."""
    for decision in decided:
        command, outcome = decision.command, decision.outcome
        if isinstance(command, AdmitSeats):
            with _sent_by(decision.source):
                reservation = reservations.get(command.reservation_id)
                _record_scan(command, outcome, reservation, state)
        elif isinstance(command, CancelReservation) and command.as_organiser:
            with _sent_by(decision.source):
                for number in outcome.cancelled_ids:
                    _record_change(Kind.RESERVATION_CANCELLED, command, number, reservations)
        elif isinstance(command, MarkPaid):
            with _sent_by(decision.source):
                _record_change(Kind.RESERVATION_MARKED_PAID, command, outcome.paid_id, reservations)
        elif outcome.rebooked is not None:
            with _sent_by(decision.source):
                _record_rebooked(decision, outcome.rebooked, reservations)


def record_refused(refusal: SeatcastError, *, actor_id: int, gate: str = "") -> None:
    """Record that a code was presented that is not a valid ticket here."""
    record(Kind.TICKET_REFUSED, actor_id=actor_id, details={"code": refusal.code, "gate": gate})


def record_refund(reference: str) -> None:
    """Record that the provider has refunded a payment."""
    payment = Payment.objects.select_related("reservation").get(reference=reference)
    record(
        Kind.PAYMENT_REFUNDED,
        subject_id=payment.user_id,
        event_id=payment.event_id,
        details={
            "reservation": payment.reservation.public_id if payment.reservation else None,
            "payment": reference,
            "amount": money(payment.amount),
            "currency": payment.currency,
        },
    )


def record_refund_of_part(refund: Settlement) -> None:
    """Record that the provider has refunded a part of a payment."""
    reservation = refund.reservation
    record(
        Kind.PAYMENT_REFUNDED,
        subject_id=reservation.user_id,
        event_id=refund.event_id,
        details={
            "reservation": reservation.public_id,
            "payment": refund.payment.reference if refund.payment else None,
            "amount": money(-refund.amount),
            "currency": refund.currency,
        },
    )


def _record_rebooked(
    decision: Decision, rebooked: Move | Split | Merge, reservations: Mapping[int, Reservation]
) -> None:
    """Record that an organiser moved seats of a booking, split it or merged it with another."""
    found = reservations[rebooked.reservation_id]
    details: dict[str, object] = {"reservation": found.public_id}
    match rebooked:
        case Move():
            kind = Kind.RESERVATION_MOVED
            details |= {
                "seats": [
                    f"{old.seat_number} → {new.seat_number}" for old, new, *_ in rebooked.seats
                ],
                "difference": money(rebooked.difference),
                "settling": rebooked.settling.value,
            }
        case Split():
            kind = Kind.RESERVATION_SPLIT
            details["new"] = reservations[rebooked.new_id].public_id
        case Merge():
            kind = Kind.RESERVATION_MERGED
            details["merged"] = reservations[rebooked.other_id].public_id
    record(
        kind,
        actor_id=decision.command.actor.id if decision.command.actor else None,
        subject_id=found.user_id,
        event_id=found.event_id,
        details=details,
    )


def _record_scan(
    command: AdmitSeats, outcome: Outcome, reservation: Reservation | None, state: BatchState
) -> None:
    refusal = outcome.refusal
    numbers = [state.seats[entry.seat_id].seat_number for entry in outcome.admitted]
    record(
        Kind.TICKET_REFUSED if refusal else Kind.TICKET_ADMITTED,
        actor_id=command.actor.id,
        subject_id=reservation.user_id if reservation else None,
        event_id=reservation.event_id if reservation else None,
        details={
            "reservation": reservation.public_id if reservation else None,
            "gate": command.gate,
            **({"code": refusal.code} if refusal else {"seats": numbers}),
        },
    )


def _record_change(
    kind: Kind,
    command: CancelReservation | MarkPaid,
    changed_id: int | None,
    reservations: Mapping[int, Reservation],
) -> None:
    """Record that an organiser changed a reservation; `changed_id` is None if nothing changed."""
    if changed_id is None:
        return
    reservation = reservations[changed_id]
    record(
        kind,
        actor_id=command.actor.id,
        subject_id=reservation.user_id,
        event_id=reservation.event_id,
        details={"reservation": reservation.public_id},
    )


@contextmanager
def _sent_by(sent: RequestContext | None) -> Iterator[None]:
    """Set the command's request as the source, because the leader runs in another thread."""
    before = current_request.set(sent)
    try:
        yield
    finally:
        current_request.reset(before)
