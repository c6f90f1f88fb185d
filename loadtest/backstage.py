"""What stages have in common: people, tokens that outlast a run, and events.

It is for programs that have set up Django; nothing is imported from it before.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User
    from reservations.models import Event

# No lock runs out while something is measured.
_LOCK_SECONDS = 4 * 3600
_TOKEN_LIFETIME = timedelta(hours=2)


def make_people(names: Sequence[str]) -> list["User"]:
    """Make people who can buy, and cannot sign in. The names must be in lower case."""
    from accounts.models import User

    return User.objects.bulk_create(User(username=name, folded_username=name) for name in names)


def lasting_token(person: "User") -> str:
    """Return an access token with what Seatcast's say, that lasts for hours."""
    from rest_framework_simplejwt.tokens import AccessToken

    fresh = AccessToken.for_user(person)
    fresh["username"] = person.username
    fresh.set_exp(lifetime=_TOKEN_LIFETIME)
    return str(fresh)


def make_hall(name: str, *, rows: int, seats_in_row: int) -> "Event":
    """Make an event with seats in a grid, of which anybody may buy all; locks do not run out."""
    from django.utils import timezone

    from reservations.plans.grid import grid
    from reservations.plans.services import EventDetails, create_event

    details = EventDetails(
        name=name, venue="Hall", date=timezone.now() + timedelta(days=1), price=Decimal("50.00")
    )
    plan = grid(rows=rows, seats=seats_in_row, section="Floor")
    event = create_event(details=details, plan=plan)
    event.lock_seconds, event.purchase_cap = _LOCK_SECONDS, rows * seats_in_row
    event.save(update_fields=["lock_seconds", "purchase_cap"])
    return event


def seats_of(event: "Event") -> list[int]:
    """Return an event's seats, in order."""
    return list(event.seats.order_by("pk").values_list("pk", flat=True))
