"""Payments that wait for the buyer or their bank, after `checkout.reserve` has left them open.

Whoever hears of one asks the provider: its notice, the buyer's page, or reconciliation.
"""

import logging
from decimal import Decimal
from typing import Any, cast

from reservations.bookings import command_queue
from reservations.domain.commands import ReserveSeats
from reservations.domain.errors import PaymentNotFound, SeatcastError, Unavailable
from reservations.domain.states import PaymentStatus, Person
from reservations.models import Payment
from reservations.payments.due_calls import set_status, settle_now_or_later
from reservations.payments.provider_calls import call_provider
from reservations.ports.payment_provider import Progress, Stage, provider
from reservations.runtime import clock, database

logger = logging.getLogger(__name__)


def advance(reference: str) -> Progress | None:
    """Ask the provider about an open payment, and book or give up its seats accordingly.

    Any number of callers may do so at once. Return what the provider said; None if the payment is
    not open any more. Raises: PaymentNotFound, PaymentUnavailable, Busy, django.db.Error.
    """
    payment = Payment.objects.filter(reference=reference).first()
    if payment is None:
        raise PaymentNotFound
    if payment.status != PaymentStatus.OPEN:
        return None
    database.release_connection()
    progress = call_provider(lambda: provider().look_up(reference=reference))
    if progress.is_paid:
        # An account may have taken it over while the provider was asked.
        _book(Payment.objects.select_related("user").get(reference=reference))
    elif progress.stage is Stage.FAILED:
        set_status(reference, PaymentStatus.OPEN, PaymentStatus.DECLINED)
    elif payment.expires_at is not None and payment.expires_at <= clock.now():
        give_up(reference)
    return progress


def give_up(reference: str) -> None:
    """Void a payment that is still open; its seats stay held until their deadline."""
    if set_status(reference, PaymentStatus.OPEN, PaymentStatus.VOID_DUE):
        settle_now_or_later(reference)


def _book(payment: Payment) -> None:
    """Reserve the seats of an open payment that was authorised; if that is refused, void it.

    Raises: Unavailable.
    """
    stored = cast("dict[str, Any]", payment.order)
    total = stored["expected_total"]
    command = ReserveSeats(
        actor=Person(payment.user_id, payment.user.get_username()),
        seat_ids=tuple(stored["seat_ids"]),
        payment_method=payment.method,
        reference=payment.reference,
        ticket_types=tuple((seat, kind) for seat, kind in stored["ticket_types"]),
        expected_total=None if total is None else Decimal(total),
    )
    try:
        command_queue.submit(event_id=payment.event_id, command=command)
    except Unavailable:
        raise
    except SeatcastError as refusal:
        logger.info("Payment %s books nothing: %s", payment.reference, refusal.code)
    settle_now_or_later(payment.reference)
