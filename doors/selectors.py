"""What doors and organisers read: the list of tickets, what changed, and the doors of an event."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, NotRequired, TypedDict, cast
from uuid import UUID

from django.db.models import Count, F, Max, Q
from django.db.models.functions import Now

from doors.errors import DoorNotFound, DoorRevoked
from doors.models import Door, Scan
from reservations.bookings.booking_records import ticket_valid_from
from reservations.bookings.records import where_it_is
from reservations.bookings.states import state_of, with_related
from reservations.bookings.ticket_codes import public_keys, ticket_code
from reservations.domain.errors import EventNotFound
from reservations.domain.rules.admission import why_not_admitted
from reservations.domain.states import EntryState, iso
from reservations.events.records import Timestamp, TimeZone, one_of
from reservations.events.selectors import floors_of
from reservations.models import Entry, Event, Reservation, ReservationSeat, Seat
from reservations.runtime import clock

MAX_ENTRIES = 5_000
"""How many entries one request for changes returns."""

MAX_PROBLEMS = 100
_CHUNK_ROWS = 2_000
_PROBLEMS = (Scan.Outcome.DOUBLE, Scan.Outcome.INVALID, Scan.Outcome.REFUSED_WRONGLY)


class DoorEventRecord(TypedDict):
    id: int
    name: str
    venue: str
    date: Timestamp
    time_zone: TimeZone
    is_cancelled: bool


class ListedSeatRecord(TypedDict):
    """A seat, with what names it for its owner."""

    seat_id: int
    seat_number: str
    section: str
    row: str
    number: str
    floor: NotRequired[Annotated[str, "If the hall has several floors."]]
    is_place: NotRequired[Annotated[bool, "True for a place of a standing area."]]
    entered_at: Timestamp | None
    gate: str


class ListedBookingRecord(TypedDict):
    id: str
    code: Annotated[str, "The first 16 hex digits of the SHA-256 of its ticket code."]
    valid_from: Annotated[
        int, "Since when it has its seats, in Unix seconds, as in its signed ticket."
    ]
    state: Annotated[str, one_of("valid", "unpaid", "cancelled", "lapsed")]
    seats: list[ListedSeatRecord]


class DoorListRecord(TypedDict):
    """Everything with which a door decides without a network. It names nobody."""

    event: DoorEventRecord
    keys: Annotated[list[str], "Ed25519 public keys in base64url that verify signed tickets."]
    now: Timestamp
    version: Annotated[str, "Changes when the list is to be loaded again."]
    last_entry: Annotated[int, "Ask for the entries after this one."]
    bookings: list[ListedBookingRecord]


class NewEntryRecord(TypedDict):
    reservation: Annotated[str, "The booking whose ticket admitted the seat."]
    seat_id: int
    at: Timestamp
    gate: str


class DoorCountsRecord(TypedDict):
    entered: Annotated[int, "Seats that have entered."]
    expected: Annotated[int, "Seats of live bookings."]


class DoorChangesRecord(DoorCountsRecord):
    now: Timestamp
    version: str
    last_entry: int
    entries: list[NewEntryRecord]


class DoorRecord(TypedDict):
    id: str
    name: str
    steward: Annotated[str, "Who registered it; empty if the account is gone."]
    created_at: Timestamp
    seen_at: Annotated[Timestamp, "When it last talked to the server."]
    revoked_at: Timestamp | None
    scans: Annotated[int, "That it decided without a network."]


class ProblemRecord(TypedDict):
    """A scan that the server would have decided otherwise."""

    id: str
    door: str
    at: Timestamp
    outcome: Annotated[str, one_of(*(str(each) for each in _PROBLEMS))]
    code: Annotated[str, "Why, as in errors; empty if it was refused wrongly."]
    reservation: str | None
    seats: list[str]
    entries: Annotated[list[NewEntryRecord], "When and where the seats had entered before."]


class DoorsRecord(DoorCountsRecord):
    doors: list[DoorRecord]
    problems: Annotated[list[ProblemRecord], f"The newest {MAX_PROBLEMS}."]


def require_event(*, event_id: int) -> None:
    """Raises: EventNotFound."""
    if not Event.objects.filter(pk=event_id).exists():
        raise EventNotFound


def open_door(*, event_id: int, door_id: UUID) -> Door:
    """Return a door that may be used, and note when it was seen.

    Raises: DoorNotFound, DoorRevoked.
    """
    found = Door.objects.filter(pk=door_id, event=event_id).first()
    if found is None:
        raise DoorNotFound
    if found.revoked_at is not None:
        raise DoorRevoked
    Door.objects.filter(pk=door_id).update(seen_at=Now())
    return found


def door_list(*, event_id: int) -> DoorListRecord:
    """Return the list of an event's tickets, which must exist.

    The version and the newest entry are read before the bookings, so what changes meanwhile is at
    most told twice.
    """
    event = Event.objects.defer("plan", "description").get(pk=event_id)
    version, last_entry, now = _version(event), _last_entry(event_id), clock.now()
    return {
        "event": {
            "id": event.pk,
            "name": event.name,
            "venue": event.venue,
            "date": str(iso(event.date)),
            "time_zone": event.time_zone,
            "is_cancelled": event.cancelled_at is not None,
        },
        "keys": public_keys(),
        "now": str(iso(now)),
        "version": version,
        "last_entry": last_entry,
        "bookings": list(_bookings(event_id, now=now)),
    }


def door_changes(*, event_id: int, after: int) -> DoorChangesRecord:
    """Return the entries after one, the oldest first, and the version of the list."""
    event = Event.objects.defer("plan", "description").get(pk=event_id)
    new = Entry.objects.filter(event=event_id, pk__gt=after).order_by("pk")
    columns = ("pk", "seat__reservation__public_id", "seat__seat", "at", "gate")
    rows = list(new.values_list(*columns)[:MAX_ENTRIES])
    return {
        **counts(event_id=event_id),
        "now": str(iso(clock.now())),
        "version": _version(event),
        "last_entry": rows[-1][0] if rows else after,
        "entries": [
            {"reservation": booking, "seat_id": seat_id, "at": str(iso(at)), "gate": gate}
            for _, booking, seat_id, at, gate in rows
        ],
    }


def counts(*, event_id: int) -> DoorCountsRecord:
    """Return how many people have entered, and how many are expected in all."""
    live = ReservationSeat.objects.filter(event=event_id, live=True)
    return {
        "entered": Entry.objects.filter(event=event_id).count(),
        "expected": live.count(),
    }


def doors(*, event_id: int) -> DoorsRecord:
    """Return the doors of an event, oldest first, and the scans that need a person's attention."""
    found = Door.objects.filter(event=event_id).select_related("steward")
    with_scans = found.annotate(scan_count=Count("scans"))
    return {
        **counts(event_id=event_id),
        "doors": [
            {
                "id": str(door.pk),
                "name": door.name,
                "steward": door.steward.get_username() if door.steward else "",
                "created_at": str(iso(door.created_at)),
                "seen_at": str(iso(door.seen_at)),
                "revoked_at": iso(door.revoked_at),
                "scans": door.scan_count,
            }
            for door in with_scans
        ],
        "problems": [_problem(scan) for scan in _problems(event_id)],
    }


def code_digest(code: str) -> str:
    """Return how a ticket code is listed: a door recognises a typed one, but cannot make one."""
    return hashlib.sha256(code.encode()).hexdigest()[:16]


def _bookings(event_id: int, *, now: datetime) -> Iterator[ListedBookingRecord]:
    names = _seat_names(event_id)
    stored = with_related(Reservation.objects.filter(event=event_id).order_by("pk"))
    for reservation in stored.iterator(_CHUNK_ROWS):
        state = state_of(reservation)
        reason = why_not_admitted(state, now=now)
        yield {
            "id": reservation.public_id,
            "code": code_digest(ticket_code(reservation.public_id)),
            "valid_from": int(ticket_valid_from(reservation).timestamp()),
            "state": "valid" if reason in (None, "used") else reason,
            "seats": [
                _seat(seat_id, names[seat_id], state.entries.get(seat_id))
                for seat_id in state.seat_ids
            ],
        }


def _seat(seat_id: int, name: dict[str, Any], entry: EntryState | None) -> ListedSeatRecord:
    return cast(
        ListedSeatRecord,
        {
            "seat_id": seat_id,
            **name,
            "entered_at": iso(entry.at) if entry else None,
            "gate": entry.gate if entry else "",
        },
    )


def _seat_names(event_id: int) -> dict[int, dict[str, Any]]:
    """Return the fields of a `ListedSeatRecord` that name the seats of an event, by id."""
    columns = ("seat_number", "section", "row", "number")
    floors = floors_of([event_id]).get(event_id, {})
    rows = Seat.with_removed.filter(event=event_id).values_list("pk", "sold_by", *columns)
    names = {}
    for pk, sold_by, *values in rows.iterator(_CHUNK_ROWS):
        found = dict(zip(columns, values, strict=True))
        names[pk] = {**found, **where_it_is(sold_by, floor=floors.get(found["section"], ""))}
    return names


def _version(event: Event) -> str:
    """Return a digest that changes with the event's bookings, except for entries."""
    found: dict[str, Any] = Reservation.objects.filter(event=event).aggregate(
        newest=Max("pk"),
        live=Count("pk", filter=Q(status=Reservation.Status.CONFIRMED)),
        lapsed=Count("pk", filter=Q(status=Reservation.Status.LAPSED)),
        paid=Count("paid_at"),
        # Of bookings that were moved, split or merged.
        changed=Max("seats_changed_at"),
    )
    parts = (*found.values(), event.cancelled_at, event.layout)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _last_entry(event_id: int) -> int:
    newest = Entry.objects.filter(event=event_id).order_by("-pk").values_list("pk", flat=True)
    return newest.first() or 0


def _problems(event_id: int) -> list[Scan]:
    found = Scan.objects.filter(event=event_id, outcome__in=_PROBLEMS)
    newest = found.select_related("door", "reservation").order_by(F("received_at").desc(), "-pk")
    return list(newest[:MAX_PROBLEMS])


def _problem(scan: Scan) -> ProblemRecord:
    return {
        "id": str(scan.scan_id),
        "door": scan.door.name,
        "at": str(iso(scan.at)),
        "outcome": scan.outcome,
        "code": scan.code,
        "reservation": scan.reservation.public_id if scan.reservation else None,
        "seats": scan.details.get("seats", []),
        "entries": scan.details.get("entries", []),
    }
