"""Other people's objects cannot be read or changed."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission

from reservations.models import Reservation
from tests.contract.calls import CALLS_OF_A_RESERVATION, Call, refusal, send
from tests.contract.conftest import BoxOffice
from tests.factories import make_user, signed_in, stranger, with_token

pytestmark = pytest.mark.any_database

EVENT = "/api/events/{event}"


@dataclass(frozen=True)
class Try:
    """A call by alice on an object of bob's, and the expected error."""

    path: str
    body: dict[str, Any] | None
    status: int
    code: str
    reason: str


TRIES = [
    Try(EVENT + "/seats/{held_by_bob}/lock/", None, 409, "seat_unavailable", "locked"),
    Try(EVENT + "/lock/", {"seat_ids": ["held_by_bob"]}, 409, "seat_unavailable", "locked"),
    Try(EVENT + "/lock/", {"seat_ids": ["booked_by_bob"]}, 409, "seat_unavailable", "reserved"),
    Try(EVENT + "/seats/{held_by_bob}/unlock/", None, 409, "not_holder", "locked"),
    Try(EVENT + "/seats/{booked_by_bob}/unlock/", None, 409, "not_holder", "reserved"),
    Try(EVENT + "/unlock/", {"seat_ids": ["held_by_bob"]}, 409, "not_holder", "locked"),
    Try(EVENT + "/unlock/", {"seat_ids": ["held", "held_by_bob"]}, 409, "not_holder", "locked"),
    Try(EVENT + "/extend/", {"seat_ids": ["held_by_bob"]}, 409, "not_holder", "locked"),
    Try(
        EVENT + "/reserve/",
        {"seat_ids": ["held", "held_by_bob"], "payment_method": "card"},
        *(409, "seat_unavailable", "locked"),
    ),
    Try(
        EVENT + "/reserve/",
        {"seat_ids": ["booked_by_bob"], "payment_method": "cash"},
        *(409, "seat_unavailable", "reserved"),
    ),
]


def _ids(office: BoxOffice) -> dict[str, int]:
    return {
        "event": office.event.pk,
        "held": office.held,
        "held_by_bob": office.held_by_bob,
        "booked_by_bob": office.booked_by_bob,
    }


@pytest.mark.parametrize("tried", TRIES, ids=lambda tried: f"{tried.path} {tried.body or ''}")
def test_another_persons_seats_cannot_be_changed(tried: Try, office: BoxOffice) -> None:
    before, ids = office.state(), _ids(office)
    body = tried.body and {**tried.body, "seat_ids": [ids[name] for name in tried.body["seat_ids"]]}
    for client in (office.browser(office.alice), with_token(office.alice)):
        found = refusal(client.post(tried.path.format(**ids), body), tried.status, tried.code)
        assert [conflict["reason"] for conflict in found["conflicts"]] == [tried.reason]
    assert office.state() == before


@pytest.mark.parametrize(
    "call",
    [call for call in CALLS_OF_A_RESERVATION if not call.needs_organiser],
    ids=lambda call: call.name,
)
def test_another_persons_booking_is_not_found(call: Call, office: BoxOffice) -> None:
    before = office.state()
    client = office.browser(office.alice)
    answers = [
        send(client, call.method, office.path(call, reservation=number))
        for number in (office.reservation_of_bob, "Z" * 16)
    ]
    theirs, nobodys = [refusal(answer, 404, "reservation_not_found") for answer in answers]
    assert theirs == nobodys
    assert office.state() == before


@pytest.mark.parametrize(
    "query", ["", "?user={bob}", "?user_id={bob}&person_id={bob}", "?all=1&is_staff=true"]
)
def test_lists_contain_only_ones_own_objects(query: str, office: BoxOffice) -> None:
    asked = query.format(bob=office.bob.pk)
    for client in (office.browser(office.alice), with_token(office.alice)):
        bookings = client.get(f"/api/reservations/{asked}").json()
        assert [booking["id"] for booking in bookings] == [office.reservation]
        locks = client.get(f"/api/events/{office.event.pk}/locks/{asked}").json()
        assert [seat["id"] for seat in locks] == [office.held]
        assert client.get(f"/api/me/{asked}").json()["username"] == "alice"


def test_another_persons_idempotency_key_replays_nothing(office: BoxOffice) -> None:
    path = f"/api/events/{office.event.pk}/reserve/"
    key: dict[str, Any] = {"HTTP_IDEMPOTENCY_KEY": "once"}
    order = {"seat_ids": [office.held_by_bob], "payment_method": "cash"}
    bobs: Any = office.browser(office.bob).post(path, order, **key)
    assert bobs.status_code == 201
    before = office.state()
    refusal(office.browser(office.alice).post(path, order, **key), 409, "seat_unavailable")
    assert office.state() == before
    again: Any = office.browser(office.bob).post(path, order, **key)
    assert again.json() == bobs.json()


@pytest.mark.parametrize("thing", ["payments", "idempotency-keys", "users", "seats", "changes"])
def test_paths_without_an_endpoint_are_404(thing: str, office: BoxOffice) -> None:
    for client in (office.browser(office.alice), with_token(office.organiser)):
        for method in ("GET", "POST", "DELETE"):
            refusal(send(client, method, f"/api/{thing}/1/"), 404, "not_found")


def _pages_of_the_admin() -> list[str]:
    """Return the admin pages of all registered models, and the general ones."""
    models = [model._meta for model in admin.site._registry]
    return ["/admin/", "/admin/password_change/", "/admin/jsi18n/"] + [
        f"/admin/{model.app_label}/{model.model_name}/{page}"
        for model in models
        for page in ("", "add/", "1/change/", "1/delete/", "1/history/")
    ]


def test_the_admin_is_for_staff_only(office: BoxOffice, subtests: pytest.Subtests) -> None:
    before, pages = office.state(), _pages_of_the_admin()
    assert len(pages) > 20
    for client in (stranger(), office.browser(office.alice), with_token(office.organiser)):
        for page in pages:
            with subtests.test(page=page):
                for answer in (client.get(page), client.post(page, {"action": "cancel"})):
                    assert answer.status_code in (302, 403)
                    login = answer.headers.get("Location", "/admin/login/?next=")
                    assert login.startswith("/admin/login/?next=")
    assert office.state() == before


@pytest.mark.parametrize(
    ("page", "action", "chosen"),
    [
        ("reservations/seat", "block", "free"),
        ("reservations/seat", "unblock", "free"),
        ("reservations/reservation", "cancel", "reservation_of_bob"),
        ("accounts/user", "delete_selected", "bob"),
    ],
)
def test_view_permissions_allow_no_change_in_the_admin(
    page: str, action: str, chosen: str, office: BoxOffice
) -> None:
    helper = make_user("helper", is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    before, client, path = office.state(), signed_in(helper), f"/admin/{page}/"
    assert client.get(path).status_code == 200
    found = getattr(office, chosen)
    if chosen == "reservation_of_bob":
        found = Reservation.objects.get(public_id=found)
    form = {"action": action, "_selected_action": getattr(found, "pk", found), "post": "yes"}
    client.post(path, form, format="multipart")
    assert office.state() == before
