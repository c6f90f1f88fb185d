"""The signal that is sent after each commit, for subscribers that publish the changes."""

from dataclasses import dataclass
from datetime import datetime

from django.dispatch import Signal


@dataclass(frozen=True, slots=True)
class Change:
    """A seat's new state: `status` as in `SeatStatus`, `holder` is a user name."""

    seat_id: int
    status: int
    locked_until: datetime | None
    holder: str | None


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
