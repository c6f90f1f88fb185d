"""What a person's name may contain, and by which name organisers see guests."""

import csv
import io
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.guests import services
from accounts.models import User
from infrastructure.security_log.people import display_name, display_name_of
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats, ReserveSeats, SplitBooking
from reservations.models import Event, Reservation
from tests.contract.calls import refusal
from tests.factories import (
    make_event,
    make_person,
    make_user,
    person,
    seat_ids,
    signed_in,
    stored_id,
    stranger,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

HIDDEN = {
    "newline": "Zoe\nMoore",
    "carriage return": "Zoe\rMoore",
    "tab": "Zoe\tMoore",
    "BEL": "Zoe\x07",
    "NUL": "Zoe\x00",
    "right-to-left override": "Zoe \u202eerooM",
    "isolate": "Zoe \u2066Moore",
    "left-to-right mark": "Zoe\u200e Moore",
    "zero-width space": "Zoe\u200bMoore",
    "line separator": "Zoe\u2028Moore",
    "byte order mark": "\ufeffZoe",
    "filler": "Zoe\u3164",
    "tag": "Zoe\U000e0041",
}
# A Persian name has a zero-width non-joiner.
SEEN = [
    "Zoe Moore",
    "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
    "O'Brien-Łukasz",
    "Zo\u00a0Li",
    "李小龙",
]


@pytest.fixture
def event() -> Event:
    return make_event(seats=6, offline_methods=["cash"])


@pytest.fixture
def organiser() -> APIClient:
    return signed_in(make_user("organiser", is_staff=True, is_superuser=True))


def _forms(event: Event, organiser: APIClient) -> dict[str, Any]:
    """Return what sends a name to each form that takes one, by the field's name."""
    seats = list(seat_ids(event))
    buyer, queue = make_person(), CommandQueue(event.pk)
    queue.submit(LockSeats(buyer, tuple(seats[2:4])))
    booked = queue.submit(ReserveSeats(buyer, tuple(seats[2:4]), "cash"))["reservation"]["id"]
    guest = signed_in(services.start("Zoe", "zoe@example.org", language="en"))
    office, sold = f"/api/events/{event.pk}/box-office", {"seat_ids": seats[:1]}
    return {
        "guest": lambda name: stranger().post(
            "/api/guest/", {"name": name, "email": "zoe@example.org"}
        ),
        "details": lambda name: guest.post(
            "/api/guest/details/", {"name": name, "email": "zoe@example.org"}
        ),
        "sell": lambda name: organiser.post(
            f"{office}/sell/", {**sold, "payment_method": "cash", "buyer_name": name}
        ),
        "allocate": lambda name: organiser.post(
            f"{office}/allocate/", {"seat_ids": seats[1:2], "kind": "name", "label": name}
        ),
        "split": lambda name: organiser.post(
            f"/api/reservations/{booked}/split/", {"seat_ids": seats[2:3], "buyer_name": name}
        ),
        "register": lambda name: stranger().post(
            "/api/register/", {"username": name, "password": "a-long-enough-word"}
        ),
    }


@pytest.mark.parametrize("form", ["guest", "details", "sell", "allocate", "split", "register"])
def test_a_name_has_only_characters_that_can_be_seen(
    form: str, event: Event, organiser: APIClient, subtests: pytest.Subtests
) -> None:
    send = _forms(event, organiser)[form]
    for what, name in HIDDEN.items():
        with subtests.test(what):
            found = refusal(send(name), 400, "invalid")
            assert set(found["fields"]) <= {"name", "buyer_name", "label", "username"}
    assert not User.objects.filter(first_name__contains="\u202e").exists()


@pytest.mark.parametrize("name", SEEN)
def test_names_of_all_scripts_are_accepted(name: str, event: Event, organiser: APIClient) -> None:
    forms = _forms(event, organiser)
    for form in ("guest", "details", "sell", "allocate", "split"):
        assert forms[form](name).status_code in (200, 201), form


def test_organisers_see_the_name_that_a_guest_gave(event: Event, organiser: APIClient) -> None:
    guest = services.start("Zoe Moore", "zoe@example.org", language="en")
    queue, seats = CommandQueue(event.pk), seat_ids(event)
    queue.submit(LockSeats(person(guest), seats[:2]))
    queue.submit(ReserveSeats(person(guest), seats[:1], "cash"))
    path = f"/api/events/{event.pk}"
    pages = [
        *(f"{path}/exports/{table}/?form=csv" for table in ("changes", "bookings", "tickets")),
        *(f"{path}/history/changes/", f"{path}/bookings/"),
        *(f"{path}/box-office/seats/{seat}/" for seat in seats[:2]),
    ]
    for page in pages:
        answer: Any = organiser.get(page)
        assert answer.status_code == 200, page
        content = answer.getvalue().decode()
        assert "Zoe Moore" in content, page
        if "/bookings/" not in page:
            assert guest.username not in content, page
    for page in ("reservations/reservation/", "accounts/user/"):
        content = organiser.get(f"/admin/{page}").content.decode()
        assert "Zoe Moore" in content, page


def test_a_split_off_booking_is_called_by_its_own_name(event: Event, organiser: APIClient) -> None:
    alice, queue, seats = (
        make_user("alice", email="a@example.org"),
        CommandQueue(event.pk),
        seat_ids(event),
    )
    queue.submit(LockSeats(person(alice), seats[:2]))
    booked = stored_id(queue.submit(ReserveSeats(person(alice), seats[:2], "cash")))
    queue.submit(SplitBooking(make_person(), booked, seats[:1], "Max Frei", "max@example.org"))
    assert [each.buyer for each in Reservation.objects.order_by("pk")] == ["alice", "Max Frei"]
    answer: Any = organiser.get(f"/api/events/{event.pk}/exports/bookings/?form=csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [(row["buyer"], row["email"]) for row in rows] == [
        ("alice", "a@example.org"),
        ("Max Frei", "max@example.org"),
    ]


def test_the_name_is_the_same_in_python_and_in_sql(event: Event) -> None:
    account = make_user("zoe", email="zoe@example.org", email_verified_at=timezone.now())
    services.start("Zoe", "zoe@example.org", language="en")
    services.merge(account)
    services.start("Max", "max@example.org", language="en")
    gone = services.start("Ann", "ann@example.org", language="en")
    call_command("erase_accounts", "--person", str(gone.pk))
    for user in User.objects.order_by("pk"):
        Reservation.objects.create(
            event=event,
            user=user,
            payment_method="cash",
            total_price=1,
            currency="EUR",
            created_at=timezone.now(),
        )
    found = Reservation.objects.order_by("pk").values_list(display_name_of("user"), flat=True)
    people = list(User.objects.order_by("pk"))
    assert list(found) == [display_name(each) for each in people]
    assert list(found)[:3] == ["zoe", "zoe", "Max"]
    assert list(found)[3].startswith("deleted-")
