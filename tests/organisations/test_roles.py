"""What a role permits, for which organisation and events."""

import pytest
from django.contrib.auth.models import Permission as DjangoPermission

from accounts.models import User
from organisations.models import Membership, Organisation
from organisations.roles import PERMISSIONS, Role
from reservations.events import access, selectors
from reservations.events.access import Requester
from reservations.permissions import Permission, holders, may
from tests.factories import make_event, make_user, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_a_role_permits_things_at_the_events_of_its_organisation_alone() -> None:
    choir, circus = _organisation("Choir"), _organisation("Circus")
    own, foreign = make_event(organisation=choir), make_event(organisation=circus)
    alice = _member(choir, Role.BOX_OFFICE)
    assert may(alice.pk, Permission.VIEW_RESERVATION, event_id=own.pk)
    assert not may(alice.pk, Permission.VIEW_RESERVATION, event_id=foreign.pk)
    assert not may(alice.pk, Permission.VIEW_RESERVATION, event_id=make_event().pk)
    assert may(alice.pk, Permission.VIEW_RESERVATION)


def test_a_member_sees_drafts_of_their_organisation_alone() -> None:
    choir, circus = _organisation("Choir"), _organisation("Circus")
    # So that no event has the id of a person.
    make_event(visibility="draft", pk=4_711)
    own = make_event(organisation=choir, visibility="draft", pk=4_712)
    make_event(organisation=circus, visibility="draft", pk=4_713)
    alice = _member(choir, Role.VIEWER)
    page = selectors.events(requester=Requester(alice.pk, has_powers=True))
    assert [event["id"] for event in page.events] == [own.pk]
    access.require_access_uncached(event_id=own.pk, requester=Requester(alice.pk, has_powers=True))


def test_djangos_own_interface_says_the_same() -> None:
    choir, circus = _organisation("Choir"), _organisation("Circus")
    alice = _member(choir, Role.EDITOR)
    assert alice.has_perm("reservations.change_event", make_event(organisation=choir))
    assert alice.has_perm("reservations.add_event", choir)
    assert not alice.has_perm("reservations.change_event", make_event(organisation=circus))
    assert not alice.has_perm("reservations.change_event")
    assert not alice.has_perm("organisations.change_organisation", choir)


def test_a_person_who_is_deactivated_has_no_role() -> None:
    choir = _organisation("Choir")
    event, alice = make_event(organisation=choir), _member(choir, Role.OWNER)
    alice.is_active = False
    alice.save()
    assert not may(alice.pk, Permission.VIEW_EVENT, event_id=event.pk)
    assert not alice.has_perm("reservations.view_event", event)


def test_a_role_that_only_newer_servers_know_permits_nothing_here() -> None:
    choir = _organisation("Choir")
    event, alice = make_event(organisation=choir), _member(choir, Role.OWNER)
    Membership.objects.update(role="conductor")
    assert not may(alice.pk, Permission.VIEW_EVENT, event_id=event.pk)
    client = signed_in(alice)
    [shown] = client.get("/api/me/").json()["organisations"]
    assert (shown["role"], shown["permissions"]) == ("conductor", [])
    [listed] = client.get("/api/organisations/").json()
    assert Permission.VIEW_EVENT not in listed["permissions"]


def test_operators_hold_permissions_at_every_event() -> None:
    root = make_user(is_superuser=True)
    event = make_event(organisation=_organisation("Choir"))
    assert root in holders(Permission.SCAN_TICKET, event_id=event.pk)
    assert root in holders(Permission.SCAN_TICKET, event_id=make_event().pk)


def test_every_permission_of_a_role_exists() -> None:
    stored = {
        f"{label}.{codename}"
        for label, codename in DjangoPermission.objects.values_list(
            "content_type__app_label", "codename"
        )
    }
    assert set(PERMISSIONS) == set(Role)
    assert frozenset().union(*PERMISSIONS.values()) <= stored


def _organisation(name: str) -> Organisation:
    return Organisation.objects.create(name=name)


def _member(organisation: Organisation, role: Role) -> User:
    user = make_user()
    Membership.objects.create(organisation=organisation, user=user, role=role)
    return user


def test_members_see_the_drafts_of_their_organisation_alone() -> None:
    choir, circus = _organisation("Choir"), _organisation("Circus")
    draft = make_event(organisation=choir, visibility="draft")
    foreign = make_event(organisation=circus, visibility="draft")
    # Their primary keys are those of no event.
    _, _, alice = (_member(choir, Role.EDITOR) for _ in range(3))
    seen = selectors.events(requester=access.Requester(id=alice.pk, has_powers=True))
    assert [event["id"] for event in seen.events] == [draft.pk]
    assert access.permitted_viewers(event_id=foreign.pk, person_ids=[alice.pk]) == set()
