"""Put a seating plan onto an event, also while it is on sale.

Lock order, always: the event's row, then its seats by primary key. The plan is parsed and compared
before that; under the lock only the states of the seats that differ are read again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from infrastructure.security_log.log import Kind, record
from reservations.bookings.decisions import Decision
from reservations.bookings.unit_of_work import UnitOfWork
from reservations.domain.commands import ReleaseExpired
from reservations.domain.errors import EventNotFound, Outpaced
from reservations.domain.features import SoldBy
from reservations.domain.rules import decide as decide_command
from reservations.domain.states import Grouping, SeatStatus
from reservations.events.locking import lock_event
from reservations.events.terms import grouping_of, stored_grouping, taken_grouping_of
from reservations.models import Event, Seat
from reservations.organising.seating import (
    BATCH_SEATS,
    insert_seats,
    store_layout,
    write_categories,
    write_companions,
)
from reservations.plans import differences
from reservations.plans.differences import (
    PLAN_COLUMNS,
    Changes,
    Difference,
    SeatState,
    SeatUse,
    StoredSeat,
)
from reservations.plans.plan import Plan, PlanSeat, drawing
from reservations.runtime import bulk, clock

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """An event's seats compared with a plan, at the layout that the event had then."""

    layout: str
    found: Sequence[Difference]
    unchanged_names: Sequence[str]


def preview_plan(*, event_id: int, plan: Plan, keep: Collection[int] = ()) -> Changes:
    """Return what `put_plan` would do now. Raises: EventNotFound."""
    compared = _compare(event_id, plan)
    now = clock.now()
    return _decided(compared, states=_states(event_id, compared), keep=keep, now=now)


def put_plan(
    *, event_id: int, plan: Plan, version_id: int | None, keep: Collection[int] = ()
) -> Changes:
    """Change an event's seats to those of a plan, unless seats stand in the way.

    If there are any, nothing is written. Seats in `keep` stay as they are, off the plan. Removed
    seats keep their rows. Raises: EventNotFound, Outpaced if the seats are edited again and again.
    """
    for _ in range(_ATTEMPTS):
        compared = _compare(event_id, plan)
        changes = _put(event_id, plan, version_id, compared, keep)
        if changes is not None:
            return changes
    raise Outpaced("The seats of this event were changed meanwhile. Try again in a moment.")


@transaction.atomic
def _put(
    event_id: int, plan: Plan, version_id: int | None, compared: _Compared, keep: Collection[int]
) -> Changes | None:
    """Return None if the event's seats have been edited since they were compared."""
    event, now = lock_event(event_id)
    if event.layout != compared.layout:
        return None
    states = _states(event_id, compared, lock=True)
    changes = _decided(compared, states=states, keep=keep, now=now)
    if changes.in_the_way:
        return changes
    _release_expired(event, states, now=now)
    categories = write_categories(event, plan, {})
    _remove(changes.removed, now=now)
    _keep_groupings(changes)
    _change(changes, categories)
    insert_seats(event, changes.added, categories)
    write_companions(event, plan)
    Event.objects.filter(pk=event_id).update(plan=drawing(plan), plan_version=version_id)
    event.refresh_from_db(fields=["plan"])
    store_layout(event)
    record(
        Kind.PLAN_CHANGED,
        event_id=event_id,
        organisation_id=event.organisation_id,
        details={
            "version": version_id,
            "added": len(changes.added),
            "changed": len(changes.changed),
            "removed": len(changes.removed),
        },
    )
    return changes


def _compare(event_id: int, plan: Plan) -> _Compared:
    """Raises: EventNotFound."""
    layout = Event.objects.filter(pk=event_id).values_list("layout", flat=True).first()
    if layout is None:
        raise EventNotFound
    stored = _stored_seats(event_id)
    found = differences.differences(stored, plan.seats)
    differing = {each.stored.id for each in found if each.stored is not None}
    names = [
        seat.columns["seat_number"]
        for seat in stored
        if not seat.is_removed and seat.id not in differing
    ]
    return _Compared(layout=layout, found=found, unchanged_names=names)


def _stored_seats(event_id: int) -> list[StoredSeat]:
    rows = (
        Seat.with_removed.filter(event=event_id)
        .order_by("pk")
        .values_list(
            "pk", "guid", "category__name", "companion_of__guid", "removed_at", *PLAN_COLUMNS
        )
    )
    return [
        StoredSeat(
            id=pk,
            guid=guid,
            columns=dict(zip(PLAN_COLUMNS, columns, strict=True)),
            category=category,
            companion_of=companion_of,
            is_removed=removed_at is not None,
        )
        for pk, guid, category, companion_of, removed_at, *columns in rows.iterator(BATCH_SEATS)
    ]


def _states(event_id: int, compared: _Compared, *, lock: bool = False) -> dict[int, SeatState]:
    """Return the states of the stored seats that differ, locked in the order of primary keys."""
    ids = [each.stored.id for each in compared.found if each.stored is not None]
    seats = Seat.with_removed.filter(event=event_id, pk__any_of=ids).order_by("pk")
    if lock:
        seats = seats.select_for_update(no_key=True)
    rows = seats.values_list("pk", "status", "locked_until", "reservation_id")
    return {
        pk: SeatState(status=status, locked_until=until, reservation_id=reservation_id)
        for pk, status, until, reservation_id in rows
    }


def _decided(
    compared: _Compared, *, states: dict[int, SeatState], keep: Collection[int], now: datetime
) -> Changes:
    return differences.decide(
        compared.found,
        unchanged_names=compared.unchanged_names,
        states=states,
        keep=frozenset(keep),
        now=now,
    )


def _release_expired(event: Event, states: dict[int, SeatState], *, now: datetime) -> None:
    """Release expired locks as the command queue does: only an available seat can be removed."""
    if any(state.status == SeatStatus.LOCKED for state in states.values()):
        command = ReleaseExpired()
        work = UnitOfWork.open(event=event, commands=[command], now=now)
        work.write([Decision(command, decide_command(command, work.state), None)])


def _remove(seats: Sequence[StoredSeat], *, now: datetime) -> None:
    if seats:
        bulk.write(bulk.update(Seat, ("removed_at",), [(now, seat.id) for seat in seats]))


def _keep_groupings(changes: Changes) -> None:
    """Keep the groupings of held and sold seats that the plan is about to group otherwise.

    A table or an accessible seat that the plan no longer requires binds nobody any more.
    """
    regrouped = {
        stored.id: planned
        for stored, planned, _ in changes.changed
        if changes.uses[stored.id] in (SeatUse.HELD, SeatUse.SOLD)
        and stored.grouping != planned.grouping
    }
    if not regrouped:
        return
    columns = ("pk", "group", "group_size", "sold_by", "companion_of_id", "taken_grouping")
    found = Seat.objects.filter(pk__any_of=list(regrouped)).values(*columns)
    rows = [
        (stored_grouping(_kept_grouping(seat, regrouped[seat["pk"]])), seat["pk"]) for seat in found
    ]
    bulk.write(bulk.update(Seat, ("taken_grouping",), rows))


def _kept_grouping(seat: Mapping[str, Any], planned: PlanSeat) -> Grouping:
    before = taken_grouping_of(seat["taken_grouping"]) or grouping_of(seat)
    is_table = planned.sold_by is SoldBy.TABLE
    return Grouping(
        group=before.group if is_table else "",
        group_size=before.group_size if is_table else 0,
        companion_of=before.companion_of if planned.companion_of is not None else None,
    )


def _change(changes: Changes, categories: dict[str, int]) -> None:
    renamed = [
        stored.id
        for stored, planned, _ in changes.changed
        if stored.columns["seat_number"] != planned.seat_number
    ]
    if renamed:
        # Seats may exchange their names, which are unique at every moment.
        rows = [(f"\u2060{seat_id}", seat_id) for seat_id in renamed]
        bulk.write(bulk.update(Seat, ("seat_number",), rows))
    for start in range(0, len(changes.changed), BATCH_SEATS):
        rows = [
            (
                *(getattr(planned, name) for name in PLAN_COLUMNS),
                categories[planned.category] if planned.category else None,
                *(None, None, stored.id),
            )
            for stored, planned, _ in changes.changed[start : start + BATCH_SEATS]
        ]
        bulk.write(
            bulk.update(Seat, (*PLAN_COLUMNS, "category", "companion_of", "removed_at"), rows)
        )
