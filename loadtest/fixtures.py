"""Events and people for load tests: `python -m loadtest.fixtures --people N --seats M`.

It runs with the settings of the site (`DATABASE_URL`, `SEATCAST_SECRET_KEY`, `SEATCAST_DATA_DIR`),
on the same or another machine, and writes JSON: `event_id`, `made_at` in Unix seconds, and
`people`, each with `name`, `access` and `refresh`. `--clear` removes everything that it created.

Django must be set up before any function is called.
"""

import argparse
import json
import math
import secrets
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accounts.models import User
    from reservations.models import Event

VENUE = "Load test"
PREFIX = "load-"
_LONGEST_ROW = 200
# No lock expires during a measurement.
_LOCK_SECONDS = 4 * 3600
_TOKEN_LIFETIME = timedelta(hours=2)


def main() -> None:
    import django

    options = _parser().parse_args()
    django.setup()
    if options.clear:
        print(json.dumps(clear(only=options.event)))
    else:
        sale = create_sale(people=options.people, seats=options.seats)
        json.dump(sale, sys.stdout)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m loadtest.fixtures")
    parser.add_argument("--people", type=int, default=500, help="(%(default)s)")
    parser.add_argument("--seats", type=int, default=5_000, help="(%(default)s)")
    parser.add_argument("--clear", action="store_true", help="remove what was created before")
    parser.add_argument("--event", type=int, help="with --clear: only this event")
    return parser


def create_sale(*, people: int, seats: int) -> dict[str, Any]:
    """Create an event and people who can buy; return them as `main` prints them."""
    from django.utils import timezone

    from accounts import tokens
    from reservations.organising.seating import EventDetails, create_event
    from reservations.plans.grid import grid

    batch = secrets.token_hex(3)
    names = [f"{PREFIX}{batch}-{number}" for number in range(people)]
    created = create_people(names)
    in_row = min(_LONGEST_ROW, max(1, round(math.sqrt(seats * 1.5))))
    plan = grid(rows=math.ceil(seats / in_row), seats=in_row, name=VENUE)
    details = EventDetails(
        name=f"{VENUE} {batch}",
        venue=VENUE,
        date=timezone.now() + timedelta(days=1),
        price=Decimal(50),
    )
    event = create_event(details=details, plan=replace(plan, seats=plan.seats[:seats]))
    # Few accounts buy all seats, which the default cap would refuse.
    event.purchase_cap = seats
    event.save(update_fields=["purchase_cap"])
    return {
        "event_id": event.pk,
        "made_at": time.time(),
        "people": [
            {"name": person.username, **pair}
            for person, pair in zip(created, tokens.issue_pairs(created), strict=True)
        ],
    }


def clear(*, only: int | None = None) -> dict[str, int]:
    """Remove all events and people that were created here, or one event and its people.

    Return the numbers of both.
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


def create_people(names: Sequence[str]) -> list["User"]:
    """Create people without a password. `names` must be in lower case."""
    from accounts.models import User

    return User.objects.bulk_create(User(username=name, folded_username=name) for name in names)


def long_lived_token(person: "User") -> str:
    """Return an access token with Seatcast's claims that is valid for two hours."""
    from rest_framework_simplejwt.tokens import AccessToken

    fresh = AccessToken.for_user(person)
    fresh["username"] = person.username
    fresh.set_exp(lifetime=_TOKEN_LIFETIME)
    return str(fresh)


def create_grid_event(name: str, *, rows: int, seats_in_row: int) -> "Event":
    """Create an event with a grid of seats that one person may buy, with locks of four hours."""
    from django.utils import timezone

    from reservations.organising.seating import EventDetails, create_event
    from reservations.plans.grid import grid

    details = EventDetails(
        name=name, venue="Hall", date=timezone.now() + timedelta(days=1), price=Decimal("50.00")
    )
    plan = grid(rows=rows, seats=seats_in_row, section="Floor")
    event = create_event(details=details, plan=plan)
    event.lock_seconds, event.purchase_cap = _LOCK_SECONDS, rows * seats_in_row
    event.save(update_fields=["lock_seconds", "purchase_cap"])
    return event


def seat_ids(event: "Event") -> list[int]:
    """Return the ids of an event's seats, in order."""
    return list(event.seats.order_by("pk").values_list("pk", flat=True))


if __name__ == "__main__":
    main()
