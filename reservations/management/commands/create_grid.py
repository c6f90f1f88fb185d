"""Create an event in a rectangular hall."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from reservations.management.planning import (
    add_event_arguments,
    command_errors,
    event_date,
    money,
    progress_shown,
    report,
    time_zone,
)
from reservations.organising.seating import EventDetails, create_event
from reservations.plans.grid import grid


class Command(BaseCommand):
    help = "Creates an event in a rectangular hall with straight rows, A to Z and AA onwards."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rows", default="10", help="How many rows. Default: 10.")
        parser.add_argument("--seats", default="12", help="How many seats a row. Default: 12.")
        parser.add_argument("--section", default="Floor", help="Default: Floor.")
        add_event_arguments(parser)
        parser.add_argument("--price", default="50.00", help="Of each seat. Default: 50.00.")

    def handle(self, *_: Any, **options: Any) -> None:
        with command_errors():
            plan = grid(
                rows=_count(options["rows"], option="--rows"),
                seats=_count(options["seats"], option="--seats"),
                section=options["section"],
            )
            zone = time_zone(options["time_zone"])
            details = EventDetails(
                name=options["name"] or f"Hall of {len(plan.seats):,} seats",
                venue=options["venue"] or plan.name,
                date=event_date(options["date"], zone=zone),
                time_zone=zone,
                price=money(options["price"], option="--price"),
                currency=options["currency"] or "EUR",
            )
            with progress_shown(verbosity=options["verbosity"]) as report_progress:
                event = create_event(details=details, plan=plan, report_progress=report_progress)
            lines = report(event)
        self.stdout.write("\n".join(lines))


def _count(text: str | int, *, option: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise CommandError(f"{option}: give a whole number, not {text!r}.") from None
