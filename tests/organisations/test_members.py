"""Who creates organisations, who manages their members, and who stays an owner."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from pytest_django import Settings

from infrastructure.security_log.models import SecurityEvent
from organisations import services
from organisations.models import Membership, Organisation
from organisations.roles import PERMISSIONS, Role
from reservations.roles import DOOR
from tests.contract.calls import refusal
from tests.factories import make_event, make_user, permitted, signed_in
from tests.organisations.conftest import House

pytestmark = pytest.mark.any_database

OTHERS = [role for role in Role if role != Role.OWNER]


def _logged(kind: str) -> list[tuple[int | None, int | None, dict[str, Any]]]:
    rows = SecurityEvent.objects.filter(kind=kind).order_by("pk")
    return [(row.actor_id, row.subject_id, row.details) for row in rows]


@pytest.mark.django_db
def test_whoever_creates_an_organisation_owns_it() -> None:
    alice = make_user("alice")
    client: Any = signed_in(alice)
    made = client.post("/api/organisations/", {"name": "  Opera am Markt "})
    assert made.status_code == 201
    found = made.json()
    assert (found["name"], found["role"]) == ("Opera am Markt", "owner")
    assert PERMISSIONS[Role.OWNER] <= set(found["permissions"])
    assert client.get("/api/organisations/").json() == [found]
    [(actor, subject, details)] = _logged("organisation_created")
    assert (actor, subject) == (alice.pk, alice.pk)
    assert details == {"organisation": found["id"], "name": "Opera am Markt", "role": "owner"}
    [mine] = client.get("/api/me/").json()["organisations"]
    assert mine == {
        "id": found["id"],
        "name": "Opera am Markt",
        "role": "owner",
        "permissions": sorted(PERMISSIONS[Role.OWNER]),
    }


@pytest.mark.django_db
def test_where_operators_create_organisations_others_cannot(settings: Settings) -> None:
    settings.SEATCAST_ORGANISATIONS = "operators"
    body = {"name": "Opera"}
    answer = signed_in(make_user()).post("/api/organisations/", body)
    refusal(answer, 403, "permission_denied")
    operator = permitted(make_user(), "organisations.add_organisation")
    assert signed_in(operator).post("/api/organisations/", body).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["", "   ", "a\u202eb", "a\u200bb", "\u3164", "line\nbreak", "x" * 201], ids=ascii
)
def test_a_name_that_cannot_be_read_is_refused(name: str) -> None:
    answer = signed_in(make_user()).post("/api/organisations/", {"name": name})
    assert set(refusal(answer, 400, "invalid")["fields"]) == {"name"}
    assert not Organisation.objects.exists()


@pytest.mark.django_db
def test_a_person_belongs_to_so_many_organisations_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services, "MAX_ORGANISATIONS", 2)
    client = signed_in(make_user())
    for name in ("One", "Two"):
        assert client.post("/api/organisations/", {"name": name}).status_code == 201
    answer = client.post("/api/organisations/", {"name": "Three"})
    refusal(answer, 409, "too_many_organisations")


def test_members_see_their_organisation_and_others_do_not(choir: House, circus: House) -> None:
    for role in Role:
        found = choir.client(role).get(choir.path)
        assert (found.status_code, found.json()["role"]) == (200, role.value)
        assert len(choir.client(role).get(f"{choir.path}members/").json()) == len(Role)
    for stranger in (make_user(), circus.owner):
        for path in ("", "members/", "invitations/"):
            answer = signed_in(stranger).get(f"{choir.path}{path}")
            refusal(answer, 404, "organisation_not_found")


def test_an_operator_sees_and_manages_every_organisation(choir: House, circus: House) -> None:
    operator = signed_in(permitted(make_user(), "organisations.change_organisation"))
    listed: Any = operator.get("/api/organisations/?limit=1")
    assert [each["id"] for each in listed.json()] == [choir.organisation.pk]
    assert f"after={choir.organisation.pk}" in listed.headers["Link"]
    rest: Any = operator.get(f"/api/organisations/?after={choir.organisation.pk}")
    assert [(each["id"], each["role"]) for each in rest.json()] == [(circus.organisation.pk, None)]
    changed = operator.patch(circus.member_path(Role.VIEWER), {"role": "owner"})
    assert changed.status_code == 200


@pytest.mark.parametrize("role", OTHERS)
def test_owners_alone_manage_members(role: Role, choir: House) -> None:
    client, before = choir.client(role), choir.roles()
    viewer = choir.member_path(Role.VIEWER if role != Role.VIEWER else Role.DOOR)
    for answer in (
        client.patch(choir.path, {"name": "Ours"}),
        client.delete(choir.path),
        client.patch(choir.member_path(role), {"role": "owner"}),
        client.delete(viewer),
        client.get(f"{choir.path}invitations/"),
        client.post(f"{choir.path}invitations/", {"email": "a@example.com", "role": "owner"}),
    ):
        refusal(answer, 403, "permission_denied")
    assert choir.roles() == before


def test_a_changed_role_holds_at_once_and_is_logged(choir: House) -> None:
    door, event = choir.members[Role.DOOR], make_event(organisation=choir.organisation)
    revenue = f"/api/events/{event.pk}/revenue/"
    refusal(choir.client(Role.DOOR).get(revenue), 403, "permission_denied")
    answer = choir.client().patch(choir.member_path(Role.DOOR), {"role": "box_office"})
    assert answer.json() == {
        "user_id": door.pk,
        "username": door.username,
        "role": "box_office",
    }
    assert choir.client(Role.DOOR).get(revenue).status_code == 200
    details = {"organisation": choir.organisation.pk, "name": "Choir"}
    assert _logged("member_role_changed") == [
        (choir.owner.pk, door.pk, {**details, "before": "door", "role": "box_office"})
    ]


def test_a_removed_member_has_no_permission_any_more(choir: House) -> None:
    viewer = choir.members[Role.VIEWER]
    assert choir.client().delete(choir.member_path(Role.VIEWER)).status_code == 200
    refusal(choir.client(Role.VIEWER).get(choir.path), 404, "organisation_not_found")
    refusal(choir.client().delete(choir.member_path(Role.VIEWER)), 404, "member_not_found")
    [(actor, subject, details)] = _logged("member_removed")
    assert (actor, subject, details["before"]) == (choir.owner.pk, viewer.pk, "viewer")


@pytest.mark.parametrize("role", OTHERS)
def test_everyone_may_leave(role: Role, choir: House) -> None:
    assert choir.client(role).delete(choir.member_path(role)).status_code == 200
    assert choir.members[role].pk not in choir.roles()


def test_the_last_owner_stays(choir: House) -> None:
    client = choir.client()
    refusal(client.delete(choir.member_path(Role.OWNER)), 409, "last_owner")
    refusal(client.patch(choir.member_path(Role.OWNER), {"role": "editor"}), 409, "last_owner")
    assert client.patch(choir.member_path(Role.EDITOR), {"role": "owner"}).status_code == 200
    assert client.delete(choir.member_path(Role.OWNER)).status_code == 200


def test_an_owner_whose_account_is_closed_does_not_count(choir: House) -> None:
    choir.client().patch(choir.member_path(Role.EDITOR), {"role": "owner"})
    closed = choir.members[Role.EDITOR]
    closed.is_active = False
    closed.save()
    refusal(choir.client().delete(choir.member_path(Role.OWNER)), 409, "last_owner")


def test_an_organisation_with_events_is_not_deleted(choir: House) -> None:
    event = make_event(organisation=choir.organisation)
    refusal(choir.client().delete(choir.path), 409, "organisation_in_use")
    event.delete()
    assert choir.client().delete(choir.path).status_code == 200
    assert not Membership.objects.exists()


def test_without_a_required_second_factor_a_member_does_nothing(
    choir: House, settings: Settings
) -> None:
    settings.SEATCAST_REQUIRE_SECOND_FACTOR = True
    client = choir.client()
    for answer in (
        client.get("/api/organisations/"),
        client.get(choir.path),
        client.get(f"{choir.path}members/"),
        client.patch(choir.path, {"name": "Ours"}),
        client.post(f"{choir.path}invitations/", {"email": "a@example.com", "role": "door"}),
    ):
        refusal(answer, 403, "second_factor_required")


def test_events_are_listed_for_those_who_organise_them(choir: House, circus: House) -> None:
    ours = make_event(organisation=choir.organisation, visibility="draft")
    theirs = make_event(organisation=circus.organisation)
    path = "/api/events/?managed=true"
    for client, expected in (
        (choir.client(), [ours]),
        (circus.client(Role.DOOR), [theirs]),
        (signed_in(make_user()), []),
        (signed_in(make_user(is_superuser=True)), [ours, theirs]),
    ):
        found: Any = client.get(path)
        assert [each["id"] for each in found.json()] == [event.pk for event in expected]


def test_the_events_listed_for_door_staff_are_those_whose_doors_they_may_open(
    choir: House, circus: House
) -> None:
    public = make_event(organisation=choir.organisation)
    draft = make_event(organisation=choir.organisation, visibility="draft")
    theirs = make_event(organisation=circus.organisation)
    of_nobody = make_event()
    every = [public, draft, theirs, of_nobody]
    operator = make_user()
    operator.groups.add(Group.objects.get(name=DOOR))
    for client, expected in (
        (signed_in(operator), every),
        (choir.client(Role.DOOR), [public, draft]),
        (choir.client(Role.VIEWER), []),
        (signed_in(make_user()), []),
    ):
        found: Any = client.get("/api/events/?scannable=true&upcoming=true")
        assert [each["id"] for each in found.json()] == [event.pk for event in expected]
        for event in every:
            opened = client.put(f"/api/events/{event.pk}/doors/{uuid4()}/", {"name": "North"})
            assert (opened.status_code == 200) is (event in expected)
