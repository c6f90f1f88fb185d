"""Convert stored reservations to the states that the domain's rules decide on."""

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Prefetch, QuerySet

from reservations.bookings.ledger import Held
from reservations.domain.states import (
    EntryState,
    PaymentStatus,
    ReservationState,
    SaleChannel,
    SoldTicket,
)
from reservations.models import Reservation, ReservationSeat
from reservations.ports.payment_provider import is_paid_online

_CHARGED = {PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED}


def with_related(found: QuerySet[Reservation]) -> QuerySet[Reservation]:
    """Return the queryset with the relations that `state_of` needs, in two queries."""
    seats = ReservationSeat.objects.select_related("entry")
    return found.select_related("payment").prefetch_related(Prefetch("seats", seats))


def state_of(found: Reservation, held: Mapping[int, Held] | None = None) -> ReservationState:
    """Return the state of a reservation that was read `with_related`.

    `held` has what pays for reservations.
    """
    seats = found.seats.all()
    money = (held or {}).get(found.pk, Held({}, Decimal(0)))
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
        tickets={seat.seat_id: SoldTicket(seat.price, seat.ticket_type) for seat in seats},
        total=found.total_price,
        fees=found.fees,
        tax_percent=found.tax_percent,
        payment_method=found.payment_method,
        is_settled=not hasattr(found, "payment") or found.payment.status == PaymentStatus.CAPTURED,
        is_merged=found.merged_into_id is not None,
        shares=money.online,
        paid_here=money.here,
        buyer=f"{found.user_id} {found.buyer_email or found.buyer_name}".casefold(),
        buyer_name=found.buyer_name,
        buyer_email=found.buyer_email,
    )


def _is_charged(found: Reservation) -> bool:
    if found.channel != SaleChannel.ONLINE or found.split_from_id is not None:
        # Nothing is split off while its payment is under way.
        return True
    if hasattr(found, "payment"):
        return found.payment.status in _CHARGED
    return not is_paid_online(found.payment_method)
