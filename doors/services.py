"""Register and revoke doors, and record what they scan.

A door with a network asks the server, which admits people or refuses them. Without one it decides
by itself, and sends its scans later. These are never undone: each is recorded with what the server
would have decided. The entry of a seat is that of the first scan to arrive; a further one is
reported as double, with both times.

Each scan can be sent any number of times: its command has an idempotency key of the door's id and
the scan's, and its row is written once. A door that got no response decides by itself, and sends
the same scan again with its decision; only if that contradicts the server's, the row changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from doors.errors import DoorNotFound, DoorRevoked, TooManyDoors
from doors.models import Door, Scan
from infrastructure.security_log.log import Kind, record
from reservations.bookings import command_queue
from reservations.bookings.booking_records import ticket_valid_from
from reservations.bookings.states import state_of, with_related
from reservations.bookings.ticket_codes import public_id_of, seat_of, valid_from_of
from reservations.domain.commands import AdmitSeats
from reservations.domain.errors import AlreadyEntered, Conflict, NotFound
from reservations.domain.rules.admission import why_not_admitted
from reservations.domain.states import Person, ReservationState
from reservations.models import Event, Reservation
from reservations.runtime import clock

MAX_DOORS = 200
"""How many doors an event can have, without revoked ones."""

_LONGEST_OFFLINE = timedelta(days=366)
"""A scan that would be older counts as this old, whatever the door's clock says."""


@dataclass(frozen=True, slots=True)
class TicketScan:
    """A scan as the door sent it.

    Without `seat_ids` it is for all seats of the ticket or, if the server decides, for those that
    have not entered. `at` is by the door's clock. `was_admitted` is what the door did, or None if
    the server is to decide; `reason` is why the door refused.
    """

    id: UUID
    ticket: str
    at: datetime
    was_admitted: bool | None = None
    seat_ids: tuple[int, ...] = ()
    reason: str = ""


def register(*, event_id: int, door_id: UUID, name: str, steward_id: int) -> None:
    """Register a door, or rename it. Raises: DoorNotFound, DoorRevoked, TooManyDoors."""
    with transaction.atomic():
        Event.objects.select_for_update(no_key=True).only("pk").get(pk=event_id)
        found = Door.objects.filter(pk=door_id).first()
        if found is None:
            in_use = Door.objects.filter(event=event_id, revoked_at=None)
            if in_use.count() >= MAX_DOORS:
                raise TooManyDoors
            Door.objects.create(pk=door_id, event_id=event_id, name=name, steward_id=steward_id)
            record(
                Kind.DOOR_REGISTERED,
                actor_id=steward_id,
                event_id=event_id,
                details={"door": str(door_id), "name": name},
            )
            return
        if found.event_id != event_id:
            raise DoorNotFound
        if found.revoked_at is not None:
            raise DoorRevoked
        Door.objects.filter(pk=door_id).update(name=name, steward=steward_id, seen_at=Now())


def revoke(*, event_id: int, door_id: UUID, actor_id: int) -> None:
    """Revoke a door. Doing so twice changes nothing. Raises: DoorNotFound."""
    with transaction.atomic():
        door = Door.objects.select_for_update().filter(pk=door_id, event=event_id).first()
        if door is None:
            raise DoorNotFound
        _revoke([door], actor_id=actor_id)


def revoke_of(*, organisation_id: int, user_id: int) -> int:
    """Revoke the doors of an organisation's events that a person registered; return how many."""
    doors = Door.objects.filter(event__organisation=organisation_id, steward=user_id)
    return _revoke(doors.select_for_update(of=("self",)).order_by("pk"))


def record_scans(
    scans: Sequence[TicketScan], *, door: Door, actor: Person, sent_at: datetime
) -> list[Scan]:
    """Record scans in their order, and return them with their outcomes.

    `sent_at` is the door's clock now, by which its error is known. Raises: Busy, Unavailable; what
    was recorded before stays, and the rest can be sent again.
    """
    sent = Scan.objects.filter(door=door, scan_id__in=[scan.id for scan in scans])
    known = {scan.scan_id: scan for scan in sent}
    return [_recorded(scan, known.get(scan.id), door, actor, sent_at) for scan in scans]


def _revoke(doors: Iterable[Door], *, actor_id: int | None = None) -> int:
    """Revoke those of some locked doors that are not; return how many."""
    count = 0
    for door in doors:
        if door.revoked_at is not None:
            continue
        count += 1
        Door.objects.filter(pk=door.pk).update(revoked_at=Now())
        record(
            Kind.DOOR_REVOKED,
            actor_id=actor_id,
            event_id=door.event_id,
            details={"door": str(door.pk), "name": door.name},
        )
    return count


def _recorded(
    scan: TicketScan, known: Scan | None, door: Door, actor: Person, sent_at: datetime
) -> Scan:
    """Record a scan once; again only if a door has let in whom the server refused."""
    if known is not None and (known.was_admitted or not scan.was_admitted):
        return known
    age = min(max(sent_at - scan.at, timedelta()), _LONGEST_OFFLINE)
    at = clock.now() - age
    reservation = _reservation(scan.ticket, event_id=door.event_id)
    if reservation is not None:
        at = max(at, reservation.created_at)
    found = _decided(scan, reservation, door, actor, at)
    values = {
        "was_admitted": found.was_admitted,
        "at": at,
        "outcome": found.outcome,
        "code": found.code,
        "details": {"seats": found.seats, "entries": found.entries},
    }
    if known is not None:
        Scan.objects.filter(pk=known.pk).update(**values)
        return Scan.objects.get(pk=known.pk)
    return Scan.objects.get_or_create(
        door=door,
        scan_id=scan.id,
        defaults={
            "event_id": door.event_id,
            "reservation": reservation,
            **values,
        },
    )[0]


@dataclass(frozen=True, slots=True)
class _Finding:
    """`seats` are the numbers of the seats admitted, or of those that had `entries` before."""

    outcome: Scan.Outcome
    was_admitted: bool
    code: str = ""
    seats: Sequence[str] = ()
    entries: Sequence[Mapping[str, Any]] = ()


def _decided(
    scan: TicketScan, reservation: Reservation | None, door: Door, actor: Person, at: datetime
) -> _Finding:
    """Admit people, or compare what a door did with what is known. Raises: Busy, Unavailable."""
    if scan.was_admitted is False:
        return _compared(scan, reservation, at)
    was_let_in = bool(scan.was_admitted)
    refused = Scan.Outcome.INVALID if was_let_in else Scan.Outcome.REFUSED
    if reservation is None:
        return _Finding(refused, was_let_in, code="ticket_not_found")
    # What the server refused before is decided anew when the door has let the people in.
    key = f"scan-{door.pk}-{scan.id}{'-door' if was_let_in else ''}"
    own = seat_of(scan.ticket)
    seat_ids = scan.seat_ids or (() if own is None else (own,))
    if was_let_in and not seat_ids:
        seat_ids = tuple(reservation.seats.values_list("seat_id", flat=True))
    command = AdmitSeats(actor, reservation.pk, seat_ids, door.name, at if was_let_in else None)
    try:
        answer = command_queue.submit(event_id=door.event_id, command=command, key=key)
    except AlreadyEntered as refusal:
        earlier = refusal.details["entries"]
        if was_let_in:
            _admit_rest(command, earlier, event_id=door.event_id, key=key)
        return _Finding(
            Scan.Outcome.DOUBLE if was_let_in else refused,
            was_let_in,
            code=refusal.code,
            seats=[each["seat_number"] for each in earlier],
            entries=[
                {
                    "reservation": reservation.public_id,
                    **{name: each[name] for name in ("seat_id", "at", "gate")},
                }
                for each in earlier
            ],
        )
    except (Conflict, NotFound) as refusal:
        return _Finding(refused, was_let_in, code=refusal.code)
    numbers = [each["seat_number"] for each in answer["admitted"]]
    return _Finding(Scan.Outcome.ADMITTED, was_admitted=True, seats=numbers)


def _admit_rest(
    command: AdmitSeats,
    earlier: Sequence[Mapping[str, Any]],
    *,
    event_id: int,
    key: str,
) -> None:
    """Record the entry of the seats of a scan that had not entered, if there are any."""
    entered = {each["seat_id"] for each in earlier}
    left = tuple(seat_id for seat_id in command.seat_ids if seat_id not in entered)
    if left:
        # Another scan or a cancellation may have been faster.
        with suppress(Conflict, NotFound):
            command_queue.submit(
                event_id=event_id, command=replace(command, seat_ids=left), key=f"{key}-rest"
            )


def _compared(scan: TicketScan, reservation: Reservation | None, at: datetime) -> _Finding:
    """Return whether a door's refusal was right; the people were sent away.

    What a door takes for used may have been admitted there with another ticket that is not valid.
    """
    is_right = reservation is None
    if reservation is not None:
        stored = state_of(with_related(Reservation.objects.filter(pk=reservation.pk)).get())
        own = seat_of(scan.ticket)
        is_right = (
            _is_outdated(scan.ticket, reservation, stored)
            or why_not_admitted(stored, now=at) is not None
            or own in stored.entries
        )
    outcome = Scan.Outcome.REFUSED if is_right else Scan.Outcome.REFUSED_WRONGLY
    return _Finding(outcome, was_admitted=False, code=scan.reason)


def _is_outdated(ticket: str, reservation: Reservation, stored: ReservationState) -> bool:
    """Return whether a ticket is from before its booking's seats changed, or of a former seat."""
    valid_from, seat = valid_from_of(ticket), seat_of(ticket)
    is_older = valid_from is not None and valid_from < int(
        ticket_valid_from(reservation).timestamp()
    )
    return is_older or (seat is not None and seat not in stored.seat_ids)


def _reservation(ticket: str, *, event_id: int) -> Reservation | None:
    public_id = public_id_of(ticket)
    if public_id is None:
        return None
    return Reservation.objects.filter(public_id=public_id, event=event_id).first()
