"""Export and erasure of the personal data in reservations.

These are the functions of `accounts.personal_data.sources`; `config/apps.py` registers them.
Reservations and payments are kept for accounting; they refer to the buyer by id.
"""

from collections.abc import Collection
from datetime import datetime
from itertools import chain
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from reservations.bookings import booking_records, command_queue
from reservations.domain.commands import Leave, TakeOver
from reservations.domain.errors import Departed
from reservations.domain.states import PaymentStatus, Person, SeatStatus
from reservations.models import IdempotencyKey, Payment, Reservation, Seat
from reservations.models.payments import UNFINISHED
from reservations.payments.due_calls import settle_now_or_later
from reservations.runtime import clock


def exported(*, person_id: int) -> dict[str, Any]:
    """Return a person's bookings, payments and live locks."""
    payments = Payment.objects.filter(user=person_id).order_by("pk")
    return {
        "bookings": booking_records.reservations(person_id=person_id),
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
        for booking in booking_records.reservations(person_id=person_id)
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
    """Release all that a person holds, void their open payments, and delete what identifies them.

    Seats of a table are released together. The name on a booking that was split off for somebody
    else is theirs, and stays. Raises: Busy, Unavailable.
    """
    actor = Person(id=person_id, name="")
    open_payments = Payment.objects.filter(user=person_id, status=PaymentStatus.OPEN)
    references = list(open_payments.values_list("reference", flat=True))
    for event_id in _events_of(_locked(person_id), open_payments):
        command_queue.submit(event_id=event_id, command=Leave(actor))
    for reference in references:
        settle_now_or_later(reference)
    IdempotencyKey.objects.filter(user=person_id, answer__isnull=False).delete()
    _own_named(person_id).update(buyer_name="", buyer_email="")


def bookings_of(*, person_ids: Collection[int]) -> int:
    """Return how many reservations people made, including ended ones."""
    return Reservation.objects.filter(user__in=person_ids).count()


def transfer(*, person_id: int, to_id: int) -> None:
    """Make all that a guest has an account's: holds, payments and reservations.

    Each event's part is one command. If the account has left meanwhile, what the guest holds is
    released. Raises: Busy, Unavailable.
    """
    account = get_user_model()._default_manager.get(pk=to_id)
    command = TakeOver(Person(to_id, account.get_username()), person_id)
    payments, bookings = (
        model._default_manager.filter(user=person_id) for model in (Payment, Reservation)
    )
    for event_id in _events_of(_locked(person_id), payments, bookings):
        try:
            command_queue.submit(event_id=event_id, command=command)
        except Departed:
            release(person_id=person_id)
            return


def _events_of(*found: QuerySet[Any]) -> list[int]:
    """Return the ids of the events that rows are of."""
    ids = (each.order_by().values_list("event_id", flat=True) for each in found)
    return sorted(set(chain.from_iterable(ids)))


def _own_named(person_id: int) -> QuerySet[Reservation]:
    """Return a person's bookings but those that were split off for somebody else."""
    bookings = Reservation.objects.filter(user=person_id)
    own = Q(split_from=None) | ~Q(split_from__user=person_id)
    person = get_user_model()._default_manager.get(pk=person_id)
    if person.email:
        own |= Q(buyer_email__iexact=person.email)
    return bookings.filter(own)


def _locked(person_id: int) -> QuerySet[Seat]:
    return Seat.objects.filter(status=SeatStatus.LOCKED, locked_by=person_id)
