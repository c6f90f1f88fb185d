"""Read an event's replica, and the changes that it is missing, from the database.

Both functions block: call them in a thread. Loading a stadium takes a quarter of a second.
"""

from django.conf import settings

from realtime.replica import Replica
from reservations.read import selectors
from reservations.read.selectors import EventHead, LoggedChanges

MAX_LOG_ROWS = 2_000


def load_replica(event_id: int) -> tuple[EventHead, Replica]:
    """Read all seats of an event. Raises: EventNotFound."""
    seat_map = selectors.seat_map(event_id=event_id)
    return seat_map.head, Replica(seat_map, shows_names=settings.SEATCAST_SHOW_NAMES)


def missing_changes(*, event_id: int, since: int, up_to: int) -> LoggedChanges | None:
    """Return the logged changes from number `since` to `up_to` or later.

    Return None if the replica must be loaded again: there are more than MAX_LOG_ROWS rows, or the
    log does not reach back to `since`, or not up to `up_to`.
    """
    logged = selectors.changes_since(event_id=event_id, seq=since, limit=MAX_LOG_ROWS)
    return None if logged is None or logged.seq < up_to else logged
