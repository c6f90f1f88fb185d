"""Buyers' payments, as their pages show them."""

from collections.abc import Iterable
from typing import Annotated, TypedDict

from django.db.models import QuerySet

from reservations.domain.errors import PaymentNotFound
from reservations.domain.states import PaymentStatus, iso
from reservations.events.records import Timestamp, Total, money, one_of
from reservations.models import Payment, Seat
from reservations.runtime import clock

OPEN, BOOKED, DECLINED, ENDED = "open", "booked", "declined", "ended"
_STATES = {
    PaymentStatus.PENDING: OPEN,
    PaymentStatus.OPEN: OPEN,
    PaymentStatus.AUTHORISED: BOOKED,
    PaymentStatus.CAPTURED: BOOKED,
    PaymentStatus.DECLINED: DECLINED,
}


class BuyersPaymentRecord(TypedDict):
    reference: str
    event: int
    event_name: str
    date: Annotated[Timestamp, "When the show begins."]
    time_zone: Annotated[str, "The event's, from the IANA database."]
    seats: Annotated[list[str], "Their numbers, while it is open."]
    amount: Total
    currency: str
    payment_method: str
    state: Annotated[
        str,
        one_of(OPEN, BOOKED, DECLINED, ENDED),
        "open: it waits for the buyer or their bank. ended: it was given up, and nobody charged.",
    ]
    expires_at: Annotated[Timestamp | None, "Until when it may stay open."]
    reservation_id: Annotated[str | None, "What it paid for."]


def open_payments(*, person_id: int) -> list[BuyersPaymentRecord]:
    """Return a person's open payments that have not expired, newest first."""
    found = _stored().filter(user=person_id, status=PaymentStatus.OPEN, expires_at__gt=clock.now())
    return _records(found.order_by("-pk"))


def payment(*, reference: str, person_id: int) -> BuyersPaymentRecord:
    """Return a person's payment. Raises: PaymentNotFound, also for another person's."""
    records = _records(_stored().filter(reference=reference, user=person_id))
    if not records:
        raise PaymentNotFound
    return records[0]


def _stored() -> QuerySet[Payment]:
    return Payment.objects.select_related("event", "reservation").defer("event__plan")


def _records(found: Iterable[Payment]) -> list[BuyersPaymentRecord]:
    payments = list(found)
    wanted = {each for payment in payments for each in _seat_ids(payment)}
    numbers = dict(Seat.with_removed.filter(pk__in=wanted).values_list("pk", "seat_number"))
    return [
        {
            "reference": stored.reference,
            "event": stored.event_id,
            "event_name": stored.event.name,
            "date": str(iso(stored.event.date)),
            "time_zone": stored.event.time_zone,
            "seats": [numbers[each] for each in _seat_ids(stored) if each in numbers],
            "amount": money(stored.amount),
            "currency": stored.currency,
            "payment_method": stored.method,
            "state": _STATES.get(PaymentStatus(stored.status), ENDED),
            "expires_at": iso(stored.expires_at),
            "reservation_id": stored.reservation.public_id if stored.reservation else None,
        }
        for stored in payments
    ]


def _seat_ids(payment: Payment) -> list[int]:
    return list(payment.order["seat_ids"]) if payment.order else []
