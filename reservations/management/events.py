"""Base class of commands that process one event after the other."""

import sys
from collections.abc import Sequence
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from reservations.audit.progress import Progress
from reservations.domain.errors import EventNotFound, SeatcastError


class EventsCommand(BaseCommand):
    """Processes events. If one fails, the others are processed all the same."""

    def events(self) -> Sequence[int]:
        """Return the ids of the events to process."""
        raise NotImplementedError

    def process(self, event_id: int) -> str:
        """Process an event and return what was done. Raises: SeatcastError."""
        raise NotImplementedError

    def describe(self, event_id: int) -> str:
        """Return what would be done."""
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Say how many there are only.")

    def handle(self, *_: Any, **options: Any) -> None:
        progress, refused = Progress(sys.stderr), 0
        event_ids = self.events()
        for done, event_id in enumerate(event_ids):
            progress.say(f"Event {event_id}: {done} of {len(event_ids)} events done")
            try:
                message = self.describe(event_id) if options["dry_run"] else self.process(event_id)
            except EventNotFound:
                continue  # Deleted since it was listed.
            except SeatcastError as error:
                refused += 1
                message = error.sentence
            progress.clear()
            self.stdout.write(f"Event {event_id}: {message}")
        progress.clear()
        if refused:
            raise CommandError(f"{refused} of {len(event_ids)} events were refused.")
