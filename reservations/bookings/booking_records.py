"""Bookings as their buyers see them, and the tickets that are shown at a door."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from reservations.bookings.records import (
    DUE,
    EntryRecord,
    GivenUpRecord,
    ReservationRecord,
    ReservedSeatRecord,
    TicketRecord,
    reservation_record,
    where_it_is,
)
from reservations.bookings.settlements import amounts_to_pay_back, payment_statuses, rows_of
from reservations.bookings.states import state_of, with_related
from reservations.bookings.ticket_codes import public_id_of, seat_of, signed_ticket
from reservations.domain.errors import ReservationNotFound, TicketForAnotherEvent, TicketNotFound
from reservations.domain.rules.admission import why_not_admitted
from reservations.domain.states import iso
from reservations.events.access import Requester
from reservations.events.records import money
from reservations.events.selectors import floors_of
from reservations.models import GivenUpSeat, Reservation, ReservationSeat, Settlement
from reservations.permissions import SEE_BOOKINGS, Permission, may
from reservations.runtime import clock


@dataclass(frozen=True, slots=True)
class BookingHead:
    """A reservation's ids, for a requester who may see it."""

    id: int
    event_id: int
    is_own: bool


def reservations(*, person_id: int) -> list[ReservationRecord]:
    """Return a person's reservations, newest first, including cancelled ones."""
    return reservation_records(Reservation.objects.filter(user_id=person_id))


def booking(*, public_id: str, requester: Requester) -> BookingHead:
    """Return a reservation's ids by its public id.

    Raises: ReservationNotFound, also for requesters who are neither its buyer nor permitted.
    """
    found = Reservation.objects.filter(public_id=public_id)
    for pk, event_id, user_id in found.values_list("pk", "event_id", "user_id"):
        if user_id == requester.id or (
            requester.has_powers and may(requester.id, *SEE_BOOKINGS, event_id=event_id)
        ):
            return BookingHead(pk, event_id, is_own=user_id == requester.id)
    raise ReservationNotFound


def reservation(*, reservation_id: int) -> ReservationRecord:
    """Return a reservation by its primary key. Raises: ReservationNotFound."""
    found = Reservation.objects.filter(pk=reservation_id)
    records = reservation_records(found)
    if not records:
        raise ReservationNotFound
    record = records[0]
    if record["status"] == Reservation.Status.CONFIRMED:
        record["signed_ticket"] = _signed_ticket(found.get(), record)
    return record


def ticket_valid_from(stored: Reservation) -> datetime:
    """Return since when a reservation has its seats: older signed tickets are outdated."""
    return stored.seats_changed_at or stored.created_at


def _signed_ticket(stored: Reservation, record: ReservationRecord) -> str:
    return signed_ticket(
        stored.public_id,
        event_id=stored.event_id,
        valid_from=ticket_valid_from(stored),
        people=len(record["seats"]),
        is_paid=record["payment_status"] != DUE,
    )


def booking_of_ticket(
    *, code: str, scanner_id: int, door_event_id: int | None = None
) -> BookingHead:
    """Return a reservation's ids by a ticket code; `door_event_id` restricts it to one event.

    Raises: TicketNotFound, also for events whose tickets the scanner may not check;
    TicketForAnotherEvent.
    """
    if (public_id := public_id_of(code)) is None:
        raise TicketNotFound
    found = Reservation.objects.filter(public_id=public_id)
    for pk, event_id, name in found.values_list("pk", "event_id", "event__name"):
        if not may(scanner_id, Permission.SCAN_TICKET, event_id=event_id):
            break
        if door_event_id not in (None, event_id):
            raise TicketForAnotherEvent(
                f"This ticket is for another event: {name}.", event=event_id, event_name=name
            )
        return BookingHead(pk, event_id, is_own=False)
    raise TicketNotFound


def ticket(*, code: str, scanner_id: int) -> TicketRecord:
    """Return the check of a ticket with its reservation. Raises: as `booking_of_ticket`."""
    head = booking_of_ticket(code=code, scanner_id=scanner_id)
    found = with_related(Reservation.objects.filter(pk=head.id))
    stored = found.select_related("user", "event").defer("event__plan").get()
    state, seat_id = state_of(stored), seat_of(code)
    reason = why_not_admitted(state, now=clock.now())
    if stored.event.cancelled_at is not None:
        reason = "cancelled"
    if reason in (None, "used") and seat_id is not None:
        reason = "used" if seat_id in state.entries else None
        if seat_id not in state.seat_ids:
            reason = "given_up"
    return {
        "admits": reason is None,
        "reason": reason,
        "seat": seat_id,
        "given_up": given_up(reservation_id=head.id),
        "buyer": stored.buyer,
        "reservation": reservation(reservation_id=head.id),
    }


def given_up(*, reservation_id: int, seat_ids: Collection[int] = ()) -> list[GivenUpRecord]:
    """Return the seats that a reservation gave up, oldest first; with `seat_ids` only these."""
    rows = GivenUpSeat.objects.filter(reservation=reservation_id).order_by("pk")
    if seat_ids:
        rows = rows.filter(seat__in=seat_ids)
    return [
        {
            "seat_id": seat_id,
            "seat_number": number,
            "new_seat": new_seat,
            "new_reservation": new_reservation,
            "at": str(iso(at)),
        }
        for seat_id, number, new_seat, new_reservation, at in rows.values_list(
            "seat_id",
            "seat__seat_number",
            "new_seat__seat_number",
            "new_reservation__public_id",
            "at",
        )
    ]


def reservation_records(found: QuerySet[Reservation]) -> list[ReservationRecord]:
    now = clock.now()
    stored = list(
        found.select_related("event", "payment", "merged_into").defer(
            "event__plan", "event__description"
        )
    )
    settlements = rows_of(stored)
    statuses = payment_statuses(stored, settlements)
    owed = amounts_to_pay_back(stored, settlements)
    paid_back = {
        row.reservation_id: row.at for row in settlements if row.kind == Settlement.Kind.PAID_BACK
    }
    seats: dict[int, list[ReservedSeatRecord]] = {reservation.pk: [] for reservation in stored}
    rows = (
        ReservationSeat.objects.filter(reservation__in=stored)
        .order_by("seat_id")
        .values(
            "reservation_id",
            "event_id",
            "seat_id",
            "price",
            "ticket_type",
            "seat__seat_number",
            "seat__section",
            "seat__row",
            "seat__number",
            "seat__sold_by",
            "entry__at",
            "entry__gate",
        )
    )
    floors = floors_of({found.event_id for found in stored})
    for row in rows:
        seats[row["reservation_id"]].append(
            {
                "seat_id": row["seat_id"],
                "seat_number": row["seat__seat_number"],
                "section": row["seat__section"],
                "row": row["seat__row"],
                "number": row["seat__number"],
                "price": money(row["price"]),
                "ticket_type": row["ticket_type"],
                "entry": _entry(row["entry__at"], row["entry__gate"]),
                **where_it_is(
                    row["seat__sold_by"],
                    floor=floors.get(row["event_id"], {}).get(row["seat__section"], ""),
                ),
            }
        )
    return [
        reservation_record(
            event=found.event,
            reservation=found,
            seats=seats[found.pk],
            payment_status=statuses[found.pk] if found.pk in statuses else _payment_status(found),
            to_pay_back=owed.get(found.pk),
            paid_back_at=paid_back.get(found.pk),
            now=now,
        )
        for found in stored
    ]


def _payment_status(found: Reservation) -> str | None:
    return found.payment.status if hasattr(found, "payment") else None


def _entry(at: datetime | None, gate: str | None) -> EntryRecord | None:
    return None if at is None else {"at": str(iso(at)), "gate": gate or ""}
