"""Follow what the provider tells of payments: open ones, refunds and disputes."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from reservations.bookings import security_events
from reservations.domain.states import DisputeStatus, PaymentStatus
from reservations.models import Payment
from reservations.payments.found_refunds import follow_refunds
from reservations.payments.open_payments import advance
from reservations.payments.provider_calls import call_provider
from reservations.ports.payment_provider import provider
from reservations.runtime import database

_TAKEN = (PaymentStatus.CAPTURED, PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED)


def follow(reference: str) -> None:
    """Ask the provider about a payment that has changed there: an open one, or its refunds.

    Raises: PaymentNotFound, PaymentUnavailable, Busy, django.db.Error.
    """
    advance(reference)
    taken = Payment.objects.filter(reference=reference, status__in=_TAKEN)
    if taken.exists():
        follow_refunds(reference)
    found: Any = provider()
    captured = Payment.objects.filter(
        reference=reference, status__in=[PaymentStatus.CAPTURED, PaymentStatus.REFUNDED]
    )
    if not hasattr(found, "dispute") or not captured.exists():
        return
    database.release_connection()
    dispute = call_provider(lambda: found.dispute(reference=reference))
    _store_dispute(reference, dispute)


def follow_disputes() -> int:
    """Ask the provider for its newest disputes; return how many payments' had changed.

    It makes up for notices that were lost. Raises: PaymentUnavailable, Busy, django.db.Error.
    """
    found: Any = provider()
    if not hasattr(found, "disputes"):
        return 0
    disputes: Mapping[str, DisputeStatus] = call_provider(found.disputes)
    return sum(_store_dispute(reference, dispute) for reference, dispute in disputes.items())


def _store_dispute(reference: str, dispute: DisputeStatus | None) -> bool:
    """Store how a captured payment's dispute stands; return whether that is new."""
    captured = Payment.objects.filter(
        reference=reference, status__in=[PaymentStatus.CAPTURED, PaymentStatus.REFUNDED]
    )
    stored = dispute or ""
    with transaction.atomic():
        is_new = bool(captured.exclude(dispute=stored).update(dispute=stored))
        if is_new:
            security_events.record_dispute(reference)
    return is_new
