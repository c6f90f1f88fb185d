"""Arguments and messages that the seating plan commands share."""

import re
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.management import CommandError
from django.db import DatabaseError, transaction
from django.db.models import Count, Q
from django.utils import timezone

from reservations.audit.progress import Progress
from reservations.domain.errors import SeatcastError
from reservations.domain.states import SeatStatus
from reservations.formats.currencies import written
from reservations.formats.time_zones import default_time_zone, is_time_zone
from reservations.models import Event, Seat
from reservations.organising.seating import (
    ReportProgress,
    ignore_progress,
    require_known_categories,
)
from reservations.plans.errors import PlanError
from reservations.plans.plan import Plan

DEFAULT_DATE = "30 days ahead at 20:00"


def add_event_arguments(parser: ArgumentParser) -> None:
    """Add the options of a new event, except its price."""
    parser.add_argument("--name", help="What the event is called. Default: the plan's name.")
    parser.add_argument("--venue", help="Where it is. Default: the plan's name.")
    parser.add_argument(
        "--date", help=f"When it begins, such as 2030-05-24T19:30. Default: {DEFAULT_DATE}."
    )
    parser.add_argument(
        "--time-zone",
        metavar="ZONE",
        help="Where it is, such as Europe/Berlin; --date is in it. Default: the site's setting.",
    )
    parser.add_argument("--currency", help="Three letters of ISO 4217. Default: EUR.")


@contextmanager
def command_errors() -> Iterator[None]:
    """Turn exceptions of the services into a CommandError with a readable message."""
    try:
        yield
    except PlanError as error:
        separator = "\n  " if len(error.faults) > 1 else " "
        problem = "".join(f"{separator}{fault}" for fault in error.faults)
        raise CommandError(f"This cannot be a seating plan:{problem}") from None
    except SeatcastError as error:
        raise CommandError(error.sentence) from None
    except ValidationError as error:
        problems = [
            f"{field}: {' '.join(problem)}" for field, problem in error.message_dict.items()
        ]
        raise CommandError(" ".join(problems)) from None
    except DatabaseError as error:
        problem = " ".join(str(error).split())
        raise CommandError(f"The database refused, and nothing was written: {problem}") from None


def money(text: str, *, option: str) -> Decimal:
    """Parse an amount such as 80 or 80.00. Raises: CommandError."""
    if not re.fullmatch(r"[0-9]{1,8}(\.[0-9]{1,2})?", text):
        raise CommandError(f"{option}: give an amount such as 80.00, not {text!r}.")
    return Decimal(text).quantize(Decimal("0.01"))


def event_id(text: str, *, option: str) -> int:
    """Parse an event's id. Raises: CommandError."""
    # Longer numbers exceed the range of primary keys.
    if not re.fullmatch("[0-9]{1,18}", text):
        raise CommandError(f"{option}: give an event's id, not {text!r}.")
    return int(text)


def category_prices(texts: Sequence[str]) -> dict[str, Decimal]:
    """Parse prices by category, such as Stalls=80.00. Raises: CommandError."""
    prices: dict[str, Decimal] = {}
    for text in texts:
        name, equals, amount = text.rpartition("=")
        if not equals:
            raise CommandError(
                f"--price: give CATEGORY=AMOUNT, such as Stalls=80.00, not {text!r}."
            )
        if name in prices:
            raise CommandError(f"--price: {name!r} has two prices.")
        prices[name] = money(amount, option="--price")
    return prices


def renamed_categories(texts: Sequence[str], *, plan: Plan) -> dict[str, str]:
    """Parse new names of a plan's categories, such as Pit=Stalls. Raises: CommandError."""
    renamed: dict[str, str] = {}
    known = {category.name for category in plan.categories}
    for text in texts:
        # Names may contain equals signs themselves.
        at = next((at for at, sign in enumerate(text) if sign == "=" and text[:at] in known), None)
        old, new = (text.partition("=")[::2]) if at is None else (text[:at], text[at + 1 :])
        if "=" not in text or not new.strip():
            raise CommandError(f"--category: give OLD=NEW, such as Pit=Stalls, not {text!r}.")
        require_known_categories(plan=plan, names=[old])
        if old in renamed:
            raise CommandError(f"--category: {old!r} has two new names.")
        renamed[old] = new.strip()
    return renamed


def time_zone(name: str | None) -> str:
    """Return the time zone of a new event. Raises: CommandError."""
    if name is not None and not is_time_zone(name):
        raise CommandError(f"--time-zone: give a zone such as Europe/Berlin, not {name!r}.")
    return name or default_time_zone()


def event_date(text: str | None, *, zone: str) -> datetime:
    """Parse a time; without an offset it is in the event's zone. Raises: CommandError."""
    local = ZoneInfo(zone)
    if text is None:
        day = timezone.localdate(timezone=local) + timedelta(days=30)
        return timezone.make_aware(datetime.combine(day, time(20)), local)
    try:
        given = datetime.fromisoformat(text)
        aware = given if given.tzinfo else timezone.make_aware(given, local)
        if not 1970 <= aware.year <= 9000:
            raise ValueError
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        raise CommandError(f"--date: give a time such as 2030-05-24T19:30, not {text!r}.") from None


@contextmanager
def progress_shown(*, verbosity: int) -> Iterator[ReportProgress]:
    """Yield a function that shows progress on a terminal."""
    progress = Progress(sys.stderr)
    try:
        yield progress.say if verbosity else ignore_progress
    finally:
        progress.clear()


@contextmanager
def rolled_back_if(*, dry_run: bool) -> Iterator[None]:
    """Run in a transaction, and roll it back in a dry run."""
    with transaction.atomic():
        yield
        transaction.set_rollback(dry_run)


def report(event: Event, *, dry_run: bool = False) -> list[str]:
    """Return lines that describe an event: its id, seats and prices."""
    date = event.date.astimezone(ZoneInfo(event.time_zone)).strftime("%Y-%m-%d %H:%M %Z")
    seats = Seat.objects.filter(event=event).count()
    about = f"{event.name}, {event.venue}, {date}: {seats:,} seats"
    head = (
        f"Nothing was written. It would be {about}." if dry_run else f"Event {event.pk}: {about}."
    )
    counted = event.categories.annotate(
        count=Count("seats"),
        blocked=Count("seats", filter=Q(seats__status=SeatStatus.BLOCKED)),
    ).order_by("pk")
    lines = [
        f"  {category.name}: {category.count:,} at {_price(category.price, event)}"
        + (f", {category.blocked:,} blocked" if category.blocked else "")
        for category in counted
    ]
    others = Seat.objects.filter(event=event, category=None).count()
    if others:
        lines.append(f"  {'Others' if lines else 'All'}: {others:,} at {_price(None, event)}")
    return [head, *lines]


def _price(price: Decimal | None, event: Event) -> str:
    return written(event.price if price is None else price, event.currency)
