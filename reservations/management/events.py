"""Commands that have something done in one event after the other."""

import sys
from collections.abc import Sequence
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from reservations.audit.progress import Progress
from reservations.domain.errors import EventNotFound, SeatcastError


class EventsCommand(BaseCommand):
    """Goes through events; one that cannot be seen to does not keep the others waiting."""

    def events(self) -> Sequence[int]:
        """Return the ids of the events in which there is something to do."""
        raise NotImplementedError

    def do(self, event_id: int) -> str:
        """Do it, and return what was done. Raises: SeatcastError."""
        raise NotImplementedError

    def would_do(self, event_id: int) -> str:
        """Return what there is to do."""
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Say how many there are only.")

    def handle(self, *_: Any, **options: Any) -> None:
        progress, refused = Progress(sys.stderr), 0
        event_ids = self.events()
        for done, event_id in enumerate(event_ids):
            progress.say(f"Event {event_id}: {done} of {len(event_ids)} events done")
            try:
                said = self.would_do(event_id) if options["dry_run"] else self.do(event_id)
            except EventNotFound:
                continue  # Deleted since it was listed.
            except SeatcastError as error:
                refused += 1
                said = error.sentence
            progress.clear()
            self.stdout.write(f"Event {event_id}: {said}")
        progress.clear()
        if refused:
            raise CommandError(f"{refused} of {len(event_ids)} events could not be seen to.")
