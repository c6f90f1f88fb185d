"""Writes down that locks past their deadline are gone."""

import sys
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from reservations import clock, desk, selectors
from reservations.commands import ReleaseExpired
from reservations.errors import EventNotFound, SeatcastError
from reservations.housekeeping.progress import Progress
from reservations.models import Seat
from reservations.states import SeatStatus


class Command(BaseCommand):
    help = (
        "Write down that locks past their deadline are gone, so that the change log says so."
        " Correctness never waits for this: such a lock is worth nothing anyway."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Say how many there are only.")

    def handle(self, *_: Any, **options: Any) -> None:
        progress, refused = Progress(sys.stderr), 0
        event_ids = selectors.events_with_expired_locks()
        for done, event_id in enumerate(event_ids):
            progress.say(f"Event {event_id}: {done} of {len(event_ids)} events done")
            try:
                said = _would_release(event_id) if options["dry_run"] else _release(event_id)
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


def _release(event_id: int) -> str:
    return desk.submit(event_id=event_id, command=ReleaseExpired())["message"]


def _would_release(event_id: int) -> str:
    lapsed = Seat.objects.filter(
        event=event_id, status=SeatStatus.LOCKED, locked_until__lte=clock.now()
    ).count()
    return f"{lapsed:,} expired {'lock' if lapsed == 1 else 'locks'} would be released"
