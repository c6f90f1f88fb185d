"""Audit of payments: compares them with their reservations."""

from collections.abc import Iterator

from django.db.models import Q

from reservations.domain.states import PaymentStatus
from reservations.events.records import money
from reservations.models import Event, Payment, Reservation, Settlement

_CHUNK_ROWS = 5_000
_FOR_LIVE = {PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED}


def payment_faults(event: Event) -> Iterator[list[str]]:
    """Yield for each payment of an event a list of its faults, a sentence each.

    A unique constraint already prevents two payments of one reservation.
    """
    payments = (
        Payment.objects.filter(Q(event=event) | Q(reservation__event=event))
        .select_related("reservation")
        .order_by("pk")
    )
    settled = set(
        Settlement.objects.filter(event=event)
        .order_by()
        .values_list("reservation_id", flat=True)
        .distinct()
    )
    for payment in payments.iterator(_CHUNK_ROWS):
        reservation = payment.reservation
        if reservation is None:
            # A constraint checks the statuses of payments without a reservation.
            yield []
            continue
        named = f"payment {payment.reference} of reservation {reservation.pk}"
        is_settled = reservation.pk in settled
        faults = [
            *_status_faults(payment, reservation, is_settled=is_settled),
            *_other_faults(payment, reservation, is_settled=is_settled),
        ]
        yield [f"{named}: {fault}" for fault in faults]


def _status_faults(
    payment: Payment, reservation: Reservation, *, is_settled: bool
) -> Iterator[str]:
    is_live = reservation.status == Reservation.Status.CONFIRMED
    if is_settled and payment.status != PaymentStatus.CAPTURED:
        yield f"it is {payment.status}, but the reservation has settlements"
    elif not is_settled and is_live != (payment.status in _FOR_LIVE):
        yield f"it is {payment.status}, but the reservation is {reservation.status}"


def _other_faults(payment: Payment, reservation: Reservation, *, is_settled: bool) -> Iterator[str]:
    """Yield other differences; `balance_faults` compares the amounts of settled bookings."""
    amounts = (
        f"{money(payment.amount)} {payment.currency}",
        f"{money(reservation.total_price)} {reservation.currency}",
    )
    for what, paid, owed in (
        ("event", payment.event_id, reservation.event_id),
        ("user", payment.user_id, reservation.user_id),
        ("method", payment.method, reservation.payment_method),
        ("amount", *((amounts[0], amounts[0]) if is_settled else amounts)),
    ):
        if paid != owed:
            yield f"its {what} is {paid}, the reservation's is {owed}"
