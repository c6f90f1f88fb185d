"""After a restore, ids issued since the backup are not issued again."""

import pytest
from django.core.management import call_command

from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats, ReserveSeats
from reservations.housekeeping.restoring import SKIPPED
from reservations.models import Event, Reservation, SeatChange
from tests.factories import make_event, make_person, make_user, seat_ids

pytestmark = pytest.mark.django_db


def _book(event: Event, index: int) -> int:
    someone, seats = make_person(), seat_ids(event)[index : index + 1]
    command_queue.submit(event_id=event.pk, command=LockSeats(someone, seats))
    command_queue.submit(event_id=event.pk, command=ReserveSeats(someone, seats, "invoice"))
    return Reservation.objects.latest("pk").pk


def test_ids_issued_since_the_backup_are_not_issued_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    event = make_event()
    booking, person = _book(event, 0), make_user().pk

    call_command("after_restore")

    assert "1 event is shown anew" in capsys.readouterr().out
    assert _book(event, 1) > booking + SKIPPED
    assert make_user().pk > person + SKIPPED
    # Sequence numbers of changes have no gaps, or verification would fail.
    assert list(SeatChange.objects.values_list("seq", flat=True)) == [1, 2, 3, 4]
    call_command("verify_ledger")


def test_viewers_cannot_resume_after_a_restore() -> None:
    first, second = make_event(), make_event()
    call_command("after_restore")
    after = {Event.objects.get(pk=event.pk).layout for event in (first, second)}
    assert len(after) == 2
    assert not after & {first.layout, second.layout}
