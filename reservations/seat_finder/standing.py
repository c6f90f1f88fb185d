"""Locking places of a standing area by number: choose, send the command, and retry.

The places are interchangeable. They are chosen before the event's row is locked, from a random one
on if there are enough, so that concurrent requests rarely choose the same; more of them with each
try.
"""

import random
from dataclasses import replace

from django.db.models import Max, Min, Q, QuerySet

from reservations.bookings import command_queue
from reservations.bookings.batch_reading import read_locking_state
from reservations.bookings.records import CommandResult
from reservations.domain.commands import LockPlaces
from reservations.domain.criteria import Places
from reservations.domain.errors import AreaNotFound, Outpaced
from reservations.domain.features import SoldBy
from reservations.domain.rules import decide
from reservations.domain.states import SeatStatus
from reservations.events import promo_codes
from reservations.models import Seat
from reservations.runtime import clock

MAX_TRIES = 5
_MOST_CHOSEN = 500


def lock_places(*, event_id: int, command: LockPlaces, key: str | None) -> CommandResult:
    """Lock places of a standing area, and return the result.

    Raises: SeatcastError, the refusal: AreaFull when there are too few; AreaNotFound; Busy;
    Outpaced when others were faster at every try.
    """
    may_hold = isinstance(
        decide(command, read_locking_state(command, event_id=event_id)).refusal, Outpaced
    )
    wanted = 2 * command.count + command_queue.queued()
    tries_left = MAX_TRIES
    while True:
        tries_left -= 1
        if may_hold:
            choice = choose(
                event_id=event_id,
                group=command.group,
                limit=wanted,
                promo_code=command.promo_code,
            )
            command = replace(command, choice=choice)
        try:
            return command_queue.submit(event_id=event_id, command=command, key=key)
        except Outpaced:
            if not tries_left:
                raise
            may_hold, wanted = True, 4 * wanted


def choose(*, event_id: int, group: str, limit: int, promo_code: str = "") -> Places:
    """Return up to `limit` free places of a standing area: from a random one on, or the first.

    Before these come up to `limit` places that the code opens. Raises: AreaNotFound.
    """
    limit, now = min(limit, _MOST_CHOSEN), clock.now()
    area = Seat.objects.filter(event_id=event_id, group=group, sold_by=SoldBy.NUMBER)
    ends = area.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        raise AreaNotFound
    start = random.randint(ends["first"], ends["last"])
    # The redundant condition on the status lets PostgreSQL use the partial index `place_to_sell`.
    free = area.filter(status__in=[SeatStatus.AVAILABLE, SeatStatus.LOCKED]).filter(
        Q(status=SeatStatus.AVAILABLE) | Q(locked_until__lte=now, allocation=None)
    )
    found = _some(free, limit, start=start)
    code = promo_codes.usable(event_id, promo_code, now=now)
    if code is None:
        return Places(tuple(found), left=len(found))
    kept = promo_codes.kept_for(code, now=now).filter(group=group, sold_by=SoldBy.NUMBER)
    opened = _some(kept, limit, start=start)
    return Places((*opened, *found), left=min(len(opened), code.left) + len(found))


def _some(places: QuerySet[Seat], limit: int, *, start: int) -> list[int]:
    """Return up to `limit` places, from `start` on if there are enough."""
    ids = places.order_by("pk").values_list("pk", flat=True)
    found = list(ids.filter(pk__gte=start)[:limit])
    if len(found) < limit:
        # In one query: what is left is told to the buyer, and others take places meanwhile.
        found = list(ids[:limit])
    return found
