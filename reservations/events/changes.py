"""What a commit changed about an event's seats, and the signal that is sent after it."""

from dataclasses import dataclass
from datetime import datetime

from django.dispatch import Signal


@dataclass(frozen=True, slots=True)
class Change:
    """A seat's new state: `status` as in `SeatStatus`, `holder` is a user name.

    A lock that `is_kept` leaves its seat blocked when it ends, for the allocation that it is from.
    """

    seat_id: int
    status: int
    locked_until: datetime | None
    holder: str | None
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """The changes of one commit, from the event's sequence number `since` to `seq`.

    `changes` has each changed seat once, with its last state.
    """

    event_id: int
    since: int
    seq: int
    changes: tuple[Change, ...]


seats_changed = Signal()
"""Sent in the thread that committed, with `changes: ChangeSet`. Receivers must not block."""
