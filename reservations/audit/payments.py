"""Audit of payments and settlements: compares them with their reservations."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q, Sum

from reservations.domain.states import PaymentStatus
from reservations.models import Event, Payment, Reservation, Settlement
from reservations.payments.provider import is_paid_online
from reservations.read.records import money

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
    """Yield other differences; `settlement_faults` compares the amounts of settled bookings."""
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


@dataclass(slots=True)
class _Money:
    """A booking's settlements: all but those of its end, and what the provider then refunds."""

    settled: Decimal = Decimal(0)
    at_the_end: Decimal = Decimal(0)
    parts: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


def settlement_faults(event: Event) -> Iterator[str]:
    """Yield a sentence for each fault in the settlements of an event.

    A booking that was paid online costs what its payment and its settlements make together, and
    when it ends the provider refunds what is left of that with it. No payment is refunded by more
    than its amount, and what one booking transfers another one gets.
    """
    rows = Settlement.objects.filter(event=event)
    transfers = rows.filter(kind=Settlement.Kind.TRANSFER).aggregate(sum=Sum("amount"))["sum"]
    if transfers:
        yield f"transfers between bookings make {money(transfers)} together, not 0"
    found: dict[int, _Money] = defaultdict(_Money)
    refunded: dict[int, Decimal] = defaultdict(Decimal)
    for number, kind, amount, payment in rows.values_list(
        "reservation_id", "kind", "amount", "payment_id"
    ).iterator(_CHUNK_ROWS):
        booking = found[number]
        if kind == Settlement.Kind.CANCELLATION:
            booking.at_the_end -= amount
        else:
            booking.settled += amount
            if payment is not None:
                booking.parts[payment] += amount
        if payment is not None and kind != Settlement.Kind.TRANSFER:
            refunded[payment] -= amount
    for payment_id, reference, amount in Payment.objects.filter(pk__in=refunded).values_list(
        "pk", "reference", "amount"
    ):
        if refunded[payment_id] > amount:
            yield (
                f"payment {reference}: {money(refunded[payment_id])} refunded, of {money(amount)}"
            )
    yield from _booking_faults(found)


def _booking_faults(found: dict[int, _Money]) -> Iterator[str]:
    stored = Reservation.objects.filter(pk__in=found).select_related("payment").order_by("pk")
    for booking in stored.iterator(_CHUNK_ROWS):
        each, own = found[booking.pk], Decimal(0)
        if hasattr(booking, "payment"):
            own = booking.payment.amount
            each.parts[booking.payment.pk] += own
        if is_paid_online(booking.payment_method) and own + each.settled != booking.total_price:
            yield (
                f"reservation {booking.pk}: costs {money(booking.total_price)}, its payment and"
                f" settlements make {money(own + each.settled)}"
            )
        refundable = min(
            sum((max(part, Decimal(0)) for part in each.parts.values()), Decimal(0)),
            booking.total_price,
        )
        due = Decimal(0) if booking.status == Reservation.Status.CONFIRMED else refundable
        if each.at_the_end != due:
            yield (
                f"reservation {booking.pk}: is {booking.status}, and {money(each.at_the_end)} of"
                f" its money are refunded for that, not {money(due)}"
            )
