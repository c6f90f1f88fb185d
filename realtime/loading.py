"""Read an event's replica, and the changes that it is missing, from the database.

Both functions block: call them in a thread. Loading a stadium takes a quarter of a second.
"""

from functools import partial

from django.conf import settings

from realtime.replica import MergeResult, Replica
from reservations.events import event_heads, mapped_seats
from reservations.events.event_heads import EventHead
from reservations.events.mapped_seats import LoggedChanges, SeatMap
from reservations.runtime import standby

MAX_LOG_ROWS = 2_000


def load_replica(event_id: int) -> tuple[EventHead, Replica]:
    """Read all seats of an event. Raises: EventNotFound.

    They may come from a standby. Then what it lacks is read from the primary's log, so that the
    replica is never older than the primary was when this was called.
    """
    query = partial(mapped_seats.seat_map, event_id=event_id)
    lagging = standby.try_read(query)
    if lagging is not None and (found := _completed(event_id, lagging)) is not None:
        return found
    seat_map = query()
    return seat_map.head, _replica(seat_map)


def missing_changes(*, event_id: int, since: int, up_to: int) -> LoggedChanges | None:
    """Return the logged changes from number `since` to `up_to` or later.

    Return None if the replica must be loaded again: there are more than MAX_LOG_ROWS rows, or the
    log does not reach back to `since`, or not up to `up_to`.
    """
    logged = mapped_seats.changes_since(event_id=event_id, seq=since, limit=MAX_LOG_ROWS)
    return None if logged is None or logged.seq < up_to else logged


def _completed(event_id: int, lagging: SeatMap) -> tuple[EventHead, Replica] | None:
    """Return the primary's head and a replica as new as it; None if the log is not enough."""
    head = event_heads.event_head(event_id=event_id)
    if lagging.head.layout != head.layout or lagging.head.seq > head.seq:
        return None
    replica = _replica(lagging)
    if head.seq > replica.seq:
        logged = missing_changes(event_id=event_id, since=replica.seq, up_to=head.seq)
        if logged is None:
            return None
        result = replica.merge(since=replica.seq, seq=logged.seq, changes=logged.changes)
        if result is MergeResult.FOREIGN:
            return None
        replica.publish()
    return head, replica


def _replica(seat_map: SeatMap) -> Replica:
    return Replica(seat_map, shows_names=settings.SEATCAST_SHOW_NAMES)
