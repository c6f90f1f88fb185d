"""Take in what the provider says of a payment's refunds: made, failed, or made in its dashboard."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction

from reservations.bookings import security_events
from reservations.bookings.notice_fields import booking_fields
from reservations.bookings.settlements import give_to_seats, held, to_pay_back
from reservations.domain.states import PaymentStatus
from reservations.events.locking import lock_event
from reservations.models import Payment, Reservation, Settlement
from reservations.payments.provider_calls import call_provider
from reservations.ports.notices import PaidBack, notices
from reservations.ports.payment_provider import FoundRefund, RefundStage, provider
from reservations.runtime import clock, database

_STATUSES = {
    RefundStage.MADE: PaymentStatus.REFUNDED,
    RefundStage.PENDING: PaymentStatus.REFUND_DUE,
    RefundStage.FAILED: PaymentStatus.REFUND_FAILED,
}
_Kind = Settlement.Kind


def follow_refunds(reference: str) -> None:
    """Ask the provider for a payment's refunds, and store what it says.

    Does nothing with a provider that does not tell them. Raises: PaymentUnavailable, Busy,
    django.db.Error.
    """
    provided: Any = provider()
    if not hasattr(provided, "refunds"):
        return
    database.release_connection()
    found: Sequence[FoundRefund] = call_provider(lambda: provided.refunds(reference=reference))
    if found:
        with transaction.atomic():
            _take_in(reference, found)


def fail_refund(reference: str) -> None:
    """Store that the provider could not refund a payment as a whole: its booking is still owed."""
    with transaction.atomic():
        _take_in(
            reference,
            [FoundRefund("", reference, amount=Decimal(0), stage=RefundStage.FAILED)],
        )


def _take_in(reference: str, found: Sequence[FoundRefund]) -> None:
    event_id = Payment.objects.values_list("event", flat=True).get(reference=reference)
    lock_event(event_id)
    payment = Payment.objects.select_for_update(no_key=True).get(reference=reference)
    if payment.reservation_id is None:
        return
    if payment.status in {PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED}:
        ordinary = [
            each.reference == reference and each.stage is not RefundStage.FAILED for each in found
        ]
        if all(ordinary) and sum(each.amount for each in found) == payment.amount:
            return
        _refund_by_rows(payment)
    if payment.status != PaymentStatus.CAPTURED:
        return
    own = {each.reference: each for each in found if each.reference}
    _take_in_own(payment, own)
    for each in found:
        if not each.reference:
            _take_in_foreign(payment, each, own)


def _refund_by_rows(payment: Payment) -> None:
    """Put a refund of a whole payment into settlements, because it was made in part, or failed."""
    is_made = payment.status == PaymentStatus.REFUNDED
    payment.status = PaymentStatus.CAPTURED.value
    payment.save(update_fields=["status"])
    _add(
        payment,
        payment.reservation_id or 0,
        _Kind.CANCELLATION,
        payment.amount,
        reference=payment.reference,
        status=PaymentStatus.REFUNDED if is_made else PaymentStatus.REFUND_DUE,
    )


def _take_in_own(payment: Payment, own: Mapping[str, FoundRefund]) -> None:
    """Store how the refunds stand that we have asked for, and that less was left to refund."""
    rows = Settlement.objects.filter(payment=payment, reference__in=own, provider_reference="")
    for row in rows:
        found = own[row.reference]
        if found.stage is not RefundStage.FAILED and found.amount < -row.amount:
            _split_off(row, found.amount, rest=PaymentStatus.REFUND_DUE)
        _set_status(row, _STATUSES[found.stage])


def _take_in_foreign(payment: Payment, found: FoundRefund, own: Mapping[str, FoundRefund]) -> None:
    """Store a refund that was made in the provider's dashboard.

    It makes those that are due, then those that have failed, and then gives money back for which
    live bookings keep their seats.
    """
    rows = Settlement.objects.filter(payment=payment)
    status = _STATUSES[found.stage]
    if known := rows.filter(provider_reference=found.provider_reference):
        for row in known:
            has_come_back = status is PaymentStatus.REFUND_FAILED and row.status != status
            _set_status(row, status)
            if has_come_back and row.kind == _Kind.RETURNED:
                give_to_seats(payment, row)
        return
    if found.stage is RefundStage.FAILED:
        return
    left = found.amount
    due = rows.filter(status=PaymentStatus.REFUND_DUE).exclude(reference__in=own)
    failed = rows.filter(status=PaymentStatus.REFUND_FAILED)
    for row in (*due.order_by("pk"), *failed.order_by("pk")):
        is_failed = row.status == PaymentStatus.REFUND_FAILED
        owed = to_pay_back(row.reservation) if is_failed else -row.amount
        left -= _make(row, min(left, owed, -row.amount), found, status)
    for number, part in _returned(payment, left):
        _add(payment, number, _Kind.RETURNED, part, status=status, by=found.provider_reference)
        _mail_buyer(number, part)


def _mail_buyer(reservation_id: int, amount: Decimal) -> None:
    """Tell the buyer of a booking that keeps its seats what was given back for it."""
    booking = Reservation.objects.select_related("event").get(pk=reservation_id)
    told = booking_fields(booking, booking.event)
    notices().paid_back([PaidBack(**told, amount=amount, currency=booking.currency)])


def _make(row: Settlement, amount: Decimal, found: FoundRefund, status: PaymentStatus) -> Decimal:
    """Mark so much of a refund as made in the dashboard; return the amount."""
    if amount <= 0:
        return Decimal(0)
    if amount < -row.amount:
        _split_off(row, amount, rest=PaymentStatus(row.status))
    row.provider_reference = found.provider_reference
    row.save(update_fields=["provider_reference"])
    _set_status(row, status)
    return amount


def _returned(payment: Payment, left: Decimal) -> Iterable[tuple[int, Decimal]]:
    """Yield for which bookings money was given back; more than there was counts for the payer's."""
    sharing = Settlement.objects.filter(payment=payment).values_list("reservation", flat=True)
    numbers = [payment.reservation_id or 0, *sharing.order_by("reservation").distinct()]
    shares = {
        number: each.online.get(payment.reference, Decimal(0))
        for number, each in held(numbers).items()
    }
    for number in dict.fromkeys(numbers):
        part = min(left, shares[number])
        if part > 0:
            left -= part
            yield number, part
    if left > 0:
        yield payment.reservation_id or 0, left


def _set_status(row: Settlement, status: PaymentStatus) -> None:
    if row.status == status:
        return
    row.status, row.updated_at = status.value, clock.now()
    row.save(update_fields=["status", "updated_at"])
    if status is PaymentStatus.REFUNDED:
        security_events.record_refund_of_part(row)


def _split_off(row: Settlement, amount: Decimal, *, rest: PaymentStatus) -> None:
    """Leave so much in a refund, and put the rest into one of its own."""
    Settlement.objects.create(
        **{
            field.attname: getattr(row, field.attname)
            for field in Settlement._meta.concrete_fields
            if field.name not in {"id", "amount", "reference", "status"}
        },
        amount=row.amount + amount,
        status=rest,
        reference=uuid4().hex,
    )
    row.amount = -amount
    row.save(update_fields=["amount"])


def _add(
    payment: Payment,
    reservation_id: int,
    kind: Settlement.Kind,
    amount: Decimal,
    *,
    reference: str = "",
    status: PaymentStatus,
    by: str = "",
) -> None:
    Settlement.objects.create(
        event_id=payment.event_id,
        reservation_id=reservation_id,
        kind=kind,
        method=payment.method,
        amount=-amount,
        currency=payment.currency,
        payment=payment,
        reference=reference or uuid4().hex,
        provider_reference=by,
        status=status,
        created_at=clock.now(),
        updated_at=clock.now(),
    )
