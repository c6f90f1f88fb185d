"""An event's terms of sale, with the site's settings where it has none of its own."""

from django.conf import settings

from reservations.domain.states import Terms
from reservations.models import Event


def terms_of(event: Event) -> Terms:
    return Terms(
        lock_seconds=event.lock_seconds or settings.SEATCAST_LOCK_SECONDS,
        seat_cap=event.seat_cap or settings.SEATCAST_SEAT_CAP,
        sales_open_at=event.sales_open_at,
        sales_close_at=event.sales_close_at,
        cancel_until=event.cancel_until or event.date,
        max_extensions=settings.SEATCAST_MAX_EXTENSIONS,
        hold_seconds=settings.SEATCAST_HOLD_SECONDS,
        purchase_cap=event.purchase_cap or settings.SEATCAST_PURCHASE_CAP,
        cooldown_seconds=settings.SEATCAST_LOCK_COOLDOWN_SECONDS,
        offline_methods=frozenset(offline_methods(event)),
        payment_seconds=event.payment_seconds or settings.SEATCAST_PAYMENT_DEADLINE_SECONDS,
        begins_at=event.date,
        requires_verified_email=event.requires_verified_email,
    )


def offline_methods(event: Event) -> dict[str, str]:
    """Return the ways to pay later that an event offers, with their names."""
    methods: dict[str, str] = settings.SEATCAST_OFFLINE_METHODS
    if event.offline_methods is None:
        return methods
    return {code: name for code, name in methods.items() if code in event.offline_methods}
