"""Concurrent scans of one ticket admit each seat once."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import connection

from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.records import CommandResult
from reservations.bookings.ticket_codes import ticket_code
from reservations.domain.commands import AdmitSeats, CancelReservation, LockSeats, ReserveSeats
from reservations.domain.errors import SeatcastError
from reservations.domain.states import Person
from reservations.models import Entry, Event, Reservation
from tests.concurrency.unprotected import row_locks_off, stopping
from tests.concurrency.volley import Post, volley
from tests.concurrent_commands import Gate, at_once
from tests.contract.calls import SCAN
from tests.factories import (
    make_event,
    make_person,
    make_user,
    pay_for,
    permitted,
    seat_ids,
    signed_in,
    stored_id,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("_processes"),
]

TIMES = 12
ADMITTING = 'INSERT INTO "reservations_entry"'


def _book(event: Event, buyer: Person, seats: int = 2) -> tuple[int, str]:
    """Book and pay; return the booking's primary key and its public id."""
    ids = seat_ids(event)[:seats]
    CommandQueue(event.pk).submit(LockSeats(buyer, ids))
    answer = CommandQueue(event.pk).submit(ReserveSeats(buyer, ids, "cash"))
    pay_for(answer["reservation"]["id"])
    return stored_id(answer), answer["reservation"]["id"]


def _tried(work: Callable[[], CommandResult]) -> CommandResult | SeatcastError:
    try:
        return work()
    except SeatcastError as refusal:
        return refusal


def _scan(event: Event, number: int, steward: Person, *, gate: str) -> Callable[[], object]:
    return partial(
        _tried, partial(CommandQueue(event.pk).submit, AdmitSeats(steward, number, gate=gate))
    )


def _codes(results: Sequence[object]) -> Counter[str]:
    return Counter(
        found.code if isinstance(found, SeatcastError) else "admitted" for found in results
    )


def test_one_ticket_scanned_at_many_doors_admits_each_seat_once() -> None:
    for _ in range(4):
        event, alice = make_event(), make_person()
        number, _ = _book(event, alice)
        doors = [_scan(event, number, make_person(), gate=f"Gate {at}") for at in range(TIMES)]
        results = at_once(doors)
        assert _codes(results) == {"admitted": 1, "already_entered": TIMES - 1}
        [gate] = set(Entry.objects.filter(event=event).values_list("gate", flat=True))
        assert Entry.objects.filter(event=event).count() == 2
        for found in results:
            if isinstance(found, SeatcastError):
                assert {entry["gate"] for entry in found.details["entries"]} == {gate}


def test_overlapping_entries_admit_no_seat_twice() -> None:
    event, alice = make_event(seats=8), make_person()
    number, _ = _book(event, alice, 8)
    ids = seat_ids(event)
    asked = [AdmitSeats(make_person(), number, (ids[at], ids[at + 1])) for at in range(7)]
    works: list[Callable[[], object]] = [
        partial(_tried, partial(CommandQueue(event.pk).submit, command)) for command in asked
    ]
    results = at_once(works)
    admitted = Entry.objects.filter(event=event).values_list("seat__seat_id", flat=True)
    assert len(admitted) == len(set(admitted)) == 2 * _codes(results)["admitted"]


@pytest.mark.postgres
def test_over_http_two_servers_admit_one_ticket_once(ports: tuple[int, int]) -> None:
    event, alice = make_event(), make_person()
    _, public_id = _book(event, alice)
    path = f"/api/tickets/{ticket_code(public_id)}/entry/"
    doors = [signed_in(permitted(make_user(), SCAN)) for _ in range(6)]
    for client in doors:
        client.get("/api/me/")
    replies = volley(
        [Post(client, ports[at % 2], path, {"gate": str(at)}) for at, client in enumerate(doors)]
    )
    assert sorted(reply.status for reply in replies) == [200] + [409] * 5
    assert {reply.body["code"] for reply in replies if reply.status == 409} == {"already_entered"}
    assert Entry.objects.filter(event=event).count() == 2


def test_a_ticket_is_admitted_or_cancelled_but_not_both() -> None:
    for _ in range(6):
        event, alice = make_event(), make_person()
        number, _ = _book(event, alice)
        cancel = partial(
            _tried, partial(CommandQueue(event.pk).submit, CancelReservation(alice, number))
        )
        scans = [_scan(event, number, make_person(), gate="North") for _ in range(3)]
        works: list[Callable[[], object]] = [cancel, *scans, cancel]
        at_once(works)
        is_live = Reservation.objects.get(pk=number).status == "confirmed"
        assert Entry.objects.filter(event=event).count() == (2 if is_live else 0)


@contextmanager
def _without_the_constraint() -> Iterator[None]:
    """Let the database store two entries of one seat."""
    table = Entry._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_seat_id_key")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table}")
            cursor.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_seat_id_key UNIQUE (seat_id)"
            )


def _scan_while_another_scans() -> Counter[str]:
    """Scan one ticket at two doors, the second between the first's reads and its write."""
    event, alice, gate = make_event(), make_person(), Gate()
    number, _ = _book(event, alice)
    first, second = (_scan(event, number, make_person(), gate=name) for name in ("North", "South"))

    def admit_meanwhile() -> object:
        gate.wait_until_reached()
        try:
            return second()
        finally:
            gate.open()

    with row_locks_off():
        return _codes(at_once([stopping(first, before=ADMITTING, to=gate), admit_meanwhile]))


@pytest.mark.postgres
def test_unprotected_a_ticket_is_admitted_at_two_doors() -> None:
    with _without_the_constraint():
        assert _scan_while_another_scans() == {"admitted": 2}
        assert Entry.objects.count() == 4


@pytest.mark.postgres
def test_without_row_locks_the_database_still_admits_a_seat_once() -> None:
    assert _scan_while_another_scans()["admitted"] == 1
    assert Entry.objects.count() == 2
