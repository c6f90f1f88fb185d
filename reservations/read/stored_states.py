"""Convert stored rows to the states that the domain's rules decide on."""

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from reservations.domain.states import EntryState, PaymentStatus, ReservationState, Terms
from reservations.models import Event, Reservation, ReservationSeat
from reservations.payments.provider import is_paid_online

_CHARGED = {PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED}


def terms_of(event: Event) -> Terms:
    """Return an event's terms of sale, with the site's settings as defaults."""
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
        is_draft=event.visibility == Event.Visibility.DRAFT,
    )


def offline_methods(event: Event) -> dict[str, str]:
    """Return the offline payment methods of an event: display names by code."""
    methods: dict[str, str] = settings.SEATCAST_OFFLINE_METHODS
    if event.offline_methods is None:
        return methods
    return {code: name for code, name in methods.items() if code in event.offline_methods}


def with_related(found: QuerySet[Reservation]) -> QuerySet[Reservation]:
    """Return the queryset with the relations that `state_of` needs, in two queries."""
    seats = ReservationSeat.objects.select_related("entry")
    return found.select_related("payment").prefetch_related(Prefetch("seats", seats))


def state_of(found: Reservation) -> ReservationState:
    """Return the state of a reservation that was read `with_related`."""
    seats = found.seats.all()
    return ReservationState(
        id=found.pk,
        user_id=found.user_id,
        is_live=found.status == Reservation.Status.CONFIRMED,
        seat_ids=tuple(seat.seat_id for seat in seats),
        due_at=found.payment_due_at,
        is_paid=found.paid_at is not None,
        has_lapsed=found.status == Reservation.Status.LAPSED,
        is_charged=_is_charged(found),
        entries={
            seat.seat_id: EntryState(seat.seat_id, at=seat.entry.at, gate=seat.entry.gate)
            for seat in seats
            if hasattr(seat, "entry")
        },
    )


def _is_charged(found: Reservation) -> bool:
    if hasattr(found, "payment"):
        return found.payment.status in _CHARGED
    return not is_paid_online(found.payment_method)
