"""`manage.py verify_ledger` reports faulty reservations and payments."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from reservations.domain.states import UNDECIDED, PaymentStatus
from reservations.models import Event, Payment, Reservation, ReservationSeat
from tests.reservations.audit.past import Past

pytestmark = pytest.mark.django_db

# The others have none, and a constraint says so.
WITHOUT = {*UNDECIDED, PaymentStatus.DECLINED, PaymentStatus.REFUND_FAILED}
WITH_A_RESERVATION = sorted(set(PaymentStatus) - WITHOUT)


def _forge(past: Past, **fields: object) -> Reservation:
    """Write down a booking of A8 that was never made."""
    return Reservation.objects.create(
        **{
            "event": past.event,
            "user_id": past.alice.id,
            "payment_method": "cash",
            "total_price": 50,
            "currency": "EUR",
            "created_at": past.clock.now,
            **fields,
        }
    )


def _forge_with_seat(past: Past, *, live: bool = True, **fields: object) -> None:
    ReservationSeat.objects.create(
        reservation=_forge(past, **fields),
        event=past.event,
        seat_id=past.ids["A8"],
        price=50,
        live=live,
    )


def _cancel(past: Past) -> None:
    past.reservation(past.cash, status="cancelled", cancelled_at=past.clock.now)


def _other_event(past: Past) -> Event:
    return Event.objects.create(name="Other", venue="", date=past.event.date, price=1)


RESERVATIONS = {
    "another price of a seat": (
        lambda past: past.booked(past.paid, "A1").update(price=Decimal("49.99")),
        ["reservation {paid}: costs 100.00, its seats and fees together 99.99"],
    ),
    "another total": (
        lambda past: past.reservation(past.cash, total_price=0),
        ["reservation {cash}: costs 0.00, its seats and fees together 50.00"],
    ),
    "a cancelled one of another total": (
        lambda past: past.reservation(past.refunded, total_price=99),
        [
            "reservation {refunded}: costs 99.00, its seats and fees together 100.00",
            "payment * of reservation {refunded}: its amount is 100.00 EUR, the reservation's is"
            " 99.00 EUR",
        ],
    ),
    "a seat was taken out": (
        lambda past: past.booked(past.paid, "A2").delete(),
        [
            "change 3, reservation {paid}: reserved with seat A2, which it does not have",
            "reservation {paid}: costs 100.00, its seats and fees together 50.00",
            "seat A2: sold with no reservation as live reservations say; the seat says"
            " reservation {paid}",
        ],
    ),
    "all seats were taken out": (
        lambda past: past.booked(past.cash).delete(),
        [
            "change 5, reservation {cash}: reserved with seat A3, which it does not have",
            "reservation {cash}: costs 50.00, its seats and fees together 0.00",
            "reservation {cash}: has no seats",
            "seat A3: sold with no reservation as live *; the seat says reservation {cash}",
        ],
    ),
    "a seat was put in": (
        lambda past: ReservationSeat.objects.create(
            reservation=past.cash, event=past.event, seat_id=past.ids["A8"], price=0
        ),
        [
            "change 5, reservation {cash}: reserved without its seat A8",
            "seat A8: sold with reservation {cash} as live *; the seat says no reservation",
        ],
    ),
    "a seat is in another": (
        lambda past: past.booked(past.paid, "A1").update(reservation=past.cash),
        [
            "change 3, reservation {paid}: reserved with seat A1, which it does not have",
            "change 5, reservation {cash}: reserved without its seat A1",
            "reservation {paid}: costs 100.00, its seats and fees together 50.00",
            "reservation {cash}: costs 50.00, its seats and fees together 100.00",
            "seat A1: sold with reservation {cash} as live *; the seat says reservation {paid}",
        ],
    ),
    "a live one without a live seat": (
        lambda past: past.booked(past.paid, "A2").update(live=False),
        [
            "reservation {paid}: is confirmed, but no longer has seat A2",
            "seat A2: sold with no reservation as live *; the seat says reservation {paid}",
        ],
    ),
    "a cancelled one with a live seat": (
        lambda past: past.booked(past.refunded, "A5").update(live=True),
        [
            "reservation {refunded}: is cancelled, but still has seat A5",
            "seat A5: sold with reservation {refunded} as live *; the seat says no reservation",
        ],
    ),
    "cancelled without a command": (
        _cancel,
        ["reservation {cash}: is cancelled, but still has seat A3"],
    ),
    "revived": (
        lambda past: past.reservation(past.refunded, status="confirmed", cancelled_at=None),
        [
            "change 8, reservation {refunded}: cancelled, but the reservation is live",
            "reservation {refunded}: is confirmed, but no longer has seat A4",
            "reservation {refunded}: is confirmed, but no longer has seat A5",
            "payment *: it is refunded, but the reservation is confirmed",
        ],
    ),
    "cancelled at another time": (
        lambda past: past.reservation(past.refunded, cancelled_at=past.clock.now),
        ["change 8, reservation {refunded}: cancelled at *, but the reservation says *"],
    ),
    "made at another time": (
        lambda past: past.reservation(past.cash, created_at=past.clock.now),
        ["change 5, reservation {cash}: reserved at *, but the reservation is of *"],
    ),
    "somebody else's": (
        lambda past: past.reservation(past.cash, user=past.alice.id),
        ["change 5, reservation {cash}: reserved by bob, but the reservation is alice's"],
    ),
    "forged and live": (
        _forge_with_seat,
        [
            "reservation *: it is not in the log",
            "seat A8: sold with reservation * as live *; the seat says no reservation",
        ],
    ),
    "forged and cancelled": (
        lambda past: _forge_with_seat(
            past, live=False, status="cancelled", cancelled_at=past.clock.now
        ),
        ["reservation *: it is not in the log"],
    ),
    "forged without seats": (
        lambda past: _forge(past, total_price=0),
        ["reservation *: has no seats", "reservation *: it is not in the log"],
    ),
    "of another event": (
        lambda past: past.reservation(past.cash, event=_other_event(past)),
        [
            "change 5, reservation {cash}: reserved, but there is no such reservation",
            "seat A3: sold with no reservation as live *; the seat says reservation {cash}",
        ],
    ),
    "seat of another event": (
        lambda past: past.booked(past.cash).update(event=_other_event(past)),
        ["reservation {cash}: has seat A3, which is not of this event"],
    ),
}

PAYMENTS = {
    "another amount": (
        lambda past: past.payment(past.paid, amount=1),
        ["payment *: its amount is 1.00 EUR, the reservation's is 100.00 EUR"],
    ),
    "another currency": (
        lambda past: past.payment(past.paid, currency="CHF"),
        ["payment *: its amount is 100.00 CHF, the reservation's is 100.00 EUR"],
    ),
    "another method": (
        lambda past: past.payment(past.paid, method="card_slow"),
        ["payment *: its method is card_slow, the reservation's is card"],
    ),
    "another user": (
        lambda past: past.payment(past.paid, user=past.bob.id),
        ["payment *: its user is *, the reservation's is *"],
    ),
    "another event": (
        lambda past: past.payment(past.paid, event=_other_event(past)),
        ["payment *: its event is *, the reservation's is *"],
    ),
    "none": (
        lambda past: Payment.objects.filter(reservation=past.paid).delete(),
        ["reservation {paid}: paid by card, but there is no payment"],
    ),
    "another reservation's": (
        lambda past: past.payment(past.paid, reservation=past.cash),
        [
            "reservation {paid}: paid by card, but there is no payment",
            "payment * of reservation {cash}: its user is *, the reservation's is *",
            "payment * of reservation {cash}: its method is card, the reservation's is cash",
            "payment * of reservation {cash}: its amount is 100.00 *",
        ],
    ),
}

SEEDS = {**RESERVATIONS, **PAYMENTS}


@pytest.fixture(autouse=True)
def _money_was_returned(past: Past) -> None:
    past.payment(past.refunded, status=PaymentStatus.REFUNDED)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        # Every third one, from all groups.
        pytest.param(*case, id=name, marks=pytest.mark.thorough if number % 3 else ())
        for number, (name, case) in enumerate(SEEDS.items())
    ],
)
def test_a_changed_reservation_is_reported(
    past: Past, change: Callable[[Past], None], expected: list[str]
) -> None:
    change(past)
    past.expect(*expected)


@pytest.mark.parametrize("status", WITH_A_RESERVATION)
@pytest.mark.parametrize("is_live", [True, False])
def test_a_payments_status_must_match_its_reservation(
    past: Past, status: PaymentStatus, is_live: bool
) -> None:
    past.payment(past.paid if is_live else past.refunded, status=status)
    is_taken = status in {PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED}
    difference = f"payment *: it is {status}, but the reservation is *"
    past.expect(*([difference] if is_taken != is_live else []))


def test_a_payment_without_a_reservation_passes(past: Past) -> None:
    now = past.paid.created_at
    payment = Payment.objects.create(
        **{"reference": "unbooked", "event": past.event, "user_id": past.bob.id, "method": "card"},
        **{"amount": 1, "currency": "EUR", "status": "voided"},
        **{"created_at": now, "updated_at": now},
    )
    for status in (PaymentStatus.PENDING, PaymentStatus.DECLINED, PaymentStatus.VOID_DUE):
        Payment.objects.filter(pk=payment.pk).update(status=status)
        past.expect()


def test_a_booking_that_is_paid_online_needs_a_payment(past: Past) -> None:
    Payment.objects.filter(reservation=past.paid).delete()
    past.expect("reservation {paid}: paid by card, but there is no payment")
