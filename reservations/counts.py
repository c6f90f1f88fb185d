"""How many seats events have and how many are free, without counting what has not changed.

How many there are, and what the cheapest one costs, changes with the event's layout; how many are
stored as available, with its sequence number. What is left to count are locks that ran out.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Max, Min

from reservations.models import Event, Seat
from reservations.prices import seat_price
from reservations.sharing import Shared
from reservations.states import SeatStatus

_MOST_KEPT = 4_096


@dataclass(frozen=True, slots=True)
class Counts:
    """The seats of an event. `price_from` is what the cheapest one costs, None without seats."""

    total: int
    available: int
    price_from: Decimal | None


@dataclass(frozen=True, slots=True)
class _Static:
    """What does not change with a seat's status. `layout` is None without seats."""

    layout: str | None
    total: int
    price_from: Decimal | None


_static: Shared[tuple[int, str], _Static] = Shared(most=_MOST_KEPT)
_free: Shared[tuple[int, int], int] = Shared(most=_MOST_KEPT)


def counts_of(events: list[Event], *, now: datetime) -> dict[int, Counts]:
    """Return the counts of events, by their ids. A lock that ran out counts as available."""
    lapsed = _lapsed(events, now=now)
    return {event.pk: _counts(event, lapsed=lapsed.get(event.pk, 0)) for event in events}


def forget_counts() -> None:
    """Forget what was counted; only tests change seats without anybody noticing."""
    _static.clear()
    _free.clear()


def _counts(event: Event, *, lapsed: int) -> Counts:
    key = event.pk, event.layout
    static = _static.get(key, lambda: _count_all(event.pk))
    if static.layout not in (None, event.layout):
        # The layout was changed since the event was read. It may be changed back some day.
        _static.forget(key)
    free = _free.get((event.pk, event.change_seq), lambda: _count_free(event.pk))
    return Counts(total=static.total, available=free + lapsed, price_from=static.price_from)


def _lapsed(events: list[Event], *, now: datetime) -> dict[int, int]:
    """Return how many locks have run out in each event, where there are any."""
    return dict(
        Seat.objects.filter(event__in=events, status=SeatStatus.LOCKED, locked_until__lte=now)
        .order_by()
        .values_list("event_id")
        .annotate(Count("pk"))
    )


def _count_all(event_id: int) -> _Static:
    found = Seat.objects.filter(event_id=event_id).aggregate(
        layout=Max("event__layout"),
        total=Count("pk"),
        price_from=Min(seat_price()),
    )
    return _Static(**found)


def _count_free(event_id: int) -> int:
    return Seat.objects.filter(event_id=event_id, status=SeatStatus.AVAILABLE).count()
