"""Events and users for tests of seating plans."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from reservations.domain.states import SeatStatus
from reservations.models import Event, Seat
from reservations.organising.seating import EventDetails, create_event
from reservations.plans.grid import grid
from reservations.plans.plan import Plan


def details(**more: Any) -> EventDetails:
    given: dict[str, Any] = {
        "name": "A show",
        "venue": "A house",
        "date": timezone.now() + timedelta(days=30),
        "price": Decimal("50.00"),
        **more,
    }
    return EventDetails(**given)


def event_with(plan: Plan | None = None, **prices: Decimal) -> Event:
    """Create an event with the plan's seats, else with A1, A2, B1 and B2."""
    return create_event(
        details=details(), plan=plan or grid(rows=2, seats=2), category_prices=prices
    )


def lock_first_seat(event: Event) -> Seat:
    """Lock A1 as the command queue would."""
    person = get_user_model().objects.create(username="holder")
    seat = Seat.objects.filter(event=event).order_by("pk")[0]
    Seat.objects.filter(pk=seat.pk).update(
        status=SeatStatus.LOCKED,
        locked_by=person,
        locked_at=timezone.now(),
        locked_until=timezone.now() + timedelta(minutes=5),
        version=7,
    )
    seat.refresh_from_db()
    return seat
