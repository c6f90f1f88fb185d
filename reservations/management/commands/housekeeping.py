"""Run all periodic maintenance."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser, call_command

from reservations.housekeeping.background import in_background, one_round
from reservations.housekeeping.loop import HousekeepingLoop, Stop, stopped_by_signals


class Command(BaseCommand):
    help = (
        f"Runs {', '.join(one_round())} in turn, each with its defaults. With --every it repeats "
        "until SIGTERM or SIGINT, also while the database is unavailable, prunes once an hour, and "
        "sends mail and webhooks all the time. "
        "Running it twice at once, or killing it, is harmless."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", metavar="SECONDS", type=float, help="Wait so long between two rounds."
        )

    def handle(self, *_: Any, **options: Any) -> None:
        every = options["every"]
        if every is None:
            if not HousekeepingLoop(self._run, Stop(), steps=one_round()).run_once():
                raise CommandError("Not everything could be done.")
            return
        if not 1 <= every <= 86_400:
            raise CommandError("--every: give a number of seconds from 1 to 86400.")
        with stopped_by_signals() as stop, in_background(stop):
            loop = HousekeepingLoop(self._run, stop)
            while not stop.is_asked_for:
                loop.run_once()
                stop.wait(every)

    def _run(self, command: str) -> None:
        call_command(command, stdout=self.stdout, stderr=self.stderr)
