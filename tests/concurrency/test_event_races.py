"""Races of organisers with each other and with buyers: nothing is overwritten, nothing is left."""

import threading
from functools import partial
from typing import Any

import pytest

from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats
from reservations.domain.errors import EventCancelled, StaleEvent
from reservations.domain.states import PaymentStatus, SeatStatus
from reservations.models import Event, Payment, Reservation, Seat
from reservations.organising.cancelling import cancel_event, finish_cancelling, unfinished
from reservations.organising.editing import edit_event
from reservations.payments import checkout, reconciling
from reservations.payments.checkout import Order
from tests.concurrency.unprotected import CHANGING, row_locks_off, stopping
from tests.concurrent_commands import PATIENCE_SECONDS, at_once
from tests.factories import make_event, make_person, seat_ids

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("connections_for_all"),
]

EDITORS = 8
BUYERS = 12


def _edit(event: Event, name: str) -> str:
    edit_event(event_id=event.pk, editor_id=None, changes={"name": name}, revision=0)
    return name


def test_of_editors_who_save_at_once_one_succeeds_and_the_others_are_told() -> None:
    event = make_event()
    works = [partial(_edit, event, f"Opera {number}") for number in range(EDITORS)]
    results = at_once(works)
    saved = [each for each in results if isinstance(each, str)]
    told = [each for each in results if isinstance(each, StaleEvent)]
    assert (len(saved), len(told)) == (1, EDITORS - 1)
    event.refresh_from_db()
    assert (event.name, event.revision) == (saved[0], 1)


def test_without_the_events_row_lock_an_editor_overwrites_the_other() -> None:
    event = make_event()
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)
    works = [
        stopping(partial(_edit, event, name), before=CHANGING, to=meet)
        for name in ("Opera", "Play")
    ]
    with row_locks_off():
        assert at_once(works) == ["Opera", "Play"]
    event.refresh_from_db()
    # Two edits, of which one is gone without a word.
    assert event.revision == 1


def _buy(event: Event, seat_id: int, method: str) -> Any:
    buyer = make_person()
    command_queue.submit(event_id=event.pk, command=LockSeats(buyer, (seat_id,)))
    return checkout.reserve(
        Order(event_id=event.pk, actor=buyer, seat_ids=(seat_id,), payment_method=method)
    )


@pytest.mark.parametrize("method", ["invoice", "card"])
def test_cancelling_while_people_buy_leaves_no_booking_and_no_money(method: str) -> None:
    event, boss = make_event(seats=BUYERS), make_person()
    buyers = [partial(_buy, event, seat_id, method) for seat_id in seat_ids(event)]
    cancels = [partial(cancel_event, event_id=event.pk, actor=boss) for _ in range(2)]
    results = at_once([*buyers[:6], *cancels, *buyers[6:]])
    refused = [each for each in results if isinstance(each, Exception)]
    assert all(isinstance(each, EventCancelled) for each in refused)
    assert unfinished() == []
    _require_nothing_left(event)
    # Each payment that was begun is captured, and returned.
    for payment in reconciling.unfinished(older_than_seconds=0):
        reconciling.finish(payment)
    ends = {PaymentStatus.REFUNDED.value, PaymentStatus.VOIDED.value}
    assert set(Payment.objects.values_list("status", flat=True)) <= ends


def test_two_processes_that_finish_a_cancellation_do_nothing_twice() -> None:
    event, boss = make_event(seats=BUYERS), make_person()
    for seat_id in seat_ids(event):
        _buy(event, seat_id, "card")
    assert not cancel_event(event_id=event.pk, actor=boss, seconds=-1)
    finish = partial(finish_cancelling, event_id=event.pk)
    assert at_once([finish] * 4) == [True] * 4
    _require_nothing_left(event)
    statuses = Payment.objects.values_list("status", flat=True)
    assert list(statuses) == [PaymentStatus.REFUND_DUE.value] * BUYERS


def test_without_the_events_row_lock_a_booking_survives_the_cancellation() -> None:
    """The buyer's command has read an event that is not cancelled when the cancellation is done."""
    event, buyer = make_event(), make_person()
    seat_id = seat_ids(event)[0]
    command_queue.submit(event_id=event.pk, command=LockSeats(buyer, (seat_id,)))
    has_read, is_cancelled = threading.Event(), threading.Event()

    def pause() -> None:
        has_read.set()
        assert is_cancelled.wait(PATIENCE_SECONDS)

    order = Order(event_id=event.pk, actor=buyer, seat_ids=(seat_id,), payment_method="invoice")
    reserve = stopping(
        partial(checkout.reserve, order),
        before='INSERT INTO "reservations_reservation"',
        to=pause,
    )

    def cancel() -> None:
        assert has_read.wait(PATIENCE_SECONDS)
        Event.objects.filter(pk=event.pk).update(cancelled_at=event.date)
        is_cancelled.set()

    with row_locks_off():
        at_once([reserve, cancel])
    assert Event.objects.get().cancelled_at is not None
    assert Reservation.objects.filter(status="confirmed").count() == 1


def _require_nothing_left(event: Event) -> None:
    assert not Reservation.objects.filter(status="confirmed").exists()
    statuses = Seat.objects.filter(event=event).values_list("status", flat=True)
    assert set(statuses) == {SeatStatus.AVAILABLE}
