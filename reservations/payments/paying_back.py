"""Mark what the box office owes for a booking as paid back."""

from django.db import transaction

from infrastructure.security_log.log import Kind, record
from reservations.bookings.notice_fields import booking_fields
from reservations.bookings.settlements import Received, to_pay_back, write_received
from reservations.domain.errors import NothingToPayBack
from reservations.events.locking import lock_event
from reservations.events.records import money
from reservations.models import Reservation, Settlement
from reservations.ports.notices import PaidBack, notices


def mark_paid_back(*, event_id: int, reservation_id: int, actor_id: int) -> None:
    """Mark a booking as paid back, once: a repeated mark changes nothing.

    The event's row is locked, so that the booking is not changed meanwhile. Raises:
    NothingToPayBack.
    """
    with transaction.atomic():
        event, now = lock_event(event_id)
        booking = Reservation.objects.get(pk=reservation_id)
        amount, kind = to_pay_back(booking), Settlement.Kind.PAID_BACK
        if not amount:
            if Settlement.objects.filter(reservation=booking, kind=kind).exists():
                return
            raise NothingToPayBack
        write_received(event, kind, [Received(booking.pk, "", -amount, actor_id)], now=now)
        told = PaidBack(**booking_fields(booking, event), amount=amount, currency=booking.currency)
        notices().paid_back([told])
        record(
            Kind.MONEY_PAID_BACK,
            actor_id=actor_id,
            subject_id=booking.user_id,
            event_id=event_id,
            details={
                "reservation": booking.public_id,
                "amount": money(amount),
                "currency": booking.currency,
            },
        )
