"""A new version of a plan is put onto an event while its seats are sold, on PostgreSQL."""

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from reservations.audit.verification import Counts, differences
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats, ReserveSeats, UnlockSeats
from reservations.domain.errors import SeatcastError, SeatNotFound
from reservations.domain.states import Person, SeatStatus
from reservations.models import Event, ReservationSeat, Seat
from reservations.organising.replacing import put_plan
from reservations.organising.seating import fill_event
from reservations.plans.differences import Obstacle
from reservations.plans.plan import PlanSeat
from tests.concurrency.unprotected import row_locks_off, stopping
from tests.concurrent_commands import PATIENCE_SECONDS, at_once
from tests.factories import make_event, make_person, seat_ids
from tests.reservations.organising.test_replacing import plan_with, planned

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

SEATS = planned(*(f"A{number}" for number in range(1, 41)))
RENAMED = tuple(
    replace(seat, row="B", seat_number=f"B{seat.number}") if at % 2 else seat
    for at, seat in enumerate(SEATS)
)
VERSIONS = (SEATS[:25], SEATS, RENAMED, SEATS[15:])
REMOVING = 'UPDATE "reservations_seat" SET "removed_at"'
RENAMING = 'UPDATE "reservations_seat" SET "seat_number"'


def make_hall(seats: Sequence[PlanSeat] = SEATS) -> Event:
    return fill_event(event_id=make_event(seats=0, purchase_cap=99).pk, plan=plan_with(seats))


def buy(event: Event, buyer: Person, *ids: int) -> None:
    """Raises: SeatcastError."""
    queue = CommandQueue(event.pk)
    queue.submit(LockSeats(buyer, ids))
    queue.submit(ReserveSeats(buyer, ids, "invoice"))


def put(event: Event, seats: Sequence[PlanSeat]) -> list[Obstacle]:
    changes = put_plan(event_id=event.pk, plan=plan_with(seats), version_id=None)
    return [each.obstacle for each in changes.in_the_way]


def _faults(event: Event, sold: dict[int, str], held: dict[int, int]) -> list[str]:
    """Return what was lost: seats that were sold by a name, and seats that people hold."""
    seats = {seat.pk: seat for seat in Seat.with_removed.filter(event=event)}
    lost = [
        f"{name} was sold, and is now {seats[pk].seat_number}, removed: {seats[pk].removed_at}"
        for pk, name in sold.items()
        if seats[pk].removed_at or seats[pk].seat_number != name
    ]
    lost += [
        f"{seats[pk]} was held by {holder}"
        for pk, holder in held.items()
        if seats[pk].removed_at or seats[pk].locked_by_id != holder
    ]
    return [*lost, *differences(event_id=event.pk, counts=Counts())]


@pytest.mark.usefixtures("_processes", "connections_for_all")
def test_no_held_or_sold_seat_is_lost_while_plans_change() -> None:
    event = make_hall()
    ids, sold, held = seat_ids(event), dict[int, str](), dict[int, int]()
    outcomes: list[list[Obstacle]] = []
    over = threading.Event()

    def shop(buyer: Person, dice: random.Random) -> None:
        for _ in range(12):
            seat_id, queue = dice.choice(ids), CommandQueue(event.pk)
            try:
                [seat] = queue.submit(LockSeats(buyer, (seat_id,)))["seats"]
                held[seat_id] = buyer.id
                if dice.random() < 0.3:
                    del held[seat_id]
                    queue.submit(UnlockSeats(buyer, (seat_id,)))
                elif dice.random() < 0.5:
                    queue.submit(ReserveSeats(buyer, (seat_id,), "invoice"))
                    sold[seat_id] = seat["seat_number"]
                    del held[seat_id]
            except SeatcastError:
                continue

    def change_plans(dice: random.Random) -> None:
        while not over.is_set():
            outcomes.append(put(event, dice.choice(VERSIONS)))

    def shop_and_end(shoppers: Sequence[Callable[[], None]]) -> None:
        try:
            at_once(shoppers)
        finally:
            over.set()

    shoppers = [partial(shop, make_person(), random.Random(seed)) for seed in range(6)]
    at_once([partial(shop_and_end, shoppers), *(partial(change_plans, random.Random(7)),) * 2])
    assert sold
    assert held
    assert [] in outcomes
    assert _faults(event, sold, held) == []


def _buying_before(event: Event, seats: Sequence[PlanSeat], *, before: str) -> list[Obstacle]:
    """Put a plan onto the event, and have somebody buy A40 before a statement of that."""
    *_, last = seat_ids(event)
    buyer = make_person()
    work = partial(put, event, seats)
    return stopping(work, before=before, to=lambda: _in_thread(partial(buy, event, buyer, last)))()


def _in_thread(work: Callable[[], object]) -> None:
    at_once([work])


def test_a_seat_that_is_bought_after_the_comparison_is_in_the_way() -> None:
    event = make_hall()
    found = _buying_before(event, SEATS[:-1], before="FOR NO KEY UPDATE")
    assert found == [Obstacle.REMOVED]
    assert Seat.objects.get(seat_number="A40").status == SeatStatus.RESERVED
    assert list(differences(event_id=event.pk, counts=Counts())) == []


def test_a_buyer_who_waits_for_the_plan_finds_the_seat_gone() -> None:
    event, buyer = make_hall(), make_person()
    *_, last = seat_ids(event)
    answers: list[object] = []

    def ask() -> None:
        answers.extend(at_once([partial(buy, event, buyer, last)]))

    waiting = threading.Thread(target=ask)
    work = partial(put, event, SEATS[:-1])
    assert stopping(work, before=REMOVING, to=waiting.start)() == []
    waiting.join(PATIENCE_SECONDS)
    assert [type(answer) for answer in answers] == [SeatNotFound]
    assert not ReservationSeat.objects.exists()


def test_without_the_events_row_lock_a_sold_seat_is_renamed() -> None:
    """A negative control: the buyer's ticket names another seat."""
    event = make_hall()
    renamed = (*SEATS[:-1], replace(SEATS[-1], row="B", seat_number="B40"))
    with row_locks_off():
        found = _buying_before(event, renamed, before=RENAMING)
    assert found == []
    [sold] = ReservationSeat.objects.filter(live=True)
    assert Seat.objects.get(pk=sold.seat_id).seat_number == "B40"


def test_a_constraint_forbids_removing_a_sold_seat_even_without_locks() -> None:
    event = make_hall()
    with row_locks_off(), pytest.raises(IntegrityError, match="only_an_available_seat_is_removed"):
        _buying_before(event, SEATS[:-1], before=REMOVING)
    assert Seat.objects.filter(pk=ReservationSeat.objects.get().seat_id).exists()


def test_an_edit_between_comparison_and_lock_is_seen() -> None:
    event = make_hall()
    edit = partial(put, event, RENAMED)
    put(event, SEATS[:10])
    work = partial(put, event, SEATS)
    stopping(work, before="FOR NO KEY UPDATE", to=lambda: _in_thread(edit))()
    assert list(event.seats.order_by("pk").values_list("seat_number", flat=True)) == [
        seat.seat_number for seat in SEATS
    ]


def test_the_event_is_locked_before_its_seats() -> None:
    event = make_hall()
    with CaptureQueriesContext(connection) as captured:
        put(event, SEATS[:3])
    locking = [
        query["sql"] for query in captured.captured_queries if "FOR NO KEY UPDATE" in query["sql"]
    ]
    assert 'FROM "reservations_event"' in locking[0]
    assert locking[1].startswith('SELECT "reservations_seat"."id"')
    assert locking[1].endswith("ORDER BY 1 ASC FOR NO KEY UPDATE")
    assert len(locking) == 2
