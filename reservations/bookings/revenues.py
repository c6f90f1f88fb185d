"""The sum of an event's bookings."""

from decimal import Decimal

from django.db.models import Sum

from reservations.bookings.records import RevenueRecord
from reservations.domain.errors import EventNotFound
from reservations.events.records import money
from reservations.models import Event, Reservation, ReservationSeat, overdue
from reservations.runtime import clock


def revenue(*, event_id: int) -> RevenueRecord:
    """Return the sum of an event's live reservations, paid or due, and of their seats by section.

    Raises: EventNotFound.
    """
    found = Event.objects.filter(pk=event_id).values_list("change_seq", "currency").first()
    if found is None:
        raise EventNotFound
    seq, currency = found
    unpaid = overdue(clock.now())
    live = Reservation.objects.filter(event_id=event_id, status="confirmed").exclude(unpaid)
    fees = live.aggregate(sum=Sum("fees"))["sum"] or Decimal(0)
    booked = ReservationSeat.objects.filter(event_id=event_id, live=True)
    sums = list(
        booked.filter(reservation__in=live)
        .order_by("seat__section")
        .values_list("seat__section")
        .annotate(Sum("price"))
    )
    return {
        "seq": seq,
        "total": money(sum((amount for _, amount in sums), fees)),
        "fees": money(fees),
        "currency": currency,
        "sections": [{"section": name, "revenue": money(amount)} for name, amount in sums],
    }
