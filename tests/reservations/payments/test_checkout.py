"""The checkout: reservation and payment succeed or fail together."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from queue import Empty
from threading import BoundedSemaphore
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from pytest_django import Settings

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
    PriceChanged,
)
from reservations.domain.states import PaymentStatus, Person, SeatStatus
from reservations.models import DemoCharge, Event, IdempotencyKey, Payment, Reservation, Seat
from reservations.payments import checkout, reconciling
from reservations.payments import provider as provider_module
from reservations.payments.checkout import Order
from reservations.write.command_queue import CommandQueue
from tests.concurrent_commands import PATIENCE_SECONDS, wait_until
from tests.factories import let_locks_run_out, make_event, make_person, seat_ids, stored_id
from tests.reservations.payments.providers import Died, Faulty

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def faulty(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Faulty]]:
    settings.SEATCAST_PAYMENT_PROVIDER = f"{Faulty.__module__}.{Faulty.__name__}"
    settings.SEATCAST_DEMO_SLOW_SECONDS = 0.0
    monkeypatch.setattr(checkout, "_RETRY_SECONDS", (0.0, 0.0))
    provider_module.provider.cache_clear()
    for what in (Faulty.dies, Faulty.fails, Faulty.calls):
        what.clear()
    yield Faulty
    provider_module.provider.cache_clear()


@pytest.fixture
def event() -> Event:
    return make_event()


@pytest.fixture
def alice(event: Event) -> Person:
    """A person who holds A1 and A2."""
    person = make_person("alice")
    CommandQueue(event.pk).submit(LockSeats(person, seat_ids(event)[:2]))
    return person


def _order(event: Event, who: Person, method: str = "card", key: str | None = None) -> Order:
    return Order(
        event_id=event.pk,
        actor=who,
        seat_ids=seat_ids(event)[:2],
        payment_method=method,
        key=key,
    )


def _money() -> list[tuple[str, str]]:
    """Return each payment's stored status, and the provider's."""
    charges = dict(DemoCharge.objects.values_list("reference", "status"))
    return [
        (payment.status, charges.get(payment.reference, "unheard of"))
        for payment in Payment.objects.order_by("pk")
    ]


def _sold(event: Event) -> int:
    return Seat.objects.filter(event=event, status=SeatStatus.RESERVED).count()


def _held(event: Event) -> int:
    return Seat.objects.filter(event=event, status=SeatStatus.LOCKED).count()


@pytest.mark.parametrize("method", ["card", "card_slow", "card_lost"])
def test_a_reservation_is_charged(method: str, event: Event, alice: Person) -> None:
    answer = checkout.reserve(_order(event, alice, method))
    assert answer["message"] == "Reservation confirmed!"
    assert answer["reservation"]["payment_status"] == "authorised"
    assert _money() == [("captured", "captured")]
    payment, charge = Payment.objects.get(), DemoCharge.objects.get()
    assert payment.amount == charge.amount == Reservation.objects.get().total_price == 100
    assert payment.reservation_id == stored_id(answer)


@pytest.mark.parametrize("method", ["invoice", "cash"])
def test_an_offline_payment_method_needs_no_provider(
    method: str, event: Event, alice: Person
) -> None:
    answer = checkout.reserve(_order(event, alice, method))
    assert answer["reservation"]["payment_status"] == "due"
    assert (_money(), Faulty.calls, _sold(event)) == ([], [], 2)


def test_a_declined_card_keeps_the_locks(event: Event, alice: Person) -> None:
    with pytest.raises(PaymentDeclined):
        checkout.reserve(_order(event, alice, "card_declined"))
    assert (_money(), _held(event)) == ([("declined", "declined")], 2)
    checkout.reserve(_order(event, alice))
    assert (_money()[1], _sold(event)) == (("captured", "captured"), 2)


def test_a_failed_capture_cancels_the_reservation(event: Event, alice: Person) -> None:
    with pytest.raises(PaymentDeclined):
        checkout.reserve(_order(event, alice, "card_withdrawn", key="k"))
    assert (_money(), _sold(event), _held(event)) == ([("voided", "voided")], 0, 0)
    assert Reservation.objects.get().status == "cancelled"
    with pytest.raises(PaymentDeclined):
        checkout.reserve(_order(event, alice, "card_withdrawn", key="k"))
    assert Payment.objects.count() == 1


def test_an_unavailable_provider_is_retried_and_then_nothing_is_reserved(
    event: Event, alice: Person
) -> None:
    Faulty.fails.add("authorise")
    with pytest.raises(PaymentUnavailable):
        checkout.reserve(_order(event, alice, key="k"))
    assert Faulty.calls == ["authorise"] * 3 + ["void"]
    assert (_money(), _held(event)) == ([("voided", "voided")], 2)
    Faulty.fails.clear()
    assert checkout.reserve(_order(event, alice, key="k"))["reservation"]["id"]
    assert _money() == [("voided", "voided"), ("captured", "captured")]


def test_a_reservation_is_confirmed_when_the_capture_is_delayed(
    event: Event, alice: Person
) -> None:
    Faulty.fails.add("capture")
    assert checkout.reserve(_order(event, alice))["message"] == "Reservation confirmed!"
    assert (_money(), _sold(event)) == ([("authorised", "authorised")], 2)
    assert "does not answer" in _reconcile(fails=True)
    Faulty.fails.clear()
    assert "authorised -> captured" in _reconcile()
    assert _money() == [("captured", "captured")]


@pytest.mark.parametrize(
    ("call", "when", "is_booked"),
    [
        ("authorise", "before", False),
        ("authorise", "after", False),
        ("capture", "before", True),
        ("capture", "after", True),
    ],
)
def test_a_process_that_dies_while_paying_leaves_both_or_neither(
    call: str, when: str, is_booked: bool, event: Event, alice: Person
) -> None:
    Faulty.dies.add((call, when))
    with pytest.raises(Died):
        checkout.reserve(_order(event, alice, key="k"))
    Faulty.dies.clear()
    assert _reconcile(dry_run=True).count("\n") == 1
    _reconcile()
    expected = ("captured", "captured") if is_booked else ("voided", "voided")
    assert (_money(), _sold(event)) == ([expected], 2 if is_booked else 0)
    assert _reconcile() == ""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", ["refund", "void"])
def test_a_refund_is_finished_after_a_crash(
    call: str, when: str, event: Event, alice: Person
) -> None:
    if call == "void":
        Faulty.fails.add("capture")
    number = stored_id(checkout.reserve(_order(event, alice)))
    Faulty.dies.add((call, when))
    with pytest.raises(Died):
        checkout.cancel(event_id=event.pk, actor=alice, reservation_id=number)
    Faulty.dies.clear()
    assert _sold(event) == 0
    _reconcile()
    assert _money() == [("refunded", "refunded") if call == "refund" else ("voided", "voided")]


def test_a_request_with_a_voided_payment_reserves_nothing(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorise = Faulty.authorise

    def dawdle(self: Faulty, **what: object) -> None:
        authorise(self, **what)  # type: ignore[arg-type]
        _reconcile()

    monkeypatch.setattr(Faulty, "authorise", dawdle)
    with pytest.raises(PaymentEnded):
        checkout.reserve(_order(event, alice))
    assert (_money(), _sold(event)) == ([("voided", "voided")], 0)


def test_an_authorisation_after_a_void_is_declined(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorise = Faulty.authorise

    def come_late(self: Faulty, **what: object) -> None:
        _reconcile()
        authorise(self, **what)  # type: ignore[arg-type]

    monkeypatch.setattr(Faulty, "authorise", come_late)
    with pytest.raises(PaymentDeclined):
        checkout.reserve(_order(event, alice))
    assert _money() == [("voided", "voided")]


def test_a_charge_taken_while_its_booking_is_cancelled_is_refunded(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = Faulty.capture

    def cancel_first(self: Faulty, *, reference: str) -> None:
        monkeypatch.setattr(Faulty, "capture", capture)
        capture(self, reference=reference)
        number = Reservation.objects.get().pk
        checkout.cancel(event_id=event.pk, actor=alice, reservation_id=number)

    monkeypatch.setattr(Faulty, "capture", cancel_first)
    with pytest.raises(PaymentDeclined):
        checkout.reserve(_order(event, alice))
    assert (_money(), _sold(event)) == ([("voided", "refunded")], 0)


def test_seats_lost_during_payment_are_not_charged(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorise = Faulty.authorise

    def dawdle(self: Faulty, **what: object) -> None:
        authorise(self, **what)  # type: ignore[arg-type]
        let_locks_run_out(event)

    monkeypatch.setattr(Faulty, "authorise", dawdle)
    with pytest.raises(LockExpired):
        checkout.reserve(_order(event, alice, key="k"))
    assert (_money(), _sold(event)) == ([("voided", "voided")], 0)
    with pytest.raises(LockExpired):
        checkout.reserve(_order(event, alice, key="k"))


def test_a_price_that_changes_during_payment_is_not_charged(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorise = Faulty.authorise

    def dawdle(self: Faulty, **what: object) -> None:
        authorise(self, **what)  # type: ignore[arg-type]
        Event.objects.update(price="60.00")

    monkeypatch.setattr(Faulty, "authorise", dawdle)
    with pytest.raises(PriceChanged):
        checkout.reserve(_order(event, alice))
    assert (_money(), _sold(event)) == ([("voided", "voided")], 0)


def test_a_key_is_in_flight_while_its_payment_is_pending(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorise, order = Faulty.authorise, _order(event, alice, key="k")

    def ask_twice(self: Faulty, **what: object) -> None:
        with pytest.raises(KeyInFlight):
            checkout.reserve(order)
        with pytest.raises(KeyReused):
            checkout.reserve(_order(event, alice, "card_slow", key="k"))
        authorise(self, **what)  # type: ignore[arg-type]

    monkeypatch.setattr(Faulty, "authorise", ask_twice)
    answer = checkout.reserve(order)
    assert checkout.reserve(order) == answer
    assert _money() == [("captured", "captured")]


def test_the_key_of_a_process_that_died_can_be_used_again(event: Event, alice: Person) -> None:
    Faulty.dies.add(("authorise", "after"))
    with pytest.raises(Died):
        checkout.reserve(_order(event, alice, key="k"))
    Faulty.dies.clear()
    with pytest.raises(KeyInFlight):
        checkout.reserve(_order(event, alice, key="k"))
    long_ago = IdempotencyKey.objects.get().created_at.replace(year=2020)
    IdempotencyKey.objects.update(created_at=long_ago)
    Payment.objects.update(created_at=long_ago)
    assert checkout.reserve(_order(event, alice, key="k"))["reservation"]["id"]
    _reconcile()
    assert _money() == [("voided", "voided"), ("captured", "captured")]


def test_a_command_refused_as_in_progress_can_be_retried_with_its_key(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorise, second = Faulty.authorise, _order(event, alice, key="second")

    def ask_again(self: Faulty, **what: object) -> None:
        monkeypatch.setattr(Faulty, "authorise", authorise)
        with pytest.raises(PaymentUnderWay):
            checkout.reserve(second)
        raise PaymentDeclined

    monkeypatch.setattr(Faulty, "authorise", ask_again)
    with pytest.raises(PaymentDeclined):
        checkout.reserve(_order(event, alice, key="first"))
    assert checkout.reserve(second)["reservation"]["id"]
    assert _money() == [("declined", "unheard of"), ("captured", "captured")]


def test_two_requests_with_one_key_reserve_and_charge_once(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one lives, though it took longer than any payment does."""
    authorise, order = Faulty.authorise, _order(event, alice, key="k")
    answers = []

    def dawdle(self: Faulty, **what: object) -> None:
        monkeypatch.setattr(Faulty, "authorise", authorise)
        long_ago = IdempotencyKey.objects.get().created_at.replace(year=2020)
        IdempotencyKey.objects.update(created_at=long_ago)
        Payment.objects.update(created_at=long_ago)
        answers.append(checkout.reserve(order))
        authorise(self, **what)  # type: ignore[arg-type]

    monkeypatch.setattr(Faulty, "authorise", dawdle)
    answers.append(checkout.reserve(order))
    assert answers[0] == answers[1]
    assert sorted(_money()) == [("captured", "captured"), ("voided", "voided")]


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
    assert checkout.reserve(_order(event, alice))["reservation"]["id"]
    assert (_money(), _sold(event)) == ([("authorised", "authorised")], 2)
    _reconcile()
    assert _money() == [("captured", "captured")]


def test_a_person_has_one_pending_payment_at_a_time(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorise = Faulty.authorise
    CommandQueue(event.pk).submit(LockSeats(bob := make_person("bob"), seat_ids(event)[2:3]))
    of_bob = replace(_order(event, bob), seat_ids=seat_ids(event)[2:3])

    def ask_twice(self: Faulty, **what: object) -> None:
        monkeypatch.setattr(Faulty, "authorise", authorise)
        with pytest.raises(PaymentUnderWay):
            checkout.reserve(_order(event, alice))
        checkout.reserve(of_bob)
        authorise(self, **what)  # type: ignore[arg-type]

    monkeypatch.setattr(Faulty, "authorise", ask_twice)
    checkout.reserve(_order(event, alice))
    assert (_money(), _sold(event)) == ([("captured", "captured")] * 2, 3)


def test_seats_that_are_not_held_are_not_charged(event: Event, alice: Person) -> None:
    CommandQueue(event.pk).submit(UnlockSeats(alice, seat_ids(event)[1:2]))
    with pytest.raises(NotHolder):
        checkout.reserve(_order(event, alice))
    assert (_money(), Faulty.calls) == ([], [])


def test_cancelling_refunds_once(event: Event, alice: Person) -> None:
    number = stored_id(checkout.reserve(_order(event, alice)))
    for _ in range(2):
        checkout.cancel(event_id=event.pk, actor=alice, reservation_id=number)
    assert _money() == [("refunded", "refunded")]
    assert Faulty.calls == ["authorise", "capture", "refund"]


def test_after_cancel_until_only_an_organiser_can_cancel(event: Event, alice: Person) -> None:
    number = stored_id(checkout.reserve(_order(event, alice)))
    Event.objects.update(cancel_until=Reservation.objects.get().created_at)
    with pytest.raises(CancellationClosed):
        checkout.cancel(event_id=event.pk, actor=alice, reservation_id=number)
    assert (_money(), _sold(event)) == ([("captured", "captured")], 2)
    boss = make_person("boss")
    checkout.cancel(event_id=event.pk, actor=boss, reservation_id=number, as_organiser=True)
    assert (_money(), _sold(event)) == ([("refunded", "refunded")], 0)


def test_the_number_of_calls_to_the_provider_is_limited(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkout, "_provider_slots", BoundedSemaphore(1))
    with checkout._provider_slots, pytest.raises(Busy):
        checkout.reserve(_order(event, alice, key="k"))
    assert (_money(), Faulty.calls, _held(event)) == ([("voided", "unheard of")], [], 2)
    assert _reconcile() == ""
    assert checkout.reserve(_order(event, alice, key="k"))["reservation"]["id"]


def _left_behind(event: Event, count: int) -> list[str]:
    """Have so many people die while they pay; return their payments' references, oldest first."""
    for seat in seat_ids(event)[:count]:
        CommandQueue(event.pk).submit(LockSeats(person := make_person(), (seat,)))
        Faulty.dies.add(("authorise", "after"))
        with pytest.raises(Died):
            checkout.reserve(replace(_order(event, person), seat_ids=(seat,)))
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
    assert f"Payment {oldest}, 50.00 EUR: pending; the provider does not" in _reconcile(fails=True)
    assert _money() == [("void_due", "authorised"), *[("voided", "voided")] * 3]
    assert "KeyError" in caplog.text
    monkeypatch.setattr(Faulty, "void", void)
    _reconcile()
    assert _money() == [("voided", "voided")] * 4


def test_a_bug_with_one_payment_does_not_affect_others(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest, *_ = _left_behind(event, 2)
    finish = checkout.finish

    def break_on_the_oldest(payment: Payment) -> PaymentStatus:
        if payment.reference == oldest:
            raise ZeroDivisionError
        return finish(payment)

    monkeypatch.setattr(checkout, "finish", break_on_the_oldest)
    assert "pending; ZeroDivisionError" in _reconcile(fails=True)
    assert _money() == [("pending", "authorised"), ("voided", "voided")]


def test_a_database_failure_is_not_reported_as_a_failed_payment(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    _left_behind(event, 1)

    def away(_: Payment) -> PaymentStatus:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(checkout, "finish", away)
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
    assert f"Payment {oldest}, 50.00 EUR: pending; the provider" in _reconcile(fails=True)
    assert _money() == [("void_due", "authorised"), *[("voided", "voided")] * 3]
    # The next round leaves it alone.
    assert _reconcile(fails=True).count("\n") == 1
    comes_back.set()
    wait_until(lambda: not reconciling._under_way)
    assert _money() == [("voided", "voided")] * 4


@pytest.mark.parametrize("call", ["authorise", "capture", "refund"])
def test_an_unexpected_exception_of_the_provider_means_unavailable(
    call: str, event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Faulty, **_: object) -> None:
        raise KeyError("status")

    with monkeypatch.context() as patch:
        patch.setattr(Faulty, call, broken)
        if call == "authorise":
            with pytest.raises(PaymentUnavailable):
                checkout.reserve(_order(event, alice))
        else:
            number = stored_id(checkout.reserve(_order(event, alice)))
        if call == "refund":
            checkout.cancel(event_id=event.pk, actor=alice, reservation_id=number)
    _reconcile()
    ended = {"authorise": "voided", "capture": "captured", "refund": "refunded"}[call]
    assert _money() == [(ended, ended)]


def _reconcile(*, dry_run: bool = False, fails: bool = False) -> str:
    """Run the command on payments of any age; return what it wrote."""
    out = StringIO()
    arguments = ["--older-than=0", *(["--dry-run"] if dry_run else [])]
    if fails:
        with pytest.raises(CommandError):
            call_command("reconcile_payments", *arguments, stdout=out, stderr=out)
    else:
        call_command("reconcile_payments", *arguments, stdout=out, stderr=out)
    return out.getvalue()
