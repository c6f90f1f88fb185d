"""The money of bookings whose seats were moved, split off or merged.

What a booking's total says is the sum of its payment and its settlements. Lock order, always: the
event's row, its seats, then payments and settlements.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import uuid4

from reservations.domain.rules.outcomes import Transfer
from reservations.domain.states import PaymentStatus
from reservations.models import Event, Payment, Reservation, Settlement

Shares = dict[int, dict[str, Decimal]]
_HELD = (PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED)


def shares(reservation_ids: Collection[int]) -> Shares:
    """Return what the provider can refund of bookings, by booking and by the payment's reference.

    Never more than a booking's total: the rest was paid back at the box office.
    """
    found: Shares = {number: {} for number in reservation_ids}
    own = Payment.objects.filter(reservation__in=reservation_ids, status__in=_HELD)
    for number, reference, amount in own.values_list("reservation_id", "reference", "amount"):
        found[number][reference] = amount
    rows = Settlement.objects.filter(reservation__in=reservation_ids, payment__isnull=False)
    for number, reference, amount in rows.order_by("pk").values_list(
        "reservation_id", "payment__reference", "amount"
    ):
        found[number][reference] = found[number].get(reference, Decimal(0)) + amount
    totals = Reservation.objects.filter(pk__in=reservation_ids).values_list("pk", "total_price")
    for number, total in totals:
        left = total
        for reference, amount in found[number].items():
            found[number][reference] = min(max(amount, Decimal(0)), left)
            left -= found[number][reference]
    return found


def settled_among(reservation_ids: Collection[int]) -> set[int]:
    """Return which of the bookings have settlements."""
    found = Settlement.objects.filter(reservation__in=reservation_ids).order_by()
    return set(found.values_list("reservation_id", flat=True).distinct())


def write_refunds(
    event: Event,
    kind: Settlement.Kind,
    refunds: Mapping[int, Iterable[Transfer]],
    *,
    by_id: int | None,
    now: datetime,
) -> None:
    """Insert refunds that the provider is to make, by booking, before it is called."""
    wanted = [
        (number, refund.payment, refund.amount)
        for number, parts in refunds.items()
        for refund in parts
        if refund.payment is not None and refund.amount > 0
    ]
    payments = _payments(reference for _, reference, _ in wanted)
    Settlement.objects.bulk_create(
        Settlement(
            event=event,
            reservation_id=number,
            kind=kind,
            method=payments[reference].method,
            amount=-amount,
            currency=event.currency,
            payment=payments[reference],
            reference=uuid4().hex,
            status=PaymentStatus.REFUND_DUE,
            created_at=now,
            updated_at=now,
            by_id=by_id,
        )
        for number, reference, amount in wanted
    )


def write_difference(
    event: Event, reservation_id: int, amount: Decimal, *, method: str, by_id: int, now: datetime
) -> None:
    """Insert what was paid at the box office, or with a negative `amount` paid back there."""
    Settlement.objects.create(
        event=event,
        reservation_id=reservation_id,
        kind=Settlement.Kind.DIFFERENCE,
        method=method,
        amount=amount,
        currency=event.currency,
        created_at=now,
        updated_at=now,
        by_id=by_id,
    )


def write_transfers(
    event: Event,
    transfers: Sequence[Transfer],
    *,
    from_id: int,
    to_id: int,
    by_id: int,
    now: datetime,
) -> None:
    """Insert money that goes from one booking to another: a row for each of both."""
    payments = _payments(each.payment for each in transfers if each.payment is not None)
    Settlement.objects.bulk_create(
        Settlement(
            event=event,
            reservation_id=number,
            other_id=other,
            kind=Settlement.Kind.TRANSFER,
            amount=amount,
            currency=event.currency,
            payment=payments[each.payment] if each.payment else None,
            created_at=now,
            updated_at=now,
            by_id=by_id,
        )
        for each in transfers
        for number, other, amount in (
            (from_id, to_id, -each.amount),
            (to_id, from_id, each.amount),
        )
    )


def write_cancelled(
    event: Event, reservation_ids: Collection[int], *, by_id: int | None = None, now: datetime
) -> None:
    """Insert the refunds of cancelled bookings that have settlements."""
    refunds = {
        number: [Transfer(reference, amount) for reference, amount in parts.items()]
        for number, parts in shares(reservation_ids).items()
    }
    write_refunds(event, Settlement.Kind.CANCELLATION, refunds, by_id=by_id, now=now)


class SettlementRow(NamedTuple):
    """What a settlement says of its booking's money. `payment_id` is None of box office money."""

    reservation_id: int
    kind: str
    status: str
    payment_id: int | None
    amount: Decimal


def rows_of(reservations: Iterable[Reservation]) -> list[SettlementRow]:
    """Return the settlements of bookings, oldest first."""
    found = Settlement.objects.filter(reservation__in=[each.pk for each in reservations])
    return list(map(SettlementRow._make, found.order_by("pk").values_list(*SettlementRow._fields)))


def payment_statuses(
    reservations: Iterable[Reservation], rows: Iterable[SettlementRow]
) -> dict[int, str | None]:
    """Return the payment status of bookings with settlements, by primary key.

    Of a live one: captured, if it has money that the provider can refund. Of an ended one: whether
    that is refunded. None for others.
    """
    statuses: dict[int, str | None] = {}
    for number, kind, status, by_provider, _ in rows:
        if kind == Settlement.Kind.CANCELLATION:
            is_due = PaymentStatus.REFUND_DUE in (status, statuses.get(number))
            statuses[number] = PaymentStatus.REFUND_DUE if is_due else PaymentStatus.REFUNDED
        else:
            statuses.setdefault(number, None)
            if by_provider is not None and statuses[number] is None:
                statuses[number] = PaymentStatus.CAPTURED
    for each in reservations:
        if each.pk in statuses and each.merged_into_id is not None:
            statuses[each.pk] = None
        elif statuses.get(each.pk, "") is None and hasattr(each, "payment"):
            statuses[each.pk] = each.payment.status
    return statuses


def refunded_amounts(event_id: int) -> dict[str, tuple[int, Decimal]]:
    """Return number and sum of an event's refunds of parts of payments, by status."""
    rows = Settlement.objects.filter(event=event_id).exclude(status="").order_by("status")
    found: dict[str, tuple[int, Decimal]] = {}
    for status, amount in rows.values_list("status", "amount"):
        count, total = found.get(status, (0, Decimal(0)))
        found[status] = (count + 1, total - amount)
    return found


def to_pay_back(reservation: Reservation) -> Decimal:
    """Return what of an ended booking's money is still to be paid back at the box office."""
    amounts = amounts_to_pay_back([reservation], rows_of([reservation]))
    return amounts.get(reservation.pk, Decimal(0))


def amounts_to_pay_back(
    reservations: Iterable[Reservation], rows: Iterable[SettlementRow]
) -> dict[int, Decimal]:
    """Return what is still to be paid back at the box office, by bookings that have ended.

    `rows` are their settlements. Bookings that are owed nothing are absent.
    """
    paid_there: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.payment_id is None:
            paid_there[row.reservation_id] += row.amount
    owed = {
        each.pk: each.total_price if _was_paid_there(each) else paid_there[each.pk]
        for each in reservations
        if each.status != Reservation.Status.CONFIRMED and each.paid_back_at is None
    }
    return {number: amount for number, amount in owed.items() if amount > 0}


def _was_paid_there(ended: Reservation) -> bool:
    is_cancelled = ended.status == Reservation.Status.CANCELLED
    return is_cancelled and ended.merged_into_id is None and ended.paid_at is not None


def _payments(references: Iterable[str]) -> dict[str, Payment]:
    found = Payment.objects.filter(reference__in=set(references))
    return {payment.reference: payment for payment in found}
