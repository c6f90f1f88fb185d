"""Allocations end by themselves: `manage.py end_allocations`, as housekeeping runs it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from reservations.audit.verification import Counts, differences
from reservations.bookings import batch_reading, command_queue
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import AllocateSeats, EndAllocations
from reservations.domain.states import AllocationKind, SeatStatus
from reservations.models import Allocation, Event, SeatChange
from tests.factories import Clock, make_event, make_person, seat_ids

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def _end() -> str:
    out = StringIO()
    call_command("end_allocations", stdout=out)
    return out.getvalue()


def _keep(event: Event, *places: int, seconds: float | None) -> int:
    """Keep seats as of an hour ago, until a time from now."""
    now = timezone.now()
    ids = seat_ids(event)
    command = AllocateSeats(
        make_person(),
        tuple(ids[place] for place in places),
        AllocationKind.CHANNEL,
        "Sponsor",
        None if seconds is None else now + timedelta(seconds=seconds),
    )
    CommandQueue(event.pk, clock=Clock(now - timedelta(hours=1))).submit(command)
    return Allocation.objects.latest("pk").pk


def test_seats_are_freed_when_the_time_of_their_allocation_has_come() -> None:
    event = make_event(seats=5)
    over = _keep(event, 0, 1, seconds=-1)
    _keep(event, 2, seconds=3600)
    _keep(event, 3, seconds=None)
    assert _end() == f"Event {event.pk}: 2 seats of ended allocations released\n"
    statuses = event.seats.order_by("pk").values_list("status", "allocation__label")
    assert list(statuses) == [
        *[(SeatStatus.AVAILABLE, None)] * 2,
        *[(SeatStatus.BLOCKED, "Sponsor")] * 2,
        (SeatStatus.AVAILABLE, None),
    ]
    log = SeatChange.objects.filter(event=event).order_by("-seq")[:2]
    assert {(row.reason, row.actor_id, row.allocation_id) for row in log} == {
        ("unblocked", None, None)
    }
    ended = Allocation.objects.filter(ended_at__isnull=False)
    assert list(ended.values_list("pk", flat=True)) == [over]
    assert _end() == ""
    assert list(differences(event_id=event.pk, counts=Counts())) == []


def test_an_allocation_with_more_seats_than_one_command_frees_ends_with_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batch_reading, "MAX_FREED_SEATS", 2)
    event = make_event(seats=6)
    _keep(event, 0, 1, seconds=-1)
    _keep(event, 2, 3, 4, seconds=-1)
    counts = []
    for _ in range(4):
        answer = command_queue.submit(event_id=event.pk, command=EndAllocations())
        ended = Allocation.objects.filter(ended_at__isnull=False).count()
        counts.append((len(answer["seats"]), ended))
    assert counts[-1] == (0, 2)
    assert [seats for seats, _ in counts] == [2, 2, 1, 0]
    # None is ended while it still has seats.
    assert all(ended < 2 for _, ended in counts[:-1])
