"""Mark what the box office owes for an ended booking as paid back."""

from django.db import transaction

from reservations.domain.errors import NothingToPayBack
from reservations.models import Reservation
from reservations.notices import PaidBack, booking_fields, notices
from reservations.payments.settlements import to_pay_back
from reservations.read.records import money
from reservations.write.unit_of_work import lock_event
from security_log.log import Kind, record


def mark_paid_back(*, event_id: int, reservation_id: int, actor_id: int) -> None:
    """Mark a booking as paid back, once: a repeated mark changes nothing.

    The event's row is locked, so that the booking is not changed meanwhile. Raises:
    NothingToPayBack.
    """
    with transaction.atomic():
        event, now = lock_event(event_id)
        booking = Reservation.objects.select_for_update(no_key=True).get(pk=reservation_id)
        if booking.paid_back_at is not None:
            return
        amount = to_pay_back(booking)
        if not amount:
            raise NothingToPayBack
        booking.paid_back_at, booking.paid_back_amount = now, amount
        booking.paid_back_by_id = actor_id
        booking.save(update_fields=["paid_back_at", "paid_back_amount", "paid_back_by"])
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
