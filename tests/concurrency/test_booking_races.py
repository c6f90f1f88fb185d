"""Concurrent changes of bookings: moves, cancellations and entries."""

from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from django.db import OperationalError, transaction

from reservations.bookings import command_queue
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import (
    AdmitSeats,
    CancelReservation,
    Command,
    LockSeats,
    MergeBookings,
    MoveSeats,
    ReserveSeats,
    SplitBooking,
)
from reservations.domain.errors import SeatcastError
from reservations.domain.states import Person, SeatStatus
from reservations.models import Entry, Event, GivenUpSeat, Reservation, ReservationSeat, Seat
from tests.concurrency.unprotected import CANCELLING, protection_off, stopping
from tests.concurrent_commands import Gate, at_once
from tests.factories import make_event, make_person, pay_for, seat_ids, stored_id
from tests.reservations.audit.past import differences

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("_processes"),
    pytest.mark.both_databases,
]

MOVING = 'INSERT INTO "reservations_givenupseat"'


def _book(event: Event, *seats: int) -> int:
    """Book seats for a new buyer, and pay; return the booking's primary key."""
    buyer, queue = make_person(), CommandQueue(event.pk)
    queue.submit(LockSeats(buyer, seats))
    answer = queue.submit(ReserveSeats(buyer, seats, "cash"))
    pay_for(answer["reservation"]["id"])
    return stored_id(answer)


def _sending(event: Event, command: Command) -> Callable[[], object]:
    def send() -> object:
        try:
            return CommandQueue(event.pk).submit(command)
        except SeatcastError as refusal:
            return refusal

    return send


def _codes(results: Sequence[object]) -> Counter[str]:
    return Counter(each.code if isinstance(each, SeatcastError) else "done" for each in results)


def _live(event: Event) -> Counter[int]:
    rows = ReservationSeat.objects.filter(event=event, live=True)
    return Counter(rows.values_list("seat_id", flat=True))


def test_of_many_moves_onto_one_seat_one_is_made() -> None:
    for _ in range(3):
        event, seller = make_event(seats=9), make_person()
        *old, wanted = seat_ids(event)
        bookings = {seat: _book(event, seat) for seat in old}
        results = at_once(
            [_sending(event, MoveSeats(seller, bookings[seat], ((seat, wanted),))) for seat in old]
        )
        assert _codes(results) == {"done": 1, "seat_unavailable": len(old) - 1}
        assert len(_live(event)) == len(old)
        assert differences(event) == []


def test_a_move_and_a_click_on_the_same_seat_are_not_both_made() -> None:
    for _ in range(4):
        event, seller = make_event(), make_person()
        old, wanted, *_ = seat_ids(event)
        move = MoveSeats(seller, _book(event, old), ((old, wanted),))
        clicks = [LockSeats(make_person(), (wanted,)) for _ in range(3)]
        commands: list[Command] = [*clicks, move]
        results = at_once([_sending(event, each) for each in commands])
        assert _codes(results) == {"done": 1, "seat_unavailable": 3}
        assert differences(event) == []


def test_a_booking_that_is_moved_and_cancelled_at_once_has_no_seat_left() -> None:
    for _ in range(4):
        event, seller = make_event(), make_person()
        old, wanted, *_ = seat_ids(event)
        number = _book(event, old)
        move = MoveSeats(seller, number, ((old, wanted),))
        cancel = CancelReservation(seller, number, as_organiser=True)
        results = at_once([_sending(event, each) for each in (move, cancel)])
        assert _codes(results)["done"] in (1, 2)
        assert not _live(event)
        assert differences(event) == []


def test_a_seat_is_moved_or_entered_but_never_left_behind_by_its_entry() -> None:
    for _ in range(6):
        event, seller = make_event(), make_person()
        old, wanted, *_ = seat_ids(event)
        number = _book(event, old)
        move = MoveSeats(seller, number, ((old, wanted),))
        enter = AdmitSeats(make_person(), number, (old,))
        results = at_once([_sending(event, each) for each in (move, enter)])
        assert _codes(results)["done"] == 1
        moved = GivenUpSeat.objects.filter(reservation=number).count()
        assert Entry.objects.filter(event=event).count() == 1 - moved
        assert differences(event) == []


def test_moves_splits_and_merges_at_once_leave_each_seat_in_one_booking() -> None:
    event, seller = make_event(seats=10), make_person()
    ids = seat_ids(event)
    first, second = _book(event, *ids[:3]), _book(event, *ids[3:6])
    commands: list[Command] = [
        MoveSeats(seller, first, ((ids[0], ids[6]), (ids[1], ids[7]))),
        MoveSeats(seller, second, ((ids[3], ids[6]),)),
        SplitBooking(seller, first, (ids[2],)),
        SplitBooking(seller, second, (ids[5],)),
        MergeBookings(seller, first, second, is_confirmed=True),
        MergeBookings(seller, second, first, is_confirmed=True),
        MoveSeats(seller, first, ((ids[2], ids[8]),)),
    ]
    at_once([_sending(event, each) for each in commands])
    assert sum(_live(event).values()) == len(_live(event)) == 6
    assert differences(event) == []


@pytest.mark.postgres
def test_a_move_whose_commit_was_not_answered_is_made_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event, seller = make_event(), make_person()
    old, wanted, *_ = seat_ids(event)
    number = _book(event, old)
    command = MoveSeats(seller, number, ((old, wanted),))
    with monkeypatch.context() as patch:
        patch.setattr(command_queue, "transaction", _LosingAnswers())
        found = CommandQueue(event.pk).submit(command, "key")
    assert found["message"] == "Seat A1 moved to Seat A2"
    # Another process, to which the client repeats its request.
    assert CommandQueue(event.pk).submit(command, "key") == found
    assert GivenUpSeat.objects.filter(reservation=number).count() == 1
    assert differences(event) == []


class _LosingAnswers:
    """Django's transactions, whose first COMMIT is made but not answered."""

    def __init__(self) -> None:
        self._is_lost = False

    def atomic(self) -> "_LosingAnswers":
        self._block = transaction.atomic()
        return self

    def __enter__(self) -> None:
        self._block.__enter__()

    def __exit__(self, *error: object) -> None:
        self._block.__exit__(*error)  # type: ignore[arg-type]
        if not self._is_lost:
            self._is_lost = True
            raise OperationalError("the connection was lost")


def _move_meanwhile(event: Event, seller: Person) -> list[object]:
    """Move two bookings onto one seat, the second between the first's reads and its writes."""
    one, two, wanted, _ = seat_ids(event)
    bookings = {seat: _book(event, seat) for seat in (one, two)}
    first, second = (
        _sending(event, MoveSeats(seller, bookings[seat], ((seat, wanted),))) for seat in (one, two)
    )
    gate = Gate()

    def move_meanwhile() -> object:
        gate.wait_until_reached()
        try:
            return second()
        finally:
            gate.open()

    return at_once([stopping(first, before=MOVING, to=gate), move_meanwhile])


@pytest.mark.postgres
def test_unprotected_two_bookings_are_moved_onto_one_seat() -> None:
    event = make_event()
    wanted = seat_ids(event)[2]
    with protection_off():
        assert _codes(_move_meanwhile(event, make_person())) == {"done": 2}
        assert _live(event)[wanted] == 2


def _meanwhile(
    event: Event, slow: Command, quick: Command, *, before: str
) -> tuple[object, object]:
    """Carry out one command between the reads and the writes of another; return both results."""
    gate = Gate()

    def send_meanwhile() -> object:
        gate.wait_until_reached()
        try:
            return _sending(event, quick)()
        finally:
            gate.open()

    first, second = at_once(
        [stopping(_sending(event, slow), before=before, to=gate), send_meanwhile]
    )
    return first, second


@pytest.mark.postgres
def test_unprotected_a_cancelled_booking_keeps_the_seat_that_it_was_moved_to() -> None:
    event, seller = make_event(), make_person()
    old, wanted, *_ = seat_ids(event)
    number = _book(event, old)
    move = MoveSeats(seller, number, ((old, wanted),))
    cancel = CancelReservation(seller, number, as_organiser=True)
    with protection_off():
        assert _codes(_meanwhile(event, cancel, move, before=CANCELLING)) == {"done": 2}
        assert Reservation.objects.get(pk=number).status == "cancelled"
        assert Seat.objects.get(pk=wanted).status == SeatStatus.RESERVED


@pytest.mark.postgres
def test_unprotected_a_move_takes_the_entry_of_a_seat_away() -> None:
    event, seller = make_event(), make_person()
    old, wanted, *_ = seat_ids(event)
    number = _book(event, old)
    move = MoveSeats(seller, number, ((old, wanted),))
    enter = AdmitSeats(make_person(), number, (old,))
    with protection_off():
        assert _codes(_meanwhile(event, move, enter, before=MOVING)) == {"done": 2}
        assert not Entry.objects.filter(event=event).exists()
