"""Finish erasures and merges that were started, and erase what was unused for long.

Guests are erased after GUEST_DAYS, accounts after SEATCAST_RETENTION_DAYS.
"""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from accounts.guests import services as guests
from accounts.models import Erasure, User
from accounts.personal_data import erasure


class Command(BaseCommand):
    help = (
        "Finishes erasures, and merges of guests into accounts, and erases guests who have neither "
        f"come back nor had a booking for {erasure.GUEST_DAYS} days; with SEATCAST_RETENTION_DAYS "
        "also other buyers, after so many days. Can be stopped at any time, and run twice at once."
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
        guests_since = erasure.retention_cut(erasure.GUEST_DAYS)
        erasure.close_unused(unused_since=guests_since, only_guests=True)
        if days := settings.SEATCAST_RETENTION_DAYS:
            erasure.close_unused(unused_since=erasure.retention_cut(days))
        unmerged = list(guests.finish_merges()).count(False)
        outcomes = list(erasure.finish_all())
        if done := sum(outcomes):
            self.stdout.write(f"{done:,} {'account' if done == 1 else 'accounts'} erased.")
        if failed := len(outcomes) - done + unmerged:
            raise CommandError(f"{failed:,} could not be erased or merged yet.")

    def _people(self, ids: list[int]) -> list[User]:
        found = list(User.objects.filter(pk__in=ids))
        if missing := set(ids) - {person.pk for person in found}:
            raise CommandError(f"There is nobody with the id {min(missing)}.")
        return found
