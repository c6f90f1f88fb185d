"""Alternatives to seats that are taken: sets of free seats of the same categories, nearest first.

An alternative is not locked for anyone. In a rush many requests want the same seats, so a result is
reused for a second, and a process runs at most two searches at a time; meanwhile other requests get
an older result or none.
"""

import asyncio
import math
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Annotated, TypedDict

from django.db import transaction

from reservations.domain.errors import SeatcastError
from reservations.domain.rows import rows
from reservations.events.records import Total, money
from reservations.runtime.threads import in_thread
from reservations.seat_finder.nearby import Place, free_places_near, places_of

MAX_OFFERS = 3
FRESH_SECONDS = 1.0
_SEARCHES = 2
_MAX_REMEMBERED = 1_000


_Key = tuple[int, frozenset[int]]


class AlternativeRecord(TypedDict):
    seat_ids: list[int]
    seat_numbers: list[str]
    price: Annotated[Total, "The set's total."]


@dataclass(frozen=True, slots=True)
class _Found:
    records: list[AlternativeRecord]
    at: float

    def is_fresh(self) -> bool:
        return time.monotonic() - self.at < FRESH_SECONDS


_found: dict[_Key, _Found] = {}
_searching = threading.BoundedSemaphore(_SEARCHES)


async def offer(refusal: SeatcastError, *, event_id: int, seat_ids: Iterable[int]) -> None:
    """Add `alternatives` to the details of a refusal for `seat_ids`.

    A search runs in a thread, a cached result needs none. Raises: django.db.Error.
    """
    key = event_id, frozenset(seat_ids)
    records = _cached_or_reserve_search(key)
    if records is None:
        # Not cancelled with the request, because the search must release its semaphore.
        records = await asyncio.shield(in_thread(partial(_search, key)))
    refusal.details["alternatives"] = records


def _cached_or_reserve_search(key: _Key) -> list[AlternativeRecord] | None:
    """Return the cached alternatives, or None after reserving a search for the caller."""
    known = _found.get(key)
    if known and known.is_fresh():
        return known.records
    if _searching.acquire(blocking=False):
        return None
    return known.records if known else []


def _search(key: _Key) -> list[AlternativeRecord]:
    """Search, and release the caller's reservation. Raises: django.db.Error."""
    event_id, seat_ids = key
    try:
        with transaction.atomic():
            wanted = places_of(event_id=event_id, seat_ids=seat_ids)
            free = free_places_near(event_id=event_id, wanted=wanted)
        records = [_record(places) for places in nearest(wanted, free)]
    finally:
        _searching.release()
    if len(_found) >= _MAX_REMEMBERED:
        _found.clear()
    _found[key] = _Found(records, time.monotonic())
    return records


def nearest(wanted: Sequence[Place], free: Sequence[Place]) -> list[tuple[Place, ...]]:
    """Return up to three disjoint sets of free seats, nearest to the centre of `wanted` first.

    Each has as many seats of each category as `wanted`. Sets of adjacent seats come first. Instead
    of an accessible seat with companion seats there is another one with its own, and instead of a
    whole table another whole table; otherwise no set has such seats.
    """
    if not wanted:
        return []
    categories = sorted(_category(place) for place in wanted)
    sets: list[tuple[Place, ...]]
    if any(place.table for place in wanted):
        sets = [*_tables(wanted, free)]
    elif any(place.is_special for place in wanted):
        sets = [*_accompanied(wanted, free)]
    elif categories[0] == categories[-1]:
        fitting = [place for place in free if _category(place) == categories[0]]
        sets = [*_in_rows(fitting, len(wanted)), *_by_distance(wanted, fitting)]
    else:
        sets = [*_by_distance(wanted, free)]
    together = 1.5 * _pitch([*wanted, *free]) * (len(wanted) - 1)
    chosen: list[tuple[Place, ...]] = []
    used: set[int] = set()
    for places in sorted(sets, key=lambda places: _cost(places, wanted, together=together)):
        ids = {place.id for place in places}
        if not ids & used:
            chosen.append(places)
            used |= ids
        if len(chosen) == MAX_OFFERS:
            break
    return chosen


def _tables(wanted: Sequence[Place], free: Sequence[Place]) -> Iterator[tuple[Place, ...]]:
    """Yield the tables that are free as a whole and have as many seats as `wanted`."""
    tables: defaultdict[str, list[Place]] = defaultdict(list)
    for place in free:
        if place.table and place.table_size == len(wanted):
            tables[place.table].append(place)
    for places in tables.values():
        if len(places) == len(wanted):
            yield tuple(sorted(places, key=lambda place: place.id))


def _accompanied(wanted: Sequence[Place], free: Sequence[Place]) -> Iterator[tuple[Place, ...]]:
    """Yield each accessible seat with as many companion seats as `wanted` has."""
    if sum(place.companion_of is None for place in wanted) != 1:
        return
    for place in free:
        if place.companion_of is None:
            companions = [other for other in free if other.companion_of == place.id]
            if len(companions) >= len(wanted) - 1:
                yield place, *companions[: len(wanted) - 1]


def _in_rows(free: Sequence[Place], size: int) -> Iterator[tuple[Place, ...]]:
    """Yield every run of `size` consecutive seats of a row."""
    for row in rows(free):
        for start in range(len(row) - size + 1):
            yield tuple(row[start : start + size])


def _by_distance(wanted: Sequence[Place], free: Sequence[Place]) -> Iterator[tuple[Place, ...]]:
    """Yield sets of the free seats nearest to each wanted seat, then of the next nearest."""
    left = list(free)
    while True:
        places: list[Place] = []
        for want in wanted:
            fitting = [place for place in left if place.category_id == want.category_id]
            if not fitting:
                return
            places.append(min(fitting, key=lambda place: math.dist(_at(place), _at(want))))
            left.remove(places[-1])
        yield tuple(sorted(places, key=lambda place: place.id))
        if len(free) - len(left) >= MAX_OFFERS * len(wanted):
            return


def _cost(
    places: Sequence[Place], wanted: Sequence[Place], *, together: float
) -> tuple[bool, float]:
    """Return the sort key of a set: whether its seats are apart, and its distance."""
    width = math.dist(_at(places[0]), _at(places[-1]))
    return width > together, math.dist(_middle(places), _middle(wanted)) + width


def _pitch(places: Sequence[Place]) -> float:
    """Return the smallest distance between neighbours in a row; 0 without any."""
    gaps = [
        math.dist(_at(one), _at(other))
        for row in rows(places)
        for one, other in pairwise(row)
        if _at(one) != _at(other)
    ]
    return min(gaps, default=0.0)


def _middle(places: Sequence[Place]) -> tuple[float, float]:
    return (
        sum(place.x for place in places) / len(places),
        sum(place.y for place in places) / len(places),
    )


def _at(place: Place) -> tuple[float, float]:
    return place.x, place.y


def _category(place: Place) -> int:
    return place.category_id or 0


def _record(places: Sequence[Place]) -> AlternativeRecord:
    return {
        "seat_ids": [place.id for place in places],
        "seat_numbers": [place.seat_number for place in places],
        "price": money(sum((place.price for place in places), Decimal(0))),
    }
