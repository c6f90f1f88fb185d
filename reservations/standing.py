"""How a stored booking stands, as the rules see it."""

from django.db.models import Prefetch, QuerySet

from reservations.domain.states import EntryState, PaymentStatus, ReservationState
from reservations.models import Reservation, ReservationSeat
from reservations.payments.provider import is_paid_online

_CHARGED = {PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED}


def with_standing(found: QuerySet[Reservation]) -> QuerySet[Reservation]:
    """Return the bookings with all that `state_of` looks at, in two statements."""
    seats = ReservationSeat.objects.select_related("entry")
    return found.select_related("payment").prefetch_related(Prefetch("seats", seats))


def state_of(found: Reservation) -> ReservationState:
    """Return a booking that was read `with_standing`."""
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
