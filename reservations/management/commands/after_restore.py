"""Makes a restored backup safe to open."""

from typing import Any

from django.core.management import BaseCommand

from reservations.housekeeping.restoring import SKIPPED, prepare_restored_database


class Command(BaseCommand):
    help = (
        "Run it once when a backup has become the database, before servers are started on it: what "
        "was handed out after the backup was made then means nothing, instead of something else. "
        "No number is given out again, and everybody who watches is shown the whole map."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        events = prepare_restored_database()
        shown = "1 event is" if events == 1 else f"{events:,} events are"
        self.stdout.write(f"{shown} shown anew, and {SKIPPED:,} numbers of each table skipped.")
