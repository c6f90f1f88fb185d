"""Negative controls: without the protection, the races of the other tests happen.

Buyers here do what a shop without a command queue would do. A barrier between their reads and their
writes makes the race happen each time.
"""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from reservations.domain.states import SeatStatus
from reservations.models import Event, Reservation, ReservationSeat, Seat
from tests.concurrent_commands import PATIENCE_SECONDS, at_once
from tests.factories import make_event, make_user, seat_ids

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def _lock_naively(
    seat_id: int, user_id: int, *, rows: QuerySet[Seat], between: Callable[[], object]
) -> bool:
    """Lock a seat by read, check and write; return whether the buyer got it."""
    with transaction.atomic():
        seat = rows.get(pk=seat_id)
        between()
        if seat.status != SeatStatus.AVAILABLE:
            return False
        seat.status, seat.locked_by_id = SeatStatus.LOCKED, user_id
        seat.locked_at = timezone.now()
        seat.locked_until = seat.locked_at + timedelta(minutes=5)
        seat.save()
        return True


def test_without_row_locks_two_people_lock_one_seat() -> None:
    seat_id, users = seat_ids(make_event())[0], [make_user().pk for _ in range(2)]
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)
    naive = partial(_lock_naively, seat_id, rows=Seat.objects.all(), between=meet)
    assert at_once([partial(naive, user) for user in users]) == [True, True]


def test_with_select_for_update_the_same_code_locks_it_for_one() -> None:
    seat_id, users = seat_ids(make_event())[0], [make_user().pk for _ in range(8)]
    rows = Seat.objects.select_for_update(no_key=True)
    careful = partial(_lock_naively, seat_id, rows=rows, between=lambda: None)
    winners = at_once([partial(careful, user) for user in users])
    assert Counter(winners) == {True: 1, False: 7}


def test_without_the_events_row_lock_the_cap_is_exceeded() -> None:
    """Locking the seats alone does not help: the two requests take different ones."""
    event, user = make_event(), make_user()
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)

    def lock_one_if_none_is_held(seat_id: int) -> None:
        with transaction.atomic():
            seat = Seat.objects.select_for_update(no_key=True).get(pk=seat_id)
            held = Seat.objects.filter(event=event, locked_by=user).count()
            meet()
            if held < 1:
                seat.status, seat.locked_by = SeatStatus.LOCKED, user
                seat.locked_at = timezone.now()
                seat.locked_until = seat.locked_at + timedelta(minutes=5)
                seat.save()

    at_once([partial(lock_one_if_none_is_held, seat_id) for seat_id in seat_ids(event)[:2]])
    assert Seat.objects.filter(event=event, locked_by=user).count() == 2


def test_without_the_events_row_lock_two_changes_get_one_number() -> None:
    event = make_event()
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)

    def take_a_number() -> int:
        with transaction.atomic():
            number = Event.objects.get(pk=event.pk).change_seq + 1
            meet()
            Event.objects.filter(pk=event.pk).update(change_seq=number)
            return number

    assert at_once([take_a_number] * 2) == [1, 1]


def test_seats_locked_in_opposite_orders_deadlock() -> None:
    first, second, *_ = seat_ids(make_event())
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)

    def lock_both(*order: int) -> str:
        try:
            with transaction.atomic():
                _notice_deadlocks_soon()
                Seat.objects.select_for_update().get(pk=order[0])
                meet()
                Seat.objects.select_for_update().get(pk=order[1])
        except OperationalError as error:
            return "deadlock" if "deadlock" in str(error) else str(error)
        return "done"

    results = at_once([partial(lock_both, first, second), partial(lock_both, second, first)])
    assert set(results) == {"deadlock", "done"}


def _notice_deadlocks_soon() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL deadlock_timeout = '20ms'")


def test_a_constraint_refuses_to_sell_a_seat_twice() -> None:
    event, users = make_event(), [make_user() for _ in range(2)]
    seat_id = seat_ids(event)[0]
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)

    def sell_unseen(user_id: int) -> bool:
        try:
            with transaction.atomic():
                reservation = Reservation.objects.create(
                    event=event,
                    user_id=user_id,
                    payment_method="card",
                    total_price="50.00",
                    currency="EUR",
                    created_at=timezone.now(),
                )
                meet()
                ReservationSeat.objects.create(
                    reservation=reservation, event=event, seat_id=seat_id, price="50.00"
                )
        except IntegrityError:
            return False
        return True

    assert set(at_once([partial(sell_unseen, user.pk) for user in users])) == {False, True}
    assert ReservationSeat.objects.filter(seat=seat_id, live=True).count() == 1
