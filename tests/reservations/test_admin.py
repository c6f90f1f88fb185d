"""The admin: changes of seats go through the command queue and the plan services."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client, RequestFactory

from organisations.models import Organisation
from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats, ReserveSeats
from reservations.domain.states import Person, SeatStatus
from reservations.models import Category, Event, Reservation, Seat, SeatChange
from tests.factories import make_event, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("admin"))
    return client


@pytest.fixture
def buyer() -> Person:
    return make_person("alice")


@pytest.fixture
def event() -> Event:
    found = make_event(seats=4)
    category = Category.objects.create(event=found, name="Stalls", price="60.00")
    Seat.objects.filter(event=found).update(category=category)
    return found


@pytest.fixture
def seats(event: Event) -> list[Seat]:
    return list(Seat.objects.filter(event=event).order_by("pk"))


@pytest.fixture
def booking(event: Event, seats: list[Seat], buyer: Person) -> Reservation:
    ids = (seats[0].pk, seats[1].pk)
    command_queue.submit(event_id=event.pk, command=LockSeats(buyer, ids))
    command_queue.submit(event_id=event.pk, command=ReserveSeats(buyer, ids, "invoice"))
    return Reservation.objects.get()


def form_values(page: str) -> dict[str, str]:
    """Return what the form of a change page would send unchanged."""
    values = dict(
        re.findall(r'<input type="(?:text|number|hidden)" name="([^"]+)" value="([^"]*)"', page)
    )
    for name, body in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        values[name] = chosen.group(1) if chosen else ""
    return values


@pytest.mark.parametrize("model", ["event", "seat", "reservation"])
def test_lists_can_be_searched_and_opened(
    organiser: Client, booking: Reservation, model: str
) -> None:
    page = organiser.get(f"/admin/reservations/{model}/", {"q": "Concert"})
    assert page.status_code == 200
    assert b"0 results" not in page.content
    found = {"event": booking.event_id, "seat": Seat.objects.earliest("pk").pk}.get(model)
    assert (
        organiser.get(f"/admin/reservations/{model}/{found or booking.pk}/change/").status_code
        == 200
    )


def test_events_can_be_filtered_by_their_organisation(organiser: Client) -> None:
    choir = Organisation.objects.create(name="Choir")
    make_event(name="Mass", organisation=choir)
    make_event(name="Opera", organisation=Organisation.objects.create(name="Opera house"))
    everything = organiser.get("/admin/reservations/event/").content
    page = organiser.get("/admin/reservations/event/", {"organisation__id__exact": choir.pk})
    assert b"Mass" in page.content
    assert b"Opera</a>" not in page.content
    assert b"Opera</a>" in everything
    assert b'<td class="field-organisation nowrap">Opera house</td>' in everything


def test_people_can_be_searched(organiser: Client, buyer: Person) -> None:
    assert b"alice" in organiser.get("/admin/accounts/user/", {"q": "alice"}).content


def test_pages_need_no_more_queries_for_more_seats(
    organiser: Client, event: Event, django_assert_max_num_queries: Any
) -> None:
    Seat.objects.bulk_create(
        Seat(event=event, seat_number=f"B{n}", guid=f"B{n}") for n in range(3_000)
    )
    seat = Seat.objects.latest("pk")
    for path in ("", f"{seat.pk}/change/"):
        with django_assert_max_num_queries(15):
            page = organiser.get(f"/admin/reservations/seat/{path}")
        assert len(page.content) < 300_000
    page = organiser.get(f"/admin/reservations/event/{event.pk}/change/")
    assert len(page.content) < 100_000


def test_seats_are_blocked_and_unblocked_through_the_queue(
    organiser: Client, event: Event, seats: list[Seat]
) -> None:
    chosen = {"_selected_action": [seat.pk for seat in seats[:2]]}
    organiser.post("/admin/reservations/seat/", {"action": "block", **chosen})
    assert [seat.status for seat in Seat.objects.order_by("pk")] == [3, 3, 0, 0]
    assert (
        list(SeatChange.objects.values_list("reason", "actor__username"))
        == [("blocked", "admin")] * 2
    )
    organiser.post("/admin/reservations/seat/", {"action": "unblock", **chosen})
    assert {seat.status for seat in Seat.objects.all()} == {SeatStatus.AVAILABLE}


def test_blocking_a_taken_seat_is_refused_with_a_message(
    organiser: Client, event: Event, seats: list[Seat], buyer: Person
) -> None:
    command_queue.submit(event_id=event.pk, command=LockSeats(buyer, (seats[0].pk,)))
    page = organiser.post(
        "/admin/reservations/seat/",
        {"action": "block", "_selected_action": [seats[0].pk, seats[1].pk]},
        follow=True,
    )
    assert b"Seat A1 is locked by somebody else" in page.content
    assert Seat.objects.get(pk=seats[1].pk).status == SeatStatus.AVAILABLE


def test_drafts_are_published(organiser: Client, event: Event, seats: list[Seat]) -> None:
    empty = make_event(seats=0, name="Empty")
    Event.objects.update(visibility=Event.Visibility.DRAFT)
    page = organiser.post(
        "/admin/reservations/event/",
        {"action": "publish", "_selected_action": [event.pk, empty.pk]},
        follow=True,
    )
    assert b"is published." in page.content
    assert b"Empty: This event has no seats yet" in page.content
    stored = dict(Event.objects.values_list("pk", "visibility"))
    assert stored == {event.pk: Event.Visibility.PUBLIC, empty.pk: Event.Visibility.DRAFT}


def test_a_reservation_is_cancelled_through_the_queue(
    organiser: Client, booking: Reservation
) -> None:
    organiser.post(
        "/admin/reservations/reservation/", {"action": "cancel", "_selected_action": [booking.pk]}
    )
    booking.refresh_from_db()
    assert booking.status == Reservation.Status.CANCELLED
    assert {seat.status for seat in Seat.objects.all()} == {SeatStatus.AVAILABLE}


def test_editing_a_seat_leaves_its_status_alone_and_makes_a_new_layout(
    organiser: Client, event: Event, seats: list[Seat], buyer: Person
) -> None:
    command_queue.submit(event_id=event.pk, command=LockSeats(buyer, (seats[0].pk,)))
    path = f"/admin/reservations/seat/{seats[0].pk}/change/"
    values = form_values(organiser.get(path).content.decode())
    answer = organiser.post(path, {**values, "price": "75.00"})
    assert answer.status_code == 302
    seat = Seat.objects.get(pk=seats[0].pk)
    event.refresh_from_db()
    assert (seat.price, seat.status, seat.locked_by_id) == (Decimal("75.00"), 1, buyer.id)
    assert event.layout != "plan"


def test_an_event_is_only_assigned_here_and_the_rest_is_ignored(
    organiser: Client, event: Event, booking: Reservation
) -> None:
    choir, friends = Organisation.objects.create(name="Choir"), Group.objects.create(name="friends")
    path = f"/admin/reservations/event/{event.pk}/change/"
    before: dict[str, Any] = {**Event.objects.filter(pk=event.pk).values().get()}
    page = organiser.get(path).content.decode()
    assert f"/organise/events/{event.pk}/settings" in page
    forged = {
        **{"name": "Opera", "venue": "Elsewhere", "currency": "USD", "price": "1.00"},
        **{"date_0": "2031-01-01", "date_1": "20:00:00", "time_zone": "Asia/Tokyo"},
        **{
            "visibility": "draft",
            "change_seq": "0",
            "lock_seconds": "1",
            "categories-0-price": "1",
        },
    }
    answer = organiser.post(
        path, {**form_values(page), **forged, "organisation": choir.pk, "member_group": friends.pk}
    )
    assert answer.status_code == 302
    after = Event.objects.filter(pk=event.pk).values().get()
    changed = {name for name, value in after.items() if value != before[name]}
    assert (after["organisation_id"], after["member_group_id"]) == (choir.pk, friends.pk)
    assert changed == {
        *("organisation_id", "member_group_id"),
        *("revision", "edited_at", "edited_by_id"),
    }
    assert event.categories.get().price == 60


def test_a_booking_is_not_stored_again_by_its_page(organiser: Client, booking: Reservation) -> None:
    """A form that was opened before a command would undo it."""
    path = f"/admin/reservations/reservation/{booking.pk}/change/"
    values = form_values(organiser.get(path).content.decode())
    assert organiser.post(path, {**values, "status": "cancelled"}).status_code == 403
    booking.refresh_from_db()
    assert booking.status == Reservation.Status.CONFIRMED


def test_a_price_that_the_currency_cannot_express_is_refused(
    organiser: Client, event: Event, seats: list[Seat]
) -> None:
    Event.objects.update(currency="JPY")
    path = f"/admin/reservations/seat/{seats[0].pk}/change/"
    page = organiser.post(path, {"price": "75.50"}).content.decode()
    assert "JPY is paid without decimals" in page
    assert Seat.objects.get(pk=seats[0].pk).price is None


_WRITES = ("add", "change", "delete")


def test_every_page_of_the_admin_is_known() -> None:
    """A new page needs a row: what it lets a superuser write past the services."""
    request = RequestFactory().get("/")
    request.user = get_user_model()(is_superuser=True, is_active=True, is_staff=True)
    found = {
        model._meta.label: [
            what
            for what in _WRITES
            if getattr(page, f"has_{what}_permission")(
                request, *([] if what == "add" else [model()])
            )
        ]
        for model, page in admin.site._registry.items()
    }
    assert found == {
        # Organisation and group of members; the rest by the organisers' pages.
        "reservations.Event": ["change"],
        # The seat's own price.
        "reservations.Seat": ["change"],
        "reservations.Reservation": [],
        "security_log.SecurityEvent": [],
        # The limit of mail, by its service.
        "organisations.Organisation": ["change"],
        "accounts.User": ["add", "change", "delete"],
        "auth.Group": ["add", "change", "delete"],
    }


@pytest.mark.parametrize(
    "path",
    ["event/add/", "seat/add/", "reservation/add/", "seat/{seat}/delete/", "event/{event}/delete/"],
)
def test_nothing_that_is_sold_can_be_added_or_deleted(
    organiser: Client, seats: list[Seat], path: str
) -> None:
    answer = organiser.get(
        f"/admin/reservations/{path.format(seat=seats[0].pk, event=seats[0].event_id)}"
    )
    assert answer.status_code == 403
