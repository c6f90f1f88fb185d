"""Selectors: content and access; expired locks count as available."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from pytest_django import Settings

from reservations.bookings import booking_records, due, revenues
from reservations.bookings.booking_records import BookingHead
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import (
    BlockSeats,
    CancelReservation,
    Command,
    LockSeats,
    ReleaseExpired,
    ReserveSeats,
    UnlockSeats,
)
from reservations.domain.errors import EventNotFound, MembersOnly, ReservationNotFound, SignInFirst
from reservations.domain.states import SeatStatus
from reservations.events import (
    access,
    event_heads,
    mapped_seats,
    seat_counts,
    seat_records,
    selectors,
)
from reservations.events.access import Requester
from reservations.models import Category, Event, Reservation, Seat, SeatChange
from reservations.organising.seating import refresh_layout
from tests.factories import (
    Clock,
    let_locks_run_out,
    make_event,
    make_person,
    make_promo_code,
    make_user,
    permitted,
    seat_ids,
    stored_id,
)

pytestmark = pytest.mark.django_db

NOBODY = Requester(id=None)


def _do(event: Event, *commands: Command) -> None:
    for command in commands:
        CommandQueue(event.pk).submit(command)


def test_seats_are_listed_in_index_order_with_all_fields() -> None:
    event, alice, bob = make_event(), make_person("alice"), make_person("bob")
    ids = seat_ids(event)
    _do(event, LockSeats(alice, ids[:1]), LockSeats(bob, ids[1:2]))
    _do(event, ReserveSeats(bob, ids[1:2], "invoice"), BlockSeats(bob, ids[2:3]))
    found = seat_records.seats(event_id=event.pk)
    assert [seat["id"] for seat in found] == list(ids)
    assert [
        (seat["status"], seat["is_available"], seat["locked_by"], seat["reserved_by"])
        for seat in found
    ] == [
        ("locked", False, "alice", None),
        ("reserved", False, None, "bob"),
        ("blocked", False, None, None),
        ("available", True, None, None),
    ]
    assert [seat["locked_until"] is None for seat in found] == [False, True, True, True]


def test_a_seat_with_an_expired_lock_is_available_everywhere() -> None:
    event, alice = make_event(), make_person()
    _do(event, LockSeats(alice, seat_ids(event)[:2]))
    let_locks_run_out(event)
    first = seat_records.seats(event_id=event.pk)[0]
    assert (first["status"], first["is_available"]) == ("available", True)
    assert (first["locked_by"], first["locked_until"]) == (None, None)
    assert seat_records.locks(event_id=event.pk, person_id=alice.id) == []
    assert selectors.event(event_id=event.pk)["seats_available"] == 4
    assert selectors.events(requester=NOBODY).events[0]["seats_available"] == 4
    assert due.events_with_expired_locks() == [event.pk]


def test_only_the_requesters_live_locks_are_listed() -> None:
    event, other, alice, bob = make_event(), make_event(), make_person(), make_person()
    ids = seat_ids(event)
    _do(event, LockSeats(alice, ids[1:3]), LockSeats(bob, ids[:1]))
    _do(other, LockSeats(alice, seat_ids(other)[:1]))
    found = seat_records.locks(event_id=event.pk, person_id=alice.id)
    assert [seat["id"] for seat in found] == list(ids[1:3])
    assert all(seat["locked_until"] for seat in found)


def test_only_available_seats_are_counted_as_available() -> None:
    event, alice = make_event(seats=5), make_person()
    ids = seat_ids(event)
    _do(event, LockSeats(alice, ids[:2]), ReserveSeats(alice, ids[:1], "invoice"))
    _do(event, BlockSeats(alice, ids[2:3]))
    found = selectors.event(event_id=event.pk)
    assert (found["seats_total"], found["seats_available"]) == (5, 2)


def test_a_price_is_the_seats_own_else_its_categorys_else_the_events() -> None:
    event = make_event(price="30.00")
    ids = seat_ids(event)
    stalls = Category.objects.create(event=event, name="Stalls", price="20.00")
    circle = Category.objects.create(event=event, name="Circle", price=None)
    Seat.objects.filter(pk__in=ids[:2]).update(category=stalls)
    Seat.objects.filter(pk=ids[2]).update(category=circle)
    Seat.objects.filter(pk=ids[0]).update(price="0.00")
    prices = [seat["price"] for seat in seat_records.seats(event_id=event.pk)]
    assert prices == ["0.00", "20.00", "30.00", "30.00"]


def test_an_event_has_its_lowest_price() -> None:
    event = make_event(price="30.00")
    assert selectors.event(event_id=event.pk)["price_from"] == "30.00"
    stalls = Category.objects.create(event=event, name="Stalls", price="20.00")
    event.seats.update(category=stalls)
    Seat.objects.filter(pk=seat_ids(event)[0]).update(price="90.00")
    refresh_layout(event_id=event.pk)
    found = selectors.event(event_id=event.pk)
    assert (found["price"], found["price_from"]) == ("30.00", "20.00")
    assert selectors.event(event_id=make_event(seats=0).pk)["price_from"] == "50.00"


def test_seats_are_counted_again_only_after_a_change(
    django_assert_num_queries: Any,
) -> None:
    event, alice = make_event(), make_person()
    assert selectors.events(requester=NOBODY).events[0]["seats_available"] == 4
    with django_assert_num_queries(3):
        assert selectors.events(requester=NOBODY).events[0]["seats_available"] == 4
    _do(event, LockSeats(alice, seat_ids(event)[:3]))
    assert selectors.events(requester=NOBODY).events[0]["seats_available"] == 1
    let_locks_run_out(event)
    with django_assert_num_queries(3):
        assert selectors.events(requester=NOBODY).events[0]["seats_available"] == 4
    _do(event, ReleaseExpired())
    assert selectors.events(requester=NOBODY).events[0]["seats_available"] == 4


def test_a_page_costs_as_many_queries_as_one_event_even_if_few_counts_are_kept(
    django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat_counts._static, "_max_entries", 10)
    monkeypatch.setattr(seat_counts._free, "_max_entries", 10)
    event = make_event(seats=0)
    events = Event.objects.bulk_create(
        Event(name="", venue="", date=event.date, price=1, layout="plan") for _ in range(1200)
    )
    Seat.objects.bulk_create(Seat(event=event, seat_number="A1", guid="A1") for event in events)
    with django_assert_max_num_queries(5):
        found = selectors.events(requester=NOBODY, limit=1201).events
    assert [event["seats_total"] for event in found] == [0] + 1200 * [1]
    assert [event["seats_available"] for event in found] == [0] + 1200 * [1]


def test_names_are_hidden_if_the_site_says_so(settings: Settings) -> None:
    settings.SEATCAST_SHOW_NAMES = False
    event, alice = make_event(), make_person("alice")
    ids = seat_ids(event)
    _do(event, LockSeats(alice, ids[:2]), ReserveSeats(alice, ids[:1], "invoice"))
    for seat in seat_records.seats(event_id=event.pk):
        assert (seat["locked_by"], seat["reserved_by"]) == (None, None)


def test_events_are_listed_by_date_with_the_state_of_the_sale() -> None:
    now, day = timezone.now(), timedelta(days=1)
    make_event(name="third", date=now + 3 * day)
    make_event(name="first", date=now + day, sales_close_at=now - day)
    make_event(name="second", date=now + 2 * day, sales_open_at=now + day)
    found = selectors.events(requester=NOBODY).events
    assert [(event["name"], event["sales"]) for event in found] == [
        ("first", "closed"),
        ("second", "upcoming"),
        ("third", "open"),
    ]


def test_terms_default_to_the_sites_settings(settings: Settings) -> None:
    settings.SEATCAST_LOCK_SECONDS, settings.SEATCAST_SEAT_CAP = 77, 3
    own, common = make_event(lock_seconds=5, seat_cap=9), make_event()
    found = {event["id"]: event for event in selectors.events(requester=NOBODY).events}
    assert (found[own.pk]["lock_seconds"], found[own.pk]["seat_cap"]) == (5, 9)
    assert (found[common.pk]["lock_seconds"], found[common.pk]["seat_cap"]) == (77, 3)


def test_revenue_is_the_sum_of_live_reservations() -> None:
    event, alice = make_event(seats=6, price="50.00"), make_person()
    ids = seat_ids(event)
    Seat.objects.filter(pk__in=ids[:3]).update(section="Stalls")
    for seat_id in ids[:4]:
        _do(event, LockSeats(alice, (seat_id,)), ReserveSeats(alice, (seat_id,), "invoice"))
    stored = list(Reservation.objects.order_by("pk"))
    _do(event, LockSeats(alice, ids[4:]), CancelReservation(alice, stored[1].pk))
    Reservation.objects.filter(pk=stored[2].pk).update(payment_due_at=timezone.now())
    Event.objects.update(price="80.00")
    assert revenues.revenue(event_id=event.pk) == {
        "seq": event_heads.event_head(event_id=event.pk).seq,
        "total": "100.00",
        "fees": "0.00",
        "currency": "EUR",
        "sections": [
            {"section": "", "revenue": "50.00"},
            {"section": "Stalls", "revenue": "50.00"},
        ],
    }
    free = make_event(currency="CHF")
    expected = {"seq": 0, "total": "0.00", "fees": "0.00", "currency": "CHF", "sections": []}
    assert revenues.revenue(event_id=free.pk) == expected


def test_who_may_see_an_event() -> None:
    group = Group.objects.create(name="Friends")
    member, buyer, staff = make_user(), make_user(), make_user(is_staff=True)
    organiser = permitted(make_user(), "reservations.view_event")
    member.groups.add(group)
    public = make_event()
    members = make_event(visibility="members")
    friends = make_event(visibility="members", member_group=group)
    hidden: dict[Requester, dict[int, type[Exception]]] = {
        NOBODY: {members.pk: SignInFirst, friends.pk: SignInFirst},
        Requester(buyer.pk): {friends.pk: MembersOnly},
        Requester(member.pk): {},
        Requester(staff.pk): {friends.pk: MembersOnly},
        Requester(organiser.pk): {friends.pk: MembersOnly},
        Requester(organiser.pk, has_powers=True): {},
    }
    for requester, refusals in hidden.items():
        for event in (public, members, friends):
            if refusal := refusals.get(event.pk):
                with pytest.raises(refusal):
                    access.require_access(event_id=event.pk, requester=requester)
            else:
                access.require_access(event_id=event.pk, requester=requester)
        seen = {event["id"] for event in selectors.events(requester=requester).events}
        assert seen == {public.pk, members.pk, friends.pk} - set(refusals)


@pytest.mark.parametrize(
    "read",
    [
        lambda: access.require_access(event_id=2**62, requester=NOBODY),
        lambda: revenues.revenue(event_id=2**62),
        lambda: selectors.event(event_id=2**62),
        lambda: event_heads.event_head(event_id=2**62),
        lambda: mapped_seats.seat_map(event_id=2**62),
        lambda: seat_records.seats_version(event_id=2**62),
    ],
)
def test_an_unknown_event_is_not_found(read: Callable[[], object]) -> None:
    with pytest.raises(EventNotFound):
        read()


def test_reservations_are_listed_newest_first_with_cancelled_ones() -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    ids, queue = seat_ids(event), CommandQueue(event.pk)
    numbers, stored = [], []
    for person, seat_id in [(alice, ids[0]), (bob, ids[1]), (alice, ids[2])]:
        queue.submit(LockSeats(person, (seat_id,)))
        answer = queue.submit(ReserveSeats(person, (seat_id,), "invoice"))
        numbers.append(answer["reservation"]["id"])
        stored.append(stored_id(answer))
    queue.submit(CancelReservation(alice, stored[0]))
    found = booking_records.reservations(person_id=alice.id)
    assert [(booking["id"], booking["status"], booking["seats"]) for booking in found] == [
        (numbers[2], "confirmed", ["A3"]),
        (numbers[0], "cancelled", ["A1"]),
    ]
    assert found[1]["cancelled_at"]
    head = booking_records.booking(public_id=numbers[1], requester=Requester(bob.id))
    assert head == BookingHead(stored[1], event.pk, is_own=True)
    assert booking_records.reservation(reservation_id=head.id)["seats"] == ["A2"]
    with pytest.raises(ReservationNotFound):
        booking_records.booking(public_id=numbers[1], requester=Requester(alice.id))


def test_the_version_tag_changes_with_everything_in_the_list(
    settings: Settings,
) -> None:
    event, alice = make_event(), make_person()
    ids = seat_ids(event)
    tags = [seat_records.seats_version(event_id=event.pk).tag]

    def note() -> None:
        tags.append(seat_records.seats_version(event_id=event.pk).tag)

    _do(event, LockSeats(alice, ids[:2]))
    note()
    Seat.objects.filter(pk=ids[0]).update(locked_until=timezone.now())
    note()
    let_locks_run_out(event)
    note()
    _do(event, ReleaseExpired())
    note()
    Event.objects.filter(pk=event.pk).update(layout="another")
    note()
    settings.SEATCAST_SHOW_NAMES = False
    note()
    assert len(set(tags)) == len(tags)
    assert seat_records.seats_version(event_id=event.pk).tag == tags[-1]


def test_the_seat_map_has_the_seats_as_stored_in_index_order(clock: Clock) -> None:
    event, alice = make_event(), make_person("alice")
    ids = seat_ids(event)
    _do(event, LockSeats(alice, ids[1:2]), BlockSeats(alice, ids[3:]))
    found = mapped_seats.seat_map(event_id=event.pk)
    assert (found.head.seq, found.head.layout, found.head.is_public) == (2, "plan", True)
    assert [(seat.id, seat.status, seat.holder, seat.version) for seat in found.seats] == [
        (ids[0], SeatStatus.AVAILABLE, None, 0),
        (ids[1], SeatStatus.LOCKED, "alice", 1),
        (ids[2], SeatStatus.AVAILABLE, None, 0),
        (ids[3], SeatStatus.BLOCKED, None, 2),
    ]


def test_the_log_since_a_number_has_each_seat_once_with_its_last_state() -> None:
    event, alice = make_event(), make_person("alice")
    ids = seat_ids(event)
    _do(event, LockSeats(alice, ids[:2]), UnlockSeats(alice, ids[:1]), LockSeats(alice, ids[2:3]))
    found = mapped_seats.changes_since(event_id=event.pk, seq=0, limit=100)
    assert found is not None
    assert found.seq == 3
    assert {(change.seat_id, change.status, change.holder) for change in found.changes} == {
        (ids[0], SeatStatus.AVAILABLE, None),
        (ids[1], SeatStatus.LOCKED, "alice"),
        (ids[2], SeatStatus.LOCKED, "alice"),
    }
    newer = mapped_seats.changes_since(event_id=event.pk, seq=2, limit=100)
    assert newer is not None
    assert [change.seat_id for change in newer.changes] == [ids[2]]
    assert mapped_seats.changes_since(event_id=event.pk, seq=3, limit=1) == (
        mapped_seats.LoggedChanges(seq=3, changes=())
    )


def test_the_seat_map_and_the_log_tell_which_locks_leave_their_seats_blocked() -> None:
    event, alice = make_event(), make_person("alice")
    ids = seat_ids(event)
    make_promo_code(event, *ids[:2])
    _do(event, LockSeats(alice, (ids[0], ids[2]), "SPONSOR-2030"))
    seats = mapped_seats.seat_map(event_id=event.pk).seats
    assert [seat.is_kept for seat in seats] == [True, False, False, False]
    logged = mapped_seats.changes_since(event_id=event.pk, seq=0, limit=100)
    assert logged is not None
    assert [change.is_kept for change in logged.changes] == [True, False]


def test_a_log_that_is_too_long_or_pruned_returns_none() -> None:
    event, alice = make_event(), make_person()
    ids = seat_ids(event)
    _do(event, LockSeats(alice, ids[:2]), LockSeats(alice, ids[2:]))
    assert mapped_seats.changes_since(event_id=event.pk, seq=0, limit=3) is None
    assert mapped_seats.changes_since(event_id=event.pk, seq=0, limit=4) is not None
    SeatChange.objects.filter(event=event, seq=1).delete()
    assert mapped_seats.changes_since(event_id=event.pk, seq=0, limit=4) is None
    assert mapped_seats.changes_since(event_id=event.pk, seq=1, limit=4) is not None
