"""Security log events about seats and reservations: entry, refused tickets, changes, refunds, and
what the box office did.

Each is written in the transaction of what it records.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from infrastructure.security_log.log import Kind, record
from infrastructure.security_log.request_context import RequestContext, current_request
from reservations.bookings.decisions import Decision
from reservations.domain.commands import (
    AdmitSeats,
    AllocateSeats,
    BlockSeats,
    CancelReservation,
    ChangeBuyer,
    MarkPaid,
    ReleaseLocks,
    SellSeats,
    UnblockSeats,
)
from reservations.domain.errors import SeatcastError
from reservations.domain.rules import Outcome
from reservations.domain.rules.outcomes import Merge, Move, Split
from reservations.domain.states import BatchState, Person, SeatState, iso
from reservations.events.records import money
from reservations.models import Payment, Reservation, Settlement

_MAX_NAMED = 50
"""How many seats a row names."""


def record_decisions(
    decided: list[Decision],
    reservations: Mapping[int, Reservation],
    state: BatchState,
    *,
    event_id: int,
) -> None:
    """Record decisions about entry, and what organisers did to bookings and seats."""
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
        elif isinstance(command, ChangeBuyer):
            with _sent_by(decision.source):
                found = outcome.buyer_changed and outcome.buyer_changed.reservation_id
                _record_change(Kind.BUYER_CHANGED, command, found, reservations)
        elif outcome.rebooked is not None:
            with _sent_by(decision.source):
                _record_rebooked(decision, outcome.rebooked, reservations)
        elif outcome.changed:
            with _sent_by(decision.source):
                _record_box_office(decision, reservations, event_id=event_id)


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


def record_dispute(reference: str) -> None:
    """Record that a payment's buyer asked their bank for the money back, or what came of it."""
    payment = Payment.objects.select_related("reservation").get(reference=reference)
    record(
        Kind.PAYMENT_DISPUTED,
        subject_id=payment.user_id,
        event_id=payment.event_id,
        details={
            "reservation": payment.reservation.public_id if payment.reservation else None,
            "payment": reference,
            "amount": money(payment.amount),
            "currency": payment.currency,
            "dispute": payment.dispute,
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
    command: CancelReservation | MarkPaid | ChangeBuyer,
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


def _record_box_office(
    decision: Decision, reservations: Mapping[int, Reservation], *, event_id: int
) -> None:
    """Record what an organiser did to seats; a plan's import has no actor and is not recorded."""
    command, outcome = decision.command, decision.outcome
    match command:
        case SellSeats() if outcome.booked is not None:
            kind, more = (
                Kind.SEATS_SOLD,
                {
                    "reservation": reservations[outcome.booked.id].public_id,
                    "payment_method": str(command.payment_method),
                    "total": money(outcome.booked.bill.total),
                },
            )
        case AllocateSeats():
            kind, more = Kind.SEATS_BLOCKED, {"kind": str(command.kind), "label": command.label}
            if command.until is not None:
                more["until"] = str(iso(command.until))
        case BlockSeats(actor=Person()):
            kind, more = Kind.SEATS_BLOCKED, {}
        case UnblockSeats():
            kind, more = Kind.SEATS_UNBLOCKED, {}
        case ReleaseLocks():
            _record_released(command, outcome, event_id=event_id)
            return
        case _:
            return
    record(
        kind,
        actor_id=command.actor.id if command.actor else None,
        event_id=event_id,
        details={**_named(outcome.changed), **more},
    )


def _record_released(command: ReleaseLocks, outcome: Outcome, *, event_id: int) -> None:
    """Record one row for each person whose locks were released."""
    by_holder: dict[int | None, list[SeatState]] = {}
    for seat in outcome.changed:
        by_holder.setdefault(seat.former_holder_id, []).append(seat)
    for holder_id, seats in by_holder.items():
        record(
            Kind.LOCKS_RELEASED,
            actor_id=command.actor.id,
            subject_id=holder_id,
            event_id=event_id,
            details=_named(seats),
        )


def _named(seats: Sequence[SeatState]) -> dict[str, object]:
    """Return the number of seats, and the numbers of the first ones."""
    return {"count": len(seats), "seats": [seat.seat_number for seat in seats[:_MAX_NAMED]]}


@contextmanager
def _sent_by(sent: RequestContext | None) -> Iterator[None]:
    """Set the command's request as the source, because the leader runs in another thread."""
    before = current_request.set(sent)
    try:
        yield
    finally:
        current_request.reset(before)
