"""Loads the demo data."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from reservations.demo.loading import PublicPassword, load_demo
from reservations.management.planning import progress_shown, sentences


class Command(BaseCommand):
    help = (
        "Makes sure that the demo events and users are there. For trying things out only: the "
        "organiser's password is known to everybody unless SEATCAST_DEMO_PASSWORD is set."
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
            with sentences(), progress_shown(verbosity=verbosity) as say:
                loaded = load_demo(with_stadium=options["stadium"], say=say)
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
