"""Delete old idempotency keys."""

import sys
from datetime import timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from reservations.audit.progress import Progress
from reservations.housekeeping.pruning import prune_keys


class Command(BaseCommand):
    help = (
        "Deletes old idempotency keys and the responses stored with them. A command that is sent "
        "again with such a key runs again. Works in small batches; can be stopped at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--older-than", metavar="HOURS", type=int, default=24, help="Default: 24. At least 1."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be deleted only."
        )

    def handle(self, *_: Any, **options: Any) -> None:
        hours, dry_run = options["older_than"], options["dry_run"]
        if not 1 <= hours <= 876_000:
            raise CommandError("--older-than: give a number of hours from 1 on.")
        progress, count = Progress(sys.stderr), 0
        for deleted in prune_keys(older_than=timedelta(hours=hours), dry_run=dry_run):
            count += deleted
            progress.say(f"{count:,} idempotency keys")
        progress.clear()
        if count:
            keys = "1 idempotency key" if count == 1 else f"{count:,} idempotency keys"
            self.stdout.write(f"{keys} {'would be deleted' if dry_run else 'deleted'}.")
