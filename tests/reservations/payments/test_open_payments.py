"""Payments that stay open: what the buyer or their bank decides later is booked, or voided."""

from datetime import timedelta

import pytest

from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import UnlockSeats
from reservations.domain.errors import PaymentUnavailable, PaymentUnderWay
from reservations.domain.states import PaymentStatus, Person
from reservations.models import DemoCharge, Event, Payment, Reservation, Seat
from reservations.payments import checkout, open_payments
from reservations.payments.demo import ASKING
from reservations.ports.payment_provider import Stage, provider
from tests.factories import let_locks_run_out, seat_ids
from tests.reservations.payments.books import faults_of, held, money, order_of, reconcile, sold
from tests.reservations.payments.providers import Died, Faulty

pytestmark = pytest.mark.django_db(transaction=True)
THOROUGH = pytest.mark.thorough


def _opened(event: Event, who: Person, key: str | None = None) -> str:
    return checkout.reserve(order_of(event, who, ASKING, key=key))["open_payment"]


def _answer(reference: str, *, approves: bool = True) -> None:
    """Let the buyer answer their bank, which nobody tells the shop."""
    bank = provider()
    assert isinstance(bank, Faulty)
    bank.answer_bank(reference=reference, approves=approves)


def _expire(reference: str) -> None:
    past = Payment.objects.get(reference=reference).created_at - timedelta(days=1)
    Payment.objects.filter(reference=reference).update(expires_at=past)


def test_seats_are_held_longer_than_their_payment_may_stay_open(
    event: Event, alice: Person
) -> None:
    before = {seat.pk: seat.locked_until for seat in Seat.objects.filter(event=event)}
    payment = Payment.objects.get(reference=_opened(event, alice))
    assert (payment.status, payment.reservation, held(event)) == (PaymentStatus.OPEN, None, 2)
    assert payment.expires_at is not None
    for seat in Seat.objects.filter(pk__in=seat_ids(event)[:2]):
        assert seat.locked_until is not None
        assert payment.expires_at < seat.locked_until != before[seat.pk]
    assert faults_of(event) == []


def test_an_approved_payment_is_booked_and_captured_once(event: Event, alice: Person) -> None:
    reference = _opened(event, alice, key="k")
    assert checkout.reserve(order_of(event, alice, ASKING, key="k"))["open_payment"] == reference
    first = open_payments.advance(reference)
    assert first is not None
    assert first.action_url.startswith("/api/")
    assert (first.stage, sold(event)) == (Stage.ACTION, 0)
    _answer(reference)
    open_payments.advance(reference)
    assert open_payments.advance(reference) is None
    assert (money(), sold(event)) == ([("captured", "captured")], 2)
    booked = Reservation.objects.get()
    assert booked.total_price == 100
    assert booked.payment_method == ASKING
    assert faults_of(event) == []


def test_a_declined_payment_keeps_the_locks_and_another_one_can_be_made(
    event: Event, alice: Person
) -> None:
    reference = _opened(event, alice)
    _answer(reference, approves=False)
    open_payments.advance(reference)
    assert (money(), held(event)) == ([("declined", "declined")], 2)
    checkout.reserve(order_of(event, alice))
    assert (money()[1], sold(event)) == (("captured", "captured"), 2)


def test_a_second_payment_waits_until_the_open_one_is_given_up(event: Event, alice: Person) -> None:
    reference = _opened(event, alice)
    with pytest.raises(PaymentUnderWay):
        checkout.reserve(order_of(event, alice))
    open_payments.give_up(reference)
    assert (money(), held(event)) == ([("voided", "voided")], 2)
    checkout.reserve(order_of(event, alice))
    assert (money()[1], sold(event)) == (("captured", "captured"), 2)


def test_many_payments_hold_seats_no_longer_than_one_could(event: Event, alice: Person) -> None:
    open_payments.give_up(_opened(event, alice))
    locked = Seat.objects.filter(pk__in=seat_ids(event)[:2])
    long_ago = Payment.objects.get().created_at - timedelta(minutes=25)
    locked.update(locked_at=long_ago)
    before = set(locked.values_list("locked_until", flat=True))
    payment = Payment.objects.get(reference=_opened(event, alice))
    # A hold lasts at most a quarter of an hour, and then another one for its payment.
    assert payment.expires_at is not None
    assert payment.expires_at <= long_ago + timedelta(minutes=30)
    assert set(locked.values_list("locked_until", flat=True)) == before


@pytest.mark.parametrize("approves", [True, pytest.param(False, marks=THOROUGH)])
def test_reconciliation_asks_for_what_nobody_told(
    approves: bool, event: Event, alice: Person
) -> None:
    reference = _opened(event, alice)
    assert "open" in reconcile()
    assert held(event) == 2
    _answer(reference, approves=approves)
    reconcile()
    ended = "captured" if approves else "declined"
    assert (money(), sold(event)) == ([(ended, ended)], 2 if approves else 0)
    assert reconcile() == ""


@pytest.mark.parametrize("approves", [pytest.param(True, marks=THOROUGH), False])
def test_an_expired_payment_is_voided_unless_it_was_approved(
    approves: bool, event: Event, alice: Person
) -> None:
    reference = _opened(event, alice)
    if approves:
        _answer(reference)
    _expire(reference)
    reconcile()
    ended = "captured" if approves else "voided"
    assert (money(), sold(event)) == ([(ended, ended)], 2 if approves else 0)


def test_an_answer_after_the_void_charges_nobody(event: Event, alice: Person) -> None:
    reference = _opened(event, alice)
    open_payments.give_up(reference)
    _answer(reference)
    open_payments.advance(reference)
    assert (money(), sold(event), held(event)) == ([("voided", "voided")], 0, 2)


@pytest.mark.parametrize("why", ["unlocked", pytest.param("expired", marks=THOROUGH)])
def test_seats_given_up_while_the_payment_was_open_are_not_charged(
    why: str, event: Event, alice: Person
) -> None:
    reference = _opened(event, alice)
    if why == "unlocked":
        CommandQueue(event.pk).submit(UnlockSeats(alice, seat_ids(event)[:1]))
    else:
        let_locks_run_out(event)
    _answer(reference)
    open_payments.advance(reference)
    assert (money(), sold(event)) == ([("voided", "voided")], 0)


def test_a_provider_that_is_away_leaves_the_payment_open(event: Event, alice: Person) -> None:
    reference = _opened(event, alice)
    _answer(reference)
    Faulty.fails.add("look_up")
    with pytest.raises(PaymentUnavailable):
        open_payments.advance(reference)
    assert "does not answer" in reconcile(fails=True)
    assert (money(), held(event)) == ([("open", "authorised")], 2)
    Faulty.fails.clear()
    reconcile()
    assert (money(), sold(event)) == ([("captured", "captured")], 2)


@pytest.mark.parametrize(
    ("call", "when"),
    [
        pytest.param("start", "before", marks=THOROUGH),
        pytest.param("start", "after", marks=THOROUGH),
        pytest.param("look_up", "before", marks=THOROUGH),
        ("look_up", "after"),
        pytest.param("capture", "before", marks=THOROUGH),
        ("capture", "after"),
    ],
)
def test_a_process_that_dies_leaves_a_booking_and_a_charge_or_neither(
    call: str, when: str, event: Event, alice: Person
) -> None:
    Faulty.dies.add((call, when))
    with pytest.raises(Died):  # noqa: PT012 - it dies at one of the steps
        reference = _opened(event, alice)
        _answer(reference)
        open_payments.advance(reference)
    Faulty.dies.clear()
    reconcile()
    is_booked = call != "start"
    expected = ("captured", "captured") if is_booked else ("voided", "voided")
    assert (money(), sold(event)) == ([expected], 2 if is_booked else 0)
    assert reconcile() == ""
    assert faults_of(event) == []


def test_a_payment_that_dies_while_it_is_voided_is_voided_later(
    event: Event, alice: Person
) -> None:
    reference = _opened(event, alice)
    Faulty.dies.add(("void", "before"))
    with pytest.raises(Died):
        open_payments.give_up(reference)
    Faulty.dies.clear()
    _answer(reference)
    assert DemoCharge.objects.get().status == "authorised"
    reconcile()
    assert (money(), sold(event)) == ([("voided", "voided")], 0)
