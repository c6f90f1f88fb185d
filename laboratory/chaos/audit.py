"""Check the database after the faults.

`python -m laboratory.chaos.audit EVENT` runs with the settings of the site, and writes the
violations, and what is stored, as JSON. `checker` compares that with what buyers were answered.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any


def main() -> None:
    import django

    django.setup()
    event_id = int(sys.argv[1])
    json.dump({"violations": list(audit(event_id)), **truth(event_id)}, sys.stdout)


def audit(event_id: int) -> Iterator[str]:
    """Yield a sentence for each violation, once payments are reconciled."""
    yield from _double_sales(event_id)
    yield from _half_bookings(event_id)
    yield from _money(event_id)


def truth(event_id: int) -> dict[str, Any]:
    """Return the event's sequence number, seats as viewers see them, bookings, row counts."""
    from django.db.models import Count

    from reservations.models import DemoCharge, Event, Reservation, Seat, SeatChange

    def counted(rows: Any) -> dict[str, int]:
        return dict(rows.order_by("status").values_list("status").annotate(Count("pk")))

    rows = Seat.objects.filter(event=event_id).order_by("pk")
    return {
        "seq": Event.objects.get(pk=event_id).change_seq,
        "seats": [
            [status, round(until.timestamp() * 1000) if until else None, holder]
            for status, until, holder in rows.values_list(
                "status", "locked_until", "locked_by__username"
            )
        ],
        "reservations": counted(Reservation.objects.filter(event=event_id)),
        "charges": counted(DemoCharge.objects.all()),
        "bookings": [
            [each.public_id, each.buyer, each.status, [seat.seat_id for seat in each.seats.all()]]
            for each in Reservation.objects.filter(event=event_id).prefetch_related("seats")
        ],
        "changes": SeatChange.objects.filter(event=event_id).count(),
    }


def _double_sales(event_id: int) -> Iterator[str]:
    from django.db.models import Count

    from reservations.models import ReservationSeat

    sold = ReservationSeat.objects.filter(event=event_id, live=True)
    for seat, times in (
        sold.values_list("seat__seat_number").annotate(Count("pk")).filter(pk__count__gt=1)
    ):
        yield f"seat {seat} is in {times} live bookings"


def _half_bookings(event_id: int) -> Iterator[str]:
    from reservations.domain.states import SeatStatus
    from reservations.models import Reservation, Seat

    live = Reservation.objects.filter(event=event_id, status="confirmed")
    owner = dict(
        Seat.objects.filter(event=event_id, status=SeatStatus.RESERVED).values_list(
            "pk", "reservation"
        )
    )
    booked: dict[int, int] = {}
    for reservation in live.prefetch_related("seats"):
        seats = list(reservation.seats.all())
        booked |= {seat.seat_id: reservation.pk for seat in seats}
        if not seats:
            yield f"reservation {reservation.pk} has no seats"
        if reservation.total_price != sum(seat.price for seat in seats):
            yield f"reservation {reservation.pk} does not cost what its seats do"
        for seat in seats:
            if owner.get(seat.seat_id) != reservation.pk:
                yield f"reservation {reservation.pk} has not got its seat {seat.seat_id}"
    for seat_id in owner.keys() - booked.keys():
        yield f"seat {seat_id} is reserved by no live booking"


def _money(event_id: int) -> Iterator[str]:
    from reservations.models import DemoCharge, Payment, Reservation
    from reservations.ports.payment_provider import is_paid_online

    charges = dict(DemoCharge.objects.values_list("reference", "status"))
    paid = set()
    for payment in Payment.objects.filter(event=event_id).select_related("reservation"):
        charge = charges.pop(payment.reference, None)
        is_live = payment.reservation is not None and payment.reservation.status == "confirmed"
        if charge == "captured" and not is_live:
            yield f"payment {payment.reference} was charged, but nothing is booked for it"
        if charge == "authorised":
            yield f"payment {payment.reference} was set aside and never settled"
        if is_live and charge != "captured":
            yield f"reservation {payment.reservation_id} was not charged: {charge}"
        if is_live:
            paid.add(payment.reservation_id)
    for reference, status in charges.items():
        if status in {"captured", "authorised"}:
            yield f"charge {reference} is {status}, and nobody knows of it"
    for reservation in Reservation.objects.filter(event=event_id, status="confirmed"):
        if is_paid_online(reservation.payment_method) and reservation.pk not in paid:
            yield f"reservation {reservation.pk} has no payment"


if __name__ == "__main__":
    main()
