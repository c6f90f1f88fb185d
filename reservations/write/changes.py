"""What a batch decided and changed, and the signal that is sent after its commit."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.dispatch import Signal

from reservations.domain.commands import Command
from reservations.domain.rules import Outcome
from security_log.request_context import RequestContext


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


class Decision(NamedTuple):
    """A command with its outcome, and the web request that sent it, if one did."""

    command: Command
    outcome: Outcome
    source: RequestContext | None


seats_changed = Signal()
"""Sent in the thread that committed, with `changes: ChangeSet`. Receivers must not block."""
