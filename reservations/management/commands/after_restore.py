"""Prepare a restored backup for use."""

from typing import Any

from django.core.management import BaseCommand

from reservations.housekeeping.restoring import SKIPPED, prepare_restored_database


class Command(BaseCommand):
    help = (
        "Run it once after restoring a backup, before servers are started on it. Skips the numbers "
        "that may have been used after the backup was made, so that none refers to something else, "
        "and sends all viewers a new snapshot."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        events = prepare_restored_database()
        shown = "1 event is" if events == 1 else f"{events:,} events are"
        self.stdout.write(f"{shown} shown anew, and {SKIPPED:,} numbers of each table skipped.")
