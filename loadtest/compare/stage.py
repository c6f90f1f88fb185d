"""The events that all sell, and their people: `python -m loadtest.compare.stage` makes them.

It brings the database up to date, and writes what it made as JSON.
"""

import json
from datetime import timedelta
from decimal import Decimal

ROWS, SEATS_IN_ROW = 250, 200
SMALL_ROWS, SMALL_SEATS_IN_ROW = 20, 50
# A person takes four seats, so there are enough for all.
PEOPLE = ROWS * SEATS_IN_ROW // 4
LOCK_SECONDS = 4 * 3600
_TOKEN_LIFETIME = timedelta(hours=2)


def main() -> None:
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
    details = EventDetails(
        name="Comparison",
        venue="Hall",
        date=timezone.now() + timedelta(days=1),
        price=Decimal("50.00"),
    )

    def event(rows: int, seats: int) -> Event:
        return create_event(details=details, plan=grid(rows=rows, seats=seats, section="Floor"))

    def seats(event: Event) -> list[int]:
        return list(event.seats.order_by("pk").values_list("pk", flat=True))

    large, small = event(ROWS, SEATS_IN_ROW), event(SMALL_ROWS, SMALL_SEATS_IN_ROW)
    # No lock runs out while it is measured.
    Event.objects.update(lock_seconds=LOCK_SECONDS)

    def token(person: User) -> str:
        """Return one as Seatcast gives it, that lasts as long as the comparison."""
        fresh = AccessToken.for_user(person)
        fresh["username"], fresh["is_staff"] = person.username, person.is_staff
        fresh.set_exp(lifetime=_TOKEN_LIFETIME)
        return str(fresh)

    made = {
        "event": large.pk,
        "seats": seats(large),
        "small_event": small.pk,
        "small_seats": seats(small),
        "first_person": people[0].pk,
        "tokens": [*map(token, people)],
    }
    print(json.dumps(made))


if __name__ == "__main__":
    main()
