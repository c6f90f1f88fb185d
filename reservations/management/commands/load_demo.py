"""Load the demo data."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from reservations.demo.loading import PublicPassword, load_demo
from reservations.management.planning import command_errors, progress_shown


class Command(BaseCommand):
    help = (
        "Creates the demo events and users that are missing. For trying things out only: the "
        "organiser's password is public unless SEATCAST_DEMO_PASSWORD is set."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--stadium",
            action="store_true",
            help="An event in a stadium of 50,000 seats too, which takes some seconds.",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        verbosity: int = options["verbosity"]
        try:
            with command_errors(), progress_shown(verbosity=verbosity) as report_progress:
                loaded = load_demo(with_stadium=options["stadium"], report_progress=report_progress)
        except PublicPassword as fault:
            raise CommandError(f"{fault}") from None
        if loaded.users and verbosity:
            password = settings.SEATCAST_DEFAULT_DEMO_PASSWORD
            if settings.SEATCAST_DEMO_PASSWORD:
                password = "SEATCAST_DEMO_PASSWORD"
            self.stdout.write(f"Users with password {password}: {', '.join(loaded.users)}.")
        if loaded.events and verbosity:
            self.stdout.write(f"Events: {', '.join(loaded.events)}.")
        if not (loaded.users or loaded.events) and verbosity > 1:
            self.stdout.write("The demo data is there already.")
