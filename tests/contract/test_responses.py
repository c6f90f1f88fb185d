"""Successful responses of every call: their exact keys and types."""

import re
from datetime import datetime
from typing import Any

import pytest
from pytest_django import Settings

from reservations.models import Category, Event, Seat
from tests.contract.conftest import BoxOffice
from tests.factories import PASSWORD, make_event, make_user, seat_ids, stranger

pytestmark = pytest.mark.any_database

MONEY = re.compile(r"\d+\.\d\d")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
EVENT = {
    *("id", "name", "description", "venue", "address", "date", "ends_at"),
    *("price", "price_from", "currency"),
    "companions_held_until",
    *("seats_total", "seats_available", "sales_open_at", "sales_close_at", "sales"),
    *("cancel_until", "lock_seconds", "max_extensions", "hold_seconds", "seat_cap"),
    *("purchase_cap", "payment_seconds", "requires_verified_email", "organisation"),
    *("visibility", "layout", "time_zone", "cancelled_at", "picture", "revision"),
}
SEAT = {
    *("id", "seat_number", "section", "row", "number", "x", "y", "category", "price", "status"),
    *("is_available", "locked_by", "locked_until", "reserved_by"),
}
RESERVATION = {
    *("id", "event", "event_name", "venue", "address", "date", "ends_at"),
    *("seats", "seat_details", "total_price"),
    *("fees", "tax_percent"),
    *("currency", "payment_method", "payment_status", "status", "created_at", "cancelled_at"),
    *("channel", "buyer_name", "buyer_email", "to_pay_back", "paid_back_at"),
    *("cancel_until", "ticket_code", "payment_due_at", "paid_at", "time_zone"),
    *("merged_into", "changed_at", "calendar_sequence"),
}
RESERVED_SEAT = {
    "seat_id",
    "seat_number",
    "section",
    "row",
    "number",
    "price",
    "ticket_type",
    "entry",
}


# Of tables and standing areas.
OF_A_GROUP = {"group", "sold_by"}


def _is_seat(found: dict[str, Any], *, more: frozenset[str] = frozenset()) -> bool:
    assert set(found) - OF_A_GROUP == SEAT | more
    assert MONEY.fullmatch(found["price"])
    assert found["is_available"] == (found["status"] == "available")
    return True


def _is_reservation(found: dict[str, Any]) -> bool:
    assert set(found) == RESERVATION
    assert all(set(seat) == RESERVED_SEAT for seat in found["seat_details"])
    assert [seat["seat_number"] for seat in found["seat_details"]] == found["seats"]
    assert MONEY.fullmatch(found["total_price"])
    for moment in (found["date"], found["created_at"], found["cancel_until"], found["changed_at"]):
        assert TIME.fullmatch(moment)
    assert (found["cancelled_at"] is not None) == (found["status"] == "cancelled")
    return True


def test_csrf_returns_and_sets_the_token(db: None) -> None:
    client = stranger()
    client.cookies.clear()
    response = client.get("/api/csrf/")
    assert set(response.json()) == {"csrf_token"}
    assert not response.cookies["csrftoken"]["httponly"]
    make_user("alice", password=PASSWORD)
    credentials = {"username": "alice", "password": PASSWORD}
    assert client.post("/api/login/", credentials).status_code == 200


def test_register_login_and_logout(db: None) -> None:
    client = stranger()
    credentials = {"username": "zoe", "password": PASSWORD}
    response = client.post("/api/register/", {**credentials, "email": "zoe@example.com"})
    assert response.status_code == 201
    zoe = {"success": True, "user_id": response.json()["user_id"], "username": "zoe"}
    assert response.json() == zoe
    assert client.get("/api/me/").json() == {
        "user_id": zoe["user_id"],
        "username": "zoe",
        "name": "",
        "is_guest": False,
        "email": "zoe@example.com",
        "email_verified": False,
        "new_email": "",
        "is_staff": False,
        "permissions": ["organisations.add_organisation"],
        "organisations": [],
        "second_factor": {"set_up": False, "passed": False, "required": False},
    }
    answer = client.post("/api/logout/").json()
    assert set(answer) == {"success", "message"}
    assert client.get("/api/me/").status_code == 401
    assert client.post("/api/login/", credentials).json() == zoe


def test_token_pair_refresh_and_revoke(office: BoxOffice) -> None:
    credentials = {"username": "alice", "password": PASSWORD}
    pair = stranger().post("/api/token/", credentials).json()
    assert set(pair) == {"access", "refresh", "device"}
    again = stranger().post("/api/token/refresh/", {"refresh": pair["refresh"]}).json()
    assert set(again) == {"access", "refresh"}
    revoked = stranger().post("/api/token/revoke/", {"refresh": again["refresh"]}).json()
    assert set(revoked) == {"success", "message"}


def test_event_list(office: BoxOffice) -> None:
    [found] = stranger().get("/api/events/").json()
    assert set(found) == EVENT
    assert TIME.fullmatch(found["date"])
    assert MONEY.fullmatch(found["price"])
    assert (found["seats_total"], found["seats_available"]) == (6, 2)
    assert (found["lock_seconds"], found["seat_cap"], found["sales"]) == (300, 10, "open")
    assert (found["sales_open_at"], found["visibility"]) == (None, "public")
    detail = stranger().get(f"/api/events/{found['id']}/").json()
    assert detail == {
        **found,
        "categories": detail["categories"],
        "ticket_types": [],
        "fees": {"each_ticket": "0.00", "each_booking": "0.00", "tax_percent": None},
        "orphan_rule": "warn",
        "has_promo_codes": True,
        "payment_methods": detail["payment_methods"],
        "plan": detail["plan"],
    }
    assert {"code": "card", "name": "Card", "demo": "success"} in detail["payment_methods"]
    assert {"code": "invoice", "name": "Invoice", "demo": None} in detail["payment_methods"]


def test_an_event_has_its_categories_and_plan(office: BoxOffice) -> None:
    Category.objects.update(color="#7c3aed", price="80")
    Category.objects.create(event=office.event, name="Circle", color="#123456")
    shape = {"shape": "circle", "x": 1.0, "y": 2.0, "rotation": 0.0, "radius": 5.0}
    Event.objects.update(
        plan={"name": "Hall", "width": 9.0, "height": 8.0, "seat_radius": 7.0, "shapes": [shape]}
    )
    detail = stranger().get(f"/api/events/{office.event.pk}/").json()
    assert set(detail) == EVENT | {
        *("categories", "fees", "has_promo_codes", "orphan_rule", "payment_methods", "plan"),
        "ticket_types",
    }
    stalls, circle = detail["categories"]
    assert set(stalls) == {"id", "name", "color", "price"}
    assert (stalls["price"], circle["price"]) == ("80.00", None)
    assert (detail["plan"]["width"], detail["plan"]["shapes"]) == (9.0, [shape])


def test_seats_are_ordered_by_index(office: BoxOffice) -> None:
    response = stranger().get(f"/api/events/{office.event.pk}/seats/")
    found = response.json()
    assert all(_is_seat(seat) for seat in found)
    assert [seat["id"] for seat in found] == list(seat_ids(office.event))
    assert [seat["status"] for seat in found] == [
        *("available", "locked", "locked", "reserved", "reserved", "available")
    ]
    assert [seat["locked_by"] for seat in found][1:3] == ["alice", "bob"]
    assert [seat["reserved_by"] for seat in found][3:5] == ["alice", "bob"]
    assert TIME.fullmatch(found[1]["locked_until"])
    assert response.headers["X-Seatcast-Layout"] == "plan"


def test_lock_one_seat(office: BoxOffice) -> None:
    path = f"/api/events/{office.event.pk}/seats/{office.free}/lock/"
    answer = office.browser(office.alice).post(path).json()
    assert set(answer) == {"success", "message", "seat"}
    assert answer["success"] is True
    assert answer["message"] == "Seat A1 locked for 5 minutes"
    assert _is_seat(answer["seat"])
    assert (answer["seat"]["id"], answer["seat"]["locked_by"]) == (office.free, "alice")
    assert answer["seat"]["reserved_by"] is None


def test_an_event_reports_its_own_lock_time(office: BoxOffice) -> None:
    Event.objects.update(lock_seconds=90)
    path = f"/api/events/{office.event.pk}/seats/{office.free}/lock/"
    message = office.browser(office.alice).post(path).json()["message"]
    assert message == "Seat A1 locked for 1 minute 30 seconds"


def test_lock_and_unlock_several_seats(office: BoxOffice) -> None:
    client, last = office.browser(office.alice), seat_ids(office.event)[5]
    body = {"seat_ids": [last, office.free, office.free]}
    for path, status in (("lock", "locked"), ("unlock", "available")):
        answer = client.post(f"/api/events/{office.event.pk}/{path}/", body).json()
        assert set(answer) == {"success", "message", "seats"}
        assert [(seat["id"], seat["status"]) for seat in answer["seats"]] == [
            (last, status),
            (office.free, status),
        ]
        assert all(_is_seat(seat) for seat in answer["seats"])


def test_extend_locks(office: BoxOffice) -> None:
    before = Seat.objects.get(pk=office.held).locked_until
    path = f"/api/events/{office.event.pk}/extend/"
    answer = office.browser(office.alice).post(path, {"seat_ids": [office.held]}).json()
    assert set(answer) == {"success", "message", "seats"}
    assert answer["message"] == "Seat A2 held for longer"
    [seat] = answer["seats"]
    assert _is_seat(seat, more=frozenset({"extensions_left", "held_prices", "held_fees"}))
    assert seat["extensions_left"] == 1
    assert before is not None
    assert datetime.fromisoformat(seat["locked_until"]) > before


def test_unlock_one_seat(office: BoxOffice) -> None:
    path = f"/api/events/{office.event.pk}/seats/{office.held}/unlock/"
    answer = office.browser(office.alice).post(path).json()
    assert set(answer) == {"success", "message", "seat"}
    assert (answer["message"], answer["seat"]["status"]) == ("Seat A2 unlocked", "available")


def test_list_of_ones_locks(office: BoxOffice) -> None:
    found = office.browser(office.alice).get(f"/api/events/{office.event.pk}/locks/").json()
    assert [seat["id"] for seat in found] == [office.held]
    assert _is_seat(found[0], more=frozenset({"extensions_left", "held_prices", "held_fees"}))
    assert found[0]["extensions_left"] == 2
    remaining = datetime.fromisoformat(found[0]["locked_until"]).timestamp()
    assert remaining == Seat.objects.get(pk=office.held).locked_until.timestamp()  # type: ignore[union-attr]


def test_reserve(office: BoxOffice) -> None:
    client = office.browser(office.alice)
    body = {"seat_ids": [office.held], "payment_method": "invoice"}
    response = client.post(f"/api/events/{office.event.pk}/reserve/", body)
    assert response.status_code == 201
    answer = response.json()
    assert set(answer) == {"success", "message", "reservation_id", "reservation", "mailed_to"}
    assert answer["message"] == "Reservation confirmed!"
    found = answer["reservation"]
    assert _is_reservation(found)
    assert (found["id"], found["event"]) == (answer["reservation_id"], office.event.pk)
    assert (found["seats"], found["total_price"], found["currency"]) == (["A2"], "50.00", "EUR")
    assert (found["payment_method"], found["status"]) == ("invoice", "confirmed")
    alone = client.get(f"/api/reservations/{found['id']}/").json()
    assert alone.pop("signed_ticket").startswith(f"{found['id']}.{office.event.pk}.")
    assert alone == found


def test_list_of_ones_bookings_is_newest_first(office: BoxOffice) -> None:
    client = office.browser(office.alice)
    body = {"seat_ids": [office.held], "payment_method": "card"}
    newest = client.post(f"/api/events/{office.event.pk}/reserve/", body).json()["reservation_id"]
    client.post(f"/api/reservations/{office.reservation}/cancel/")
    found = client.get("/api/reservations/").json()
    assert all(_is_reservation(booking) for booking in found)
    assert [(booking["id"], booking["status"]) for booking in found] == [
        (newest, "confirmed"),
        (office.reservation, "cancelled"),
    ]


@pytest.mark.parametrize(("method", "path"), [("post", "cancel/"), ("delete", "")])
def test_cancelling_twice_returns_the_same_booking(
    method: str, path: str, office: BoxOffice
) -> None:
    send = getattr(office.browser(office.alice), method)
    answers = [send(f"/api/reservations/{office.reservation}/{path}").json() for _ in range(2)]
    for answer in answers:
        assert set(answer) == {"success", "message", "reservation"}
        assert answer["success"] is True
        assert _is_reservation(answer["reservation"])
    assert answers[0]["reservation"] == answers[1]["reservation"]
    assert answers[0]["reservation"]["status"] == "cancelled"
    assert answers[0]["reservation"]["seats"] == ["A4"]
    assert Seat.objects.get(pk=office.booked).reservation is None


def test_names_of_others_are_null_when_names_are_hidden(
    office: BoxOffice, settings: Settings
) -> None:
    settings.SEATCAST_SHOW_NAMES = False
    client = office.browser(office.alice)
    found = client.get(f"/api/events/{office.event.pk}/seats/").json()
    assert {seat["locked_by"] for seat in found} == {None}
    assert {seat["reserved_by"] for seat in found} == {None}
    path = f"/api/events/{office.event.pk}/seats/{office.free}/lock/"
    assert client.post(path).json()["seat"]["locked_by"] is None


def test_an_event_without_seats_has_an_empty_list(db: None) -> None:
    event = make_event(seats=0)
    assert stranger().get(f"/api/events/{event.pk}/seats/").json() == []
    assert stranger().get(f"/api/events/{event.pk}/").json()["seats_total"] == 0


def test_times_are_utc_for_events_in_other_time_zones(db: None) -> None:
    make_event(date=datetime.fromisoformat("2030-06-01T20:00:00+02:00"))
    assert stranger().get("/api/events/").json()[0]["date"] == "2030-06-01T18:00:00.000Z"
