"""The SQL of a batch: the lock order, and the number of statements."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from queue import Queue
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reservations.bookings import command_queue
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import CancelReservation, Command, LockSeats, ReserveSeats
from reservations.domain.errors import SeatcastError
from reservations.domain.states import Person
from reservations.models import Event
from tests.concurrent_commands import PATIENCE_SECONDS, BusyQueue
from tests.factories import make_event, make_person, seat_ids, stored_id

pytestmark = pytest.mark.django_db(transaction=True)


def _statements_of_a_batch(event: Event, first: Command, batch: Sequence[Command]) -> list[str]:
    """Return the SQL of one transaction for all of `batch`, which this thread leads."""
    leaders: Queue[Callable[[], None]] = Queue()

    def submit(work: Callable[..., None], *arguments: Any, **named: Any) -> None:
        leaders.put(partial(work, *arguments, **named))

    with (
        pytest.MonkeyPatch.context() as patch,
        BusyQueue(event.pk, first) as line,
        CaptureQueriesContext(connection) as captured,
    ):
        patch.setattr(command_queue, "_leaders", SimpleNamespace(submit=submit))
        for command in batch:
            line.join(command)
        line.move()
        leaders.get(timeout=PATIENCE_SECONDS)()
        answers = line.results()
    assert not [answer for answer in answers if isinstance(answer, SeatcastError)]
    # SQLite is asked once for each row, and says so.
    statements = [re.sub(r"^\d+ times: ", "", query["sql"]) for query in captured.captured_queries]
    begin = next(place for place, sql in enumerate(statements) if sql.startswith("BEGIN"))
    return statements[begin : statements.index("COMMIT") + 1]


def _kinds(statements: list[str]) -> list[str]:
    """Return what each statement does to which table."""
    table = re.compile(r'"(?:reservations|accounts)_(\w+)"')
    return [
        " ".join([sql.split()[0], *(found.group(1) for found in [table.search(sql)] if found)])
        for sql in statements
    ]


def test_the_events_row_is_locked_first() -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    ids = seat_ids(event)
    kinds = _kinds(
        _statements_of_a_batch(
            event, LockSeats(alice, ids[:1]), [LockSeats(bob, ids[1:2]), LockSeats(bob, ids[2:3])]
        )
    )
    apart = ["SELECT reservation", "UPDATE event", "UPDATE seat", "INSERT seatchange"]
    more = ["WITH event"] if connection.vendor == "postgresql" else apart
    assert kinds == ["BEGIN", "SELECT event", "SELECT seat", *more, "COMMIT"]


@pytest.mark.postgres
def test_rows_are_locked_event_first_then_seats_by_primary_key() -> None:
    event, alice = make_event(), make_person()
    with CaptureQueriesContext(connection) as captured:
        CommandQueue(event.pk).submit(LockSeats(alice, tuple(reversed(seat_ids(event)))))
    locking = [sql for sql in (q["sql"] for q in captured.captured_queries) if " FOR " in sql]
    assert len(locking) == 2
    event_row, seat_rows = locking
    assert 'FROM "reservations_event"' in event_row
    assert event_row.endswith("FOR NO KEY UPDATE) AS locked")
    assert 'FROM "reservations_seat"' in seat_rows
    assert (
        'ORDER BY "reservations_seat"."id" ASC FOR NO KEY UPDATE OF "reservations_seat") AS one'
        in seat_rows
    )


@pytest.mark.postgres
def test_no_other_statement_reads_seats_or_the_event() -> None:
    """Whatever else is read of them would be older than the locks."""
    event, alice = make_event(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)
    queue.submit(LockSeats(alice, ids))
    with CaptureQueriesContext(connection) as captured:
        queue.submit(ReserveSeats(alice, ids, "invoice"))
    reads = [q["sql"] for q in captured.captured_queries if q["sql"].startswith("SELECT")]
    # The last one is of who is to be mailed.
    event_row, seats = (sql for sql in reads if "reservations_" in sql)
    assert "clock_timestamp" in event_row
    assert "FOR NO KEY UPDATE" in event_row
    assert "FOR NO KEY UPDATE" in seats


def _locks(count: int) -> int:
    event = make_event(seats=count + 1)
    ids, people = seat_ids(event), [make_person() for _ in range(count)]
    commands = [LockSeats(who, (seat_id,)) for who, seat_id in zip(people, ids[1:], strict=True)]
    return len(_statements_of_a_batch(event, LockSeats(people[0], ids[:1]), commands))


def _bookings(count: int) -> int:
    event, people = make_event(seats=count + 1), [make_person() for _ in range(count)]
    ids = seat_ids(event)
    _hold(event, people)
    commands = [
        ReserveSeats(who, (seat_id,), "invoice")
        for who, seat_id in zip(people, ids[1:], strict=True)
    ]
    return len(_statements_of_a_batch(event, LockSeats(people[0], ids[:1]), commands))


def _cancellations(count: int) -> int:
    event, people = make_event(seats=count + 1), [make_person() for _ in range(count)]
    ids, queue = seat_ids(event), CommandQueue(event.pk)
    _hold(event, people)
    commands = [
        CancelReservation(who, stored_id(queue.submit(ReserveSeats(who, (seat_id,), "invoice"))))
        for who, seat_id in zip(people, ids[1:], strict=True)
    ]
    return len(_statements_of_a_batch(event, LockSeats(people[0], ids[:1]), commands))


def _hold(event: Event, people: list[Person]) -> None:
    queue = CommandQueue(event.pk)
    for who, seat_id in zip(people, seat_ids(event)[1:], strict=True):
        queue.submit(LockSeats(who, (seat_id,)))


@pytest.mark.postgres
@pytest.mark.parametrize("batch", [_locks, _bookings, _cancellations])
def test_a_hundred_commands_take_as_many_statements_as_two(batch: Callable[[int], int]) -> None:
    assert batch(100) == batch(2)
