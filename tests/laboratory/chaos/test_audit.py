"""The audit finds each violation."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from laboratory.chaos.audit import audit, truth
from reservations.domain.commands import LockSeats
from reservations.domain.states import Person, SeatStatus
from reservations.models import DemoCharge, Event, Payment, Reservation, ReservationSeat, Seat
from reservations.payments import checkout, refunds
from reservations.payments.checkout import Order
from reservations.write.command_queue import CommandQueue
from tests.factories import make_event, make_person, seat_ids

pytestmark = pytest.mark.django_db(transaction=True)

Promises = dict[str, Any]


def _book(event: Event, who: Person, seats: tuple[int, ...], method: str = "card") -> str:
    CommandQueue(event.pk).submit(LockSeats(who, seats))
    order = Order(event_id=event.pk, actor=who, seat_ids=seats, payment_method=method)
    return checkout.reserve(order)["reservation"]["id"]


@pytest.fixture
def sale() -> tuple[Event, Promises]:
    """Alice has two seats by card, bob one by invoice, and one of carol's is cancelled again."""
    event = make_event(seats=6)
    ids = seat_ids(event)
    alice, bob, carol = (make_person(name) for name in ("alice", "bob", "carol"))
    booked = {
        _book(event, alice, ids[:2]): {"user": "alice", "seats": list(ids[:2]), "method": "card"},
        _book(event, bob, ids[2:3], "invoice"): {
            "user": "bob",
            "seats": list(ids[2:3]),
            "method": "invoice",
        },
    }
    gone = _book(event, carol, ids[3:4])
    booked[gone] = {"user": "carol", "seats": list(ids[3:4]), "method": "card"}
    booking = Reservation.objects.get(public_id=gone)
    refunds.cancel(event_id=event.pk, actor=carol, reservation_id=booking.pk)
    return event, {
        "booked": booked,
        "cancelled": [gone],
        "perhaps_cancelled": [gone],
        "never_answered": [],
    }


def test_a_correct_sale_has_no_violations(sale: tuple[Event, Promises]) -> None:
    event, promises = sale
    assert list(audit(event_id=event.pk, promises=promises)) == []
    found = truth(event.pk)
    assert found["reservations"] == {"confirmed": 2, "cancelled": 1}
    assert found["charges"] == {"captured": 1, "refunded": 1}
    assert [status for status, _, _ in found["seats"]] == [2, 2, 2, 0, 0, 0]


def _free(event: Event, _: Promises) -> None:
    first = seat_ids(event)[0]
    Seat.objects.filter(pk=first).update(status=SeatStatus.AVAILABLE, reservation=None)


def _lose_a_part(event: Event, _: Promises) -> None:
    ReservationSeat.objects.filter(seat=seat_ids(event)[0]).delete()


def _charge_for_nothing(_: Event, __: Promises) -> None:
    DemoCharge.objects.filter(status="refunded").update(status="captured")


def _forget_what_was_set_aside(_: Event, __: Promises) -> None:
    DemoCharge.objects.filter(status="refunded").update(status="authorised")


def _give_away(_: Event, __: Promises) -> None:
    DemoCharge.objects.filter(status="captured").update(status="voided")


def _lose_the_payment(_: Event, __: Promises) -> None:
    Payment.objects.filter(status="captured").delete()


def _promise_too_much(_: Event, promises: Promises) -> None:
    promises["booked"]["Z" * 16] = {"user": "alice", "seats": [1], "method": "card"}


def _promise_other_seats(_: Event, promises: Promises) -> None:
    next(iter(promises["booked"].values()))["seats"] = [1]


def _promise_a_cancellation(_: Event, promises: Promises) -> None:
    promises["cancelled"].append(next(iter(promises["booked"])))


def _cancel_unasked(_: Event, promises: Promises) -> None:
    promises["cancelled"], promises["perhaps_cancelled"] = [], []


def _tell_nobody(_: Event, promises: Promises) -> None:
    del promises["booked"][next(iter(promises["booked"]))]


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
        (_promise_too_much, "is not there"),
        (_promise_other_seats, "is not the one that was acknowledged"),
        (_promise_a_cancellation, "was cancelled, and is live"),
        (_cancel_unasked, "somebody else cancelled it"),
        (_tell_nobody, "was told that nothing is booked"),
    ],
)
def test_each_violation_is_found(
    break_it: Callable[[Event, Promises], None], violation_text: str, sale: tuple[Event, Promises]
) -> None:
    event, promises = sale
    break_it(event, promises)
    assert any(
        violation_text in violation for violation in audit(event_id=event.pk, promises=promises)
    )


def test_a_double_sale_is_found(sale: tuple[Event, Promises]) -> None:
    event, promises = sale
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
        violations = list(audit(event_id=event.pk, promises=promises))
        assert "seat A1 is in 2 live bookings" in violations
        twice.delete()
    finally:
        with connection.schema_editor() as editor:
            editor.add_constraint(ReservationSeat, index)
