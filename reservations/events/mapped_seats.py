"""The seats of an event for a hub: the whole map, and what was changed since a sequence number."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from reservations.domain.features import SoldBy
from reservations.domain.states import SeatStatus
from reservations.events.changes import Change
from reservations.events.event_heads import EventHead, event_head
from reservations.models import Seat, SeatChange
from reservations.models.seats import seat_price

# The chunk size of unbounded queries.
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class MappedSeat:
    """A seat for a hub. The status is as stored: locked even after the deadline.

    `version` is the event's sequence number at the seat's last change. `section` and `pool` are
    numbers in the order of the first seats of each; a pool has the seats of a section with the same
    price, or the places of a standing area. `is_kept` is as in `Change`.
    """

    id: int
    status: int
    locked_until: datetime | None
    holder: str | None
    version: int
    section: int = 0
    pool: int = 0
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class SeatMap:
    """All seats of an event in index order, as of `head.seq` or later; states are absolute."""

    head: EventHead
    seats: tuple[MappedSeat, ...]


@dataclass(frozen=True, slots=True)
class LoggedChanges:
    """The changes after one sequence number up to `seq`, each seat with its last state."""

    seq: int
    changes: tuple[Change, ...]


def seat_map(*, event_id: int) -> SeatMap:
    """Return the whole seat map for a hub. Raises: EventNotFound.

    The sequence number is read before the seats. Applying a change that the seats already include
    is harmless, because changes carry whole states. The layout is compared in the statement that
    reads the seats, because a new plan changes their indexes.
    """
    while True:
        head = event_head(event_id=event_id)
        stored = Seat.objects.filter(event_id=event_id)
        rows = (
            stored.filter(event__layout=head.layout)
            .order_by("pk")
            .values_list(
                *("pk", "status", "locked_until", "locked_by__username", "version"),
                *("section", seat_price(), "sold_by", "group", "allocation_id"),
            )
        )
        seats = tuple(_mapped(rows.iterator(_BATCH)))
        if seats or not stored.exists():
            return SeatMap(head=head, seats=seats)


def _mapped(rows: Iterable[tuple[Any, ...]]) -> Iterator[MappedSeat]:
    """Number the sections and pools of seats, which must be in index order."""
    sections: dict[str, int] = {}
    pools: dict[tuple[str, Decimal, str], int] = {}
    for row in rows:
        pk, status, locked_until, holder, version, section, price, sold_by, group, kept_for = row
        pool = section, price, group if sold_by == SoldBy.NUMBER else ""
        yield MappedSeat(
            *(pk, status, locked_until, holder, version),
            sections.setdefault(section, len(sections)),
            pools.setdefault(pool, len(pools)),
            is_kept=_is_kept(status, kept_for),
        )


def _is_kept(status: int, allocation_id: int | None) -> bool:
    return status == SeatStatus.LOCKED and allocation_id is not None


def changes_since(*, event_id: int, seq: int, limit: int) -> LoggedChanges | None:
    """Return the logged changes after `seq`.

    None if these are more than `limit` rows, or the log was pruned after `seq`.
    """
    rows = list(
        SeatChange.objects.filter(event_id=event_id, seq__gt=seq)
        .order_by("seq", "seat_id")
        .values_list(
            *("seq", "seat_id", "status", "locked_until", "holder__username", "allocation_id")
        )[: limit + 1]
    )
    if not rows:
        return LoggedChanges(seq=seq, changes=())
    if len(rows) > limit or rows[0][0] != seq + 1:
        return None
    last = {
        seat_id: Change(seat_id, status, locked_until, holder, _is_kept(status, kept_for))
        for _, seat_id, status, locked_until, holder, kept_for in rows
    }
    return LoggedChanges(seq=rows[-1][0], changes=tuple(last.values()))
