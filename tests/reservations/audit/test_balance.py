"""The audit of an event's money finds every change that was made to it by hand."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from reservations.domain.commands import CancelReservation, MarkPaid, SellSeats
from reservations.domain.states import BoxOfficeMethod
from reservations.models import Reservation, Settlement
from reservations.payments.paying_back import mark_paid_back
from tests.factories import Clock
from tests.reservations.audit.histories import History
from tests.reservations.audit.past import differences

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def history(clock: Clock) -> History:
    """A5 to A8: sold at the box office; A1: cancelled and paid back; A2: cancelled, to be paid."""
    history = History(clock)
    boss = history.people[0]
    history.do(SellSeats(boss, tuple(history.ids[4:]), BoxOfficeMethod.CASH, "Zoe"))
    for place, is_paid_back in ((0, True), (1, False)):
        history.do(SellSeats(boss, (history.ids[place],), BoxOfficeMethod.CARD_READER, "Bo"))
        sold = Reservation.objects.latest("pk")
        history.do(CancelReservation(boss, sold.pk, as_organiser=True))
        if is_paid_back:
            mark_paid_back(event_id=history.event.pk, reservation_id=sold.pk, actor_id=boss.id)
    return history


def _paid() -> Settlement:
    return Settlement.objects.filter(kind="paid").earliest("pk")


def test_money_of_the_box_office_that_balances_passes(history: History) -> None:
    assert sorted(Settlement.objects.values_list("kind", "amount")) == [
        *[("paid", Decimal("50.00"))] * 2,
        ("paid", Decimal("200.00")),
        ("paid_back", Decimal("-50.00")),
    ]
    assert differences(history.event) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda: _paid().delete(),
        lambda: Settlement.objects.filter(pk=_paid().pk).update(amount="199.99"),
        lambda: Settlement.objects.filter(kind="paid_back").update(amount="-50.01"),
        lambda: Settlement.objects.filter(pk=_paid().pk).update(
            reservation=Reservation.objects.latest("pk")
        ),
    ],
)
def test_changed_money_of_the_box_office_is_reported(
    change: Callable[[], object], history: History
) -> None:
    change()
    assert differences(history.event) != []


def test_a_booking_that_is_paid_without_any_money_is_reported(history: History) -> None:
    buyer = history.people[1]
    history.clock.advance(1)
    history.do(SellSeats(buyer, (history.ids[2],), BoxOfficeMethod.CASH, "Ida"))
    booked = Reservation.objects.latest("pk")
    history.do(MarkPaid(buyer, booked.pk))
    Settlement.objects.filter(reservation=booked).delete()
    assert any("costs 50.00; of its money 0.00" in line for line in differences(history.event))
