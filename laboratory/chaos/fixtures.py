"""The event and people of a chaos run: `python -m laboratory.chaos.fixtures BUYERS`.

It runs with the settings of the site, and writes them as JSON.
"""

import json
import sys
from datetime import timedelta
from decimal import Decimal

ROWS, SEATS_IN_ROW = 12, 20
# So short that some locks expire during a payment.
LOCK_SECONDS = 15
_TOKEN_LIFETIME = timedelta(hours=2)


def main() -> None:
    import django

    django.setup()
    from django.utils import timezone
    from rest_framework_simplejwt.tokens import AccessToken

    from accounts.models import User
    from reservations.models import Event
    from reservations.organising.seating import EventDetails, create_event
    from reservations.plans.grid import grid

    people = User.objects.bulk_create(
        User(username=f"buyer{number}", folded_username=f"buyer{number}")
        for number in range(int(sys.argv[1]))
    )
    details = EventDetails(
        name="Chaos", venue="Hall", date=timezone.now() + timedelta(days=1), price=Decimal(50)
    )
    plan = grid(rows=ROWS, seats=SEATS_IN_ROW, section="Floor")
    event = create_event(details=details, plan=plan)
    Event.objects.filter(pk=event.pk).update(
        lock_seconds=LOCK_SECONDS, purchase_cap=ROWS * SEATS_IN_ROW
    )
    tokens = {}
    for person in people:
        token = AccessToken.for_user(person)
        token.set_exp(lifetime=_TOKEN_LIFETIME)
        tokens[person.username] = str(token)
    seats = list(event.seats.order_by("pk").values_list("pk", flat=True))
    json.dump({"event_id": event.pk, "seat_ids": seats, "tokens": tokens}, sys.stdout)


if __name__ == "__main__":
    main()
