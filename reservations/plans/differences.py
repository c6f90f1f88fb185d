"""What a seating plan would change about an event's seats. Pure.

Seats are matched by their guid. A seat that somebody holds or has bought keeps its place and its
name unless an organiser says otherwise: what the plan would do to it stands in the way.
"""

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from reservations.domain.states import SeatStatus
from reservations.plans.plan import PlanSeat
from reservations.plans.printed_names import PrintedName, with_printed_names

PLAN_COLUMNS = tuple(
    column.name
    for column in dataclasses.fields(PlanSeat)
    if column.name not in ("guid", "category", "companion_of")
)
"""The columns of a seat that a plan sets and that have the same names in both."""

_LABEL = ("section", "row", "number", "seat_number")
_POSITION = ("x", "y")


class SeatUse(StrEnum):
    """Whose a seat is at the moment."""

    FREE = "free"
    HELD = "held"
    SOLD = "sold"
    BLOCKED = "blocked"


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    RELABELLED = "relabelled"
    RECATEGORISED = "recategorised"
    MOVED = "moved"
    DESCRIBED = "described"


class Obstacle(StrEnum):
    """Why a seat stands in the way."""

    REMOVED = "removed"
    RELABELLED = "relabelled"
    RECATEGORISED = "recategorised"
    NAME_TAKEN = "name_taken"


_PROTECTED: Mapping[SeatUse, tuple[Kind, ...]] = {
    SeatUse.FREE: (),
    SeatUse.BLOCKED: (Kind.REMOVED,),
    # Its buyer's ticket names it; what it cost is stored with the booking.
    SeatUse.SOLD: (Kind.REMOVED, Kind.RELABELLED),
    # Its holder has been told its name and price.
    SeatUse.HELD: (Kind.REMOVED, Kind.RELABELLED, Kind.RECATEGORISED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSeat:
    """A seat of the event. `columns` has the values of PLAN_COLUMNS."""

    id: int
    guid: str
    columns: Mapping[str, Any]
    category: str | None
    companion_of: str | None
    is_removed: bool

    @property
    def printed_name(self) -> PrintedName:
        columns = self.columns
        return PrintedName(
            self.guid,
            *(columns["section"], columns["row"], columns["number"], columns["seat_number"]),
            self.is_removed,
        )

    @property
    def grouping(self) -> tuple[Any, ...]:
        """With which seats it is sold, as of a `PlanSeat`."""
        columns = self.columns
        return (columns["group"], columns["group_size"], columns["sold_by"], self.companion_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatState:
    """What may change at any time while the event is not locked."""

    status: int
    locked_until: datetime | None
    reservation_id: int | None = None

    def use(self, *, now: datetime) -> SeatUse:
        match self.status:
            case SeatStatus.RESERVED:
                return SeatUse.SOLD
            case SeatStatus.BLOCKED:
                return SeatUse.BLOCKED
            case SeatStatus.LOCKED if self.locked_until is not None and self.locked_until > now:
                return SeatUse.HELD
        return SeatUse.FREE


@dataclass(frozen=True, slots=True)
class Difference:
    """A seat that the plan changes: as stored, as planned, or both; and in what ways."""

    stored: StoredSeat | None
    planned: PlanSeat | None
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """A seat that stands in the way. `can_keep`: it can stay as it is, off the new plan."""

    seat: StoredSeat
    use: SeatUse
    obstacle: Obstacle
    can_keep: bool


@dataclass(slots=True)
class Changes:
    """What to write: new seats, seats to change with their planned values, and to remove.

    `uses` has what each stored seat among them is used for; `kept` are the seats that stay as they
    are, off the plan.
    """

    added: list[PlanSeat] = field(default_factory=list)
    changed: list[tuple[StoredSeat, PlanSeat, tuple[Kind, ...]]] = field(default_factory=list)
    removed: list[StoredSeat] = field(default_factory=list)
    kept: list[StoredSeat] = field(default_factory=list)
    in_the_way: list[Protected] = field(default_factory=list)
    uses: dict[int, SeatUse] = field(default_factory=dict)

    def counts(self) -> Counter[Kind]:
        """Return how many seats change in each way."""
        found = Counter(kind for *_, kinds in self.changed for kind in kinds)
        found[Kind.ADDED] += len(self.added)
        found[Kind.REMOVED] += len(self.removed)
        return found


def differences(stored: Iterable[StoredSeat], planned: Sequence[PlanSeat]) -> list[Difference]:
    """Return the seats that differ, in the order of the plan; the removed ones last.

    Seats keep their names unless the plan itself renames them: see `with_printed_names`.
    """
    by_guid = {seat.guid: seat for seat in stored}
    found: list[Difference] = []
    for seat in with_printed_names([each.printed_name for each in by_guid.values()], planned):
        before = by_guid.pop(seat.guid, None)
        if before is None or before.is_removed:
            found.append(Difference(before, seat, (Kind.ADDED,)))
        elif kinds := _kinds(before, seat):
            found.append(Difference(before, seat, kinds))
    gone = (seat for seat in by_guid.values() if not seat.is_removed)
    return [*found, *(Difference(seat, None, (Kind.REMOVED,)) for seat in gone)]


def decide(
    found: Sequence[Difference],
    *,
    unchanged_names: Iterable[str],
    states: Mapping[int, SeatState],
    keep: Collection[int],
    now: datetime,
) -> Changes:
    """Return what to write and what stands in the way.

    `states` has those of all stored seats that differ, `unchanged_names` the seat numbers of those
    that do not. Protected seats whose ids are in `keep` stay as they are.
    """
    changes = Changes()
    for difference in found:
        stored, planned = difference.stored, difference.planned
        if stored is None or stored.is_removed:
            _add(changes, difference)
            continue
        use = changes.uses[stored.id] = states[stored.id].use(now=now)
        kinds = difference.kinds
        violated = [kind for kind in kinds if kind in _PROTECTED[use]]
        if violated and stored.id not in keep:
            obstacle = Obstacle(violated[0].value)
            changes.in_the_way.append(
                Protected(seat=stored, use=use, obstacle=obstacle, can_keep=True)
            )
        elif violated:
            changes.kept.append(stored)
        elif planned is None:
            changes.removed.append(stored)
        else:
            changes.changed.append((stored, planned, kinds))
    _refuse_taken_names(changes, unchanged_names)
    return changes


def _add(changes: Changes, difference: Difference) -> None:
    assert difference.planned is not None
    if difference.stored is None:
        changes.added.append(difference.planned)
    else:
        # It was removed by an earlier version, and comes back with its history.
        changes.changed.append((difference.stored, difference.planned, (Kind.ADDED,)))
        changes.uses[difference.stored.id] = SeatUse.FREE


def _kinds(stored: StoredSeat, planned: PlanSeat) -> tuple[Kind, ...]:
    differing = {name for name in PLAN_COLUMNS if stored.columns[name] != getattr(planned, name)}
    kinds = []
    if differing & {*_LABEL}:
        kinds.append(Kind.RELABELLED)
    if stored.category != planned.category:
        kinds.append(Kind.RECATEGORISED)
    if differing & {*_POSITION}:
        kinds.append(Kind.MOVED)
    is_described = stored.companion_of != planned.companion_of
    if is_described or differing - {*_LABEL, *_POSITION}:
        kinds.append(Kind.DESCRIBED)
    return tuple(kinds)


def _refuse_taken_names(changes: Changes, unchanged_names: Iterable[str]) -> None:
    """Protected seats keep their names, which the plan may give to another seat."""
    names = Counter(unchanged_names)
    names.update(seat.seat_number for seat in changes.added)
    names.update(planned.seat_number for _, planned, _ in changes.changed)
    names.update(seat.columns["seat_number"] for seat in changes.kept)
    staying = [*changes.kept, *(stored for stored, _, _ in changes.changed)]
    for stored in staying:
        name = stored.columns["seat_number"]
        if names[name] > 1 and changes.uses[stored.id] is not SeatUse.FREE:
            changes.in_the_way.append(
                Protected(
                    seat=stored,
                    use=changes.uses[stored.id],
                    obstacle=Obstacle.NAME_TAKEN,
                    can_keep=False,
                )
            )
