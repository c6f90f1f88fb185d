"""The layout hash of an event's static seat data, by which clients cache it."""

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from reservations.models import Event, Seat
from reservations.models.seats import STATIC_SEAT_FIELDS

_CATEGORY_FIELDS = ("pk", "name", "color", "price")
_BATCH = 5_000


def layout_of(event: Event) -> str:
    """Return 16 hexadecimal digits: a hash of everything about the seats except their status.

    It covers the plan, the seats in index order, and everything that their prices depend on, so
    that clients may cache the seats while the layout is unchanged.
    """
    digest = hashlib.sha256()
    for part in _parts(event):
        digest.update(json.dumps(part, sort_keys=True, default=_money).encode())
    return digest.hexdigest()[:16]


def _parts(event: Event) -> Iterator[Any]:
    yield [event.plan, event.currency, event.price]
    yield list(event.categories.order_by("pk").values_list(*_CATEGORY_FIELDS))
    seats = Seat.objects.filter(event=event).order_by("pk").values_list(*STATIC_SEAT_FIELDS)
    yield from seats.iterator(_BATCH)


def _money(price: Decimal) -> str:
    return f"{price:.2f}"
