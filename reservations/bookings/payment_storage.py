"""Reads and writes payments in the transaction of a batch.

Lock order, always: the event's row, its seats, then the payments.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Case, F, Q, Value, When

from reservations.bookings import settlements
from reservations.domain.commands import Command, OpenPayment, ReserveSeats
from reservations.domain.rules import NewPayment
from reservations.domain.rules.outcomes import OpenedPayment
from reservations.domain.states import UNDECIDED, PaymentState, PaymentStatus
from reservations.models import Event, Payment

# Longer than a call to the provider can take.
PAYMENT_SECONDS = 60


def lock_payments(event: Event, references: Collection[str]) -> dict[str, PaymentState]:
    """Lock payments by reference and return them; no statement for none."""
    if not references:
        return {}
    found = Payment.objects.filter(event=event, reference__in=references).order_by("pk")
    return {
        payment.reference: PaymentState(
            reference=payment.reference,
            user_id=payment.user_id,
            amount=payment.amount,
            currency=payment.currency,
            status=PaymentStatus(payment.status),
        )
        for payment in found.select_for_update(no_key=True)
    }


def pending_payments(event: Event, people: Collection[int], *, now: datetime) -> dict[str, int]:
    """Return the undecided payments of people: payers' ids by reference; no statement for none.

    A pending one older than PAYMENT_SECONDS was left by a process that died, and does not count,
    nor does an open one after its end.
    """
    if not people:
        return {}
    since = now - timedelta(seconds=PAYMENT_SECONDS)
    under_way = Payment.objects.filter(
        Q(status=PaymentStatus.PENDING, created_at__gt=since)
        | Q(status=PaymentStatus.OPEN, expires_at__gt=now),
        event=event,
        user__in=people,
    )
    return dict(under_way.values_list("reference", "user_id"))


def write_pending(event: Event, payments: Sequence[NewPayment], *, now: datetime) -> None:
    """Insert pending payments, before the provider is called."""
    if not payments:
        return
    Payment.objects.bulk_create(
        Payment(
            reference=new.reference,
            event=event,
            user_id=new.user.id,
            method=new.method,
            amount=new.amount,
            currency=event.currency,
            status=PaymentStatus.PENDING,
            created_at=now,
            updated_at=now,
        )
        for new in payments
    )


def write_opened(
    event: Event, opened: Sequence[tuple[OpenPayment, OpenedPayment]], *, now: datetime
) -> None:
    """Mark payments as open, with what is needed to book their seats later."""
    for command, payment in opened:
        total = command.expected_total
        Payment.objects.filter(event=event, reference=payment.reference).update(
            status=PaymentStatus.OPEN,
            provider_reference=command.provider_reference,
            expires_at=payment.expires_at,
            order={
                "seat_ids": command.seat_ids,
                "ticket_types": command.ticket_types,
                "expected_total": None if total is None else str(total),
            },
            updated_at=now,
        )


def write_booked(event: Event, reservations: Mapping[str, int], *, now: datetime) -> None:
    """Mark payments as authorised, and set their reservations by reference."""
    if not reservations:
        return
    Payment.objects.filter(event=event, reference__in=reservations).update(
        status=PaymentStatus.AUTHORISED,
        reservation_id=Case(
            *(When(reference=each, then=Value(reservations[each])) for each in reservations)
        ),
        updated_at=now,
    )


def write_refused(event: Event, refused: Sequence[Command], *, now: datetime) -> None:
    """Mark the undecided payments of refused commands to be voided."""
    references = [
        command.reference
        for command in refused
        if isinstance(command, ReserveSeats | OpenPayment) and command.reference
    ]
    if references:
        Payment.objects.filter(event=event, reference__in=references, status__in=UNDECIDED).update(
            status=PaymentStatus.VOID_DUE, updated_at=now
        )


def write_taken_over(event: Event, *, guest_id: int, account_id: int) -> None:
    """Make all payments of a guest an account's."""
    Payment.objects.filter(event=event, user=guest_id).update(user=account_id)


def write_left(event: Event, person_id: int, *, now: datetime) -> None:
    """Mark the open payments of somebody who left to be voided.

    A pending one is voided when its request comes to book the seats: only then has the provider
    heard of it.
    """
    found = Payment.objects.filter(event=event, user=person_id, status=PaymentStatus.OPEN)
    found.update(status=PaymentStatus.VOID_DUE, updated_at=now)


def write_cancelled(event: Event, reservation_ids: Sequence[int], *, now: datetime) -> None:
    """Mark the payments of cancelled reservations to be voided or refunded."""
    settled = settlements.settled_among(reservation_ids)
    if settled:
        settlements.write_cancelled(event, settled, now=now)
    whole = [number for number in reservation_ids if number not in settled]
    Payment.objects.filter(event=event, reservation_id__in=whole).update(
        status=Case(
            When(status=PaymentStatus.AUTHORISED, then=Value(PaymentStatus.VOID_DUE)),
            When(status=PaymentStatus.CAPTURED, then=Value(PaymentStatus.REFUND_DUE)),
            default=F("status"),
        ),
        updated_at=now,
    )
