"""Prices of seats that are held while an organiser changes prices or fees."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple, cast

from reservations.domain.states import SeatStatus
from reservations.events.terms import (
    HeldPrices,
    fees_of,
    held_prices_of,
    stored_held_prices,
    ticket_types_of,
)
from reservations.models import Event, Seat
from reservations.models.seats import seat_price


class _Hold(NamedTuple):
    seat_id: int
    since: datetime
    prices: HeldPrices


@contextmanager
def prices_of_holds_kept(event: Event, *, now: datetime) -> Iterator[None]:
    """Keep the prices and fees that held seats have now, whatever is changed inside.

    The caller holds the event's lock. What is kept ends with the hold that it was kept for.
    """
    before = _holds(event, now=now)
    yield
    event.refresh_from_db(fields=["ticket_fee", "booking_fee", "tax_percent"])
    after = {hold.seat_id: hold.prices for hold in _holds(event, now=now)}
    changed = [
        Seat(pk=hold.seat_id, held_prices=stored_held_prices(hold.prices, locked_at=hold.since))
        for hold in before
        if after[hold.seat_id] != hold.prices
    ]
    Seat.objects.bulk_update(changed, ["held_prices"], batch_size=1_000)


def _holds(event: Event, *, now: datetime) -> list[_Hold]:
    """Return the live holds of an event, with what the seats cost during them."""
    held = Seat.objects.filter(event=event, status=SeatStatus.LOCKED, locked_until__gt=now)
    rows = list(
        held.order_by("pk")
        .annotate(current=seat_price())
        .values_list("pk", "locked_at", "category_id", "current", "held_prices")
    )
    types = ticket_types_of(event.pk) if rows else {}
    found = []
    for seat_id, since, category_id, current, stored in rows:
        by_type = {
            type_id: each.prices[category_id]
            for type_id, each in types.items()
            if category_id in each.prices
        }
        kept = held_prices_of(stored, locked_at=since)
        prices = kept or HeldPrices(current, by_type, fees_of(event))
        # The database requires the time of a lock.
        found.append(_Hold(seat_id, cast("datetime", since), prices))
    return found
