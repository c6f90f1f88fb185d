"""The seam between the desk and whoever tells the world: one signal, sent after each commit."""

from dataclasses import dataclass
from datetime import datetime

from django.dispatch import Signal


@dataclass(frozen=True, slots=True)
class Change:
    """A seat's absolute new state: `status` as in `SeatStatus`, `holder` the locker's name."""

    seat_id: int
    status: int
    locked_until: datetime | None
    holder: str | None


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What a commit did to an event: it leads from number `since` to number `seq`.

    `changes` has each seat once, with its last state.
    """

    event_id: int
    since: int
    seq: int
    changes: tuple[Change, ...]


seats_changed = Signal()
"""Sent in the thread that committed, with `changes: ChangeSet`. Receivers must not block."""
