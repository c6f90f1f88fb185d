"""Delete old rows of the change log."""

import sys
from collections import Counter
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from reservations.audit.progress import Progress
from reservations.audit.replay import WHOLE_LOG
from reservations.housekeeping.pruning import prune_log


class Command(BaseCommand):
    help = (
        "Deletes old rows of the change log. Keeps each seat's rows since its last lock or block "
        "before that age, so that the log still explains every seat's state and no viewer misses "
        "a change. Works in small batches; can be stopped at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        days = settings.SEATCAST_LOG_DAYS
        parser.add_argument(
            "--older-than", metavar="DAYS", type=int, default=days, help=f"Default: {days}."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be deleted only."
        )

    def handle(self, *_: Any, **options: Any) -> None:
        days, dry_run = options["older_than"], options["dry_run"]
        if not WHOLE_LOG.days <= days <= 36_500:
            raise CommandError(f"--older-than: give a number of days from {WHOLE_LOG.days} on.")
        progress, counts = Progress(sys.stderr), Counter[int]()
        for event_id, count in prune_log(older_than=timedelta(days=days), dry_run=dry_run):
            counts[event_id] += count
            progress.say(f"Event {event_id}: {counts[event_id]:,} rows")
        progress.clear()
        done = "would be deleted" if dry_run else "deleted"
        for event_id, count in sorted(counts.items()):
            self.stdout.write(f"Event {event_id}: {count:,} rows of the change log {done}.")
