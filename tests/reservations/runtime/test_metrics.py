"""Metrics: outcomes are counted once, after the commit; sales are collected on scrape."""

from datetime import timedelta

import prometheus_client as prometheus
import pytest
from django.utils import timezone

from reservations.bookings.collectors import SalesCollector
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats
from reservations.domain.errors import SeatUnavailable
from reservations.domain.states import SeatStatus
from reservations.models import Event, Seat
from tests.factories import make_event, make_person, seat_ids

pytestmark = pytest.mark.django_db


def _counted(name: str, **labels: str) -> float:
    return prometheus.REGISTRY.get_sample_value(name, labels) or 0.0


def _all_counted() -> list[float]:
    return [
        _counted("seatcast_commands_total", command="LockSeats", outcome="done"),
        _counted("seatcast_commands_total", command="LockSeats", outcome="seat_unavailable"),
        _counted("seatcast_seats_changed_total", reason="locked"),
        _counted("seatcast_conflicts_total", reason="locked"),
    ]


def test_an_answer_that_is_only_repeated_is_not_counted_again() -> None:
    event = make_event(seats=3)
    queue, ids = CommandQueue(event.pk), seat_ids(event)
    alice, bob = make_person("alice"), make_person("bob")
    before = _all_counted()
    for _ in range(2):
        queue.submit(LockSeats(alice, tuple(ids[:2])), key="k")
        with pytest.raises(SeatUnavailable):
            queue.submit(LockSeats(bob, tuple(ids)), key="k")
    gained = [now - then for now, then in zip(_all_counted(), before, strict=True)]
    assert gained == [1, 1, 2, 2]


def test_a_lock_that_ran_out_is_a_seat_to_be_had_and_only_sales_that_go_on_are_told_of() -> None:
    now = timezone.now()
    event, over = make_event(seats=5), make_event(seats=5)
    Event.objects.filter(pk=over.pk).update(sales_close_at=now - timedelta(hours=1))
    held = {"status": SeatStatus.LOCKED, "locked_by": make_person().id, "locked_at": now}
    for seat, minutes in zip(seat_ids(event), (-1, 1), strict=False):
        Seat.objects.filter(pk=seat).update(**held, locked_until=now + timedelta(minutes=minutes))
    seats, _ = SalesCollector().collect()
    assert {
        (each.labels["event"], each.labels["status"]): each.value for each in seats.samples
    } == {
        (str(event.pk), "available"): 4,
        (str(event.pk), "locked"): 1,
        (str(event.pk), "reserved"): 0,
        (str(event.pk), "blocked"): 0,
    }
