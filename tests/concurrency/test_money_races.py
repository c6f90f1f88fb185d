"""Races of reserving, paying and cancelling: nothing is charged twice or in vain."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

import pytest
from pytest_django import Settings

from reservations.bookings import command_queue
from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import CancelReservation, LockSeats
from reservations.domain.errors import PaymentUnderWay, SeatcastError, SeatUnavailable
from reservations.domain.states import PaymentStatus, Person, SeatStatus
from reservations.models import (
    DemoCharge,
    Event,
    Payment,
    Reservation,
    ReservationSeat,
    Seat,
    SeatChange,
)
from reservations.payments import (
    checkout,
    due_calls,
    open_payments,
    provider_calls,
    reconciling,
    refunds,
)
from reservations.payments.checkout import Order
from reservations.payments.demo import ASKING
from reservations.ports.payment_provider import provider
from tests.concurrency.unprotected import (
    BOOKING,
    CANCELLING,
    PAYING,
    protection_off,
    row_locks_off,
    stopping,
)
from tests.concurrency.waiting import waits_for_a_row
from tests.concurrent_commands import PATIENCE_SECONDS, Gate, at_once, wait_until
from tests.factories import make_event, make_person, seat_ids, stored_id

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_processes")]

T = TypeVar("T")

# Fewer than may be at the provider at once, more than there are connections in the pool.
TIMES = 12


@pytest.fixture(autouse=True)
def _hurry(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SEATCAST_DEMO_SLOW_SECONDS = 0.0
    monkeypatch.setattr(provider_calls, "_RETRY_SECONDS", (0.0, 0.0))


def _order(event: Event, who: Person, method: str) -> Order:
    return Order(event_id=event.pk, actor=who, seat_ids=seat_ids(event)[:2], payment_method=method)


def _hold(event: Event, who: Person) -> None:
    command_queue.submit(event_id=event.pk, command=LockSeats(who, seat_ids(event)[:2]))


def _book(event: Event, who: Person, method: str) -> int:
    _hold(event, who)
    return stored_id(checkout.reserve(_order(event, who, method)))


def _authorised(event: Event, who: Person) -> tuple[int, str]:
    """Book, and die before the money is taken; return the reservation and its payment."""
    number = _book(event, who, "card")
    payment = Payment.objects.get(reservation=number)
    Payment.objects.filter(pk=payment.pk).update(status=PaymentStatus.AUTHORISED)
    DemoCharge.objects.filter(reference=payment.reference).update(status="authorised")
    return number, payment.reference


def _cancel(event: Event, who: Person, number: int) -> CommandResult:
    return refunds.cancel(event_id=event.pk, actor=who, reservation_id=number)


def _said(results: Sequence[CommandResult | SeatcastError | None]) -> dict[str, int]:
    """Count the results by what they say: the message, or the code of the refusal."""
    return dict(
        Counter(
            found.code if isinstance(found, SeatcastError) else found["message"]
            for found in results
            if found is not None
        )
    )


def _money() -> dict[tuple[str, str], int]:
    """Count payments by their stored status and by the provider's."""
    charges = dict(DemoCharge.objects.values_list("reference", "status"))
    payments = Payment.objects.values_list("reference", "status")
    return dict(Counter((status, charges.get(each, "unheard of")) for each, status in payments))


def _finish_all() -> None:
    for payment in reconciling.unfinished(older_than_seconds=0):
        reconciling.finish(payment)


def _live_seats(event: Event) -> list[int]:
    live = ReservationSeat.objects.filter(event=event, live=True)
    return sorted(live.values_list("seat_id", flat=True))


def _meeting(*works: Callable[[], T], before: Sequence[str]) -> list[Callable[[], T]]:
    """Return works that wait for each other before they first write what is given."""
    meet = partial(threading.Barrier(len(works)).wait, PATIENCE_SECONDS)
    stopped = list(works)
    for statement in before:
        stopped = [stopping(work, before=statement, to=meet) for work in stopped]
    return stopped


@pytest.mark.parametrize("method", ["invoice", "card", "card_slow"])
def test_concurrent_reservations_of_the_same_seats_are_charged_once(method: str) -> None:
    event, alice = make_event(), make_person()
    _hold(event, alice)
    results = at_once([partial(checkout.reserve, _order(event, alice, method))] * TIMES)
    counts = _said(results)
    assert counts.pop("Reservation confirmed!") == 1
    assert set(counts) <= {SeatUnavailable.code, PaymentUnderWay.code}
    assert _live_seats(event) == list(seat_ids(event)[:2])
    assert Reservation.objects.count() == 1
    # Who was quick enough to be asked for money got it back at once.
    money = _money()
    voided = money.pop(("voided", "voided"), 0)
    assert money == ({} if method == "invoice" else {("captured", "captured"): 1})
    assert voided < TIMES


@pytest.mark.postgres
def test_unprotected_the_same_seats_are_charged_twice() -> None:
    event, alice = make_event(), make_person()
    _hold(event, alice)
    book = partial(checkout.reserve, _order(event, alice, "card"))
    with protection_off():
        results = at_once(_meeting(book, book, before=[PAYING, BOOKING]))
        assert _said(results) == {"Reservation confirmed!": 2}
        assert len(_live_seats(event)) == 4
        assert _money() == {("captured", "captured"): 2}


@pytest.mark.postgres
def test_without_row_locks_the_database_still_refuses_the_second_booking() -> None:
    """What `a_seat_is_in_at_most_one_live_reservation` is for; the money is given back."""
    event, alice = make_event(), make_person()
    _hold(event, alice)
    book = partial(checkout.reserve, _order(event, alice, "card"))
    with row_locks_off():
        results = at_once(_meeting(book, book, before=[PAYING, BOOKING]))
    assert _said(results) == {"Reservation confirmed!": 1, "unavailable": 1}
    _finish_all()
    assert _live_seats(event) == list(seat_ids(event)[:2])
    assert _money() == {("captured", "captured"): 1, ("voided", "voided"): 1}


def _approved(event: Event, who: Person) -> str:
    """Leave a payment open that the buyer has approved, and return its reference."""
    _hold(event, who)
    reference = checkout.reserve(_order(event, who, ASKING))["open_payment"]
    DemoCharge.objects.filter(reference=reference).update(status="authorised")
    return reference


def test_an_approved_payment_of_which_many_hear_at_once_is_booked_once() -> None:
    event, alice = make_event(), make_person()
    reference = _approved(event, alice)
    at_once([partial(open_payments.advance, reference)] * TIMES)
    assert (_money(), Reservation.objects.count()) == ({("captured", "captured"): 1}, 1)
    assert _live_seats(event) == list(seat_ids(event)[:2])


@pytest.mark.postgres
def test_unprotected_an_approved_payment_is_booked_twice() -> None:
    event, alice = make_event(), make_person()
    advance = partial(open_payments.advance, _approved(event, alice))
    with protection_off():
        at_once(_meeting(advance, advance, before=[BOOKING]))
        assert (Reservation.objects.count(), len(_live_seats(event))) == (2, 4)


def test_a_payment_that_is_approved_while_its_buyer_gives_it_up_is_booked_or_voided() -> None:
    for _ in range(4):
        event, alice = make_event(), make_person()
        reference = _approved(event, alice)
        works: list[Callable[[], object]] = [
            partial(open_payments.advance, reference),
            partial(open_payments.give_up, reference),
        ]
        at_once(works * 3)
        _finish_all()
        status = Payment.objects.get(reference=reference).status
        assert DemoCharge.objects.get(reference=reference).status == status
        expected = {"captured": list(seat_ids(event)[:2]), "voided": []}
        assert _live_seats(event) == expected[status]


def test_concurrent_cancellations_refund_once() -> None:
    event, alice = make_event(), make_person()
    number = _book(event, alice, "card")
    results = at_once([partial(_cancel, event, alice, number)] * TIMES)
    assert _said(results) == {
        "Reservation cancelled": 1,
        "The reservation was cancelled already": TIMES - 1,
    }
    assert (_money(), _live_seats(event)) == ({("refunded", "refunded"): 1}, [])
    assert SeatChange.objects.filter(event=event, reason="cancelled").count() == 2


@pytest.mark.postgres
def test_unprotected_a_booking_is_cancelled_twice() -> None:
    event, alice = make_event(), make_person()
    number = _book(event, alice, "invoice")
    with protection_off():
        cancel = partial(CommandQueue(event.pk).submit, CancelReservation(alice, number))
        other = partial(CommandQueue(event.pk).submit, CancelReservation(alice, number))
        results = at_once(_meeting(cancel, other, before=[CANCELLING]))
        assert _said(results) == {"Reservation cancelled": 2}
        assert SeatChange.objects.filter(event=event, reason="cancelled").count() == 4


def test_a_cancelled_seat_goes_to_one_waiting_person() -> None:
    """And cancelling once more does not take it from them."""
    event, alice = make_event(), make_person()
    buyers = [make_person() for _ in range(TIMES)]
    number = _book(event, alice, "card")

    def buy(who: Person) -> CommandResult | None:
        for _ in range(3):
            with suppress(SeatUnavailable):
                _hold(event, who)
                return checkout.reserve(_order(event, who, "card"))
        return None

    works: list[Callable[[], CommandResult | None]] = [partial(_cancel, event, alice, number)] * 4
    works += [partial(buy, who) for who in buyers]
    results = at_once(works)
    bought = [found for found in results[4:] if found is not None]
    assert set(_said(bought)) <= {"Reservation confirmed!"}
    assert len(bought) <= 1
    assert _said(results[:4])["Reservation cancelled"] == 1
    assert len(_live_seats(event)) == 2 * len(bought)
    expected = {("refunded", "refunded"): 1, ("captured", "captured"): len(bought)}
    assert Counter(_money()) == Counter({kind: n for kind, n in expected.items() if n})


@pytest.mark.postgres
def test_unprotected_a_late_cancellation_frees_the_next_buyers_seats() -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    number, gate = _book(event, alice, "invoice"), Gate()

    def buy_meanwhile() -> CommandResult:
        gate.wait_until_reached()
        _cancel(event, alice, number)
        _hold(event, bob)
        answer = checkout.reserve(_order(event, bob, "invoice"))
        gate.open()
        return answer

    with protection_off():
        cancel = partial(CommandQueue(event.pk).submit, CancelReservation(alice, number))
        at_once([stopping(cancel, before=CANCELLING, to=gate), buy_meanwhile])
        assert _live_seats(event) == list(seat_ids(event)[:2])
        sold = Seat.objects.filter(event=event, status=SeatStatus.RESERVED)
        assert not sold.exists()


def test_a_capture_during_a_cancellation_is_refunded() -> None:
    for _ in range(6):
        event, alice = make_event(), make_person()
        number, reference = _authorised(event, alice)
        capture: Callable[[], object] = partial(due_calls.settle, reference)
        cancel: Callable[[], object] = partial(_cancel, event, alice, number)
        at_once([capture, cancel, capture, cancel, capture, cancel, capture])
        _finish_all()
        assert Payment.objects.get(reference=reference).status in {"voided", "refunded"}
        assert DemoCharge.objects.get(reference=reference).status in {"voided", "refunded"}
        assert (_live_seats(event), Reservation.objects.get(pk=number).status) == ([], "cancelled")


def test_a_capture_stored_unchecked_would_keep_a_cancelled_reservations_money() -> None:
    """The payment's status is moved from where it was seen; here it is just overwritten."""
    event, alice = make_event(), make_person()
    number, reference = _authorised(event, alice)
    captured, cancelled = threading.Event(), threading.Event()

    def capture_naively() -> None:
        payment = Payment.objects.get(reference=reference)
        provider().capture(reference=reference)
        captured.set()
        assert cancelled.wait(PATIENCE_SECONDS)
        payment.status = PaymentStatus.CAPTURED
        payment.save()

    def cancel_meanwhile() -> None:
        assert captured.wait(PATIENCE_SECONDS)
        _cancel(event, alice, number)
        cancelled.set()

    at_once([capture_naively, cancel_meanwhile])
    assert _money() == {("captured", "refunded"): 1}
    assert Reservation.objects.get().status == "cancelled"


def test_a_failed_capture_during_a_cancellation_charges_nothing() -> None:
    event, alice = make_event(), make_person()
    number, reference = _authorised(event, alice)
    DemoCharge.objects.update(method="card_withdrawn")
    capture: Callable[[], object] = partial(due_calls.settle, reference)
    cancel: Callable[[], object] = partial(_cancel, event, alice, number)
    at_once([capture, cancel, capture])
    assert (_money(), _live_seats(event)) == ({("voided", "voided"): 1}, [])
    assert SeatChange.objects.filter(event=event, reason="cancelled").count() == 2


def test_concurrent_reconciliation_equals_a_single_one() -> None:
    event, alice = make_event(), make_person()
    _authorised(event, alice)
    assert reconciling.unfinished() == []  # for the request that pays may be alive
    at_once([_finish_all] * 6)
    assert (_money(), len(_live_seats(event))) == ({("captured", "captured"): 1}, 2)


def test_a_payment_is_voided_or_used_but_not_both() -> None:
    """Reconciling gives up what is pending; the request that pays may be alive after all."""
    for _ in range(4):
        event, alice = make_event(), make_person()
        _hold(event, alice)
        book: Callable[[], object] = partial(checkout.reserve, _order(event, alice, "card"))
        [answer, *_] = at_once([book, *[_finish_all] * 6])
        _finish_all()
        is_booked = isinstance(answer, dict)
        assert is_booked or isinstance(answer, SeatcastError)
        assert len(_live_seats(event)) == (2 if is_booked else 0)
        payment = Payment.objects.get(event=event)
        assert payment.status == ("captured" if is_booked else "voided")
        assert DemoCharge.objects.get(reference=payment.reference).status == payment.status


@pytest.mark.postgres
def test_a_payment_cannot_be_voided_during_its_reservation() -> None:
    event, alice = make_event(), make_person()
    _hold(event, alice)
    gate = Gate()
    book: Callable[[], object] = stopping(
        partial(checkout.reserve, _order(event, alice, "card")), before=BOOKING, to=gate
    )

    def give_up_meanwhile() -> None:
        gate.wait_until_reached()
        [payment] = reconciling.unfinished(older_than_seconds=0)
        reconciling.finish(payment)

    def go_on() -> None:
        gate.wait_until_reached()
        wait_until(lambda: waits_for_a_row() or not reconciling.unfinished(older_than_seconds=0))
        gate.open()

    at_once([book, give_up_meanwhile, go_on])
    assert (_money(), len(_live_seats(event))) == ({("captured", "captured"): 1}, 2)


def test_concurrent_good_and_bad_cards_pay_for_one_reservation() -> None:
    event, alice = make_event(), make_person()
    _hold(event, alice)
    methods = ["card_declined", "card", "card_lost", "card_withdrawn"] * 3
    results = at_once([partial(checkout.reserve, _order(event, alice, each)) for each in methods])
    confirmed = _said(results).pop("Reservation confirmed!", 0)
    assert confirmed <= 1
    refusals = {found.code for found in results if isinstance(found, SeatcastError)}
    # Not held any more are the seats of a booking that was cancelled for its card.
    assert refusals <= {
        *("payment_under_way", "payment_declined", "payment_withdrawn"),
        *("seat_unavailable", "not_holder"),
    }
    _finish_all()
    assert Reservation.objects.filter(status="confirmed").count() == confirmed
    assert DemoCharge.objects.filter(status="captured").count() == confirmed
    assert set(_money()) <= {
        *(("captured", "captured"), ("voided", "voided"), ("declined", "declined"))
    }
