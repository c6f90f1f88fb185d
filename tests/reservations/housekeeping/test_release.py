"""`manage.py release_expired_locks`: its output and its failures."""

import pytest
from django.core.management import CommandError

from reservations.bookings import command_queue, due
from reservations.domain.commands import LockSeats
from reservations.domain.errors import Busy, EventNotFound
from reservations.domain.states import SeatStatus
from reservations.models import Event, Seat, SeatChange
from tests.factories import let_locks_run_out, make_event, make_person, seat_ids
from tests.reservations.audit.histories import run

pytestmark = pytest.mark.django_db


def _with_expired(*, seats: int) -> Event:
    event = make_event()
    command_queue.submit(
        event_id=event.pk, command=LockSeats(make_person(), seat_ids(event)[:seats])
    )
    let_locks_run_out(event)
    return event


def test_a_dry_run_counts_the_locks_of_each_event_and_leaves_them() -> None:
    one, three = _with_expired(seats=1), _with_expired(seats=3)
    command_queue.submit(event_id=one.pk, command=LockSeats(make_person(), seat_ids(one)[3:]))
    assert run("release_expired_locks", "--dry-run") == (
        f"Event {one.pk}: 1 expired lock would be released\n"
        f"Event {three.pk}: 3 expired locks would be released\n"
    )
    assert Seat.objects.filter(status=SeatStatus.LOCKED).count() == 5
    assert not SeatChange.objects.filter(reason="expired").exists()
    assert run("release_expired_locks") == (
        f"Event {one.pk}: 1 expired lock released\nEvent {three.pk}: 3 expired locks released\n"
    )
    assert run("release_expired_locks", "--dry-run") == ""


def test_a_failing_event_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    busy, gone, free = (_with_expired(seats=1) for _ in range(3))
    refusals = {busy.pk: Busy(), gone.pk: EventNotFound()}
    submit = command_queue.submit

    def refuse(**command: object) -> object:
        if refusal := refusals.get(command["event_id"]):  # type: ignore[call-overload]
            raise refusal
        return submit(**command)  # type: ignore[arg-type]

    monkeypatch.setattr(command_queue, "submit", refuse)
    with pytest.raises(CommandError, match="1 of 3 events were refused"):
        run("release_expired_locks")
    assert due.events_with_expired_locks() == [busy.pk, gone.pk]
    assert free.pk not in due.events_with_expired_locks()
