"""`manage.py verify_ledger` during a sale, which it does not block."""

import threading

import pytest
from django.db import Error, connection

from reservations.audit.snapshots import snapshot
from reservations.audit.verification import Counts, differences
from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats, UnlockSeats
from reservations.models import Event, SeatChange
from tests.concurrent_commands import at_once
from tests.factories import make_event, make_person, seat_ids
from tests.reservations.audit.histories import run

pytestmark = pytest.mark.django_db(transaction=True)


def test_later_commits_are_invisible_and_not_blocked() -> None:
    event, alice = make_event(), make_person("alice")
    ids = seat_ids(event)
    with snapshot():
        assert SeatChange.objects.count() == 0
        [answer] = at_once(
            [lambda: command_queue.submit(event_id=event.pk, command=LockSeats(alice, ids))]
        )
        assert isinstance(answer, dict)
        assert SeatChange.objects.count() == 0
        assert Event.objects.get().change_seq == 0
    assert SeatChange.objects.count() == len(ids)
    assert Event.objects.get().change_seq == 1


def test_writes_in_a_snapshot_are_refused() -> None:
    event = make_event()
    with pytest.raises(Error), snapshot():
        Event.objects.filter(pk=event.pk).update(name="Another")
    assert Event.objects.get().name == "Concert"
    Event.objects.filter(pk=event.pk).update(name="Another")
    assert Event.objects.get().name == "Another"


def test_verification_passes_during_a_sale() -> None:
    event, stop, rounds = make_event(seats=6, seat_cap=6), threading.Event(), 0
    ids = seat_ids(event)

    def trade(name: str, wanted: tuple[int, ...]) -> int:
        person = make_person(name)
        while not stop.is_set():
            for command in (LockSeats(person, wanted), UnlockSeats(person, wanted)):
                command_queue.submit(event_id=event.pk, command=command)
        return 0

    def verify() -> int:
        nonlocal rounds
        try:
            while rounds < 20:
                rounds += 1
                assert run("verify_ledger").endswith("no difference.\n")
        finally:
            stop.set()
        return 0

    at_once([lambda: trade("alice", ids[:3]), lambda: trade("bob", ids[3:]), verify])
    assert rounds == 20
    assert SeatChange.objects.count() > 20


def test_the_snapshot_ends_with_its_generator() -> None:
    event = make_event()
    Event.objects.filter(pk=event.pk).update(change_seq=7)
    found = differences(event_id=event.pk, counts=Counts())
    assert next(found) == "the log ends with change 0, the event says 7"
    found.close()
    command_queue.submit(event_id=event.pk, command=LockSeats(make_person(), seat_ids(event)))
    assert Event.objects.get().change_seq == 8


@pytest.mark.postgres
def test_a_long_log_is_read_in_chunks() -> None:
    event = make_event()
    command_queue.submit(event_id=event.pk, command=LockSeats(make_person(), seat_ids(event)))
    SeatChange.objects.update(reason="lost")
    found = differences(event_id=event.pk, counts=Counts())
    next(found)
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_cursors WHERE name LIKE '_django_curs%'")
        [(statement,)] = cursor.fetchall()
    assert "reservations_seatchange" in statement
    found.close()
