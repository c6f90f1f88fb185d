"""Counts of all and of available seats by event, cached.

The total and the lowest price are cached by layout, the number of seats with status available by
sequence number; only expired locks are counted each time. Each query covers all events.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Max, Min

from reservations.domain.states import SeatStatus
from reservations.models import Event, Seat
from reservations.models.seats import seat_price
from reservations.runtime.singleflight import SingleflightCache

_MAX_ENTRIES = 4_096

# Cache keys: event id with layout, and event id with sequence number.
_OfLayout = tuple[int, str]
_OfNumber = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of an event. `price_from` is the lowest price, None without seats."""

    total: int
    available: int
    price_from: Decimal | None


@dataclass(frozen=True, slots=True)
class _Static:
    """The counts that depend on the layout only. `layout` is None without seats."""

    layout: str | None
    total: int
    price_from: Decimal | None


_static: SingleflightCache[_OfLayout, _Static] = SingleflightCache(max_entries=_MAX_ENTRIES)
_free: SingleflightCache[_OfNumber, int] = SingleflightCache(max_entries=_MAX_ENTRIES)


def counts_of(events: list[Event], *, now: datetime) -> dict[int, Counts]:
    """Return the counts of events by id. Seats with an expired lock count as available."""
    lapsed = _lapsed(events, now=now)
    static = _static.get_all([(event.pk, event.layout) for event in events], _count_all)
    free = _free.get_all([_number_of(event) for event in events], _count_free)
    found = {}
    for event in events:
        static_counts = static[event.pk, event.layout]
        if static_counts.layout not in (None, event.layout):
            # The layout changed after the event was read. It may change back later.
            _static.discard((event.pk, event.layout))
        available = free[_number_of(event)] + lapsed.get(event.pk, 0)
        found[event.pk] = Counts(static_counts.total, available, static_counts.price_from)
    return found


def clear_count_cache() -> None:
    """Clear the caches. For tests, which change seats without logging it."""
    _static.clear()
    _free.clear()


def _lapsed(events: list[Event], *, now: datetime) -> dict[int, int]:
    """Return the number of expired locks by event id, without zeros."""
    return dict(
        Seat.objects.filter(event__in=events, status=SeatStatus.LOCKED, locked_until__lte=now)
        .filter(allocation=None)
        .order_by()
        .values_list("event_id")
        .annotate(Count("pk"))
    )


def _number_of(event: Event) -> _OfNumber:
    """Return what changes with the free seats: a new plan adds and removes some."""
    return event.pk, event.change_seq, event.layout


def _count_all(keys: Iterable[_OfLayout]) -> dict[_OfLayout, _Static]:
    rows = (
        Seat.objects.filter(event__in=[event_id for event_id, _ in keys])
        .order_by()
        .values_list("event_id")
        .annotate(Max("event__layout"), Count("pk"), price_from=Min(seat_price()))
    )
    found = {event_id: _Static(*static) for event_id, *static in rows}
    return {key: found.get(key[0], _Static(None, 0, None)) for key in keys}


def _count_free(keys: Iterable[_OfNumber]) -> dict[_OfNumber, int]:
    free = Seat.objects.filter(
        event__in=[event_id for event_id, *_ in keys], status=SeatStatus.AVAILABLE
    )
    found = dict(free.order_by().values_list("event_id").annotate(Count("pk")))
    return {key: found.get(key[0], 0) for key in keys}
