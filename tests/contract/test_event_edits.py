"""What organisers do with events over HTTP: revisions, pictures, errors at their fields."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from organisations.models import Membership, Organisation
from organisations.roles import Role
from reservations.events import access
from reservations.models import Event, EventPicture
from tests.contract.calls import refusal
from tests.contract.conftest import BoxOffice
from tests.factories import make_event, make_user, signed_in, stranger
from tests.reservations.organising.files import decoded, png

pytestmark = pytest.mark.any_database


@pytest.fixture
def erin(office: BoxOffice) -> User:
    """An editor of the organisation that has the office's event."""
    choir = Organisation.objects.create(name="Choir")
    Event.objects.filter(pk=office.event.pk).update(organisation=choir)
    erin = make_user("erin")
    Membership.objects.create(organisation=choir, user=erin, role=Role.EDITOR)
    return erin


def _path(office: BoxOffice, what: str) -> str:
    return f"/api/events/{office.event.pk}/{what}/"


def _send_file(client: APIClient, path: str, content: Any, kind: str = "image/png") -> Any:
    return client.generic("PUT", path, content, content_type=kind)


def test_an_edit_with_the_current_etag_is_saved_and_answers_the_next_one(
    office: BoxOffice, erin: User
) -> None:
    client, path = signed_in(erin), _path(office, "settings")
    read = client.get(path)
    assert read.headers["ETag"] == '"0"'
    saved = client.patch(path, {"name": "Opera"}, headers={"If-Match": '"0"'})
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"1"')
    assert (saved.json()["name"], saved.json()["edited_by"]) == ("Opera", "erin")
    assert stranger().get(f"/api/events/{office.event.pk}/").json()["revision"] == 1


def test_an_edit_with_an_older_etag_is_409_and_says_who_and_when(
    office: BoxOffice, erin: User
) -> None:
    client, path = signed_in(erin), _path(office, "settings")
    edited_at = client.patch(path, {"name": "Opera"}).json()["edited_at"]
    answer = client.patch(path, {"venue": "Elsewhere"}, headers={"If-Match": '"0"'})
    found = refusal(answer, 409, "stale_event")
    assert (found["revision"], found["edited_by"], found["edited_at"]) == (1, "erin", edited_at)
    assert client.get(path).json()["venue"] == "Hall"
    categories = {
        "categories": [{"id": office.category, "name": "x", "color": "red", "price": None}]
    }
    answer = client.put(_path(office, "categories"), categories, headers={"If-Match": '"0"'})
    refusal(answer, 409, "stale_event")


@pytest.mark.parametrize("tag", ['"x"', "1", '"-1"', '"1", "2"', '"' + "1" * 30 + '"'])
def test_an_if_match_that_is_no_etag_of_an_event_is_400(
    tag: str, office: BoxOffice, erin: User
) -> None:
    answer = signed_in(erin).patch(
        _path(office, "settings"), {"name": "Opera"}, headers={"If-Match": tag}
    )
    assert set(refusal(answer, 400, "invalid")["fields"]) == {"If-Match"}


def test_what_a_service_refuses_is_said_at_its_field(office: BoxOffice, erin: User) -> None:
    client, path = signed_in(erin), _path(office, "settings")
    times = {"sales_open_at": "2030-05-02T10:00", "sales_close_at": "2030-05-01T10:00"}
    assert set(refusal(client.patch(path, times), 400, "invalid")["fields"]) == {"sales_close_at"}
    skipped = {"date": "2030-03-31T02:30", "time_zone": "Europe/Berlin"}
    assert set(refusal(client.patch(path, skipped), 400, "invalid")["fields"]) == {"date"}
    yen = {"currency": "JPY", "price": "10.50"}
    answer = client.patch(_path(office, "settings"), yen)
    assert refusal(answer, 409, "currency_in_use")["bookings"] > 0


def test_an_editor_makes_publishes_and_closes_an_event(office: BoxOffice, erin: User) -> None:
    client = signed_in(erin)
    body = {"name": "Play", "venue": "Hall", "date": "2030-05-24T19:30", "price": "20"}
    choir = Organisation.objects.get(name="Choir").pk
    made = client.post(f"/api/organisations/{choir}/events/", body)
    path = f"/api/events/{made.json()['id']}/"
    assert client.get(path).json()["visibility"] == "draft"
    refusal(stranger().get(path), 404, "event_not_found")
    refusal(client.post(f"{path}publish/"), 409, "event_has_no_seats")
    listed = client.get(f"/api/organisations/{choir}/events/").json()
    assert [event["name"] for event in listed] == ["Concert", "Play"]
    copy = client.post(_path(office, "duplicate"), {"date": "2030-06-01T19:30"}).json()["id"]
    assert client.post(f"/api/events/{copy}/publish/").json()["visibility"] == "public"
    assert client.post(f"/api/events/{copy}/close-sale/").status_code == 200
    access.clear_visibility_cache()
    assert stranger().get(f"/api/events/{copy}/").json()["sales"] == "closed"


def test_a_cancelled_event_is_told_to_everyone_and_sells_nothing(
    office: BoxOffice, erin: User
) -> None:
    answer = signed_in(erin).post(_path(office, "cancel-event"))
    assert answer.json()["is_finished"]
    assert answer.json()["event"]["figures"]["bookings"] == 0
    found = stranger().get(f"/api/events/{office.event.pk}/").json()
    assert found["cancelled_at"] == answer.json()["event"]["cancelled_at"]
    assert (found["sales"], found["seats_available"]) == ("closed", 6)
    locked = office.browser(office.bob).post(_path(office, f"seats/{office.free}/lock"))
    refusal(locked, 409, "event_cancelled")
    [booking] = office.browser(office.alice).get("/api/reservations/").json()
    assert booking["status"] == "cancelled"


@pytest.mark.parametrize("role", [Role.BOX_OFFICE, Role.DOOR, Role.VIEWER])
def test_other_roles_see_the_event_but_do_not_edit_it(
    role: Role, office: BoxOffice, erin: User
) -> None:
    Membership.objects.filter(user=erin).update(role=role)
    client = signed_in(erin)
    answers = [
        client.get(_path(office, "settings")),
        client.patch(_path(office, "settings"), {"name": "Opera"}),
        client.post(_path(office, "cancel-event")),
        _send_file(client, _path(office, "picture"), png()),
    ]
    for answer in answers:
        refusal(answer, 403, "permission_denied")
    assert Event.objects.get(pk=office.event.pk).revision == 0


def test_an_editor_of_another_organisation_finds_no_draft(office: BoxOffice, erin: User) -> None:
    foreign = make_event(
        organisation=Organisation.objects.create(name="Circus"), visibility="draft"
    )
    client = signed_in(erin)
    for answer in (
        client.get(f"/api/events/{foreign.pk}/settings/"),
        client.post(f"/api/events/{foreign.pk}/publish/"),
        client.post(f"/api/events/{foreign.pk}/duplicate/", {"date": "2030-06-01T19:30"}),
        _send_file(client, f"/api/events/{foreign.pk}/picture/", png()),
    ):
        refusal(answer, 404, "event_not_found")


def test_a_picture_is_stored_anew_and_cached_for_ever_by_its_digest(
    office: BoxOffice, erin: User
) -> None:
    client, path = signed_in(erin), _path(office, "picture")
    refusal(stranger().get(path), 404, "picture_not_found")
    saved = _send_file(client, path, png(900, 300))
    assert saved.status_code == 200
    picture = saved.json()["picture"]
    assert (picture["width"], picture["height"]) == (900, 300)
    [event] = stranger().get("/api/events/").json()
    assert event["picture"] == picture
    for size, width in (("small", 640), ("large", 900)):
        found: Any = stranger().get(path, {"v": picture["digest"], "size": size})
        assert found.headers["Content-Type"] == "image/webp"
        assert found.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert decoded(found.content).size == (width, width // 3)
    tag = found.headers["ETag"]
    again = stranger().get(path, {"v": picture["digest"]}, headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert "immutable" not in stranger().get(path).headers["Cache-Control"]
    refusal(stranger().get(path, {"v": "0" * 32}), 404, "picture_not_found")
    assert client.delete(path).json()["picture"] is None
    refusal(stranger().get(path), 404, "picture_not_found")


def test_a_picture_of_a_members_event_is_for_members(office: BoxOffice, erin: User) -> None:
    path = _path(office, "picture")
    assert _send_file(signed_in(erin), path, png()).status_code == 200
    Event.objects.filter(pk=office.event.pk).update(visibility="members")
    access.clear_visibility_cache()
    refusal(stranger().get(path), 401, "not_authenticated")
    found: Any = signed_in(make_user()).get(path)
    assert found.status_code == 200
    assert found.headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "image/png"),
        (b"<svg onload='alert(1)'/>", "image/svg+xml"),
        (b"{}", "application/json"),
        (png()[:40], "image/png"),
        (png() + b"\0" * 6_000_000, "image/png"),
    ],
)
def test_what_is_no_picture_is_400_and_nothing_is_stored(
    content: bytes, kind: str, office: BoxOffice, erin: User
) -> None:
    answer = _send_file(signed_in(erin), _path(office, "picture"), content, kind)
    refusal(answer, 400, "picture_refused")
    assert not EventPicture.objects.exists()
