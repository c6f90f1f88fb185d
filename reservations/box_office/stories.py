"""What happened to seats and bookings, from the change log, and what organisers did.

Newest first, in pages by key.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, TypedDict

from django.contrib.auth import get_user_model
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When
from rest_framework.serializers import DictField

from infrastructure.security_log.models import Kind, SecurityEvent
from infrastructure.security_log.people import display_name, display_name_of
from reservations.domain.errors import ReservationNotFound, SeatNotFound
from reservations.domain.states import Reason, SeatStatus, iso
from reservations.events.records import Timestamp, one_of
from reservations.models import Event, GivenUpSeat, Reservation, ReservationSeat, Seat, SeatChange

MAX_ROWS = 500

_ENDS = (Reason.CANCELLED, Reason.LAPSED)
_OF_SEATS = ("seat__seat_number", "seat__section", "seat__row", "seat__number")

ACTIONS = (
    *(Kind.EVENT_CREATED, Kind.EVENT_EDITED, Kind.EVENT_PUBLISHED, Kind.EVENT_UNPUBLISHED),
    *(Kind.EVENT_CANCELLED, Kind.SALE_OPENED, Kind.SALE_CLOSED, Kind.CATEGORIES_EDITED),
    *(Kind.TICKET_TYPES_EDITED, Kind.PICTURE_CHANGED, Kind.PLAN_CHANGED, Kind.SALES_EXPORTED),
    *(Kind.RESERVATION_CANCELLED, Kind.RESERVATION_MARKED_PAID, Kind.PAYMENT_REFUNDED),
    Kind.PAYMENT_DISPUTED,
    *(Kind.SEATS_SOLD, Kind.SEATS_BLOCKED, Kind.SEATS_UNBLOCKED, Kind.LOCKS_RELEASED),
    Kind.BUYER_CHANGED,
    *(Kind.RESERVATION_MOVED, Kind.RESERVATION_SPLIT, Kind.RESERVATION_MERGED),
    *(Kind.PROMO_CODE_CREATED, Kind.PROMO_CODE_WITHDRAWN, Kind.MONEY_PAID_BACK),
    Kind.LOG_ARCHIVED,
)
"""The kinds of security events that are told of an event."""

ROLE_CHANGES = (
    *(Kind.MEMBER_INVITED, Kind.INVITATION_WITHDRAWN, Kind.MEMBER_JOINED),
    *(Kind.MEMBER_ROLE_CHANGED, Kind.MEMBER_REMOVED, Kind.ORGANISATION_RENAMED),
)
"""Those of its organisation, for who may change its members."""


class PersonRecord(TypedDict):
    id: int
    name: Annotated[str, "The username; of a guest, the name that they gave."]


class ChangeRecord(TypedDict):
    """A seat's change. `actor` is null for what time did, `holder` is who holds it afterwards."""

    seq: int
    at: Timestamp
    seat_id: int
    seat_number: str
    section: str
    row: str
    number: str
    status: Annotated[str, one_of(*(status.word for status in SeatStatus))]
    reason: Annotated[str, one_of(*Reason)]
    actor: PersonRecord | None
    holder: str | None
    locked_until: Timestamp | None
    reservation: Annotated[str | None, "The booking that the change is about."]
    allocation: Annotated[str | None, "What a blocked seat is kept for, or was until this change."]
    request_id: Annotated[str | None, "The request that asked for it, as in the server's logs."]


class ActionRecord(TypedDict):
    """What an organiser did. `details` depends on its kind; `subject` is whom it was done to."""

    id: int
    at: Timestamp
    kind: Annotated[str, one_of(*ACTIONS, *ROLE_CHANGES)]
    actor: PersonRecord | None
    subject: PersonRecord | None
    details: Annotated[dict[str, Any], DictField]
    request_id: str | None


class Place(NamedTuple):
    """A position in the log: rows before it have a smaller number, or the same and a smaller id."""

    seq: int
    seat_id: int = 0


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which changes to tell; by default all. `reservation` is a public id."""

    seat_id: int | None = None
    reservation: str | None = None
    actor_id: int | None = None


def changes(
    *, event_id: int, only: ChangeFilter, before: Place | None = None, limit: int
) -> list[ChangeRecord]:
    """Return changes of an event's seats, newest first, at most `limit`.

    A booking's are those from the beginning of the hold that led to it to what ended it. Raises:
    SeatNotFound, ReservationNotFound.
    """
    rows = SeatChange.objects.filter(event_id=event_id)
    if only.seat_id is not None:
        if not Seat.with_removed.filter(event=event_id, pk=only.seat_id).exists():
            raise SeatNotFound
        rows = rows.filter(seat=only.seat_id)
    if only.reservation is not None:
        rows = rows.filter(_of_booking(event_id, only.reservation))
    if only.actor_id is not None:
        rows = rows.filter(actor=only.actor_id)
    if before is not None:
        # The first condition is the index's.
        rows = rows.filter(seq__lte=before.seq).filter(
            Q(seq__lt=before.seq) | Q(seat_id__lt=before.seat_id)
        )
    return change_records(rows.order_by("-seq", "-seat_id")[:limit])


def change_records(rows: QuerySet[SeatChange]) -> list[ChangeRecord]:
    """Return rows of the log for the API, in their order, in one query."""
    ended = SeatChange.objects.filter(seat=OuterRef("seat"), seq__lt=OuterRef("seq"))
    of_ended = Subquery(ended.order_by("-seq").values("reservation__public_id")[:1])
    of_unblocked = Subquery(ended.order_by("-seq").values("allocation__label")[:1])
    found = rows.annotate(
        booking=Case(
            When(reason__in=_ENDS, then=of_ended),
            # The seat that was given up.
            When(reason=Reason.MOVED, reservation=None, then=of_ended),
            default="reservation__public_id",
        ),
        kept_for=Case(
            When(reason=Reason.UNBLOCKED, then=of_unblocked), default="allocation__label"
        ),
    )
    return [
        {
            "seq": row["seq"],
            "at": str(iso(row["at"])),
            "seat_id": row["seat_id"],
            "seat_number": row["seat__seat_number"],
            "section": row["seat__section"],
            "row": row["seat__row"],
            "number": row["seat__number"],
            "status": SeatStatus(row["status"]).word,
            "reason": row["reason"],
            "actor": _person(row["actor_id"], row["actor_name"]),
            "holder": row["holder_name"],
            "locked_until": iso(row["locked_until"]),
            "reservation": row["booking"],
            "allocation": row["kept_for"],
            "request_id": str(row["request_id"]) if row["request_id"] else None,
        }
        for row in found.values(
            *("seq", "at", "seat_id", *_OF_SEATS, "status", "reason", "locked_until"),
            *("actor_id", "booking", "kept_for", "request_id"),
            actor_name=display_name_of("actor"),
            holder_name=display_name_of("holder"),
        )
    ]


def actions(
    *,
    event_id: int,
    with_roles: bool,
    before: int | None = None,
    after: int | None = None,
    limit: int,
) -> list[ActionRecord]:
    """Return what organisers did to an event, newest first; with `after`, oldest first.

    `with_roles` adds what was done to the members of its organisation.
    """
    wanted = Q(event_id=event_id, kind__in=ACTIONS)
    organisation_id = Event.objects.values_list("organisation_id", flat=True).get(pk=event_id)
    if with_roles and organisation_id is not None:
        wanted |= Q(organisation_id=organisation_id, kind__in=ROLE_CHANGES)
    rows = SecurityEvent.objects.filter(wanted)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows.order_by("pk" if after is not None else "-pk")[:limit])
    names = _names({each for row in found for each in (row.actor_id, row.subject_id)})
    return [
        {
            "id": row.pk,
            "at": str(iso(row.at)),
            "kind": row.kind,
            "actor": _person(row.actor_id, names.get(row.actor_id)),
            "subject": _person(row.subject_id, names.get(row.subject_id)),
            "details": row.details,
            "request_id": str(row.request_id) if row.request_id else None,
        }
        for row in found
    ]


def _of_booking(event_id: int, public_id: str) -> Q:
    """Return the condition for a booking's changes. Raises: ReservationNotFound."""
    booking = Reservation.objects.filter(event=event_id, public_id=public_id).first()
    if booking is None:
        raise ReservationNotFound
    windows: dict[tuple[int, int | None], list[int]] = {}
    for seat_id, begin, end in _windows(booking):
        windows.setdefault((begin, end), []).append(seat_id)
    found = Q(pk__in=[])
    for (begin, end), seat_ids in windows.items():
        until = Q() if end is None else Q(seq__lte=end)
        found |= Q(seat__in=seat_ids, seq__gt=begin) & until
    return found


def _windows(booking: Reservation) -> Iterable[tuple[int, int, int | None]]:
    """Return for each seat of a booking the numbers of the changes before the hold and at the end.

    Its hold began after the last change that was neither a lock nor an extension.
    """
    of_seat = SeatChange.objects.filter(seat=OuterRef("seat"))
    earlier = of_seat.filter(seq__lt=OuterRef("seq")).exclude(status=SeatStatus.LOCKED)
    later = of_seat.filter(seq__gt=OuterRef("seq")).exclude(reservation=booking.pk)
    seats = ReservationSeat.objects.filter(reservation=booking).order_by().values("seat")
    given_up = GivenUpSeat.objects.filter(reservation=booking).order_by().values("seat")
    rows = SeatChange.objects.filter(
        event=booking.event_id, seat__in=seats.union(given_up), reservation=booking.pk
    )
    found = rows.annotate(
        begin=Subquery(earlier.order_by("-seq").values("seq")[:1]),
        end=Subquery(later.order_by("seq").values("seq")[:1]),
    )
    return [
        (seat_id, begin or 0, end)
        for seat_id, begin, end in found.values_list("seat", "begin", "end")
    ]


def _names(ids: Iterable[int | None]) -> dict[int | None, str]:
    people = get_user_model()._default_manager.select_related("merged_into")
    found = people.filter(pk__in=[each for each in ids if each])
    return {person.pk: display_name(person) for person in found}


def _person(person_id: int | None, name: str | None) -> PersonRecord | None:
    """Return a person; one whose account is gone has no name."""
    return None if person_id is None else {"id": person_id, "name": name or ""}
