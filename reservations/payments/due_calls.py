"""The calls to the provider that a payment's status requires: capture, void or refund.

They are made right after the commit that requires them, and by reconciliation if that fails. They
may be made twice at once, or again after a crash.
"""

import logging
from typing import cast

from django.db import Error, transaction

from reservations.bookings import command_queue, security_events
from reservations.domain.commands import WithdrawReservation
from reservations.domain.errors import PaymentDeclined, PaymentUnavailable, Unavailable
from reservations.domain.states import PaymentStatus
from reservations.models import Payment
from reservations.payments.found_refunds import fail_refund, follow_refunds
from reservations.payments.provider_calls import call_provider
from reservations.ports.payment_provider import (
    AlreadyCaptured,
    RefundFailed,
    RefundPending,
    provider,
)
from reservations.runtime import clock, metrics

# More than the longest path from any status to a final one.
_MAX_STEPS = 5

logger = logging.getLogger(__name__)


def settle(reference: str) -> PaymentStatus:
    """Make the provider calls that a payment's status requires; return the final status.

    It may run twice at once, or again after a crash.

    Raises: PaymentUnavailable, django.db.Error.
    """
    for _ in range(_MAX_STEPS):
        payment = Payment.objects.get(reference=reference)
        before = PaymentStatus(payment.status)
        after = _make_due_call(payment)
        if after is None:
            return before
        # If another thread has changed the status meanwhile, the next iteration reads it.
        set_status(reference, before, after)
    raise PaymentUnavailable


def settle_now_or_later(reference: str) -> PaymentStatus | None:
    """Settle a payment; leave it to reconciliation if that fails."""
    try:
        return settle(reference)
    except (Unavailable, Error):
        leave_to_reconcile(reference)
        return None


def set_status(reference: str, before: PaymentStatus, after: PaymentStatus) -> bool:
    """Change a payment's status; return False if it was not `before` any more."""
    found = Payment.objects.filter(reference=reference, status=before)
    with transaction.atomic():
        is_moved = bool(found.update(status=after, updated_at=clock.now()))
        if is_moved and after is PaymentStatus.REFUNDED:
            security_events.record_refund(reference)
    return is_moved


def leave_to_reconcile(reference: str) -> None:
    metrics.payments_left.inc()
    logger.warning("Payment %s is left to be reconciled", reference, exc_info=True)


def _make_due_call(payment: Payment) -> PaymentStatus | None:
    """Make the call that a payment's status requires; return the next status, None if none is."""
    reference = payment.reference
    match PaymentStatus(payment.status):
        case PaymentStatus.AUTHORISED:
            try:
                call_provider(lambda: provider().capture(reference=reference))
            except PaymentDeclined:
                _withdraw(payment)
                return PaymentStatus.VOID_DUE
            return PaymentStatus.CAPTURED
        case PaymentStatus.VOID_DUE:
            try:
                call_provider(lambda: provider().void(reference=reference))
            except AlreadyCaptured:
                try:
                    call_provider(lambda: provider().refund(reference=reference))
                except (RefundPending, RefundFailed) as error:
                    # It is tried again, and told with the payments that are not finished.
                    raise PaymentUnavailable from error
            return PaymentStatus.VOIDED
        case PaymentStatus.REFUND_DUE:
            return _refund(reference)
        case _:
            return None


def _refund(reference: str) -> PaymentStatus | None:
    """Refund a payment as a whole, if nothing was refunded by others; return its next status."""
    follow_refunds(reference)
    if not Payment.objects.filter(reference=reference, status=PaymentStatus.REFUND_DUE).exists():
        return None
    try:
        call_provider(lambda: provider().refund(reference=reference))
    except RefundPending:
        return None
    except RefundFailed:
        logger.error("Payment %s could not be refunded: it is still owed", reference)
        fail_refund(reference)
        return None
    return PaymentStatus.REFUNDED


def _withdraw(payment: Payment) -> None:
    """Cancel the reservation of a payment that cannot be captured."""
    logger.warning("Payment %s was withdrawn; its reservation is cancelled", payment.reference)
    command = WithdrawReservation(cast("int", payment.reservation_id))
    command_queue.submit(event_id=payment.event_id, command=command)
