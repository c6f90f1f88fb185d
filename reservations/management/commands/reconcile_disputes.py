"""Store disputes of payments whose notices were lost."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reservations.domain.errors import Unavailable
from reservations.payments import disputes


class Command(BaseCommand):
    help = "Asks the payment provider for its newest disputes, whose notices may have been lost."

    def handle(self, **_: Any) -> None:
        try:
            changed = disputes.follow_disputes()
        except Unavailable as error:
            raise CommandError("The payment provider does not answer.") from error
        if changed:
            self.stdout.write(f"Disputes that were new or had changed: {changed}")
