"""A new version of a plan on an event with seats: what changes, what stays, what is in the way."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reservations.audit.verification import Counts, differences
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import (
    BlockSeats,
    CancelReservation,
    ExtendLocks,
    LockSeats,
    MoveSeats,
    ReleaseLocks,
    ReserveSeats,
    SplitBooking,
    StartPayment,
    UnlockSeats,
)
from reservations.domain.errors import SeatNotFound, WholeTable
from reservations.domain.features import SeatFeature, SoldBy
from reservations.domain.states import PaymentStatus, Settling
from reservations.events import layouts, mapped_seats, seat_counts
from reservations.models import Event, Payment, Reservation, Seat
from reservations.organising.replacing import preview_plan, put_plan
from reservations.organising.seating import fill_event
from reservations.plans.differences import Kind, Obstacle, SeatUse
from reservations.plans.plan import Plan, PlanCategory, PlanSeat
from tests.factories import make_event, make_person, stored_id

pytestmark = pytest.mark.django_db


def planned(*names: str, section: str = "Stalls", **fields: Any) -> tuple[PlanSeat, ...]:
    """Return seats such as A1, in a row from left to right."""
    return tuple(
        PlanSeat(
            guid=f"{section}-{name.split()[-1]}",
            seat_number=name,
            section=section,
            row=name.split()[-1][0],
            number=name.split()[-1][1:],
            x=20.0 * at,
            y=10.0,
            category="Best",
            **fields,
        )
        for at, name in enumerate(names, start=1)
    )


def plan_with(seats: Sequence[PlanSeat]) -> Plan:
    names = dict.fromkeys(seat.category for seat in seats if seat.category)
    return Plan(
        name="Hall",
        width=500,
        height=100,
        seat_radius=9,
        categories=tuple(PlanCategory(name) for name in names),
        seats=tuple(seats),
    )


BEFORE = planned("A1", "A2", "A3", "A4")


@pytest.fixture
def event() -> Event:
    return fill_event(event_id=make_event(seats=0).pk, plan=plan_with(BEFORE))


def put(event: Event, *seats: PlanSeat, keep: Sequence[int] = ()) -> Any:
    """Put a plan onto the event, as a dry run before; the log must agree with the seats after."""
    before = [*Seat.with_removed.order_by("pk").values_list()]
    plan = plan_with(seats)
    dry = preview_plan(event_id=event.pk, plan=plan, keep=keep)
    assert [*Seat.with_removed.order_by("pk").values_list()] == before
    changes = put_plan(event_id=event.pk, plan=plan, version_id=None, keep=keep)
    assert (changes.counts(), changes.in_the_way) == (dry.counts(), dry.in_the_way)
    assert list(differences(event_id=event.pk, counts=Counts())) == []
    if changes.in_the_way:
        assert [*Seat.with_removed.order_by("pk").values_list()] == before
    return changes


def pk(name: str) -> int:
    return Seat.objects.get(seat_number=name).pk


def stored(event: Event) -> list[str]:
    """Return the names of the event's seats in index order."""
    return list(event.seats.order_by("pk").values_list("seat_number", flat=True))


def hold(event: Event, *names: str) -> Any:
    buyer = make_person()
    CommandQueue(event.pk).submit(LockSeats(buyer, tuple(map(pk, names))))
    return buyer


def sell(event: Event, *names: str) -> int:
    ids = tuple(map(pk, names))
    buyer = hold(event, *names)
    queue = CommandQueue(event.pk)
    return stored_id(queue.submit(ReserveSeats(buyer, ids, "invoice")))


def test_an_event_without_seats_is_filled() -> None:
    event = make_event(seats=0)
    changes = put(event, *BEFORE)
    assert (changes.counts()[Kind.ADDED], stored(event)) == (4, ["A1", "A2", "A3", "A4"])
    event.refresh_from_db()
    assert event.plan["width"] == 500


def test_the_same_plan_changes_nothing(event: Event) -> None:
    layout = event.layout
    assert put(event, *BEFORE).counts().total() == 0
    event.refresh_from_db()
    assert event.layout == layout


def test_free_seats_are_added_removed_renamed_moved_and_recategorised(event: Event) -> None:
    layout = event.layout
    first, second, third, _ = BEFORE
    moved, other = replace(first, x=300.0), replace(third, category="Other")
    renamed = replace(second, seat_number="B2", row="B")
    changes = put(event, moved, renamed, other, *planned("C1"))
    assert changes.counts() == dict.fromkeys(
        (Kind.ADDED, Kind.REMOVED, Kind.RELABELLED, Kind.MOVED, Kind.RECATEGORISED), 1
    )
    assert stored(event) == ["A1", "B2", "A3", "C1"]
    assert Seat.objects.get(seat_number="A1").x == 300
    assert Seat.objects.get(seat_number="A3").category == event.categories.get(name="Other")
    event.refresh_from_db()
    assert event.layout != layout
    assert len(list(layouts.static_seats(event_id=event.pk, layout=event.layout))) == 4


def test_seats_can_exchange_their_names(event: Event) -> None:
    first, second, *others = BEFORE
    swapped = [
        replace(first, seat_number="A2", number="2"),
        replace(second, seat_number="A1", number="1"),
    ]
    put(event, *swapped, *others)
    assert stored(event) == ["A2", "A1", "A3", "A4"]


def test_a_removed_seat_cannot_be_locked_and_is_counted_no_more(event: Event) -> None:
    gone, buyer = pk("A4"), make_person()
    put(event, *BEFORE[:3])
    with pytest.raises(SeatNotFound):
        CommandQueue(event.pk).submit(LockSeats(buyer, (gone,)))
    [counted] = seat_counts.counts_of([Event.objects.get()], now=timezone.now()).values()
    assert (counted.total, counted.available) == (3, 3)
    assert [seat.id for seat in mapped_seats.seat_map(event_id=event.pk).seats] == [
        *map(pk, ("A1", "A2", "A3"))
    ]


def test_a_removed_seat_with_a_history_comes_back_with_it(event: Event) -> None:
    CommandQueue(event.pk).submit(CancelReservation(make_person(), sell(event, "A4"), True))
    old = pk("A4")
    put(event, *BEFORE[:3])
    put(event, *BEFORE)
    assert pk("A4") == old
    sell(event, "A4")


def test_another_seat_can_have_the_name_of_a_removed_one(event: Event) -> None:
    put(event, *BEFORE[:3], replace(BEFORE[3], guid="another"))
    assert stored(event) == ["A1", "A2", "A3", "A4"]
    assert Seat.with_removed.filter(seat_number="A4").count() == 2


@pytest.mark.parametrize("take", [hold, sell])
def test_a_held_or_sold_seat_is_not_removed(take: Any, event: Event) -> None:
    take(event, "A2", "A3")
    changes = put(event, BEFORE[0], *BEFORE[2:])
    [found] = changes.in_the_way
    use = SeatUse.HELD if take is hold else SeatUse.SOLD
    assert (found.seat.id, found.use, found.obstacle) == (pk("A2"), use, Obstacle.REMOVED)


def test_a_blocked_seat_is_not_removed_but_renamed(event: Event) -> None:
    CommandQueue(event.pk).submit(BlockSeats(None, (pk("A1"), pk("A2"))))
    renamed = replace(BEFORE[1], seat_number="B2", row="B")
    assert [each.seat.id for each in put(event, renamed, *BEFORE[2:]).in_the_way] == [pk("A1")]
    assert not put(event, BEFORE[0], renamed, *BEFORE[2:]).in_the_way


def test_a_protected_seat_can_be_kept_as_it_is(event: Event) -> None:
    sell(event, "A2")
    before = Seat.objects.filter(seat_number="A2").values().get()
    changes = put(event, BEFORE[0], *BEFORE[2:], keep=[pk("A2")])
    assert [seat.id for seat in changes.kept] == [pk("A2")]
    assert Seat.objects.filter(seat_number="A2").values().get() == before


@pytest.mark.parametrize("take", [hold, sell])
def test_a_held_or_sold_seat_is_not_renamed(take: Any, event: Event) -> None:
    take(event, "A2")
    renamed = replace(BEFORE[1], seat_number="B2", row="B")
    [found] = put(event, BEFORE[0], renamed, *BEFORE[2:]).in_the_way
    assert found.obstacle is Obstacle.RELABELLED


def test_a_held_seat_is_not_sold_for_another_price_and_a_sold_one_may_be(event: Event) -> None:
    hold(event, "A1")
    sell(event, "A2")
    other = [replace(seat, category="Other") for seat in BEFORE]
    [found] = put(event, *other).in_the_way
    assert (found.seat.id, found.obstacle) == (pk("A1"), Obstacle.RECATEGORISED)


def test_a_held_or_sold_seat_moves_with_the_drawing(event: Event) -> None:
    hold(event, "A1")
    sell(event, "A2")
    changes = put(event, *(replace(seat, y=50.0) for seat in BEFORE))
    assert (changes.counts()[Kind.MOVED], not changes.in_the_way) == (4, True)
    assert set(Seat.objects.values_list("y", flat=True)) == {50.0}


def test_a_new_section_does_not_rename_the_seats_of_another(event: Event) -> None:
    """With two sections the plan's names begin with the section."""
    sell(event, "A1")
    named = [replace(seat, seat_number=f"Stalls {seat.seat_number}") for seat in BEFORE]
    circle = [
        replace(seat, seat_number=f"Circle {seat.seat_number}")
        for seat in planned("A1", section="Circle")
    ]
    assert not put(event, *named, *circle).in_the_way
    assert stored(event) == ["A1", "A2", "A3", "A4", "Circle A1"]


def test_a_deleted_row_does_not_rename_the_seats_of_another_section() -> None:
    circle = planned("Circle A1", "Circle A2", section="Circle")
    stalls = planned("Stalls A1", "Stalls A2", "Stalls B1")
    event = fill_event(event_id=make_event(seats=0).pk, plan=plan_with([*circle, *stalls]))
    sell(event, "Stalls A2")
    left = [replace(seat, seat_number=seat.seat_number.removeprefix("Stalls ")) for seat in stalls]
    counts = put(event, *left, *planned("A3")).counts()
    assert (counts[Kind.RELABELLED], counts[Kind.REMOVED], counts[Kind.ADDED]) == (0, 2, 1)
    names = ["Stalls A1", "Stalls A2", "Stalls B1", "Stalls A3"]
    assert stored(event) == names


def test_a_new_seat_is_named_like_the_others_of_its_row(event: Event) -> None:
    named = [replace(seat, seat_number=f"Stalls {seat.seat_number}") for seat in BEFORE]
    new = replace(planned("A5")[0], seat_number="Stalls A5")
    put(event, *named, new, *planned("Circle A1", section="Circle"))
    assert stored(event) == ["A1", "A2", "A3", "A4", "A5", "Circle A1"]


def test_a_new_seat_does_not_get_the_name_of_another_one(event: Event) -> None:
    circle = replace(planned("A1", section="Circle")[0], guid="c1")
    put(event, *BEFORE, circle)
    assert stored(event) == ["A1", "A2", "A3", "A4", "A1 (2)"]


def test_a_copied_name_stays_when_the_first_one_is_deleted() -> None:
    first, second = planned("A1", "A1 (2)", section="")
    second = replace(second, row="A", number="1")
    event = fill_event(event_id=make_event(seats=0).pk, plan=plan_with([first, second]))
    put(event, replace(second, seat_number="A1"))
    assert stored(event) == ["A1 (2)"]


def test_a_seat_is_renamed_if_its_section_row_number_or_label_is_another(event: Event) -> None:
    circle = replace(BEFORE[0], section="Circle", seat_number="Circle A1")
    labelled = replace(BEFORE[1], seat_number="Row A, Chair 2")
    renumbered = replace(BEFORE[2], number="9", seat_number="A9")
    changes = put(event, circle, labelled, renumbered, BEFORE[3])
    assert changes.counts()[Kind.RELABELLED] == 3
    assert stored(event) == ["Circle A1", "Row A, Chair 2", "A9", "A4"]


def test_a_seat_that_comes_back_has_its_name_again() -> None:
    stalls = planned("Stalls A1", "Stalls A2")
    event = fill_event(event_id=make_event(seats=0).pk, plan=plan_with(stalls))
    put(event, stalls[0])
    put(event, stalls[0], replace(stalls[1], seat_number="A2"))
    assert stored(event) == ["Stalls A1", "Stalls A2"]


def test_a_kept_name_cannot_be_given_to_another_seat(event: Event) -> None:
    sell(event, "A2")
    another = replace(BEFORE[1], guid="another")
    [found] = put(event, BEFORE[0], another, *BEFORE[2:], keep=[pk("A2")]).in_the_way
    assert (found.obstacle, found.can_keep) == (Obstacle.NAME_TAKEN, False)


def test_an_expired_lock_protects_nothing(event: Event) -> None:
    hold(event, "A4")
    _expire(event, "A4")
    assert put(event, *BEFORE[:3]).counts()[Kind.REMOVED] == 1


TABLE: dict[str, Any] = {"group": "T1", "group_size": 2, "sold_by": SoldBy.TABLE}
LARGER_TABLE = [
    replace(seat, group="T1", group_size=3, sold_by=SoldBy.TABLE)
    for seat in planned("A1", "A2", "A3")
]


def _put_table(event: Event, *, sold_by: SoldBy = SoldBy.TABLE) -> None:
    """Put a table of two, A1 and A2, and a seat beside it."""
    table = (replace(seat, **{**TABLE, "sold_by": sold_by}) for seat in BEFORE[:2])
    put(event, *table, BEFORE[2])


def _ids(*names: str) -> tuple[int, ...]:
    return tuple(map(pk, names))


COMPLETIONS: list[Any] = [
    lambda holder, ids: ExtendLocks(holder, ids),
    lambda holder, ids: UnlockSeats(holder, ids),
    lambda holder, ids: ReserveSeats(holder, ids, "invoice"),
    lambda holder, ids: StartPayment(holder, ids, "card", "p1"),
    lambda _, ids: ReleaseLocks(make_person(), ids),
]


@pytest.mark.parametrize("completion", COMPLETIONS)
def test_a_held_table_is_continued_and_ended_as_it_was_when_a_chair_is_added(
    completion: Any, event: Event
) -> None:
    _put_table(event)
    holder = hold(event, "A1", "A2")
    put(event, *LARGER_TABLE)
    CommandQueue(event.pk).submit(completion(holder, _ids("A1", "A2")))


@pytest.mark.parametrize("completion", COMPLETIONS)
def test_a_part_of_a_table_that_becomes_whole_is_continued_and_ended(
    completion: Any, event: Event
) -> None:
    _put_table(event, sold_by=SoldBy.SEAT)
    holder = hold(event, "A1")
    _put_table(event)
    CommandQueue(event.pk).submit(completion(holder, _ids("A1")))


def test_an_approved_payment_books_a_table_that_has_grown_meanwhile(event: Event) -> None:
    _put_table(event)
    queue, holder, ids = CommandQueue(event.pk), hold(event, "A1", "A2"), _ids("A1", "A2")
    queue.submit(StartPayment(holder, ids, "card", "p1"))
    put(event, *LARGER_TABLE)
    queue.submit(ReserveSeats(holder, ids, "card", "p1"))
    assert Payment.objects.get().status == PaymentStatus.AUTHORISED


@pytest.mark.parametrize("take", [hold, sell])
def test_a_table_that_is_free_again_is_sold_by_the_present_plan(take: Any, event: Event) -> None:
    _put_table(event)
    queue, taken = CommandQueue(event.pk), take(event, "A1", "A2")
    put(event, *LARGER_TABLE)
    with pytest.raises(WholeTable):
        hold(event, "A3")
    if take is sell:
        queue.submit(CancelReservation(make_person(), taken, as_organiser=True))
    else:
        queue.submit(UnlockSeats(taken, _ids("A1", "A2")))
    assert not Seat.objects.exclude(taken_grouping=None).exists()
    with pytest.raises(WholeTable):
        hold(event, "A1", "A2")
    hold(event, "A1", "A2", "A3")


def test_a_table_whose_hold_has_expired_is_sold_by_the_present_plan(event: Event) -> None:
    _put_table(event)
    hold(event, "A1", "A2")
    put(event, *LARGER_TABLE)
    _expire(event, "A1", "A2")
    with pytest.raises(WholeTable):
        hold(event, "A1", "A2")
    hold(event, "A1", "A2", "A3")


def test_a_sold_table_is_split_off_and_moved_as_it_was_sold(event: Event) -> None:
    _put_table(event)
    put(event, *(replace(seat, **TABLE) for seat in BEFORE[:2]), *BEFORE[2:], *planned("B1", "B2"))
    booking = sell(event, "A1", "A2", "A3")
    organiser, queue = make_person(), CommandQueue(event.pk)
    larger = [*LARGER_TABLE[:2], replace(planned("C1")[0], **{**TABLE, "group_size": 3})]
    put(event, *larger, *BEFORE[2:], *planned("B1", "B2"))
    queue.submit(SplitBooking(organiser, booking, _ids("A1", "A2"), "Ann", "ann@example.org"))
    split = Reservation.objects.latest("pk").pk
    moves = tuple(zip(_ids("A1", "A2"), _ids("B1", "B2"), strict=True))
    queue.submit(MoveSeats(organiser, split, moves, Settling.NONE))
    assert not Seat.objects.exclude(taken_grouping=None).exists()


def test_an_organiser_moves_a_booking_to_a_table_that_they_held_as_it_was(event: Event) -> None:
    _put_table(event)
    put(event, *(replace(seat, **TABLE) for seat in BEFORE[:2]), *planned("B1", "B2"))
    booking, organiser = sell(event, "B1", "B2"), hold(event, "A1", "A2")
    put(event, *LARGER_TABLE, *planned("B1", "B2"))
    queue, moves = (
        CommandQueue(event.pk),
        tuple(zip(_ids("B1", "B2"), _ids("A1", "A2"), strict=True)),
    )
    queue.submit(MoveSeats(organiser, booking, moves, Settling.NONE))
    back = tuple((new, old) for old, new in moves)
    queue.submit(MoveSeats(organiser, booking, back, Settling.NONE))


def test_a_table_that_is_dissolved_is_continued_and_ended_seat_by_seat(event: Event) -> None:
    _put_table(event)
    holder, queue = hold(event, "A1", "A2"), CommandQueue(event.pk)
    _put_table(event, sold_by=SoldBy.SEAT)
    queue.submit(UnlockSeats(holder, _ids("A1")))
    _put_table(event)
    queue.submit(ReserveSeats(holder, _ids("A2"), "invoice"))


def test_a_grouping_survives_several_versions_of_the_plan(event: Event) -> None:
    _put_table(event)
    holder = hold(event, "A1", "A2")
    put(event, *LARGER_TABLE)
    put(event, *(replace(seat, group="T2") for seat in LARGER_TABLE))
    CommandQueue(event.pk).submit(ReserveSeats(holder, _ids("A1", "A2"), "invoice"))


@pytest.mark.parametrize("completion", COMPLETIONS)
def test_a_held_seat_that_becomes_a_companion_seat_is_continued_and_ended(
    completion: Any, event: Event
) -> None:
    holder = hold(event, "A2")
    accessible = replace(BEFORE[0], features=SeatFeature.ACCESSIBLE)
    put(event, accessible, replace(BEFORE[1], companion_of=accessible.guid), *BEFORE[2:])
    CommandQueue(event.pk).submit(completion(holder, _ids("A2")))
    assert Seat.objects.get(seat_number="A2").companion_of_id == pk("A1")


def _expire(event: Event, *names: str) -> None:
    """Move locks and their log rows into the past."""
    earlier = timezone.now() - timedelta(minutes=10)
    ends = earlier + timedelta(minutes=5)
    event.seats.filter(seat_number__in=names).update(locked_at=earlier, locked_until=ends)
    event.changes.update(at=earlier, locked_until=ends)
