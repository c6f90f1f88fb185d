"""Stores and reads the settlements of bookings, of which `ledger` makes sums.

What a booking's total says is the sum of its payment and its settlements. Lock order, always: the
event's row, its seats, then payments and settlements.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import uuid4

from django.db.models import Q, QuerySet, Sum

from reservations.bookings.ledger import KEPT, Balance, Held, SettlementRow, balances
from reservations.domain.rules.outcomes import Transfer
from reservations.domain.states import PaymentStatus
from reservations.models import Event, Payment, Reservation, Settlement
from reservations.runtime import clock


class Received(NamedTuple):
    """Money at the box office: its booking, and who took it or paid it back."""

    reservation_id: int
    method: str
    amount: Decimal
    by_id: int | None


_Ids = Collection[int] | QuerySet[Any, Any]


def held(reservation_ids: _Ids) -> dict[int, Held]:
    """Return what pays for bookings, by way of payment."""
    found = Reservation.objects.filter(pk__in=reservation_ids)
    money = _balances(reservation_ids)
    return {
        number: money.get(number, Balance()).held(total)
        for number, total in found.values_list("pk", "total_price")
    }


def given_back(reservation: Reservation) -> Held:
    """Return what a live booking's buyer gets back if it is cancelled now."""
    money = _balances([reservation.pk]).get(reservation.pk, Balance())
    return money.given_back(reservation.total_price)


def _balances(reservation_ids: _Ids) -> dict[int, Balance]:
    own = Payment.objects.filter(reservation__in=reservation_ids, status__in=KEPT)
    return balances(
        own.values_list("reservation_id", "reference", "amount"), _rows(reservation_ids)
    )


def settled_among(reservation_ids: Collection[int]) -> set[int]:
    """Return which of the bookings have money besides their payments."""
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


def write_received(
    event: Event,
    kind: Settlement.Kind,
    received: Iterable[Received],
    *,
    now: datetime,
) -> None:
    """Insert money that came in at the box office, or with negative amounts went out there.

    Amounts of nothing are left out.
    """
    Settlement.objects.bulk_create(
        Settlement(
            event=event,
            kind=kind,
            currency=event.currency,
            created_at=now,
            updated_at=now,
            **each._asdict(),
        )
        for each in received
        if each.amount
    )


def write_transfers(
    event: Event,
    transfers: Sequence[Transfer],
    *,
    from_id: int,
    to_id: int,
    by_id: int | None,
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
        number: [Transfer(reference, amount) for reference, amount in parts.online.items()]
        for number, parts in held(reservation_ids).items()
    }
    write_refunds(event, Settlement.Kind.CANCELLATION, refunds, by_id=by_id, now=now)


def rows_of(reservations: Iterable[Reservation]) -> list[SettlementRow]:
    """Return the settlements of bookings, oldest first."""
    return _rows([each.pk for each in reservations])


def _rows(reservation_ids: _Ids) -> list[SettlementRow]:
    found = Settlement.objects.filter(reservation__in=reservation_ids).order_by("pk")
    columns = ("reservation_id", "kind", "status", "payment__reference", "amount", "created_at")
    return list(map(SettlementRow._make, found.values_list(*columns)))


def payment_statuses(
    reservations: Iterable[Reservation], rows: Iterable[SettlementRow]
) -> dict[int, str | None]:
    """Return the payment status of bookings with settlements, by primary key.

    Of a live one: captured, if it has money that the provider can refund. Of an ended one: whether
    that is refunded. None for others.
    """
    statuses: dict[int, str | None] = {}
    ends: dict[int, set[str]] = {}
    for number, kind, status, by_provider, *_ in rows:
        if kind == Settlement.Kind.CANCELLATION:
            ends.setdefault(number, set()).add(status)
        else:
            statuses.setdefault(number, None)
            if by_provider is not None and statuses[number] is None:
                statuses[number] = PaymentStatus.CAPTURED
    for number, found in ends.items():
        by_urgency = (PaymentStatus.REFUND_FAILED, PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED)
        statuses[number] = next(each for each in by_urgency if each in found)
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
    """Return what of a booking's money is still to be paid back at the box office."""
    amounts = amounts_to_pay_back([reservation], rows_of([reservation]))
    return amounts.get(reservation.pk, Decimal(0))


def amounts_to_pay_back(
    reservations: Iterable[Reservation], rows: Iterable[SettlementRow]
) -> dict[int, Decimal]:
    """Return what is still to be paid back at the box office, by booking.

    `rows` are their settlements. Bookings that are owed nothing are absent.
    """
    found = {each.pk: each for each in reservations}
    own = [
        (number, each.payment.reference, each.payment.amount)
        for number, each in found.items()
        if hasattr(each, "payment") and each.payment.status in KEPT
    ]
    owed = {
        number: balance.owed(_price(found[number]))
        for number, balance in balances(own, rows).items()
    }
    return {number: amount for number, amount in owed.items() if amount > 0}


def amounts_owed(event_id: int) -> dict[int, Decimal]:
    """Return what the box office is to pay back for an event, by booking."""
    has_ended = ~Q(reservation__status=Reservation.Status.CONFIRMED)
    has_failed = Q(status=PaymentStatus.REFUND_FAILED)
    rows = Settlement.objects.filter(has_ended & Q(payment=None) | has_failed, event=event_id)
    numbers = rows.order_by().values("reservation").distinct()
    found = list(Reservation.objects.filter(pk__in=numbers).select_related("payment"))
    return amounts_to_pay_back(found, rows_of(found))


def give_to_seats(payment: Payment, row: Settlement) -> None:
    """Transfer money that came back to a booking to those that its seats have gone to since.

    The seats were moved, split off or merged while the money seemed to be returned by `row`, so it
    did not go with them. What other refunds in the dashboard have given back for seats stays
    missing.
    """
    number = row.reservation_id
    related = _related(number)
    gone = Settlement.objects.filter(reservation__in=related, kind=Settlement.Kind.RETURNED)
    returned = gone.exclude(status=PaymentStatus.REFUND_FAILED).aggregate(sum=Sum("amount"))["sum"]
    missing = {
        booking.pk: booking.total_price - each.total
        for booking, each in _live_with_money(related - {number})
    }
    left = min(
        to_pay_back(row.reservation),
        -row.amount,
        sum(missing.values(), returned or Decimal(0)),
    )
    for other, amount in sorted(missing.items()):
        part = min(left, amount)
        if part > 0:
            left -= part
            write_transfers(
                payment.event,
                [Transfer(payment.reference, part)],
                from_id=number,
                to_id=other,
                by_id=None,
                now=clock.now(),
            )


def _related(number: int) -> set[int]:
    """Return the bookings that a booking was split from, split into or merged with, and theirs."""
    found: set[int] = set()
    new = {number}
    while new:
        found |= new
        linked = Reservation.objects.filter(
            Q(pk__in=new) | Q(merged_into__in=new) | Q(split_from__in=new)
        ).values_list("pk", "merged_into", "split_from")
        new = {each for row in linked for each in row if each is not None} - found
    return found


def _live_with_money(numbers: set[int]) -> Iterable[tuple[Reservation, Held]]:
    """Return live bookings that are paid, each with what pays for it."""
    is_unpaid = Q(payment_due_at__isnull=False, paid_at=None)
    live = Reservation.objects.filter(pk__in=numbers, status=Reservation.Status.CONFIRMED)
    money = held(numbers)
    return [(each, money[each.pk]) for each in live.exclude(is_unpaid)]


def _price(reservation: Reservation) -> Decimal:
    """Return what a booking costs; nothing once it has ended."""
    is_live = reservation.status == Reservation.Status.CONFIRMED
    return reservation.total_price if is_live else Decimal(0)


def _payments(references: Iterable[str]) -> dict[str, Payment]:
    found = Payment.objects.filter(reference__in=set(references))
    return {payment.reference: payment for payment in found}
