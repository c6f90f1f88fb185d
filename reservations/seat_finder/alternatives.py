"""What to offer instead of seats that cannot be had: sets like them, still free, nearest first.

An offer is a hint of the moment, not a promise. In a rush many ask for the same seats at once,
so that one search serves all who ask within a second; and no more than two searches
go on at a time in a process: who comes in between is offered nothing.
"""

import asyncio
import math
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import TypedDict

from django.db import transaction

from reservations.domain.errors import SeatcastError
from reservations.read.records import money
from reservations.seat_finder.nearby import Place, free_places_near, places_of
from reservations.seat_finder.rows import rows
from reservations.threads import in_thread

MOST = 3
FRESH_SECONDS = 1.0
_SEARCHES = 2
_MOST_REMEMBERED = 1_000


_Key = tuple[int, frozenset[int]]


class AlternativeRecord(TypedDict):
    seat_ids: list[int]
    seat_numbers: list[str]
    price: str


@dataclass(frozen=True, slots=True)
class _Found:
    records: list[AlternativeRecord]
    at: float

    def is_fresh(self) -> bool:
        return time.monotonic() - self.at < FRESH_SECONDS


_found: dict[_Key, _Found] = {}
_searching = threading.BoundedSemaphore(_SEARCHES)


async def offer(refusal: SeatcastError, *, event_id: int, seat_ids: Iterable[int]) -> None:
    """Complete the refusal of seats that are taken with `alternatives` to all that was asked for.

    Only a search runs in a thread. Raises: django.db.Error.
    """
    key = event_id, frozenset(seat_ids)
    records = _without_search(key)
    if records is None:
        # A search that has begun is ended, also if its client has left: it holds a place.
        records = await asyncio.shield(in_thread(partial(_search, key)))
    refusal.details["alternatives"] = records


def _without_search(key: _Key) -> list[AlternativeRecord] | None:
    """Return what is to be offered without a search; None if the caller has a place to search."""
    known = _found.get(key)
    if known and known.is_fresh():
        return known.records
    if _searching.acquire(blocking=False):
        return None
    return known.records if known else []


def _search(key: _Key) -> list[AlternativeRecord]:
    """Search, and give the place back that the caller has. Raises: django.db.Error."""
    event_id, seat_ids = key
    try:
        with transaction.atomic():
            wanted = places_of(event_id=event_id, seat_ids=seat_ids)
            free = free_places_near(event_id=event_id, wanted=wanted)
        records = [_record(places) for places in nearest(wanted, free)]
    finally:
        _searching.release()
    if len(_found) >= _MOST_REMEMBERED:
        _found.clear()
    _found[key] = _Found(records, time.monotonic())
    return records


def nearest(wanted: Sequence[Place], free: Sequence[Place]) -> list[tuple[Place, ...]]:
    """Return up to three sets that share no seat, nearest to the middle of `wanted` first.

    Each has as many seats of each category as `wanted`. Seats beside each other come before seats
    that are apart.
    """
    if not wanted:
        return []
    categories = sorted(_category(place) for place in wanted)
    if categories[0] == categories[-1]:
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
        if len(chosen) == MOST:
            break
    return chosen


def _in_rows(free: Sequence[Place], size: int) -> Iterator[tuple[Place, ...]]:
    """Yield all seats of a row that follow each other, `size` at a time."""
    for row in rows(free):
        for start in range(len(row) - size + 1):
            yield tuple(row[start : start + size])


def _by_distance(wanted: Sequence[Place], free: Sequence[Place]) -> Iterator[tuple[Place, ...]]:
    """Yield sets made of the free seat nearest to each wanted one, then of the next, and so on."""
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
        if len(free) - len(left) >= MOST * len(wanted):
            return


def _cost(
    places: Sequence[Place], wanted: Sequence[Place], *, together: float
) -> tuple[bool, float]:
    """Return what to sort sets by: whether its seats are apart, and how far off it is."""
    width = math.dist(_at(places[0]), _at(places[-1]))
    return width > together, math.dist(_middle(places), _middle(wanted)) + width


def _pitch(places: Sequence[Place]) -> float:
    """Return how far it is from a seat to the one beside it."""
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
