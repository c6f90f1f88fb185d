"""Finish erasures that were started, and erase accounts unused for SEATCAST_RETENTION_DAYS."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from accounts.models import Erasure, User
from accounts.personal_data import erasure


class Command(BaseCommand):
    help = (
        "Finishes erasures that a process left unfinished. With SEATCAST_RETENTION_DAYS "
        "it also erases buyers who have neither signed in nor had a booking for so many days. Can "
        "be stopped at any time, and run twice at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--person",
            metavar="ID",
            type=int,
            action="append",
            default=[],
            help="Also erase this account, for example again after restoring an older backup.",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        for person in self._people(options["person"]):
            erasure.close(person, Erasure.Cause.ASKED)
        if days := settings.SEATCAST_RETENTION_DAYS:
            erasure.close_unused(unused_since=erasure.retention_cut(days))
        outcomes = list(erasure.finish_all())
        if done := sum(outcomes):
            self.stdout.write(f"{done:,} {'account' if done == 1 else 'accounts'} erased.")
        if failed := len(outcomes) - done:
            raise CommandError(f"{failed:,} could not be erased yet.")

    def _people(self, ids: list[int]) -> list[User]:
        found = list(User.objects.filter(pk__in=ids))
        if missing := set(ids) - {person.pk for person in found}:
            raise CommandError(f"There is nobody with the id {min(missing)}.")
        return found
