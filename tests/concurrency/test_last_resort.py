"""Constraints that refuse inconsistent rows, should the code have a bug."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from reservations.domain.states import PaymentStatus, SeatStatus
from reservations.models import Event, IdempotencyKey, Payment, Reservation
from tests.factories import make_event, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

BOOKED = {
    PaymentStatus.AUTHORISED,
    PaymentStatus.CAPTURED,
    PaymentStatus.REFUND_DUE,
    PaymentStatus.REFUNDED,
}
OF_REFUNDS = {PaymentStatus.REFUND_FAILED}
NOT_BOOKED = {PaymentStatus.PENDING, PaymentStatus.OPEN, PaymentStatus.DECLINED}


def _book(event: Event) -> Reservation:
    return Reservation.objects.create(
        event=event,
        user=make_user(),
        payment_method="card",
        total_price="50.00",
        currency="EUR",
        created_at=timezone.now(),
    )


def _whole(event: Event, status: SeatStatus) -> dict[str, Any]:
    """Return the columns of a seat as they should be."""
    is_locked = status is SeatStatus.LOCKED
    now = timezone.now()
    return {
        "status": status,
        "locked_by": make_user() if is_locked else None,
        "locked_at": now if is_locked else None,
        "locked_until": now + timedelta(minutes=5) if is_locked else None,
        "extensions": 1 if is_locked else 0,
        "reservation": _book(event) if status is SeatStatus.RESERVED else None,
    }


@pytest.mark.parametrize("status", SeatStatus)
def test_a_whole_seat_is_taken(status: SeatStatus) -> None:
    event = make_event()
    event.seats.update(**_whole(event, status))


@pytest.mark.parametrize(
    ("status", "column"),
    [
        (SeatStatus.LOCKED, "locked_at"),
        (SeatStatus.LOCKED, "locked_until"),
        (SeatStatus.LOCKED, "locked_by"),
        (SeatStatus.RESERVED, "reservation"),
    ],
)
def test_a_seat_of_which_something_is_missing_is_not(status: SeatStatus, column: str) -> None:
    event = make_event()
    with pytest.raises(IntegrityError), transaction.atomic():
        event.seats.update(**{**_whole(event, status), column: None})


@pytest.mark.parametrize("status", [SeatStatus.AVAILABLE, SeatStatus.RESERVED, SeatStatus.BLOCKED])
@pytest.mark.parametrize("column", ["locked_at", "locked_until", "locked_by", "extensions"])
def test_a_seat_with_the_rest_of_a_lock_is_not(status: SeatStatus, column: str) -> None:
    event = make_event()
    of_a_lock = _whole(event, SeatStatus.LOCKED)
    with pytest.raises(IntegrityError), transaction.atomic():
        event.seats.update(**{**_whole(event, status), column: of_a_lock[column]})


@pytest.mark.parametrize("is_booked", [True, False], ids=["with", "without"])
@pytest.mark.parametrize("status", [status for status in PaymentStatus if status not in OF_REFUNDS])
def test_a_payment_is_with_or_without_a_booking_as_its_status_says(
    status: PaymentStatus, is_booked: bool
) -> None:
    event = make_event()
    payment = Payment(
        event=event,
        user=make_user(),
        reference="r",
        reservation=_book(event) if is_booked else None,
        method="card",
        amount="50.00",
        currency="EUR",
        status=status,
        order={},
        expires_at=timezone.now(),
        created_at=timezone.now(),
        updated_at=timezone.now(),
    )
    if status in (NOT_BOOKED if is_booked else BOOKED):
        with pytest.raises(IntegrityError), transaction.atomic():
            payment.save()
    else:
        payment.save()


def test_a_key_cannot_be_kept_twice_for_different_commands() -> None:
    event, user = make_event(), make_user()

    def keep(fingerprint: str) -> None:
        IdempotencyKey.objects.create(
            event=event, user=user, key="k", fingerprint=fingerprint, created_at=timezone.now()
        )

    keep("one")
    with pytest.raises(IntegrityError), transaction.atomic():
        keep("another")
