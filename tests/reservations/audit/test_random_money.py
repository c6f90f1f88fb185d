"""The money of events balances to the last unit after whatever people and providers do with it.

For other seeds: `SEEDS=100-400 pytest tests/reservations/audit/test_random_money.py`.
"""

import os
import random
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import TypeVar

import pytest
from django.db.models import Sum
from hypothesis import settings as profile
from pytest_django import Settings

from reservations.audit.verification import Counts, differences
from reservations.bookings.settlements import to_pay_back
from reservations.domain.commands import (
    CancelReservation,
    LockSeats,
    MarkPaid,
    MergeBookings,
    SellSeats,
    SplitBooking,
)
from reservations.domain.errors import SeatcastError
from reservations.domain.states import BoxOfficeMethod, PaymentStatus
from reservations.models import Event, Payment, Reservation, Settlement
from reservations.payments.due_calls import settle_now_or_later
from reservations.payments.found_refunds import follow_refunds
from reservations.payments.paying_back import mark_paid_back
from reservations.payments.refunds import refund_part
from reservations.ports import payment_provider as provider_module
from reservations.ports.payment_provider import RefundStage
from tests.factories import Clock
from tests.reservations.audit.histories import History
from tests.reservations.audit.refunding import (
    Refunding,
    decide,
    left_of,
    paid_out,
    refund_in_dashboard,
)

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T", Reservation, Payment)
STEPS = 120
# The price of an event's first seat, by currency: with as many decimals as it has.
CURRENCIES = {"EUR": Decimal("33.33"), "JPY": Decimal(3300), "CHF": Decimal("19.95")}


def _seeds() -> range:
    first, _, end = os.environ.get("SEEDS", "").partition("-")
    return range(int(first), int(end)) if end else range(profile().max_examples // 25)


class MoneyHistory(History):
    """A history in which much is paid, refunded and paid back."""

    def __init__(self, clock: Clock, seed: int) -> None:
        super().__init__(clock)
        Refunding.begin(seed)
        currency = list(CURRENCIES)[seed % len(CURRENCIES)]
        price = CURRENCIES[currency]
        fee = Decimal(seed % 2 * 2)
        Event.objects.filter(pk=self.event.pk).update(
            currency=currency, price=price, booking_fee=fee, payment_seconds=100_000
        )
        for number, seat_id in enumerate(self.ids):
            self.event.seats.filter(pk=seat_id).update(price=price * (1 + number % 3))
        self.event.refresh_from_db()

    def _step(self, chance: random.Random) -> None:
        if chance.random() < 0.4:
            super()._step(chance)
            return
        person = chance.choice(self.people)
        booking = self._any(Reservation, chance)
        payment = self._any(Payment, chance)
        some = tuple(chance.sample(self.ids, chance.choice([1, 2])))
        match chance.randrange(10):
            case 0 | 1 if booking:
                self.do(MarkPaid(person, booking.pk))
            case 2 if booking:
                mark_paid_back(
                    event_id=self.event.pk, reservation_id=booking.pk, actor_id=person.id
                )
            case 3 if booking:
                self.do(CancelReservation(person, booking.pk, as_organiser=True))
            case 4 if payment and payment.status == PaymentStatus.CAPTURED:
                amount = min(left_of(payment.reference), Decimal(chance.choice([5, 20, 100])))
                if amount > 0 and chance.random() < 0.3:
                    refund_in_dashboard(payment.reference, amount)
            case 5 if payment:
                decide(payment.reference, chance.choice([RefundStage.MADE, RefundStage.FAILED]))
            case 6 if payment:
                follow_refunds(payment.reference)
            case 7 | 8:
                self.do(LockSeats(person, some))
                self.book(person, *some, method=chance.choice(["card", "invoice"]))
            case 9:
                self.do(SellSeats(person, some, chance.choice(list(BoxOfficeMethod)), "Zoe"))
            case _:
                self.refund_what_is_due()

    def _any(self, model: type[T], chance: random.Random) -> T | None:
        found = list(model.objects.filter(event=self.event).order_by("pk"))
        return chance.choice(found) if found else None

    def refund_what_is_due(self) -> None:
        due = [PaymentStatus.REFUND_DUE, PaymentStatus.VOID_DUE]
        for payment in Payment.objects.filter(event=self.event, status__in=due):
            settle_now_or_later(payment.reference)
        rows = Settlement.objects.filter(event=self.event, status=PaymentStatus.REFUND_DUE)
        for row in rows.select_related("payment"):
            with suppress(SeatcastError):
                refund_part(row)

    def finish(self) -> None:
        """Let the provider decide all refunds, and tell what it did."""
        for _ in range(3):
            self.refund_what_is_due()
            for reference in Payment.objects.values_list("reference", flat=True):
                for place, each in enumerate(Refunding.made[reference]):
                    if each.stage is RefundStage.PENDING:
                        Refunding.made[reference][place] = type(each)(
                            each.provider_reference, each.reference, each.amount, RefundStage.MADE
                        )
                follow_refunds(reference)


@pytest.fixture(autouse=True)
def refunding(settings: Settings) -> Iterator[None]:
    settings.SEATCAST_PAYMENT_PROVIDER = f"{Refunding.__module__}.Refunding"
    provider_module.provider.cache_clear()
    yield
    provider_module.provider.cache_clear()


@pytest.mark.parametrize("seed", _seeds())
def test_money_balances_and_is_what_the_provider_has_refunded(clock: Clock, seed: int) -> None:
    history = MoneyHistory(clock, seed)
    for part in range(3):
        history.go_on_at_random(STEPS // 3, seed=3 * seed + part)
        assert list(differences(event_id=history.event.pk, counts=Counts())) == []
    history.finish()
    assert list(differences(event_id=history.event.pk, counts=Counts())) == []
    whole = Payment.objects.filter(status=PaymentStatus.REFUNDED).aggregate(sum=Sum("amount"))
    parts = Settlement.objects.filter(status=PaymentStatus.REFUNDED).aggregate(sum=Sum("amount"))
    assert (whole["sum"] or 0) - (parts["sum"] or 0) == paid_out()


@pytest.mark.parametrize("change", ["merge", "split"])
def test_money_that_comes_back_goes_to_the_seats_it_pays_for(clock: Clock, change: str) -> None:
    history = MoneyHistory(clock, 0)
    buyer, (first, second, third, *_) = history.people[0], history.ids
    history.do(LockSeats(buyer, (first, second)))
    paid = history.book(buyer, first, second, method="card")
    payment = Payment.objects.get(reservation=paid)
    refund_in_dashboard(payment.reference, payment.amount)
    follow_refunds(payment.reference)
    if change == "split":
        history.do(SplitBooking(buyer, paid.pk, (second,)))
    else:
        history.do(SellSeats(buyer, (third,), BoxOfficeMethod.CASH, "Zoe"))
        other = Reservation.objects.latest("pk")
        history.do(MergeBookings(buyer, other.pk, paid.pk, is_confirmed=True))
    decide(payment.reference, RefundStage.FAILED)
    follow_refunds(payment.reference)
    assert list(differences(event_id=history.event.pk, counts=Counts())) == []
    assert not any(map(to_pay_back, Reservation.objects.all()))
