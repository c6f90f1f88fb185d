"""Payments of seats that are held with a promo code, which ends while they are open."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import (
    AllocateSeats,
    EndAllocations,
    LockSeats,
    ReleaseLocks,
    UnlockSeats,
)
from reservations.domain.errors import PromoCodeUsed
from reservations.domain.states import AllocationKind, PaymentStatus, Person, SeatStatus
from reservations.models import (
    Allocation,
    DemoCharge,
    Event,
    Payment,
    PromoCode,
    ReservationSeat,
    Seat,
)
from reservations.organising import promo_codes
from reservations.organising.held_prices import prices_of_holds_kept
from reservations.payments import checkout, open_payments
from reservations.payments.demo import ASKING
from tests.factories import let_locks_run_out, make_person, seat_ids
from tests.reservations.payments.books import faults_of, held, money, order_of, reconcile, sold

pytestmark = pytest.mark.django_db(transaction=True)

CODE = "SPONSOR-2030"


@pytest.fixture
def boss(event: Event) -> Person:
    """An organiser, who has kept A1 and A2 for a sponsor. The code is good for both."""
    person = make_person("boss")
    keep = AllocateSeats(person, seat_ids(event)[:2], AllocationKind.CHANNEL, "Sponsor")
    CommandQueue(event.pk).submit(keep)
    promo_codes.create_promo_code(
        event_id=event.pk,
        actor_id=person.id,
        allocation_id=Allocation.objects.get().pk,
        max_seats=2,
        text=CODE,
    )
    return person


@pytest.fixture
def alice(event: Event, boss: Person) -> Person:
    """A person who holds A1 and A2 with the code."""
    person = make_person("alice")
    _lock(event, person)
    return person


def _lock(event: Event, who: Person) -> None:
    CommandQueue(event.pk).submit(LockSeats(who, seat_ids(event)[:2], CODE))


def _opened(event: Event, who: Person) -> str:
    return checkout.reserve(order_of(event, who, ASKING))["open_payment"]


def _approve(reference: str) -> None:
    DemoCharge.objects.filter(reference=reference).update(status=DemoCharge.Status.AUTHORISED)


def _sold_with_code() -> int:
    return ReservationSeat.objects.filter(live=True, promo_code__code=CODE).count()


def _statuses(event: Event) -> set[int]:
    kept = Seat.objects.filter(pk__in=seat_ids(event)[:2])
    return set(kept.values_list("status", flat=True))


def _withdraw(event: Event, boss: Person) -> None:
    code = PromoCode.objects.get()
    promo_codes.withdraw_promo_code(event_id=event.pk, actor_id=boss.id, code_id=code.pk)


def _expire(event: Event, boss: Person) -> None:
    PromoCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def _end_allocation(event: Event, boss: Person) -> None:
    Allocation.objects.update(until=timezone.now() - timedelta(seconds=1))
    CommandQueue(event.pk).submit(EndAllocations())


def _lower_limit(event: Event, boss: Person) -> None:
    PromoCode.objects.update(max_seats=1)


ENDS = [
    _withdraw,
    _end_allocation,
    *(pytest.param(end, marks=pytest.mark.thorough) for end in (_expire, _lower_limit)),
]
End = Callable[[Event, Person], None]


@pytest.mark.parametrize("end", ENDS)
def test_what_is_held_is_paid_at_its_price_after_the_code_has_ended(
    end: End, event: Event, boss: Person, alice: Person
) -> None:
    reference = _opened(event, alice)
    end(event, boss)
    with prices_of_holds_kept(event, now=timezone.now()):
        Event.objects.update(price=Decimal(90))
    _approve(reference)
    open_payments.advance(reference)
    assert (money(), sold(event), _sold_with_code()) == ([("captured", "captured")], 2, 2)
    assert Payment.objects.get().amount == 100
    assert faults_of(event) == []


@pytest.mark.thorough
@pytest.mark.parametrize("end", ENDS)
def test_a_payment_can_be_started_after_the_code_has_ended(
    end: End, event: Event, boss: Person, alice: Person
) -> None:
    end(event, boss)
    checkout.reserve(order_of(event, alice))
    assert (money(), sold(event), _sold_with_code()) == ([("captured", "captured")], 2, 2)


def test_seats_of_a_declined_payment_go_back_to_the_channel_with_their_hold(
    event: Event, boss: Person, alice: Person
) -> None:
    reference = _opened(event, alice)
    _withdraw(event, boss)
    DemoCharge.objects.update(status=DemoCharge.Status.DECLINED)
    open_payments.advance(reference)
    assert (money(), held(event)) == ([("declined", "declined")], 2)
    CommandQueue(event.pk).submit(UnlockSeats(alice, seat_ids(event)[:2]))
    assert _statuses(event) == {SeatStatus.BLOCKED}
    assert faults_of(event) == []


def test_uses_are_counted_as_long_as_their_payment_is_open(
    event: Event, boss: Person, alice: Person
) -> None:
    reference, bob = _opened(event, alice), make_person("bob")
    Seat.objects.filter(pk=seat_ids(event)[2]).update(
        status=SeatStatus.BLOCKED, allocation=PromoCode.objects.get().allocation
    )
    other = LockSeats(bob, seat_ids(event)[2:3], CODE)
    with pytest.raises(PromoCodeUsed):
        CommandQueue(event.pk).submit(other)
    open_payments.give_up(reference)
    with pytest.raises(PromoCodeUsed):
        CommandQueue(event.pk).submit(other)
    CommandQueue(event.pk).submit(UnlockSeats(alice, seat_ids(event)[:2]))
    CommandQueue(event.pk).submit(other)
    assert _sold_with_code() == 0


def test_a_payment_that_is_approved_after_another_has_the_last_use_is_voided(
    event: Event, boss: Person, alice: Person
) -> None:
    reference, bob = _opened(event, alice), make_person("bob")
    let_locks_run_out(event)
    _lock(event, bob)
    _approve(reference)
    open_payments.advance(reference)
    assert (money(), sold(event)) == ([("voided", "voided")], 0)
    checkout.reserve(order_of(event, bob))
    assert (money()[1], sold(event), _sold_with_code()) == (("captured", "captured"), 2, 2)


def test_a_payment_whose_seats_the_box_office_releases_is_voided(
    event: Event, boss: Person, alice: Person
) -> None:
    reference = _opened(event, alice)
    CommandQueue(event.pk).submit(ReleaseLocks(boss, seat_ids(event)[:2]))
    assert _statuses(event) == {SeatStatus.BLOCKED}
    _approve(reference)
    open_payments.advance(reference)
    assert (money(), sold(event)) == ([("voided", "voided")], 0)
    assert reconcile() == ""
    assert Payment.objects.get().status == PaymentStatus.VOIDED
