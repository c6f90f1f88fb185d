"""Delete old messages."""

from datetime import timedelta
from typing import Any

from django.core.management import BaseCommand, CommandParser

from webhooks import services


class Command(BaseCommand):
    help = "Deletes messages that are older than some days, with their deliveries."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=services.KEPT_DAYS)

    def handle(self, *_: Any, **options: Any) -> None:
        if deleted := services.prune(older_than=timedelta(days=options["days"])):
            self.stdout.write(f"{deleted:,} messages deleted.")
