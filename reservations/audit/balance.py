"""Audit of an event's money, online and at the box office.

What came in is what the paid live bookings cost, what went out, and what buyers are still owed.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

from reservations.bookings.ledger import KEPT
from reservations.bookings.settlements import amounts_to_pay_back, rows_of
from reservations.domain.states import PaymentStatus
from reservations.events.records import money
from reservations.models import Event, Payment, Reservation, Settlement

_CHUNK_ROWS = 5_000
_CHUNK_BOOKINGS = 500
_ZERO = Decimal(0)
_Kind = Settlement.Kind


@dataclass(slots=True)
class _Money:
    """A booking's money as it was stored: `paid`, by payment or None for the box office.

    `refunds` are those that the provider makes, without those that `failed`.
    """

    paid: dict[int | None, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    refunds: Decimal = _ZERO
    failed: Decimal = _ZERO


@dataclass(slots=True)
class _Sums:
    """An event's money."""

    came_in: Decimal = _ZERO
    live: Decimal = _ZERO
    went_out: Decimal = _ZERO
    owed: Decimal = _ZERO
    # What was given back in the provider's dashboard while its bookings stayed.
    returned: Decimal = _ZERO

    @property
    def fault(self) -> str | None:
        if self.came_in == self.live + self.went_out + self.owed:
            return None
        return (
            f"{money(self.came_in)} came in, but live bookings cost {money(self.live)},"
            f" {money(self.went_out)} went out, and {money(self.owed)} are owed"
        )


def balance_faults(event: Event) -> Iterator[str]:
    """Yield a sentence for each fault in an event's money.

    A paid live booking costs what its payment and its settlements make together. When it ends, the
    provider refunds what it can of that, and the box office owes the rest. No payment is refunded
    by more than its amount, and what one booking transfers another one gets, by the same way.
    """
    sums = _Sums()
    found, refunded, transferred = _read(event, sums)
    for way, amount in transferred.items():
        if amount:
            yield f"transfers {_named(way)} make {money(amount)} together, not 0"
    for payment in Payment.objects.filter(pk__in=refunded).order_by("pk"):
        if refunded[payment.pk] > payment.amount:
            yield (
                f"payment {payment.reference}: {money(refunded[payment.pk])} refunded,"
                f" of {money(payment.amount)}"
            )
    bookings = Reservation.objects.filter(event=event).select_related("payment").order_by("pk")
    read = bookings.iterator(_CHUNK_BOOKINGS)
    while chunk := list(islice(read, _CHUNK_BOOKINGS)):
        told = amounts_to_pay_back(chunk, rows_of(chunk))
        for booking in chunk:
            owed = told.get(booking.pk, _ZERO)
            yield from _booking_faults(booking, found[booking.pk], owed=owed, sums=sums)
    if sums.fault is not None:
        yield sums.fault


def _named(payment_id: int | None) -> str:
    return "at the box office" if payment_id is None else f"of payment {payment_id}"


def _read(
    event: Event, sums: _Sums
) -> tuple[dict[int, _Money], dict[int, Decimal], dict[int | None, Decimal]]:
    """Read settlements, and add up what they say came in and went out.

    Return them by booking, what is refunded by payment, and what is transferred by way of payment.
    """
    found: dict[int, _Money] = defaultdict(_Money)
    refunded: dict[int, Decimal] = defaultdict(Decimal)
    transferred: dict[int | None, Decimal] = defaultdict(Decimal)
    rows = Settlement.objects.filter(event=event)
    for number, kind, status, amount, payment in rows.values_list(
        "reservation_id", "kind", "status", "amount", "payment_id"
    ).iterator(_CHUNK_ROWS):
        booking = found[number]
        if status == PaymentStatus.REFUND_FAILED:
            booking.failed -= amount
            continue
        if kind in {_Kind.REFUND, _Kind.CANCELLATION, _Kind.RETURNED}:
            sums.returned -= amount if kind == _Kind.RETURNED else _ZERO
            booking.refunds -= amount
            refunded[payment] -= amount
            is_made = status == PaymentStatus.REFUNDED
            sums.went_out -= amount if is_made else _ZERO
            sums.owed -= _ZERO if is_made else amount
            continue
        booking.paid[payment] += amount
        if kind == _Kind.TRANSFER:
            transferred[payment] += amount
        elif amount > 0:
            sums.came_in += amount
        else:
            sums.went_out -= amount
    return found, refunded, transferred


def _booking_faults(
    booking: Reservation, each: _Money, *, owed: Decimal, sums: _Sums
) -> Iterator[str]:
    """Yield the faults of a booking that is told to be `owed` so much by the box office."""
    is_live = booking.status == Reservation.Status.CONFIRMED
    is_unpaid = booking.payment_due_at is not None and booking.paid_at is None
    _add_payment(booking, each, sums)
    paid = sum(each.paid.values(), _ZERO)
    price = booking.total_price if is_live and not is_unpaid else _ZERO
    sums.live += price
    sums.owed += owed
    left = paid - each.refunds
    missing = price + owed - left
    if 0 < missing <= sums.returned:
        sums.returned -= missing
        sums.owed -= missing
        return
    if missing:
        yield (
            f"reservation {booking.pk}: is {booking.status} and costs {money(price)}; of its money"
            f" {money(left)} are left, and {money(owed)} are told to be paid back"
        )
    if not is_live and owed > max(each.paid[None], _ZERO) + each.failed:
        yield (
            f"reservation {booking.pk}: {money(owed)} are told to be paid back at the box office,"
            f" which has {money(each.paid[None])}"
        )


def _add_payment(booking: Reservation, each: _Money, sums: _Sums) -> None:
    """Add a booking's own payment to its money; one that is refunded as a whole has come in."""
    if not hasattr(booking, "payment"):
        return
    amount, status = booking.payment.amount, booking.payment.status
    if status in KEPT:
        each.paid[booking.payment.pk] += amount
        sums.came_in += amount
    elif status in {PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED}:
        sums.came_in += amount
        if status == PaymentStatus.REFUNDED:
            sums.went_out += amount
        else:
            sums.owed += amount
