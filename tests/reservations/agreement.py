"""An independent consistency check of everything that is stored about an event."""

from collections import defaultdict
from decimal import Decimal
from itertools import pairwise

from reservations.domain.states import SeatStatus
from reservations.models import (
    DemoCharge,
    Event,
    Payment,
    Reservation,
    ReservationSeat,
    Seat,
    SeatChange,
)

# The provider's possible statuses by a payment's status: before or after the due call.
_CHARGES = {
    "pending": {"unheard of", "asking", "authorised", "declined"},
    "open": {"asking", "authorised", "declined"},
    "declined": {"declined"},
    "authorised": {"authorised", "captured"},
    "captured": {"captured"},
    "void_due": {
        "unheard of",
        "asking",
        "authorised",
        "captured",
        "declined",
        "voided",
        "refunded",
    },
    "voided": {"voided", "refunded", "declined"},
    "refund_due": {"captured", "refunded"},
    "refunded": {"refunded"},
}
_CHARGED = {"authorised", "captured"}


def check_agreement(event: Event, *, provider_is_ours: bool = True) -> None:
    """Require that seats, bookings, change log, totals and payments of an event agree."""
    event.refresh_from_db()
    _check_log(event)
    _check_bookings(event)
    _check_payments(event)
    if provider_is_ours:
        _check_charges(event)


def _check_log(event: Event) -> None:
    """The log has every number once, in order of time, and ends with what the seats are."""
    rows = list(SeatChange.objects.filter(event=event).order_by("seq", "seat_id"))
    assert sorted({row.seq for row in rows}) == list(range(1, event.change_seq + 1))
    assert all(earlier.at <= later.at for earlier, later in pairwise(rows))
    last = {row.seat_id: row for row in rows}
    for seat in Seat.objects.filter(event=event):
        change = last.get(seat.pk)
        if change is None:
            assert (seat.status, seat.version) == (SeatStatus.AVAILABLE, 0)
            continue
        assert (seat.status, seat.version) == (change.status, change.seq)
        assert (seat.locked_by_id, seat.locked_until) == (change.holder_id, change.locked_until)
        assert seat.reservation_id == change.reservation_id


def _check_bookings(event: Event) -> None:
    """Live bookings have their seats, and cost what these cost; others have none."""
    seats = defaultdict(list)
    for row in ReservationSeat.objects.filter(event=event):
        seats[row.reservation_id].append(row)
    sold: dict[int, int] = {}
    for booking in Reservation.objects.filter(event=event):
        rows = seats.pop(booking.pk)
        assert booking.total_price == sum((row.price for row in rows), Decimal(0))
        assert {row.live for row in rows} == {booking.status == "confirmed"}
        sold |= {row.seat_id: booking.pk for row in rows if row.live}
    assert not seats
    reserved = Seat.objects.filter(event=event, status=SeatStatus.RESERVED)
    assert dict(reserved.values_list("pk", "reservation_id")) == sold


def _check_payments(event: Event) -> None:
    """A payment pays for its booking as long as that lives, and for nothing else."""
    for payment in Payment.objects.filter(event=event).select_related("reservation"):
        booking = payment.reservation
        if booking is None:
            assert payment.status not in {*_CHARGED, "refund_due", "refunded"}
            continue
        assert (payment.status in _CHARGED) == (booking.status == "confirmed")
        assert (payment.user_id, payment.amount) == (booking.user_id, booking.total_price)
        assert payment.method == booking.payment_method


def _check_charges(event: Event) -> None:
    charges = dict(DemoCharge.objects.values_list("reference", "status"))
    for payment in Payment.objects.filter(event=event):
        assert charges.get(payment.reference, "unheard of") in _CHARGES[payment.status]
