"""Write the archive of an event, or remove the change log that one has."""

import os
import sys
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import Error

from reservations.archives.loading import archive_differences
from reservations.archives.removal import RemovalRefused, remove_log, require_removable
from reservations.archives.writing import new_file, write_archive
from reservations.audit.progress import Progress
from reservations.audit.verification import Counts
from reservations.domain.errors import EventNotFound
from reservations.management.archives import STANDARD_STREAM, description, opened_archive


class Command(BaseCommand):
    help = (
        "Writes a file with an event's change log, bookings, payments and plan, which "
        "verify_ledger --archive can read. With --remove it verifies such a file instead, compares "
        "its log with the database's, and deletes the rows of the log that are not needed any "
        "more; the event must be over. It can be stopped at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("event", metavar="EVENT", type=int, help="The event's id.")
        parser.add_argument(
            "file", metavar="FILE", help="A new file; - writes standard output, or reads input."
        )
        parser.add_argument(
            "--remove", action="store_true", help="Read the file, and delete the log's old rows."
        )

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            if options["remove"]:
                self._remove(options["event"], options["file"])
            else:
                self._write(options["event"], options["file"])
        except Error as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"The database failed: {reason}", returncode=2) from None

    def _write(self, event_id: int, name: str) -> None:
        try:
            if name == STANDARD_STREAM:
                with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as stream:
                    end = write_archive(event_id=event_id, stream=stream)
            else:
                with new_file(Path(name)) as stream:
                    end = write_archive(event_id=event_id, stream=stream)
        except EventNotFound:
            raise CommandError(f"There is no event {event_id}.") from None
        except OSError as error:
            raise CommandError(f"The file cannot be written: {error}", returncode=2) from None
        self.stderr.write(f"Event {event_id}: {end.rows:,} rows, SHA-256 {end.sha256}")

    def _remove(self, event_id: int, name: str) -> None:
        progress, deleted = Progress(sys.stderr), 0
        with opened_archive(name) as archive:
            self.stderr.write(description(archive))
            if archive.header.event_id != event_id:
                raise CommandError(f"It is an archive of event {archive.header.event_id}.")
            found = list(archive_differences(archive, counts=Counts(), progress=progress.say))
            progress.clear()
            for sentence in found:
                self.stdout.write(f"Event {event_id}: {sentence}")
            if found:
                raise CommandError(f"Nothing was removed: {len(found):,} differences.")
            try:
                require_removable(archive)
            except RemovalRefused as error:
                raise CommandError(f"Nothing was removed: {error}") from None
            for count in remove_log(archive):
                deleted += count
                progress.say(f"Event {event_id}: {deleted:,} rows")
            progress.clear()
        self.stdout.write(f"Event {event_id}: {deleted:,} rows of the change log removed.")
