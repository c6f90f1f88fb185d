"""The events that are sold in the benchmark: `python -m loadtest.push.stage` makes them.

It brings the database up to date and writes their ids as JSON: a hall of 50,000 seats for each run.
"""

import json
from datetime import timedelta
from decimal import Decimal

ROWS, SEATS_IN_ROW = 250, 200
BUYERS = 500
LOCK_SECONDS = 4 * 3600


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from accounts.models import User
    from reservations.models import Event
    from reservations.plans.grid import grid
    from reservations.plans.services import EventDetails, create_event

    call_command("migrate", verbosity=0)
    User.objects.bulk_create(
        (
            User(username=f"buyer{number}", folded_username=f"buyer{number}")
            for number in range(BUYERS)
        ),
        ignore_conflicts=True,
    )
    details = EventDetails(
        name="Benchmark",
        venue="Hall",
        date=timezone.now() + timedelta(days=1),
        price=Decimal("50.00"),
    )
    plan = grid(rows=ROWS, seats=SEATS_IN_ROW, section="Floor")
    event = create_event(details=details, plan=plan)
    # Nothing is to run out, or to be refused, while it is measured.
    Event.objects.filter(pk=event.pk).update(
        lock_seconds=LOCK_SECONDS, seat_cap=ROWS * SEATS_IN_ROW
    )
    print(json.dumps({"event_id": event.pk}))


if __name__ == "__main__":
    main()
