"""Export and erasure of the personal data in reservations.

These are the functions that `SEATCAST_PERSONAL_DATA` names. Reservations and payments are kept for
accounting; they refer to the buyer by id.
"""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import Any

from reservations import clock
from reservations.domain.commands import UnlockSeats
from reservations.domain.errors import Conflict
from reservations.domain.states import Person, SeatStatus
from reservations.models import Event, IdempotencyKey, Payment, Reservation, Seat
from reservations.models.payments import UNFINISHED
from reservations.read import selectors
from reservations.write import command_queue


def exported(*, person_id: int) -> dict[str, Any]:
    """Return a person's bookings, payments and live locks."""
    payments = Payment.objects.filter(user=person_id).order_by("pk")
    return {
        "bookings": selectors.reservations(person_id=person_id),
        "payments": list(
            payments.values(
                *("reference", "event_id", "method", "amount", "currency", "status"),
                *("created_at", "updated_at"),
            )
        ),
        "locks": list(
            _locked(person_id)
            .filter(locked_until__gt=clock.now())
            .values("event_id", "seat_number", "locked_until")
        ),
    }


def obligations(*, person_id: int) -> list[Any]:
    """Return a person's confirmed reservations for future events."""
    return [
        {"id": booking["id"], "event": booking["event"], "event_name": booking["event_name"]}
        for booking in selectors.reservations(person_id=person_id)
        if booking["status"] == Reservation.Status.CONFIRMED
        and datetime.fromisoformat(booking["date"]) > clock.now()
    ]


def used_since(*, person_ids: Collection[int], moment: datetime) -> set[int]:
    """Return those who reserved for an event after a moment, or have unfinished payments."""
    booked = Reservation.objects.filter(user__in=person_ids, event__date__gte=moment)
    open_payments = Payment.objects.filter(user__in=person_ids, status__in=UNFINISHED)
    return {
        *booked.values_list("user", flat=True),
        *open_payments.values_list("user", flat=True),
    }


def release(*, person_id: int) -> None:
    """Unlock a person's seats, and delete their idempotency keys and the names on their bookings.

    Raises: Busy, Unavailable.
    """
    by_event: dict[int, list[int]] = {}
    for seat_id, event_id in _locked(person_id).order_by("pk").values_list("pk", "event_id"):
        by_event.setdefault(event_id, []).append(seat_id)
    actor = Person(id=person_id, name="")
    for event_id, seat_ids in by_event.items():
        for seat_id in seat_ids:
            # The lock may have expired meanwhile.
            with suppress(Conflict):
                command_queue.submit(event_id=event_id, command=UnlockSeats(actor, (seat_id,)))
    IdempotencyKey.objects.filter(user=person_id, answer__isnull=False).delete()
    Reservation.objects.filter(user=person_id).update(buyer_name="", buyer_email="")


def bookings_of(*, person_ids: Collection[int]) -> int:
    """Return how many reservations people made, including ended ones."""
    return Reservation.objects.filter(user__in=person_ids).count()


def transfer(*, person_id: int, to_id: int) -> int:
    """Make a guest's reservations, with their payments, those of an account; return how many.

    The change log still names the guest, whose row says which account that is. The events' rows are
    locked, so caps and payments are decided before or after, not in between.
    """
    found = Reservation.objects.filter(user=person_id)
    events = found.order_by().values("event")
    list(Event.objects.select_for_update().filter(pk__in=events).order_by("pk").values_list("pk"))
    paid = Payment.objects.filter(reservation__in=found)
    paid.update(user=to_id)
    return found.update(user=to_id)


def _locked(person_id: int) -> Any:
    return Seat.objects.filter(status=SeatStatus.LOCKED, locked_by=person_id)
