"""Import a seating plan of pretix's plan editor into an event."""

import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from reservations.management.planning import (
    add_event_arguments,
    category_prices,
    command_errors,
    event_date,
    event_id,
    money,
    progress_shown,
    renamed_categories,
    report,
    rolled_back_if,
    time_zone,
)
from reservations.models import Event
from reservations.organising.lifecycle import publish_event
from reservations.organising.seating import (
    EventDetails,
    ReportProgress,
    create_event,
    fill_event,
    require_known_categories,
)
from reservations.plans import pretix
from reservations.plans.plan import Plan, with_categories_renamed


class Command(BaseCommand):
    help = (
        "Reads a seating plan, in the JSON that pretix's plan editor exports, into a new event or "
        "into one that has no seats yet. All of it is imported, or nothing. A new event is a "
        "draft: only organisers see it, and it is not on sale until it is published."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="The plan; - for standard input.")
        parser.add_argument("--event", metavar="ID", help="Fill this event instead of a new one.")
        add_event_arguments(parser)
        parser.add_argument(
            "--price-default",
            metavar="AMOUNT",
            help="For seats whose category has no price. Needed if there are any.",
        )
        parser.add_argument(
            "--price",
            metavar="CATEGORY=AMOUNT",
            action="append",
            default=[],
            help="What a category costs, such as Stalls=80.00. Can be given several times.",
        )
        parser.add_argument(
            "--category",
            metavar="OLD=NEW",
            action="append",
            default=[],
            help="A new name for a category; two with the same new name become one. The other "
            "options go by the new names. Can be given several times.",
        )
        parser.add_argument(
            "--block",
            metavar="CATEGORY",
            action="append",
            default=[],
            help="Keep the seats of this category back from the sale. Can be given several times.",
        )
        parser.add_argument(
            "--publish",
            action="store_true",
            help="Show the event to everyone at once, instead of making a draft.",
        )
        parser.add_argument(
            "--repair",
            action="store_true",
            help="Give seats that have another seat's seat_guid, as copied ones do, one of their "
            "own, and say which.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what would be made only.")

    def handle(self, *_: Any, **options: Any) -> None:
        with command_errors(), progress_shown(verbosity=options["verbosity"]) as report_progress:
            report_progress("Reading the plan")
            plan = pretix.read(_contents(options["file"]), repair=options["repair"])
            plan = with_categories_renamed(plan, renamed_categories(options["category"], plan=plan))
            prices = category_prices(options["price"])
            with rolled_back_if(dry_run=options["dry_run"]):
                if options["event"] is not None:
                    event = _fill(plan, prices, options, report_progress)
                else:
                    event = _create(plan, prices, options, report_progress)
                if options["publish"]:
                    publish_event(event_id=event.pk)
                    event.refresh_from_db(fields=["visibility"])
                lines = report(event, dry_run=options["dry_run"])
        self.stdout.write(
            "\n".join([*lines, *plan.notes, *([] if options["dry_run"] else _draft_note(event))])
        )


def _draft_note(event: Event) -> list[str]:
    if event.visibility != Event.Visibility.DRAFT:
        return []
    return [
        "It is a draft: only organisers see it, and it is not on sale. "
        f"To publish it: manage.py publish_event {event.pk}"
    ]


def _contents(file: str) -> bytes:
    try:
        if file == "-":
            return sys.stdin.buffer.read(pretix.MAX_BYTES + 1)
        with Path(file).open("rb") as opened:
            return opened.read(pretix.MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CommandError(f"{file!r} cannot be read: {reason}.") from None


def _fill(
    plan: Plan, prices: dict[str, Decimal], options: dict[str, Any], report_progress: ReportProgress
) -> Event:
    for option in ("name", "venue", "date", "time_zone", "currency", "price_default"):
        if options[option] is not None:
            dashed = option.replace("_", "-")
            raise CommandError(f"--{dashed} describes a new event and does not go with --event.")
    return fill_event(
        event_id=event_id(options["event"], option="--event"),
        plan=plan,
        category_prices=prices,
        blocked=options["block"],
        report_progress=report_progress,
    )


def _create(
    plan: Plan, prices: dict[str, Decimal], options: dict[str, Any], report_progress: ReportProgress
) -> Event:
    require_known_categories(plan=plan, names=[*prices, *options["block"]])
    zone = time_zone(options["time_zone"])
    details = EventDetails(
        name=options["name"] or plan.name or "Untitled event",
        venue=options["venue"] or plan.name or "To be announced",
        date=event_date(options["date"], zone=zone),
        time_zone=zone,
        price=_event_price(plan, prices, options["price_default"], blocked=options["block"]),
        currency=options["currency"] or "EUR",
        is_draft=True,
    )
    return create_event(
        details=details,
        plan=plan,
        category_prices=prices,
        blocked=options["block"],
        report_progress=report_progress,
    )


def _event_price(
    plan: Plan, prices: dict[str, Decimal], default: str | None, *, blocked: Sequence[str]
) -> Decimal:
    """Return the event's price. It is optional if every category that is sold has one."""
    if default is not None:
        return money(default, option="--price-default")
    is_priced = {*prices, *(blocked if prices else ())}
    unpriced = [seat for seat in plan.seats if seat.category not in is_priced]
    if unpriced and (category := unpriced[0].category) is not None:
        raise CommandError(
            f"What do seats of the category {category!r} cost? Give --price '{category}=80.00', "
            "or --price-default for every category without a price."
        )
    if unpriced:
        raise CommandError("What do seats without a category cost? Give --price-default 80.00.")
    return min(prices.values())
