"""The figures of a sale agree with the database, however they were brought up to date."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reservations.bookings.conflicts import ConflictCounter, conflict_counter
from reservations.box_office import sale_figures
from reservations.box_office.sale_figures import (
    Reading,
    clear_figures_cache,
    figures,
    figures_or_reading,
)
from reservations.domain.commands import (
    LockSeats,
    MarkPaid,
    ReleaseExpired,
    ReleaseLocks,
    ReserveSeats,
    SellSeats,
    UnlockSeats,
)
from reservations.domain.errors import EventNotFound, SeatLimit, SeatUnavailable
from reservations.domain.states import BoxOfficeMethod, PaymentStatus
from reservations.models import Event, Payment, Reservation, ReservationSeat, SeatChange, overdue
from reservations.runtime import clock as clocks
from tests.factories import Clock, make_event, make_user
from tests.reservations.audit.histories import History

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    # On the half minute, before the events that are made.
    clock = Clock(timezone.now().replace(second=30, microsecond=0))
    monkeypatch.setattr(clocks, "now", clock)
    return clock


@pytest.fixture
def history(clock: Clock) -> History:
    return History(clock)


def _read_anew(event: Event) -> Any:
    clear_figures_cache()
    return figures(event_id=event.pk)


def _minute(found: Any, at: datetime) -> Any:
    return next(each for each in found["minutes"] if each["at"] == at.timestamp() * 1000)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.thorough)])
def test_figures_that_were_followed_are_those_that_are_read_anew(
    history: History, seed: int, is_thorough: bool
) -> None:
    live = Reservation.objects.filter(event=history.event, status="confirmed")
    seats = ReservationSeat.objects.filter(event=history.event, live=True)
    sold_at_most = 0
    for step in range(40 if is_thorough else 12):
        history.go_on_at_random(10, seed=100 * seed + step)
        followed = figures(event_id=history.event.pk)
        kept = sale_figures._sales.copy()
        assert followed == _read_anew(history.event)
        sale_figures._sales.update(kept)
        found = live.exclude(overdue(history.clock.now))
        total = found.aggregate(sum=Sum("total_price"))["sum"] or Decimal(0)
        assert Decimal(followed["revenue"]) == total
        assert followed["bookings"] == found.count()
        assert followed["tickets"] == seats.filter(reservation__in=found).count()
        sold_at_most = max(sold_at_most, followed["tickets"])
    assert sold_at_most > 1
    last = followed["course"][-1]
    assert (last["tickets"], last["revenue"]) == (followed["tickets"], followed["revenue"])
    reasons = Counter(
        SeatChange.objects.filter(event=history.event).values_list("reason", flat=True)
    )
    assert followed["holds"]["begun"] == reasons["locked"] > 0
    assert followed["holds"]["expired"] == reasons["expired"] > 0
    assert followed["seq"] == Event.objects.get().change_seq


def test_each_step_of_a_hold_is_counted_in_its_minute(history: History, clock: Clock) -> None:
    alice, bob, clerk = history.people
    one, two, three, four, five = history.ids[:5]
    history.do(LockSeats(alice, (one, two)), LockSeats(bob, (three, four)))
    history.do(UnlockSeats(bob, (three,)), SellSeats(clerk, (five,), BoxOfficeMethod.CASH, "Zoe"))
    began = clock.now.replace(second=0)
    clock.advance(59)
    history.book(alice, one, method="invoice")
    history.do(ReleaseLocks(clerk, (two,)))
    clock.advance(60)
    history.do(ReleaseExpired())
    found = figures(event_id=history.event.pk)
    # What the box office sells at once was never held.
    assert found["holds"] == {"begun": 4, "reserved": 1, "expired": 1, "released": 2}
    first, second, third = (
        _minute(found, began + timedelta(minutes=number)) for number in range(3)
    )
    assert (first["begun"], first["released"], first["sold"], first["revenue"]) == (
        *(4, 1, 1),
        "50.00",
    )
    assert (second["reserved"], second["released"], second["sold"]) == (1, 1, 1)
    assert (third["expired"], third["sold"]) == (1, 0)


def test_a_minute_is_told_for_an_hour(history: History, clock: Clock) -> None:
    history.do(LockSeats(history.people[0], history.ids[:1]))
    clock.advance(59 * 60)
    assert [each["begun"] for each in figures(event_id=history.event.pk)["minutes"]] == [1]
    clock.advance(60)
    found = figures(event_id=history.event.pk)
    assert found["minutes"] == []
    assert found["holds"]["begun"] == 1
    assert found == _read_anew(history.event)


def test_a_booking_that_is_not_paid_in_time_counts_until_then(
    history: History, clock: Clock
) -> None:
    alice, bob, _ = history.people
    history.do(LockSeats(alice, history.ids[:1]), LockSeats(bob, history.ids[1:2]))
    paid = history.book(alice, history.ids[0], method="invoice")
    history.book(bob, history.ids[1], method="invoice")
    due = clock.now + timedelta(hours=1)
    Reservation.objects.update(payment_due_at=due)
    assert figures(event_id=history.event.pk)["revenue"] == "100.00"
    history.do(MarkPaid(alice, paid.pk))
    clock.advance(3600)
    found = figures(event_id=history.event.pk)
    assert (found["revenue"], found["tickets"]) == ("50.00", 1)
    assert _minute(found, due.replace(second=0))["returned"] == 1
    assert found == _read_anew(history.event)


def test_an_unchanged_event_costs_no_reading_of_its_log_or_bookings(history: History) -> None:
    history.go_on_at_random(20)
    figures(event_id=history.event.pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        figures(event_id=history.event.pk)
    read = " ".join(query["sql"] for query in queries)
    assert "reservations_event" in read
    for table in (SeatChange, Reservation, ReservationSeat):
        assert f'FROM "{table._meta.db_table}"' not in read


def test_after_a_change_only_newer_rows_of_the_log_are_read(history: History) -> None:
    history.go_on_at_random(20)
    seq = figures(event_id=history.event.pk)["seq"]
    while Event.objects.get().change_seq == seq:
        history.go_on_at_random(10)
    with CaptureQueriesContext(connection) as queries:
        figures(event_id=history.event.pk)
    of_log = [each["sql"] for each in queries if SeatChange._meta.db_table in each["sql"]]
    assert of_log
    assert all(f'"seq" > {seq}' in sql for sql in of_log)


def test_a_long_log_is_read_in_short_ranges_and_on_after_a_failure(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.go_on_at_random(30)
    event_id, whole = history.event.pk, _read_anew(history.event)
    ids = Reservation.objects.order_by("pk").values_list("pk", flat=True)
    bookings = ids[len(ids) - 1] - ids[0] + 1
    clear_figures_cache()
    monkeypatch.setattr(sale_figures, "RANGE", 4)
    monkeypatch.setattr(sale_figures, "_MIN_RANGE", 1)
    # Each call reads one range.
    monkeypatch.setattr(sale_figures, "MAX_READ_SECONDS", 0)
    total = bookings + whole["seq"]
    assert figures_or_reading(event_id=event_id) == Reading(bookings, total)
    assert figures_or_reading(event_id=event_id) == Reading(bookings + 4, total)

    def fail(execute: Any, sql: str, *rest: Any) -> Any:
        if SeatChange._meta.db_table in sql:
            raise OperationalError("canceling statement due to statement timeout")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail), pytest.raises(OperationalError):
        figures_or_reading(event_id=event_id)
    assert figures_or_reading(event_id=event_id) == Reading(bookings + 5, total)
    assert figures_or_reading(event_id=event_id) == Reading(bookings + 6, total)
    assert figures(event_id=event_id) == whole


def test_many_bookings_are_read_in_ranges_while_the_sale_goes_on(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.go_on_at_random(30)
    event_id = history.event.pk
    monkeypatch.setattr(sale_figures, "BOOKING_RANGE", 1)
    monkeypatch.setattr(sale_figures, "RANGE", 3)
    monkeypatch.setattr(sale_figures, "MAX_READ_SECONDS", 0)
    readings = []
    while isinstance(found := figures_or_reading(event_id=event_id), Reading):
        readings.append(found)
        if len(readings) <= 8:
            # Also bookings that were read already are cancelled.
            history.go_on_at_random(2, seed=len(readings))
    assert len(readings) > 6
    assert found == _read_anew(history.event)


def test_a_failure_while_recent_changes_are_read_counts_nothing_twice(history: History) -> None:
    history.go_on_at_random(20)
    event_id = history.event.pk
    seq = figures(event_id=event_id)["seq"]
    history.go_on_at_random(30, seed=2)
    assert Event.objects.get().change_seq > seq

    def fail(execute: Any, sql: str, *rest: Any) -> Any:
        if "GROUP BY" in sql and SeatChange._meta.db_table in sql:
            raise OperationalError("canceling statement due to statement timeout")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail), pytest.raises(OperationalError):
        figures(event_id=event_id)
    followed = figures(event_id=event_id)
    assert followed == _read_anew(history.event)


def test_a_restored_backup_is_read_anew(history: History) -> None:
    history.go_on_at_random(30)
    before = figures(event_id=history.event.pk)
    SeatChange.objects.filter(seq__gt=3).delete()
    Event.objects.update(change_seq=3)
    found = figures(event_id=history.event.pk)
    assert found["seq"] == 3 < before["seq"]
    assert found == _read_anew(history.event)


def test_money_that_no_command_changed_is_noticed_when_nothing_happens(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.do(LockSeats(history.people[0], history.ids[:1]))
    history.book(history.people[0], history.ids[0])
    assert figures(event_id=history.event.pk)["revenue"] == "50.00"
    Reservation.objects.update(total_price="40.00")
    monkeypatch.setattr(sale_figures, "VERIFY_SECONDS", -1.0)
    assert figures(event_id=history.event.pk)["revenue"] == "40.00"


def test_refused_clicks_of_all_processes_are_added_up(history: History, clock: Clock) -> None:
    alice, bob, _ = history.people
    history.do(LockSeats(alice, history.ids[:1]))
    for _ in range(2):
        for _ in range(3):
            with pytest.raises(SeatUnavailable):
                history.do(LockSeats(bob, history.ids[:1]))
        # As another process would.
        conflict_counter.flush()
    found = figures(event_id=history.event.pk)
    assert _minute(found, clock.now.replace(second=0))["conflicts"] == 6
    assert found["holds"]["begun"] == 1


def test_only_refusals_because_of_others_are_conflicts(history: History) -> None:
    alice, bob, _ = history.people
    Event.objects.update(seat_cap=2)
    history.do(LockSeats(alice, history.ids[:1]))
    with pytest.raises(SeatUnavailable):
        # Only clicks are counted, not what follows from one.
        history.do(ReserveSeats(bob, history.ids[:1], "invoice", None))
    with pytest.raises(SeatLimit):
        history.do(LockSeats(bob, history.ids[1:]))
    conflict_counter.flush()
    assert all(not each["conflicts"] for each in figures(event_id=history.event.pk)["minutes"])


def test_conflicts_of_an_event_that_is_gone_are_dropped(clock: Clock) -> None:
    counter = ConflictCounter()
    counter._add({(2**40, clock.now): 1})
    counter.flush()
    assert counter._counts == {}


def test_recent_payments_are_counted_by_whether_they_succeeded(clock: Clock) -> None:
    event, user = make_event(), make_user()

    def pay(status: PaymentStatus, at: datetime, number: int) -> None:
        Payment.objects.create(
            reference=f"r{number}",
            event=event,
            user=user,
            amount=1,
            currency="EUR",
            status=status,
            created_at=at,
            updated_at=at,
        )

    old, new = clock.now - timedelta(minutes=16), clock.now - timedelta(minutes=14)
    for number, (status, at) in enumerate(
        [
            (PaymentStatus.DECLINED, old),
            (PaymentStatus.DECLINED, new),
            (PaymentStatus.VOIDED, new),
            (PaymentStatus.PENDING, new),
        ]
    ):
        pay(status, at, number)
    for _ in range(2):
        assert figures(event_id=event.pk)["payments"] == {"made": 0, "failed": 2}
    clock.advance(120)
    assert figures(event_id=event.pk)["payments"] == {"made": 0, "failed": 0}


def test_an_event_without_sales_has_empty_figures(clock: Clock) -> None:
    found = figures(event_id=make_event(currency="CHF", time_zone="Europe/Zurich").pk)
    assert (found["revenue"], found["minutes"], found["course"]) == ("0.00", [], [])
    assert (found["currency"], found["time_zone"]) == ("CHF", "Europe/Zurich")
    with pytest.raises(EventNotFound):
        figures(event_id=2**40)
