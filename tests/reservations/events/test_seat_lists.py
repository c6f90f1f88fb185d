"""The encoded seat list equals the stored seats."""

import tracemalloc
from collections.abc import Iterator

import orjson
import pytest
from pytest_django import Settings

from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import BlockSeats, CancelReservation, LockSeats, ReserveSeats
from reservations.domain.errors import EventNotFound
from reservations.events import seat_lists, seat_records
from reservations.events.records import SeatRecord
from reservations.events.seat_lists import SeatList
from reservations.models import Event, Seat
from tests.factories import let_locks_run_out, make_event, make_person, seat_ids

pytestmark = pytest.mark.django_db


def _listed(event_id: int) -> SeatList:
    version = seat_records.seats_version(event_id=event_id)
    return seat_lists.seat_list(event_id=event_id, version=version)


def _sent(event: Event) -> object:
    return orjson.loads(_listed(event.pk).content)


def test_an_unchanged_list_is_shared() -> None:
    event, alice = make_event(), make_person("alice")
    first = _listed(event.pk)
    assert _listed(event.pk).content is first.content
    CommandQueue(event.pk).submit(LockSeats(alice, seat_ids(event)[:1]))
    changed = _listed(event.pk)
    assert changed.content != first.content
    assert _listed(event.pk).content is changed.content
    let_locks_run_out(event)
    assert _listed(event.pk).content == first.content


def test_whatever_becomes_of_seats_the_list_has_them_as_they_are_and_in_order() -> None:
    event, alice, bob = make_event(), make_person("alice"), make_person("bob")
    queue, ids = CommandQueue(event.pk), seat_ids(event)
    for command in (
        LockSeats(alice, ids[1:3]),
        ReserveSeats(alice, ids[2:3], "cash"),
        BlockSeats(bob, ids[3:4]),
    ):
        queue.submit(command)
        assert _sent(event) == seat_records.seats(event_id=event.pk)
    let_locks_run_out(event)
    assert _sent(event) == seat_records.seats(event_id=event.pk)
    queue.submit(CancelReservation(alice, Seat.objects.get(pk=ids[2]).reservation_id or 0))
    assert _sent(event) == seat_records.seats(event_id=event.pk)


def test_hidden_names_are_in_no_list(settings: Settings) -> None:
    event, alice = make_event(), make_person("alice")
    CommandQueue(event.pk).submit(LockSeats(alice, seat_ids(event)[:1]))
    assert b"alice" in _listed(event.pk).content
    settings.SEATCAST_SHOW_NAMES = False
    assert b"alice" not in _listed(event.pk).content


def test_a_layout_that_changes_meanwhile_has_the_list_written_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = make_event()
    taken = seat_records.iter_taken_seats
    times: list[bool] = []

    def changing_once(*, event_id: int) -> Iterator[SeatRecord]:
        if not times:
            Seat.objects.filter(pk=seat_ids(event)[0]).update(price=99)
            Event.objects.filter(pk=event_id).update(layout="another")
        times.append(True)
        return taken(event_id=event_id)

    monkeypatch.setattr(seat_records, "iter_taken_seats", changing_once)
    found = _listed(event.pk)
    assert found.version.layout == "another"
    assert orjson.loads(found.content) == seat_records.seats(event_id=event.pk)


def test_of_no_event_there_is_no_list() -> None:
    with pytest.raises(EventNotFound):
        _listed(0)


def test_what_is_kept_of_a_list_takes_little_more_memory_than_its_bytes() -> None:
    event = make_event(seats=2_000)
    tracemalloc.start()
    try:
        size = len(_listed(event.pk).content)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The list, each seat of it while it is free, and what Python needs for an object.
    assert kept < 4 * size
