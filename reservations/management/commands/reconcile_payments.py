from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reservations import checkout
from reservations.errors import PaymentUnavailable
from reservations.payments.books import PAYMENT_SECONDS


class Command(BaseCommand):
    help = (
        "Bring payments to an end that a crash, or a provider that did not answer, left in between:"
        " what was booked is charged, what was not is given back."
        " Exits with 1 when some could not be, because the provider does not answer."
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
        for payment in checkout.unfinished(older_than_seconds=options["older_than"]):
            words = f"Payment {payment.reference}, {payment.amount} {payment.currency}"
            if options["dry_run"]:
                self.stdout.write(f"{words}: is {payment.status}")
                continue
            try:
                self.stdout.write(f"{words}: {payment.status} -> {checkout.finish(payment)}")
            except PaymentUnavailable:
                left += 1
                self.stderr.write(f"{words}: {payment.status}; the provider does not answer")
        if left:
            raise CommandError(f"{left} could not be brought to an end; run this again later.")
