"""An event's terms of sale, with the site's settings where it has none of its own."""

from django.conf import settings

from reservations.models import Event
from reservations.states import Terms


def terms_of(event: Event) -> Terms:
    return Terms(
        lock_seconds=event.lock_seconds or settings.SEATCAST_LOCK_SECONDS,
        seat_cap=event.seat_cap or settings.SEATCAST_SEAT_CAP,
        sales_open_at=event.sales_open_at,
        sales_close_at=event.sales_close_at,
        cancel_until=event.cancel_until or event.date,
        max_extensions=settings.SEATCAST_MAX_EXTENSIONS,
        hold_seconds=settings.SEATCAST_HOLD_SECONDS,
    )
