"""The stories of seats and bookings, and what organisers did."""

from datetime import timedelta

import pytest
from django.db import Error, transaction
from django.utils import timezone

from infrastructure.security_log.models import SecurityEvent
from organisations.models import Membership, Organisation
from organisations.roles import Role
from organisations.services import change_role
from reservations.box_office import stories
from reservations.box_office.stories import ChangeFilter, Place
from reservations.domain.commands import (
    BlockSeats,
    CancelReservation,
    ExtendLocks,
    LockSeats,
    ReleaseExpired,
    UnblockSeats,
    UnlockSeats,
)
from reservations.domain.errors import ReservationNotFound, SeatNotFound
from reservations.domain.states import Reason
from reservations.models import Category, SeatChange
from reservations.organising.cancelling import cancel_event
from reservations.organising.editing import CategoryEdit, edit_categories, edit_event
from reservations.organising.lifecycle import close_sale, open_sale, publish_event, unpublish_event
from tests.factories import Clock, make_event, make_user, person, signed_in
from tests.reservations.audit.histories import History

pytestmark = pytest.mark.django_db


@pytest.fixture
def history() -> History:
    return History(Clock(timezone.now() - timedelta(days=3)))


def _told(history: History, *, limit: int = 100, **only: object) -> list[stories.ChangeRecord]:
    chosen = ChangeFilter(**only)  # type: ignore[arg-type]
    return stories.changes(event_id=history.event.pk, only=chosen, limit=limit)


def test_a_booking_is_told_from_its_hold_to_its_end_and_nothing_else(history: History) -> None:
    alice, bob, _ = history.people
    a1, a2, *_ = history.ids
    history.do(LockSeats(bob, (a1,)), UnlockSeats(bob, (a1,)))  # 1, 2
    history.do(LockSeats(alice, (a1, a2)))  # 3
    history.clock.advance(10)
    history.do(ExtendLocks(alice, (a1,)))  # 4
    booked = history.book(alice, a1, a2)  # 5
    history.do(CancelReservation(bob, booked.pk, as_organiser=True))  # 6
    history.clock.advance(3_600)
    history.do(LockSeats(bob, (a1,)))  # 7
    rebooked = history.book(bob, a1)  # 8
    number = booked.public_id
    told = [
        (row["seq"], row["reason"], row["reservation"])
        for row in _told(history, reservation=number)
    ]
    assert told == [
        *((6, "cancelled", number),) * 2,
        *((5, "reserved", number),) * 2,
        (4, "extended", None),
        *((3, "locked", None),) * 2,
    ]
    later = [
        (row["seq"], row["reservation"]) for row in _told(history, reservation=rebooked.public_id)
    ]
    assert later == [(8, rebooked.public_id), (7, None)]


def test_a_seats_story_says_who_did_what_and_why(history: History) -> None:
    alice, bob, _ = history.people
    seat, *_ = history.ids
    history.do(LockSeats(alice, (seat,)))
    history.clock.advance(120)
    history.do(ReleaseExpired(), BlockSeats(bob, (seat,)), UnblockSeats(bob, (seat,)))
    told = _told(history, seat_id=seat)
    assert [(row["reason"], row["actor"] and row["actor"]["name"]) for row in told] == [
        ("unblocked", bob.name),
        ("blocked", bob.name),
        ("expired", None),
        ("locked", alice.name),
    ]
    assert (told[-1]["holder"], told[-1]["status"]) == (alice.name, "locked")
    assert [row["seat_number"] for row in told] == ["A1"] * 4
    assert {row["seq"] for row in _told(history, actor_id=bob.id)} == {3, 4}


def test_pages_by_key_have_each_row_once(history: History) -> None:
    history.go_on_at_random(60)
    rows = SeatChange.objects.filter(event=history.event).order_by("-seq", "-seat_id")
    found: list[tuple[int, int]] = []
    place: Place | None = None
    while page := stories.changes(
        event_id=history.event.pk, only=ChangeFilter(), before=place, limit=3
    ):
        found += [(row["seq"], row["seat_id"]) for row in page]
        place = Place(*found[-1])
    assert found == list(rows.values_list("seq", "seat_id"))
    assert len(found) > 20


def test_what_belongs_to_another_event_is_not_found(history: History) -> None:
    other = History(history.clock)
    booked = other.event.seats.order_by("pk")[0]
    with pytest.raises(SeatNotFound):
        _told(history, seat_id=booked.pk)
    alice, first = other.people[0], other.ids[0]
    other.do(LockSeats(alice, (first,)))
    with pytest.raises(ReservationNotFound):
        _told(history, reservation=other.book(alice, first).public_id)


def test_a_change_over_the_api_has_the_id_of_its_request() -> None:
    event, alice, admin = make_event(), make_user("alice"), make_user("admin", is_superuser=True)
    seat = event.seats.order_by("pk")[0]
    answer = signed_in(alice).post(f"/api/events/{event.pk}/seats/{seat.pk}/lock/")
    rows = signed_in(admin).get(f"/api/events/{event.pk}/history/changes/?seat={seat.pk}").json()
    assert [row["request_id"] for row in rows] == [answer.headers["X-Request-ID"]]
    assert rows[0]["reason"] == Reason.LOCKED
    assert rows[0]["actor"] == {"id": alice.pk, "name": "alice"}


def test_what_organisers_do_to_an_event_is_told_and_cannot_be_changed() -> None:
    choir, erin = Organisation.objects.create(name="Choir"), make_user("erin")
    member = Membership.objects.create(organisation=choir, user=make_user("mo"), role=Role.DOOR)
    event = make_event(organisation=choir, visibility="draft")
    stalls = Category.objects.create(event=event, name="Stalls", price=40)
    who = {"event_id": event.pk, "editor_id": erin.pk}
    edit_event(**who, changes={"name": "Opera", "price": "60.00"})
    edit_categories(
        **who, categories=[CategoryEdit(id=stalls.pk, name="Stalls", color="#ff0000", price=None)]
    )
    publish_event(event_id=event.pk, editor_id=erin.pk)
    unpublish_event(**who)
    open_sale(**who)
    close_sale(**who)
    cancel_event(event_id=event.pk, actor=person(erin))
    change_role(organisation_id=choir.pk, user_id=member.user_id, role=Role.EDITOR)
    told = stories.actions(event_id=event.pk, with_roles=False, limit=10)
    assert [row["kind"] for row in told] == [
        *("event_cancelled", "sale_closed", "sale_opened", "event_unpublished"),
        *("event_published", "categories_edited", "event_edited"),
    ]
    assert {row["actor"] and row["actor"]["name"] for row in told} == {"erin"}
    assert told[-1]["details"]["changed"]["name"] == ["Concert", "Opera"]
    before, after = told[-2]["details"]["categories"][0]
    assert (before["price"], after["price"], after["color"]) == ("40.00", None, "#ff0000")
    [role, *_] = stories.actions(event_id=event.pk, with_roles=True, limit=10)
    assert (role["kind"], role["details"]["role"]) == ("member_role_changed", "editor")
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        SecurityEvent.objects.filter(event_id=event.pk).update(kind="signed_in")


def test_an_edit_that_is_refused_is_not_recorded() -> None:
    event = make_event()
    event.seats.update(status=3)
    publish_event(event_id=event.pk)
    assert stories.actions(event_id=event.pk, with_roles=False, limit=10) == []
