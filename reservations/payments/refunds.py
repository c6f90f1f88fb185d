"""Cancel and move bookings, and refund what their buyers have paid too much."""

import logging
from typing import Any

from django.db import Error, transaction

from reservations.bookings import command_queue, security_events
from reservations.bookings.records import CommandResult
from reservations.domain.commands import CancelReservation, MoveSeats
from reservations.domain.errors import PaymentUnavailable, Unavailable
from reservations.domain.states import PaymentStatus, Person
from reservations.models import Payment, Settlement
from reservations.payments.due_calls import leave_to_reconcile, settle_now_or_later
from reservations.payments.found_refunds import follow_refunds
from reservations.payments.provider_calls import call_provider
from reservations.ports.payment_provider import RefundFailed, RefundPending, provider, refunds_parts
from reservations.runtime import clock, database

logger = logging.getLogger(__name__)


def cancel(
    *,
    event_id: int,
    actor: Person,
    reservation_id: int,
    as_organiser: bool = False,
    key: str | None = None,
) -> CommandResult:
    """Cancel a reservation, and return its payment. Raises: SeatcastError."""
    answer = command_queue.submit(
        event_id=event_id,
        command=CancelReservation(actor, reservation_id, as_organiser),
        key=key,
    )
    paid_with = Payment.objects.filter(event=event_id, reservation=reservation_id)
    for reference in paid_with.values_list("reference", flat=True):
        settle_now_or_later(reference)
    _refund_parts_now_or_later(reservation_id)
    return answer


def move(*, event_id: int, command: MoveSeats, key: str | None = None) -> CommandResult:
    """Move seats of a booking, and refund what that costs less. Raises: SeatcastError."""
    answer = command_queue.submit(event_id=event_id, command=command, key=key)
    _refund_parts_now_or_later(command.reservation_id)
    return answer


def refund_part(refund: Settlement) -> PaymentStatus:
    """Make the provider call of a refund that is due; return its status.

    It may run twice at once, or again after a crash. Raises: PaymentUnavailable, django.db.Error.
    """
    found: Any = provider()
    if not refunds_parts() or refund.payment is None:
        raise PaymentUnavailable
    charge, reference = refund.payment.reference, refund.reference
    follow_refunds(charge)
    due = Settlement.objects.filter(pk=refund.pk, status=PaymentStatus.REFUND_DUE)
    if (amount := due.values_list("amount", flat=True).first()) is None:
        # It was made in the provider's dashboard, or has failed.
        return PaymentStatus(Settlement.objects.values_list("status", flat=True).get(pk=refund.pk))
    database.release_connection()
    status = PaymentStatus.REFUNDED
    try:
        call_provider(lambda: found.refund_part(reference=charge, refund=reference, amount=-amount))
    except RefundPending:
        return PaymentStatus.REFUND_DUE
    except RefundFailed:
        logger.error("Refund %s of payment %s has failed: it is still owed", reference, charge)
        status = PaymentStatus.REFUND_FAILED
    with transaction.atomic():
        is_new = bool(due.update(status=status, updated_at=clock.now()))
        if is_new and status is PaymentStatus.REFUNDED:
            security_events.record_refund_of_part(refund)
    return status


def _refund_parts_now_or_later(reservation_id: int) -> None:
    due = Settlement.objects.filter(reservation=reservation_id, status=PaymentStatus.REFUND_DUE)
    for refund in due.select_related("payment"):
        try:
            refund_part(refund)
        except (Unavailable, Error):
            leave_to_reconcile(refund.reference)
