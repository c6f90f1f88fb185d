"""The halls that are measured, and their people: `python -m loadtest.curves.stage SEATS …`.

It brings the database up to date, and writes what it made as JSON: a hall for each number of seats.
"""

import json
import sys
from datetime import timedelta
from decimal import Decimal

PEOPLE = 500
LOCK_SECONDS = 4 * 3600
SEATS_IN_ROW = 200


def main(sizes: list[int]) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone
    from rest_framework_simplejwt.tokens import AccessToken

    from accounts.models import User
    from reservations.models import Event
    from reservations.plans.grid import grid
    from reservations.plans.services import EventDetails, create_event

    call_command("migrate", verbosity=0)
    people = User.objects.bulk_create(
        User(username=f"buyer{number}", folded_username=f"buyer{number}")
        for number in range(PEOPLE)
    )

    def token(person: User) -> str:
        fresh = AccessToken.for_user(person)
        fresh["username"], fresh["is_staff"] = person.username, person.is_staff
        fresh.set_exp(lifetime=timedelta(hours=2))
        return str(fresh)

    halls = {}
    for seats in sizes:
        details = EventDetails(
            name=f"Hall of {seats}",
            venue="Hall",
            date=timezone.now() + timedelta(days=1),
            price=Decimal("50.00"),
        )
        in_row = min(SEATS_IN_ROW, seats)
        plan = grid(rows=-(-seats // in_row), seats=in_row, section="Floor")
        event = create_event(details=details, plan=plan)
        halls[seats] = {
            "event": event.pk,
            "seats": list(event.seats.order_by("pk").values_list("pk", flat=True)[:seats]),
        }
    # No lock runs out while it is measured.
    Event.objects.update(lock_seconds=LOCK_SECONDS)
    print(json.dumps({"halls": halls, "tokens": [*map(token, people)]}))


if __name__ == "__main__":
    main([int(seats) for seats in sys.argv[1:]])
