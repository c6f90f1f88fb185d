"""What a seating plan changes about an event's seats, as the API shows it."""

from typing import Annotated, TypedDict

from reservations.events.records import one_of
from reservations.models import Category, Reservation, Seat
from reservations.permissions import SEE_BOOKINGS, may
from reservations.plans.differences import Changes, Kind, Obstacle, Protected, SeatUse, StoredSeat
from reservations.plans.plan import Plan

MAX_LISTED = 500

Use = Annotated[str, one_of(*SeatUse)]


class PlanChangeRecord(TypedDict):
    seat_id: Annotated[int | None, "Null for a new seat."]
    seat_number: str
    section: str
    kinds: Annotated[list[str], "added, removed, relabelled, recategorised, moved, described"]
    use: Use
    becomes: Annotated[str, "The seat's new number; empty if it is removed."]


class InTheWayRecord(TypedDict):
    seat_id: int
    seat_number: str
    section: str
    use: Use
    obstacle: Annotated[str, one_of(*Obstacle)]
    can_keep: Annotated[bool, "Whether its id in `keep` lets it stay as it is, off the new plan."]
    reservation: Annotated[str | None, "The booking's public id, for those who may see bookings."]


class PlanChangesRecord(TypedDict):
    is_done: Annotated[bool, "False for a dry run."]
    seats: Annotated[int, "How many seats the plan has."]
    added: int
    removed: int
    relabelled: int
    recategorised: int
    moved: int
    described: Annotated[int, "Seats with other properties."]
    moved_taken: Annotated[int, "Of `moved`: seats that are held or sold."]
    kept: int
    new_categories: Annotated[list[str], "Only in a dry run: categories that the event lacks."]
    changes: Annotated[list[PlanChangeRecord], "Held and sold seats first; at most 500."]
    in_the_way: Annotated[list[InTheWayRecord], "At most 500; see `in_the_way_count`."]
    in_the_way_count: int


def plan_changes(
    changes: Changes, *, event_id: int, plan: Plan, person_id: int, is_done: bool
) -> PlanChangesRecord:
    """Return changes with the bookings that a person may see. Call it after `put_plan` too."""
    counts = changes.counts()
    names = set(Category.objects.filter(event=event_id).values_list("name", flat=True))
    taken = (SeatUse.HELD, SeatUse.SOLD)
    return {
        "is_done": is_done,
        "seats": len(plan.seats),
        "added": counts[Kind.ADDED],
        "removed": counts[Kind.REMOVED],
        "relabelled": counts[Kind.RELABELLED],
        "recategorised": counts[Kind.RECATEGORISED],
        "moved": counts[Kind.MOVED],
        "described": counts[Kind.DESCRIBED],
        "moved_taken": sum(
            Kind.MOVED in kinds and changes.uses[stored.id] in taken
            for stored, _, kinds in changes.changed
        ),
        "kept": len(changes.kept),
        "new_categories": [each.name for each in plan.categories if each.name not in names],
        "changes": _listed(changes),
        "in_the_way": _in_the_way(changes, event_id=event_id, person_id=person_id),
        "in_the_way_count": len(changes.in_the_way),
    }


def _listed(changes: Changes) -> list[PlanChangeRecord]:
    found: list[PlanChangeRecord] = [
        _change(stored, list(map(str, kinds)), changes.uses[stored.id], planned.seat_number)
        for stored, planned, kinds in changes.changed
    ]
    found.sort(key=lambda change: change["use"] == SeatUse.FREE)
    for stored in changes.removed[:MAX_LISTED]:
        found.append(_change(stored, [Kind.REMOVED.value], SeatUse.FREE, ""))
    for seat in changes.added[:MAX_LISTED]:
        found.append(
            {
                "seat_id": None,
                "seat_number": seat.seat_number,
                "section": seat.section,
                "kinds": [Kind.ADDED.value],
                "use": SeatUse.FREE.value,
                "becomes": seat.seat_number,
            }
        )
    return found[:MAX_LISTED]


def _change(stored: StoredSeat, kinds: list[str], use: SeatUse, becomes: str) -> PlanChangeRecord:
    return {
        "seat_id": stored.id,
        "seat_number": stored.columns["seat_number"],
        "section": stored.columns["section"],
        "kinds": kinds,
        "use": use.value,
        "becomes": becomes,
    }


def _in_the_way(changes: Changes, *, event_id: int, person_id: int) -> list[InTheWayRecord]:
    listed = changes.in_the_way[:MAX_LISTED]
    bookings = _bookings(listed, event_id=event_id, person_id=person_id)
    return [
        {
            "seat_id": each.seat.id,
            "seat_number": each.seat.columns["seat_number"],
            "section": each.seat.columns["section"],
            "use": each.use.value,
            "obstacle": each.obstacle.value,
            "can_keep": each.can_keep,
            "reservation": bookings.get(each.seat.id),
        }
        for each in listed
    ]


def _bookings(listed: list[Protected], *, event_id: int, person_id: int) -> dict[int, str]:
    """Return the public ids of the seats' bookings, if the person may see these."""
    sold = [each.seat.id for each in listed if each.use is SeatUse.SOLD]
    if not sold or not may(person_id, *SEE_BOOKINGS, event_id=event_id):
        return {}
    found = Seat.objects.filter(event=event_id, pk__in=sold).values_list("pk", "reservation_id")
    by_seat = dict(found)
    ids = Reservation.objects.filter(pk__in=by_seat.values()).values_list("pk", "public_id")
    public = dict(ids)
    return {seat_id: public[pk] for seat_id, pk in by_seat.items() if pk in public}
