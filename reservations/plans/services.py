"""Writing seating plans, and editing seats: all that is not their status.

Lock order, always: the event's row, then its seats by primary key. Nothing here reads or writes
the columns that say who has a seat; those are the desk's.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from reservations.ledger import lock_event
from reservations.models import Category, Event, Seat
from reservations.plans.characters import is_clean
from reservations.plans.errors import EventHasSeats, UnknownCategory
from reservations.plans.layout import layout_of
from reservations.plans.plan import Plan, drawing
from reservations.time_zones import default_time_zone

BATCH_SEATS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDetails:
    """What is said about a new event. `price` is for seats whose category has none."""

    name: str
    venue: str
    date: datetime
    price: Decimal
    currency: str = "EUR"
    time_zone: str = ""
    """Empty: the site's setting."""
    description: str = ""
    sales_open_at: datetime | None = None
    sales_close_at: datetime | None = None


def create_event(
    *, details: EventDetails, plan: Plan, category_prices: Mapping[str, Decimal] | None = None
) -> Event:
    """Create an event with the plan's seats, all of it or nothing.

    `category_prices` has prices by category name; a category without one has the event's price.

    Raises: ValidationError when the details are not those of an event; UnknownCategory.
    """
    event = Event(
        name=details.name,
        venue=details.venue,
        date=details.date,
        price=details.price,
        currency=details.currency,
        time_zone=details.time_zone or default_time_zone(),
        description=details.description,
        sales_open_at=details.sales_open_at,
        sales_close_at=details.sales_close_at,
    )
    _validate(event)
    prices = _known_prices(plan, category_prices)
    with transaction.atomic():
        event.save()
        _write(event, plan, prices)
    return event


def fill_event(
    *, event_id: int, plan: Plan, category_prices: Mapping[str, Decimal] | None = None
) -> Event:
    """Give an event that has no seats those of a plan, all of them or none.

    Categories that the event has already, by name, are kept; a price given here replaces theirs.

    Raises: EventNotFound, EventHasSeats, UnknownCategory, ValidationError.
    """
    prices = _known_prices(plan, category_prices)
    with transaction.atomic():
        event, _ = lock_event(event_id)
        require_no_seats(event_id=event_id)
        _write(event, plan, prices)
    return event


def require_no_seats(*, event_id: int) -> None:
    """Raises: EventHasSeats."""
    if Seat.objects.filter(event_id=event_id).exists():
        raise EventHasSeats


def require_known_categories(*, plan: Plan, category_prices: Mapping[str, Decimal]) -> None:
    """Raises: UnknownCategory when a price is for no category of the plan."""
    names = [category.name for category in plan.categories]
    unknown = [name for name in category_prices if name not in names]
    if unknown:
        known = f"It has {', '.join(names)}." if names else "It has none."
        raise UnknownCategory(f"The plan has no category {unknown[0]!r}. {known}")


def refresh_layout(*, event_id: int) -> str:
    """Write down and return the event's layout, after a change to what it covers.

    The change belongs into the same transaction, after `lock_event`; `static_changes` does both.

    Raises: EventNotFound.
    """
    with static_changes(event_id=event_id) as event:
        pass
    return event.layout


@contextmanager
def static_changes(*, event_id: int) -> Iterator[Event]:
    """Hold an event's lock while its static seat data changes, then refresh its layout.

    One transaction. What is raised inside undoes it all. Prices of the event and of its
    categories, the categories themselves and seats can be changed inside.

    Raises: EventNotFound.
    """
    with transaction.atomic():
        event, _ = lock_event(event_id)
        yield event
        # Read again, for what was changed inside through another object.
        event.refresh_from_db(fields=["price", "currency", "plan"])
        _store_layout(event)


def _known_prices(plan: Plan, prices: Mapping[str, Decimal] | None) -> Mapping[str, Decimal]:
    require_known_categories(plan=plan, category_prices=prices or {})
    return prices or {}


def _write(event: Event, plan: Plan, prices: Mapping[str, Decimal]) -> None:
    event.plan = drawing(plan)
    event.save(update_fields=["plan"])
    categories = _write_categories(event, plan, prices)
    Seat.objects.bulk_create(
        (
            Seat(
                event=event,
                seat_number=seat.seat_number,
                guid=seat.guid,
                section=seat.section,
                row=seat.row,
                number=seat.number,
                x=seat.x,
                y=seat.y,
                category_id=categories[seat.category] if seat.category else None,
            )
            for seat in plan.seats
        ),
        batch_size=BATCH_SEATS,
    )
    _store_layout(event)


def _write_categories(event: Event, plan: Plan, prices: Mapping[str, Decimal]) -> dict[str, int]:
    """Create the plan's categories where the event has none so called; return ids by name."""
    stored = {category.name: category for category in Category.objects.filter(event=event)}
    for planned in plan.categories:
        category = stored.setdefault(
            planned.name, Category(event=event, name=planned.name, color=planned.color)
        )
        category.price = prices.get(planned.name, category.price)
        category.full_clean(exclude=["event"], validate_unique=False, validate_constraints=False)
        category.save()
    return {name: category.pk for name, category in stored.items()}


def _store_layout(event: Event) -> None:
    event.layout = layout_of(event)
    event.save(update_fields=["layout"])


def _validate(event: Event) -> None:
    """Raises: ValidationError by field."""
    event.full_clean(exclude=["plan", "layout"])
    for name in ("name", "venue", "description"):
        if not is_clean(getattr(event, name), allowed="\n\r\t"):
            raise ValidationError({name: "There are characters in it that cannot be stored."})
