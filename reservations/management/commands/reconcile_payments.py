"""Complete payments that a crash or an unavailable provider left unfinished."""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError

from reservations.bookings.payment_storage import PAYMENT_SECONDS
from reservations.domain.errors import PaymentUnavailable, SeatcastError
from reservations.models import Settlement
from reservations.payments import reconciling
from reservations.payments.reconciling import Unfinished, finish_all
from reservations.runtime import database

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Completes payments that a crash or an unavailable provider left unfinished: reservations "
        "are charged, and payments without a reservation are refunded. "
        "Exits with 1 if some could not be completed; one failure does not stop the others."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--older-than",
            type=float,
            default=PAYMENT_SECONDS,
            metavar="SECONDS",
            help="Leave younger ones alone, which may be under way (%(default)s).",
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say what there is to do.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        left = 0
        payments = reconciling.unfinished(older_than_seconds=options["older_than"])
        if options["dry_run"]:
            for payment in payments:
                self.stdout.write(f"{_named(payment)}: is {payment.status}")
            return
        for payment, outcome in finish_all(payments):
            if isinstance(outcome, Exception):
                left += 1
                self.stderr.write(f"{_named(payment)}: {payment.status}; {_why(outcome)}")
            else:
                self.stdout.write(f"{_named(payment)}: {payment.status} -> {outcome}")
        if left:
            raise CommandError(f"{left} could not be brought to an end; run this again later.")


def _named(payment: Unfinished) -> str:
    if isinstance(payment, Settlement):
        return f"Refund {payment.reference}, {-payment.amount} {payment.currency}"
    return f"Payment {payment.reference}, {payment.amount} {payment.currency}"


def _why(error: Exception) -> str:
    """Return why a payment was left. Raises: django.db.Error if the database is unavailable."""
    if isinstance(error, PaymentUnavailable | TimeoutError):
        return "the provider does not answer"
    if isinstance(error, SeatcastError):
        return error.code
    if isinstance(error, OperationalError | InterfaceError) and not database.is_lock_timeout(error):
        raise error
    logger.error("A payment could not be brought to an end", exc_info=error)
    return type(error).__name__
