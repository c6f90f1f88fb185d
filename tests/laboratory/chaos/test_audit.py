"""The audit finds each violation."""

from collections.abc import Callable

import pytest
from django.db import connection

from laboratory.chaos.audit import audit, truth
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats
from reservations.domain.states import Person, SeatStatus
from reservations.models import DemoCharge, Event, Payment, Reservation, ReservationSeat, Seat
from reservations.payments import checkout, refunds
from reservations.payments.checkout import Order
from tests.factories import make_event, make_person, seat_ids

pytestmark = pytest.mark.django_db(transaction=True)


def _book(event: Event, who: Person, seats: tuple[int, ...], method: str = "card") -> str:
    CommandQueue(event.pk).submit(LockSeats(who, seats))
    order = Order(event_id=event.pk, actor=who, seat_ids=seats, payment_method=method)
    return checkout.reserve(order)["reservation"]["id"]


@pytest.fixture
def sale() -> Event:
    """Alice has two seats by card, bob one by invoice, and one of carol's is cancelled again."""
    event = make_event(seats=6)
    ids = seat_ids(event)
    alice, bob, carol = (make_person(name) for name in ("alice", "bob", "carol"))
    _book(event, alice, ids[:2])
    _book(event, bob, ids[2:3], "invoice")
    gone = _book(event, carol, ids[3:4])
    booking = Reservation.objects.get(public_id=gone)
    refunds.cancel(event_id=event.pk, actor=carol, reservation_id=booking.pk)
    return event


def test_a_correct_sale_has_no_violations(sale: Event) -> None:
    assert list(audit(sale.pk)) == []
    found = truth(sale.pk)
    assert found["reservations"] == {"confirmed": 2, "cancelled": 1}
    assert found["charges"] == {"captured": 1, "refunded": 1}
    assert [status for status, _, _ in found["seats"]] == [2, 2, 2, 0, 0, 0]


def _free(event: Event) -> None:
    first = seat_ids(event)[0]
    Seat.objects.filter(pk=first).update(status=SeatStatus.AVAILABLE, reservation=None)


def _lose_a_part(event: Event) -> None:
    ReservationSeat.objects.filter(seat=seat_ids(event)[0]).delete()


def _charge_for_nothing(_: Event) -> None:
    DemoCharge.objects.filter(status="refunded").update(status="captured")


def _forget_what_was_set_aside(_: Event) -> None:
    DemoCharge.objects.filter(status="refunded").update(status="authorised")


def _give_away(_: Event) -> None:
    DemoCharge.objects.filter(status="captured").update(status="voided")


def _lose_the_payment(_: Event) -> None:
    Payment.objects.filter(status="captured").delete()


@pytest.mark.parametrize(
    ("break_it", "violation_text"),
    [
        (_free, "has not got its seat"),
        (_lose_a_part, "does not cost what its seats do"),
        (_lose_a_part, "is reserved by no live booking"),
        (_charge_for_nothing, "nothing is booked for it"),
        (_forget_what_was_set_aside, "set aside and never settled"),
        (_give_away, "was not charged"),
        (_lose_the_payment, "has no payment"),
        (_lose_the_payment, "nobody knows of it"),
    ],
)
def test_each_violation_is_found(
    break_it: Callable[[Event], None], violation_text: str, sale: Event
) -> None:
    break_it(sale)
    assert any(violation_text in violation for violation in audit(sale.pk))


def test_a_double_sale_is_found(sale: Event) -> None:
    event = sale
    first, second = Reservation.objects.filter(status="confirmed").order_by("pk")
    seat = first.seats.all()[0]
    index = next(
        each
        for each in ReservationSeat._meta.constraints
        if each.name == "a_seat_is_in_at_most_one_live_reservation"
    )
    # The database forbids it, so what forbids it is taken out of the way.
    with connection.schema_editor() as editor:
        editor.remove_constraint(ReservationSeat, index)
    try:
        twice = ReservationSeat.objects.create(
            reservation=second, event=event, seat_id=seat.seat_id, price=seat.price
        )
        violations = list(audit(event.pk))
        assert "seat A1 is in 2 live bookings" in violations
        twice.delete()
    finally:
        with connection.schema_editor() as editor:
            editor.add_constraint(ReservationSeat, index)
