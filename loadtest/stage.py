"""An event to be sold out, and people with tokens: `python -m loadtest.stage --people N --seats M`.

It runs with the settings of the site (`DATABASE_URL`, `SEATCAST_SECRET_KEY`, `SEATCAST_DATA_DIR`),
beside it or elsewhere, and writes JSON: `event_id`, `made_at` in Unix seconds, and `people`, each
with `name`, `access` and `refresh`. `--clear` removes all that it ever made.
"""

import argparse
import json
import math
import secrets
import sys
import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from loadtest.backstage import make_people

VENUE = "Load test"
PREFIX = "load-"
_LONGEST_ROW = 200


def main() -> None:
    import django

    options = _parser().parse_args()
    django.setup()
    if options.clear:
        print(json.dumps(clear(only=options.event)))
    else:
        staged = stage(people=options.people, seats=options.seats)
        json.dump(staged, sys.stdout)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m loadtest.stage")
    parser.add_argument("--people", type=int, default=500, help="how many (%(default)s)")
    parser.add_argument("--seats", type=int, default=5_000, help="how many (%(default)s)")
    parser.add_argument("--clear", action="store_true", help="remove what was made before")
    parser.add_argument("--event", type=int, help="with --clear: this event alone")
    return parser


def stage(*, people: int, seats: int) -> dict[str, Any]:
    """Make an event with so many seats, and so many people who can buy."""
    from django.utils import timezone

    from accounts import tokens
    from reservations.plans.grid import grid
    from reservations.plans.services import EventDetails, create_event

    batch = secrets.token_hex(3)
    names = [f"{PREFIX}{batch}-{number}" for number in range(people)]
    made = make_people(names)
    in_row = min(_LONGEST_ROW, max(1, round(math.sqrt(seats * 1.5))))
    plan = grid(rows=math.ceil(seats / in_row), seats=in_row, name=VENUE)
    details = EventDetails(
        name=f"{VENUE} {batch}",
        venue=VENUE,
        date=timezone.now() + timedelta(days=1),
        price=Decimal(50),
    )
    event = create_event(details=details, plan=replace(plan, seats=plan.seats[:seats]))
    # The few who play everybody buy more than one person may.
    event.purchase_cap = seats
    event.save(update_fields=["purchase_cap"])
    return {
        "event_id": event.pk,
        "made_at": time.time(),
        "people": [
            {"name": person.username, **pair}
            for person, pair in zip(made, tokens.issue_pairs(made), strict=True)
        ],
    }


def clear(*, only: int | None = None) -> dict[str, int]:
    """Remove all events and people that were staged, or one event and its people.

    Returns how many of each there were.
    """
    from django.db import transaction

    from accounts.models import User
    from reservations.domain.states import SeatStatus
    from reservations.models import DemoCharge, Event, Payment, Reservation, Seat

    with transaction.atomic():
        events = Event.objects.filter(venue=VENUE, name__startswith=VENUE)
        people = User.objects.filter(username__startswith=PREFIX)
        if only is not None:
            events = events.filter(pk=only)
            batch = events.values_list("name", flat=True).get().removeprefix(f"{VENUE} ")
            people = people.filter(username__startswith=f"{PREFIX}{batch}-")
        Seat.objects.filter(event__in=events).update(
            status=SeatStatus.AVAILABLE,
            locked_by=None,
            locked_until=None,
            locked_at=None,
            extensions=0,
            reservation=None,
        )
        payments = Payment.objects.filter(event__in=events)
        DemoCharge.objects.filter(reference__in=payments.values("reference")).delete()
        payments.delete()
        Reservation.objects.filter(event__in=events).delete()
        counts = {"events": events.count(), "people": people.count()}
        events.delete()
        people.delete()
    return counts


if __name__ == "__main__":
    main()
