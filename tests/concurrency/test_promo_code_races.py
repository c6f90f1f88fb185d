"""Races for the last use of a promo code, on real PostgreSQL."""

import math
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from reservations.bookings import command_queue
from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import Command, EndAllocations, LockBest, LockPlaces, LockSeats
from reservations.domain.criteria import Choice, Places, SeatCriteria
from reservations.domain.errors import SeatcastError
from reservations.domain.features import SoldBy
from reservations.domain.states import PaymentStatus, SeatStatus
from reservations.models import Allocation, DemoCharge, Event, Payment, ReservationSeat, Seat
from reservations.organising.promo_codes import withdraw_promo_code
from reservations.payments import checkout, open_payments
from reservations.payments.checkout import Order
from reservations.payments.demo import ASKING
from reservations.seat_finder.locking import lock_best
from reservations.seat_finder.standing import lock_places
from tests.concurrency.unprotected import CHANGING, protection_off, stopping
from tests.concurrent_commands import PATIENCE_SECONDS, at_once
from tests.factories import make_event, make_person, make_promo_code, seat_ids

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("connections_for_all"),
]

BUYERS = 8
CODE = "SPONSOR-2030"


def _lock(event: Event, seat_id: int) -> Any:
    """Lock a seat with the code, as a buyer and a process of its own."""
    return CommandQueue(event.pk).submit(LockSeats(make_person(), (seat_id,), CODE))


def _refusals(results: list[Any]) -> list[str]:
    assert all(isinstance(each, dict | SeatcastError) for each in results), results
    return [each.code for each in results if isinstance(each, SeatcastError)]


def _held(event: Event) -> int:
    return Seat.objects.filter(event=event, status=SeatStatus.LOCKED).count()


def test_of_buyers_who_race_for_the_last_use_of_a_code_one_gets_a_seat() -> None:
    event = make_event(seats=BUYERS)
    make_promo_code(event, *seat_ids(event), max_seats=1)
    works = [partial(_lock, event, seat_id) for seat_id in seat_ids(event)]
    assert _refusals(at_once(works)) == ["promo_code_used"] * (BUYERS - 1)
    assert _held(event) == 1


def test_without_protection_the_last_use_of_a_code_is_used_twice() -> None:
    event = make_event()
    ids = seat_ids(event)[:2]
    make_promo_code(event, *ids, max_seats=1)
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)
    works = [stopping(partial(_lock, event, seat_id), before=CHANGING, to=meet) for seat_id in ids]
    with protection_off():
        assert _refusals(at_once(works)) == []
        assert _held(event) == 2


def _race_with_one_who_waits_briefly(event: Event, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Have a buyer come, after the row was held for long, while another's is about to be written.

    Return the other's result, and theirs.
    """
    ids = seat_ids(event)[:2]
    has_read, is_over = threading.Event(), threading.Event()

    def pause() -> None:
        has_read.set()
        assert is_over.wait(PATIENCE_SECONDS)

    def come() -> Any:
        assert has_read.wait(PATIENCE_SECONDS)
        monkeypatch.setitem(command_queue._held_until, event.pk, math.inf)
        try:
            return _lock(event, ids[1])
        finally:
            is_over.set()

    # Both wait briefly: another statement's lock would stop the second one at its update.
    monkeypatch.setitem(command_queue._held_until, event.pk, math.inf)
    return at_once([stopping(partial(_lock, event, ids[0]), before=CHANGING, to=pause), come])


def test_who_waits_only_briefly_for_the_row_does_not_get_the_last_use_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = make_event()
    make_promo_code(event, *seat_ids(event)[:2], max_seats=1)
    results = _race_with_one_who_waits_briefly(event, monkeypatch)
    assert _refusals(results) == ["unavailable"]
    assert _held(event) == 1


def test_without_protection_who_waits_only_briefly_gets_the_last_use_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = make_event()
    make_promo_code(event, *seat_ids(event)[:2], max_seats=1)
    with protection_off():
        assert _refusals(_race_with_one_who_waits_briefly(event, monkeypatch)) == []
        assert _held(event) == 2


def _find(event: Event) -> CommandResult:
    command = LockBest(make_person(), SeatCriteria(1), promo_code=CODE)
    return lock_best(event_id=event.pk, command=command, key=None)


def _stand(event: Event) -> CommandResult:
    command = LockPlaces(make_person(), "east", 1, promo_code=CODE)
    return lock_places(event_id=event.pk, command=command, key=None)


@pytest.fixture
def own_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    """Submit each command to a queue of its own, as processes do."""

    def submit(*, event_id: int, command: Command, key: str | None = None) -> CommandResult:
        return CommandQueue(event_id).submit(command, key)

    monkeypatch.setattr(command_queue, "submit", submit)


@pytest.mark.parametrize("lock", [_find, _stand])
@pytest.mark.usefixtures("own_queues")
def test_of_buyers_whose_seats_are_chosen_one_gets_the_last_use_of_a_code(lock: Any) -> None:
    event = make_event(seats=BUYERS)
    if lock is _stand:
        event.seats.update(group="east", group_size=BUYERS, sold_by=SoldBy.NUMBER)
    make_promo_code(event, *seat_ids(event), max_seats=1)
    works = [partial(lock, event)] * BUYERS
    assert _refusals(at_once(works)) == ["promo_code_used"] * (BUYERS - 1)
    assert _held(event) == 1


@pytest.mark.parametrize("is_standing", [False, True])
def test_without_protection_two_buyers_whose_seats_are_chosen_get_the_last_use(
    is_standing: bool,
) -> None:
    event = make_event()
    ids = seat_ids(event)[:2]
    make_promo_code(event, *ids, max_seats=1)
    commands: list[Command] = [
        LockPlaces(make_person(), "east", 1, Places((seat_id,), 1), CODE)
        if is_standing
        else LockBest(make_person(), SeatCriteria(1), Choice(((seat_id,),)), promo_code=CODE)
        for seat_id in ids
    ]
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)
    works = [
        stopping(partial(CommandQueue(event.pk).submit, command), before=CHANGING, to=meet)
        for command in commands
    ]
    with protection_off():
        assert _refusals(at_once(works)) == []
        assert _held(event) == 2


def _buy(event: Event, seat_id: int) -> CommandResult:
    """Lock a seat with the code and pay for it, as a buyer and a process of its own."""
    buyer = make_person()
    CommandQueue(event.pk).submit(LockSeats(buyer, (seat_id,), CODE))
    return checkout.reserve(
        Order(event_id=event.pk, actor=buyer, seat_ids=(seat_id,), payment_method="card")
    )


def _sold(event: Event) -> int:
    return ReservationSeat.objects.filter(event=event, live=True, promo_code__code=CODE).count()


@pytest.mark.usefixtures("own_queues")
def test_of_buyers_who_pay_with_the_last_use_of_a_code_one_is_charged() -> None:
    event = make_event(seats=BUYERS)
    make_promo_code(event, *seat_ids(event), max_seats=1)
    works = [partial(_buy, event, seat_id) for seat_id in seat_ids(event)]
    assert _refusals(at_once(works)) == ["promo_code_used"] * (BUYERS - 1)
    assert _sold(event) == 1
    assert list(Payment.objects.values_list("status", flat=True)) == [PaymentStatus.CAPTURED]


@pytest.mark.usefixtures("own_queues")
def test_without_protection_two_buyers_pay_with_the_last_use_of_a_code() -> None:
    event = make_event()
    ids = seat_ids(event)[:2]
    make_promo_code(event, *ids, max_seats=1)
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)
    works = [stopping(partial(_buy, event, seat_id), before=CHANGING, to=meet) for seat_id in ids]
    with protection_off():
        assert _refusals(at_once(works)) == []
        assert _sold(event) == 2


@pytest.mark.usefixtures("own_queues")
def test_a_payment_that_is_approved_while_its_code_ends_is_booked_once() -> None:
    event, buyer = make_event(), make_person()
    ids = seat_ids(event)[:2]
    code = make_promo_code(event, *ids, max_seats=2)
    CommandQueue(event.pk).submit(LockSeats(buyer, ids, CODE))
    reference = checkout.reserve(
        Order(event_id=event.pk, actor=buyer, seat_ids=ids, payment_method=ASKING)
    )["open_payment"]
    DemoCharge.objects.update(status=DemoCharge.Status.AUTHORISED)
    Allocation.objects.update(until=timezone.now())
    withdraw = partial(withdraw_promo_code, event_id=event.pk, actor_id=buyer.id, code_id=code.pk)
    works: list[Callable[[], object]] = [partial(open_payments.advance, reference)] * 4
    works += [partial(CommandQueue(event.pk).submit, EndAllocations()) for _ in range(2)]
    works.append(withdraw)
    at_once(works)
    assert _sold(event) == 2
    assert list(Payment.objects.values_list("status", flat=True)) == [PaymentStatus.CAPTURED]
