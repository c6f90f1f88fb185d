"""`manage.py release_expired_locks`, as cron runs it."""

from io import StringIO

import pytest
from django.core.management import call_command

from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats
from reservations.domain.states import SeatStatus
from reservations.models import Seat, SeatChange
from tests.factories import let_locks_run_out, make_event, make_person, seat_ids

pytestmark = pytest.mark.django_db


def _release() -> str:
    out = StringIO()
    call_command("release_expired_locks", stdout=out)
    return out.getvalue()


def test_only_expired_locks_are_released() -> None:
    alice, over, live = make_person("alice"), make_event(), make_event()
    for event in (over, live):
        command_queue.submit(event_id=event.pk, command=LockSeats(alice, seat_ids(event)[:2]))
    let_locks_run_out(over)

    assert _release() == f"Event {over.pk}: 2 expired locks released\n"

    assert not Seat.objects.filter(event=over, status=SeatStatus.LOCKED).exists()
    assert Seat.objects.filter(event=live, status=SeatStatus.LOCKED).count() == 2
    log = SeatChange.objects.filter(event=over, seq=2)
    assert [(line.reason, line.actor_id, line.status) for line in log] == [("expired", None, 0)] * 2


def test_without_expired_locks_nothing_is_printed() -> None:
    event = make_event()
    command_queue.submit(event_id=event.pk, command=LockSeats(make_person(), seat_ids(event)[:1]))
    assert _release() == ""
    assert SeatChange.objects.count() == 1
