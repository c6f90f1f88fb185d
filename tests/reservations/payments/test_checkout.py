"""The checkout: reservation and payment succeed or fail together."""

import threading
from dataclasses import replace
from queue import Empty
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from accounts.models import Mail, User
from infrastructure.slow_work import turns
from infrastructure.slow_work.kinds import PROVIDER
from infrastructure.slow_work.turns import place
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats, UnlockSeats
from reservations.domain.errors import (
    Busy,
    CancellationClosed,
    KeyInFlight,
    KeyReused,
    LockExpired,
    NotHolder,
    PaymentDeclined,
    PaymentEnded,
    PaymentUnavailable,
    PaymentUnderWay,
    PaymentWithdrawn,
    PriceChanged,
)
from reservations.domain.states import PaymentStatus, Person
from reservations.models import DemoCharge, Event, IdempotencyKey, Payment, Reservation, SeatChange
from reservations.payments import checkout, reconciling, refunds
from reservations.ports.payment_provider import Progress, Request, Stage
from tests.concurrent_commands import PATIENCE_SECONDS, wait_until
from tests.factories import let_locks_run_out, make_person, seat_ids, stored_id
from tests.requesting import requested_by
from tests.reservations.audit.past import differences as faults_of
from tests.reservations.payments.books import held, money, order_of, reconcile, sold
from tests.reservations.payments.providers import Died, Faulty

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("method", ["card", "card_slow", "card_lost"])
def test_a_reservation_is_charged(method: str, event: Event, alice: Person) -> None:
    answer = checkout.reserve(order_of(event, alice, method))
    assert answer["message"] == "Reservation confirmed!"
    assert answer["reservation"]["payment_status"] == "authorised"
    assert money() == [("captured", "captured")]
    payment, charge = Payment.objects.get(), DemoCharge.objects.get()
    assert payment.amount == charge.amount == Reservation.objects.get().total_price == 100
    assert payment.reservation_id == stored_id(answer)


@pytest.mark.parametrize("method", ["invoice", "cash"])
def test_an_offline_payment_method_needs_no_provider(
    method: str, event: Event, alice: Person
) -> None:
    answer = checkout.reserve(order_of(event, alice, method))
    assert answer["reservation"]["payment_status"] == "due"
    assert (money(), Faulty.calls, sold(event)) == ([], [], 2)


def test_a_declined_card_keeps_the_locks(event: Event, alice: Person) -> None:
    with pytest.raises(PaymentDeclined):
        checkout.reserve(order_of(event, alice, "card_declined"))
    assert (money(), held(event)) == ([("declined", "declined")], 2)
    checkout.reserve(order_of(event, alice))
    assert (money()[1], sold(event)) == (("captured", "captured"), 2)


def test_a_failed_capture_cancels_the_reservation(event: Event, alice: Person) -> None:
    with pytest.raises(PaymentDeclined):
        checkout.reserve(order_of(event, alice, "card_withdrawn", key="k"))
    assert (money(), sold(event), held(event)) == ([("voided", "voided")], 0, 0)
    assert Reservation.objects.get().status == "cancelled"
    with pytest.raises(PaymentDeclined):
        checkout.reserve(order_of(event, alice, "card_withdrawn", key="k"))
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("is_found_later", [False, True])
def test_whoever_booked_is_mailed_that_the_capture_failed_and_their_key_says_so(
    event: Event, alice: Person, *, is_found_later: bool
) -> None:
    """Also if the capture is made by reconciliation, after the booking was confirmed."""
    User.objects.filter(pk=alice.id).update(email="alice@example.com")
    if is_found_later:
        Faulty.fails.add("capture")
        checkout.reserve(order_of(event, alice, key="k"))
        Faulty.fails.clear()
        DemoCharge.objects.update(method="card_withdrawn")
        reconcile()
    else:
        with pytest.raises(PaymentWithdrawn):
            checkout.reserve(order_of(event, alice, "card_withdrawn", key="k"))
    ended = Reservation.objects.get()
    assert (money(), ended.status) == ([("voided", "voided")], "cancelled")
    mail = Mail.objects.get(kind=Mail.Kind.WITHDRAWN)
    assert (mail.address, mail.details["booking"]) == ("alice@example.com", ended.public_id)
    assert not Mail.objects.filter(kind=Mail.Kind.ENDED).exists()
    freed = SeatChange.objects.filter(event=event, reason="cancelled")
    assert set(freed.values_list("actor", flat=True)) == {None}
    method = "card" if is_found_later else "card_withdrawn"
    with pytest.raises(PaymentWithdrawn):
        checkout.reserve(order_of(event, alice, method, key="k"))
    assert (Payment.objects.count(), faults_of(event)) == (1, [])


def test_an_unavailable_provider_is_retried_and_then_nothing_is_reserved(
    event: Event, alice: Person
) -> None:
    Faulty.fails.add("start")
    with pytest.raises(PaymentUnavailable):
        checkout.reserve(order_of(event, alice, key="k"))
    assert Faulty.calls == ["start"] * 3 + ["void"]
    assert (money(), held(event)) == ([("voided", "voided")], 2)
    Faulty.fails.clear()
    assert checkout.reserve(order_of(event, alice, key="k"))["reservation"]["id"]
    assert money() == [("voided", "voided"), ("captured", "captured")]


def test_a_reservation_is_confirmed_when_the_capture_is_delayed(
    event: Event, alice: Person
) -> None:
    Faulty.fails.add("capture")
    assert checkout.reserve(order_of(event, alice))["message"] == "Reservation confirmed!"
    assert (money(), sold(event)) == ([("authorised", "authorised")], 2)
    assert "does not answer" in reconcile(fails=True)
    Faulty.fails.clear()
    assert "authorised -> captured" in reconcile()
    assert money() == [("captured", "captured")]


@pytest.mark.parametrize(
    ("call", "when", "is_booked"),
    [
        ("start", "before", False),
        ("start", "after", False),
        ("capture", "before", True),
        ("capture", "after", True),
    ],
)
def test_a_process_that_dies_while_paying_leaves_both_or_neither(
    call: str, when: str, is_booked: bool, event: Event, alice: Person
) -> None:
    Faulty.dies.add((call, when))
    with pytest.raises(Died):
        checkout.reserve(order_of(event, alice, key="k"))
    Faulty.dies.clear()
    assert reconcile(dry_run=True).count("\n") == 1
    reconcile()
    expected = ("captured", "captured") if is_booked else ("voided", "voided")
    assert (money(), sold(event)) == ([expected], 2 if is_booked else 0)
    assert reconcile() == ""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", ["refund", "void"])
def test_a_refund_is_finished_after_a_crash(
    call: str, when: str, event: Event, alice: Person
) -> None:
    if call == "void":
        Faulty.fails.add("capture")
    number = stored_id(checkout.reserve(order_of(event, alice)))
    Faulty.dies.add((call, when))
    with pytest.raises(Died):
        refunds.cancel(event_id=event.pk, actor=alice, reservation_id=number)
    Faulty.dies.clear()
    assert sold(event) == 0
    reconcile()
    assert money() == [("refunded", "refunded") if call == "refund" else ("voided", "voided")]


def test_a_request_with_a_voided_payment_reserves_nothing(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Faulty.start

    def dawdle(self: Faulty, request: Request) -> Progress:
        progress = start(self, request)
        reconcile()
        return progress

    monkeypatch.setattr(Faulty, "start", dawdle)
    with pytest.raises(PaymentEnded):
        checkout.reserve(order_of(event, alice))
    assert (money(), sold(event)) == ([("voided", "voided")], 0)


def test_an_authorisation_after_a_void_is_declined(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Faulty.start

    def come_late(self: Faulty, request: Request) -> Progress:
        reconcile()
        return start(self, request)

    monkeypatch.setattr(Faulty, "start", come_late)
    with pytest.raises(PaymentDeclined):
        checkout.reserve(order_of(event, alice))
    assert money() == [("voided", "voided")]


def test_a_charge_taken_while_its_booking_is_cancelled_is_refunded(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = Faulty.capture

    def cancel_first(self: Faulty, *, reference: str) -> None:
        monkeypatch.setattr(Faulty, "capture", capture)
        capture(self, reference=reference)
        number = Reservation.objects.get().pk
        refunds.cancel(event_id=event.pk, actor=alice, reservation_id=number)

    monkeypatch.setattr(Faulty, "capture", cancel_first)
    with pytest.raises(PaymentDeclined):
        checkout.reserve(order_of(event, alice))
    assert (money(), sold(event)) == ([("voided", "refunded")], 0)


def test_seats_lost_during_payment_are_not_charged(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Faulty.start

    def dawdle(self: Faulty, request: Request) -> Progress:
        progress = start(self, request)
        let_locks_run_out(event)
        return progress

    monkeypatch.setattr(Faulty, "start", dawdle)
    with pytest.raises(LockExpired):
        checkout.reserve(order_of(event, alice, key="k"))
    assert (money(), sold(event)) == ([("voided", "voided")], 0)
    with pytest.raises(LockExpired):
        checkout.reserve(order_of(event, alice, key="k"))


def test_a_price_that_changes_during_payment_is_not_charged(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Faulty.start

    def dawdle(self: Faulty, request: Request) -> Progress:
        progress = start(self, request)
        Event.objects.update(price="60.00")
        return progress

    monkeypatch.setattr(Faulty, "start", dawdle)
    with pytest.raises(PriceChanged):
        checkout.reserve(order_of(event, alice))
    assert (money(), sold(event)) == ([("voided", "voided")], 0)


def test_a_key_is_in_flight_while_its_payment_is_pending(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, order = Faulty.start, order_of(event, alice, key="k")

    def ask_twice(self: Faulty, request: Request) -> Progress:
        with pytest.raises(KeyInFlight):
            checkout.reserve(order)
        with pytest.raises(KeyReused):
            checkout.reserve(order_of(event, alice, "card_slow", key="k"))
        return start(self, request)

    monkeypatch.setattr(Faulty, "start", ask_twice)
    answer = checkout.reserve(order)
    assert checkout.reserve(order) == answer
    assert money() == [("captured", "captured")]


def test_the_key_of_a_process_that_died_can_be_used_again(event: Event, alice: Person) -> None:
    Faulty.dies.add(("start", "after"))
    with pytest.raises(Died):
        checkout.reserve(order_of(event, alice, key="k"))
    Faulty.dies.clear()
    with pytest.raises(KeyInFlight):
        checkout.reserve(order_of(event, alice, key="k"))
    long_ago = IdempotencyKey.objects.get().created_at.replace(year=2020)
    IdempotencyKey.objects.update(created_at=long_ago)
    Payment.objects.update(created_at=long_ago)
    assert checkout.reserve(order_of(event, alice, key="k"))["reservation"]["id"]
    reconcile()
    assert money() == [("voided", "voided"), ("captured", "captured")]


def test_a_command_refused_as_in_progress_can_be_retried_with_its_key(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, second = Faulty.start, order_of(event, alice, key="second")

    def ask_again(self: Faulty, request: Request) -> Progress:
        monkeypatch.setattr(Faulty, "start", start)
        with pytest.raises(PaymentUnderWay):
            checkout.reserve(second)
        return Progress(stage=Stage.FAILED)

    monkeypatch.setattr(Faulty, "start", ask_again)
    with pytest.raises(PaymentDeclined):
        checkout.reserve(order_of(event, alice, key="first"))
    assert checkout.reserve(second)["reservation"]["id"]
    assert money() == [("declined", "unheard of"), ("captured", "captured")]


def test_two_requests_with_one_key_reserve_and_charge_once(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one lives, though it took longer than any payment does."""
    start, order = Faulty.start, order_of(event, alice, key="k")
    answers = []

    def dawdle(self: Faulty, request: Request) -> Progress:
        monkeypatch.setattr(Faulty, "start", start)
        long_ago = IdempotencyKey.objects.get().created_at.replace(year=2020)
        IdempotencyKey.objects.update(created_at=long_ago)
        Payment.objects.update(created_at=long_ago)
        answers.append(checkout.reserve(order))
        return start(self, request)

    monkeypatch.setattr(Faulty, "start", dawdle)
    answers.append(checkout.reserve(order))
    assert answers[0] == answers[1]
    assert sorted(money()) == [("captured", "captured"), ("voided", "voided")]


def test_a_reservation_is_confirmed_though_the_database_fails_after_it(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    charge = checkout._charge

    def away(*_: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    def charge_without_it(*arguments: Any) -> Any:
        with connection.execute_wrapper(away):
            return charge(*arguments)

    monkeypatch.setattr(checkout, "_charge", charge_without_it)
    assert checkout.reserve(order_of(event, alice))["reservation"]["id"]
    assert (money(), sold(event)) == ([("authorised", "authorised")], 2)
    reconcile()
    assert money() == [("captured", "captured")]


def test_a_person_has_one_pending_payment_at_a_time(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Faulty.start
    CommandQueue(event.pk).submit(LockSeats(bob := make_person("bob"), seat_ids(event)[2:3]))
    of_bob = replace(order_of(event, bob), seat_ids=seat_ids(event)[2:3])

    def ask_twice(self: Faulty, request: Request) -> Progress:
        monkeypatch.setattr(Faulty, "start", start)
        with pytest.raises(PaymentUnderWay):
            checkout.reserve(order_of(event, alice))
        checkout.reserve(of_bob)
        return start(self, request)

    monkeypatch.setattr(Faulty, "start", ask_twice)
    checkout.reserve(order_of(event, alice))
    assert (money(), sold(event)) == ([("captured", "captured")] * 2, 3)


def test_seats_that_are_not_held_are_not_charged(event: Event, alice: Person) -> None:
    CommandQueue(event.pk).submit(UnlockSeats(alice, seat_ids(event)[1:2]))
    with pytest.raises(NotHolder):
        checkout.reserve(order_of(event, alice))
    assert (money(), Faulty.calls) == ([], [])


def test_cancelling_refunds_once(event: Event, alice: Person) -> None:
    number = stored_id(checkout.reserve(order_of(event, alice)))
    for _ in range(2):
        refunds.cancel(event_id=event.pk, actor=alice, reservation_id=number)
    assert money() == [("refunded", "refunded")]
    assert Faulty.calls == ["start", "capture", "refund"]


def test_after_cancel_until_only_an_organiser_can_cancel(event: Event, alice: Person) -> None:
    number = stored_id(checkout.reserve(order_of(event, alice)))
    Event.objects.update(cancel_until=Reservation.objects.get().created_at)
    with pytest.raises(CancellationClosed):
        refunds.cancel(event_id=event.pk, actor=alice, reservation_id=number)
    assert (money(), sold(event)) == ([("captured", "captured")], 2)
    boss = make_person("boss")
    refunds.cancel(event_id=event.pk, actor=boss, reservation_id=number, as_organiser=True)
    assert (money(), sold(event)) == ([("refunded", "refunded")], 0)


def test_the_number_of_calls_to_the_provider_is_limited(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = replace(PROVIDER, at_a_time=1, waiting=0)
    monkeypatch.setitem(turns._queues, PROVIDER, turns._Queue(limited))
    with place(PROVIDER), requested_by(alice.id), pytest.raises(Busy):
        checkout.reserve(order_of(event, alice, key="k"))
    assert (money(), Faulty.calls, held(event)) == ([("voided", "unheard of")], [], 2)
    assert reconcile() == ""
    assert checkout.reserve(order_of(event, alice, key="k"))["reservation"]["id"]


def _left_behind(event: Event, count: int) -> list[str]:
    """Have so many people die while they pay; return their payments' references, oldest first."""
    for seat in seat_ids(event)[:count]:
        CommandQueue(event.pk).submit(LockSeats(person := make_person(), (seat,)))
        Faulty.dies.add(("start", "after"))
        with pytest.raises(Died):
            checkout.reserve(replace(order_of(event, person), seat_ids=(seat,)))
        Faulty.dies.clear()
    return list(Payment.objects.order_by("pk").values_list("reference", flat=True))


def test_a_provider_failure_for_one_payment_does_not_affect_others(
    event: Event, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    oldest, *_ = _left_behind(event, 4)
    void = Faulty.void

    def break_on_the_oldest(self: Faulty, *, reference: str) -> None:
        if reference == oldest:
            raise KeyError("status")
        void(self, reference=reference)

    monkeypatch.setattr(Faulty, "void", break_on_the_oldest)
    assert f"Payment {oldest}, 50.00 EUR: pending; the provider does not" in reconcile(fails=True)
    assert money() == [("void_due", "authorised"), *[("voided", "voided")] * 3]
    assert "KeyError" in caplog.text
    monkeypatch.setattr(Faulty, "void", void)
    reconcile()
    assert money() == [("voided", "voided")] * 4


def test_a_bug_with_one_payment_does_not_affect_others(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest, *_ = _left_behind(event, 2)
    finish = reconciling.finish

    def break_on_the_oldest(payment: Payment) -> PaymentStatus:
        if payment.reference == oldest:
            raise ZeroDivisionError
        return finish(payment)

    monkeypatch.setattr(reconciling, "finish", break_on_the_oldest)
    assert "pending; ZeroDivisionError" in reconcile(fails=True)
    assert money() == [("pending", "authorised"), ("voided", "voided")]


def test_a_database_failure_is_not_reported_as_a_failed_payment(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    _left_behind(event, 1)

    def away(_: Payment) -> PaymentStatus:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(reconciling, "finish", away)
    with pytest.raises(OperationalError):
        call_command("reconcile_payments", "--older-than=0")


def test_a_call_that_hangs_blocks_only_its_own_payment(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest, *_ = _left_behind(event, 4)
    void, take = Faulty.void, reconciling._next
    hangs, comes_back = threading.Event(), threading.Event()
    expected = iter(range(3))

    def hang_on_the_oldest(self: Faulty, *, reference: str) -> None:
        if reference == oldest:
            hangs.set()
            assert comes_back.wait(PATIENCE_SECONDS)
        void(self, reference=reference)

    def impatient(ended: Any, until: float) -> Any:
        if next(expected, None) is None:
            assert hangs.wait(PATIENCE_SECONDS)
            raise Empty
        return take(ended, until)

    monkeypatch.setattr(Faulty, "void", hang_on_the_oldest)
    monkeypatch.setattr(reconciling, "_next", impatient)
    assert f"Payment {oldest}, 50.00 EUR: pending; the provider" in reconcile(fails=True)
    assert money() == [("void_due", "authorised"), *[("voided", "voided")] * 3]
    # The next round leaves it alone.
    assert reconcile(fails=True).count("\n") == 1
    comes_back.set()
    wait_until(lambda: not reconciling._under_way)
    assert money() == [("voided", "voided")] * 4


@pytest.mark.parametrize("call", ["start", "capture", "refund"])
def test_an_unexpected_exception_of_the_provider_means_unavailable(
    call: str, event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Faulty, **_: object) -> None:
        raise KeyError("status")

    with monkeypatch.context() as patch:
        patch.setattr(Faulty, call, broken)
        if call == "start":
            with pytest.raises(PaymentUnavailable):
                checkout.reserve(order_of(event, alice))
        else:
            number = stored_id(checkout.reserve(order_of(event, alice)))
        if call == "refund":
            refunds.cancel(event_id=event.pk, actor=alice, reservation_id=number)
    reconcile()
    ended = {"start": "voided", "capture": "captured", "refund": "refunded"}[call]
    assert money() == [(ended, ended)]
