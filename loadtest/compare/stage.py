"""The event that all sell, and its people: `python -m loadtest.compare.stage` makes them.

It brings the database up to date, and writes what it made as JSON.
"""

import json
from datetime import timedelta
from decimal import Decimal

ROWS, SEATS_IN_ROW = 250, 200
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
    event = create_event(details=details, plan=grid(rows=ROWS, seats=SEATS_IN_ROW, section="Floor"))
    # No lock runs out while it is measured.
    Event.objects.filter(pk=event.pk).update(lock_seconds=LOCK_SECONDS)

    def token(person: User) -> str:
        """Return one as Seatcast gives it, that lasts as long as the comparison."""
        fresh = AccessToken.for_user(person)
        fresh["username"], fresh["is_staff"] = person.username, person.is_staff
        fresh.set_exp(lifetime=_TOKEN_LIFETIME)
        return str(fresh)

    seats = list(event.seats.order_by("pk").values_list("pk", flat=True))
    made = {"event": event.pk, "seats": seats, "first_person": people[0].pk}
    print(json.dumps({**made, "tokens": [*map(token, people)]}))


if __name__ == "__main__":
    main()
