"""Check that the change log, the seats, the reservations and the payments agree."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import Error

from reservations.archives.loading import archive_differences
from reservations.audit.progress import Progress
from reservations.audit.verification import Counts, differences
from reservations.domain.errors import EventNotFound
from reservations.management.archives import description, opened_archive
from reservations.models import Event


class Command(BaseCommand):
    help = (
        "Replays the change log of each event and compares it with its seats, reservations and "
        "payments. Prints a line for each difference, and exits with 1 if there are any, with 2 if "
        "the database cannot be read. It changes nothing, takes no locks, and can run during a "
        "sale. With --archive it verifies a file of archive_event instead, and exits with 2 if "
        "that is damaged."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--event", metavar="ID", nargs="+", type=int, help="Only these. Default: all events."
        )
        what.add_argument("--archive", metavar="FILE", help="An archive; - reads standard input.")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            if options["archive"] is not None:
                self._verify_archive(options["archive"])
            else:
                self._verify(options["event"])
        except Error as error:
            # Not 1, which means differences.
            reason = " ".join(str(error).split())
            raise CommandError(f"The books cannot be read: {reason}", returncode=2) from None

    def _verify(self, named: list[int] | None) -> None:
        events = Event.objects.order_by("pk").values_list("pk", flat=True)
        if named is not None and (unknown := sorted(set(named) - set(events))):
            raise CommandError(f"There is no event {unknown[0]}.")
        counts, found = Counts(), 0
        progress = Progress(sys.stderr)
        for event_id in sorted(set(named)) if named is not None else events:
            for sentence in _differences(event_id, counts, progress):
                found += 1
                progress.clear()
                self.stdout.write(f"Event {event_id}: {sentence}")
        progress.clear()
        self._conclude(counts, found)

    def _verify_archive(self, name: str) -> None:
        counts = Counts()
        progress = Progress(sys.stderr)
        with opened_archive(name) as archive:
            self.stderr.write(description(archive))
            found = 0
            for sentence in archive_differences(archive, counts=counts, progress=progress.say):
                found += 1
                progress.clear()
                self.stdout.write(f"Event {archive.header.event_id}: {sentence}")
        progress.clear()
        self._conclude(counts, found)

    def _conclude(self, counts: Counts, found: int) -> None:
        if found:
            raise CommandError(f"{counts}: {_count(found)}.")
        self.stdout.write(f"{counts}: no difference.")


def _differences(event_id: int, counts: Counts, progress: Progress) -> Iterator[str]:
    # An event deleted since it was listed has no differences.
    with suppress(EventNotFound):
        yield from differences(event_id=event_id, counts=counts, progress=progress.say)


def _count(found: int) -> str:
    return "1 difference" if found == 1 else f"{found:,} differences"
