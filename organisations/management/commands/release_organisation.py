"""Lift the limit that the mail of a new organisation has, or set another one."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from organisations import services
from organisations.errors import OrganisationNotFound


class Command(BaseCommand):
    help = (
        "Releases an organisation: its mail to addresses that nobody has verified is not limited"
        " any more, or to --mails a day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", type=int, help="its id")
        parser.add_argument("--mails", type=int, metavar="N", help="how many a day")

    def handle(self, *_: Any, **options: Any) -> None:
        mails = options["mails"]
        if mails is not None and mails < 0:
            raise CommandError("--mails must not be negative.")
        try:
            services.release(organisation_id=options["organisation"], mails_per_day=mails)
        except OrganisationNotFound:
            raise CommandError("There is no such organisation.") from None
