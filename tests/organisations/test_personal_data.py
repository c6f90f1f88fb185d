"""Roles and invitations in the export and the erasure of a person's data."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Erasure
from accounts.personal_data import erasure
from organisations.models import Invitation
from organisations.roles import Role
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, signed_in
from tests.organisations.conftest import House

pytestmark = pytest.mark.any_database

ZOE = "zoe@example.com"


def _invited(house: House, email: str = ZOE, **fields: Any) -> Invitation:
    return Invitation.objects.create(
        organisation=house.organisation,
        email=email,
        role=Role.DOOR,
        expires_at=timezone.now() + timedelta(days=7),
        **fields,
    )


def test_an_export_has_ones_roles_and_invitations(choir: House) -> None:
    _invited(choir, "Zoe@example.com")
    _invited(choir, "guest@example.com", invited_by=choir.owner)
    zoe = make_user(email=ZOE, email_verified_at=timezone.now())
    received: Any = signed_in(zoe).get("/api/me/export/")
    assert [each["role"] for each in received.json()["invitations_received"]] == ["door"]
    assert received.json()["organisations"] == []
    found: Any = choir.client().get("/api/me/export/")
    [own] = found.json()["organisations"]
    assert (own["organisation__name"], own["role"]) == ("Choir", "owner")
    [sent] = found.json()["invitations_sent"]
    assert sent["email"] == "guest@example.com"
    assert "key" not in sent


def test_an_address_that_is_only_claimed_exports_and_erases_no_invitation(choir: House) -> None:
    invitation = _invited(choir)
    claimant = make_user(email=ZOE)
    found: Any = signed_in(claimant).get("/api/me/export/")
    assert found.json()["invitations_received"] == []
    _erase(claimant)
    assert Invitation.objects.get() == invitation


def test_an_erased_person_has_no_roles_and_no_invitations(choir: House) -> None:
    zoe = make_user(email=ZOE, email_verified_at=timezone.now())
    choir.organisation.memberships.create(user=zoe, role=Role.EDITOR)
    _invited(choir)
    _invited(choir, "old@example.com", accepted_by=zoe, accepted_at=timezone.now())
    _invited(choir, "open@example.com", invited_by=zoe)
    used = {"accepted_by": make_user(), "accepted_at": timezone.now()}
    kept = _invited(choir, "guest@example.com", invited_by=zoe, **used)
    _erase(zoe)
    assert zoe.pk not in choir.roles()
    [left] = Invitation.objects.all()
    assert (left, left.invited_by) == (kept, None)


def test_a_member_leaves_before_erasing_the_account(choir: House) -> None:
    zoe = make_user(password=PASSWORD)
    choir.organisation.memberships.create(user=zoe, role=Role.EDITOR)
    client = signed_in(zoe)
    refusal(client.post("/api/me/erase/", {"password": PASSWORD}), 409, "organiser_account")
    assert client.delete(f"{choir.path}members/{zoe.pk}/").status_code == 200
    assert client.post("/api/me/erase/", {"password": PASSWORD}).status_code == 200


def test_members_are_not_erased_for_not_using_their_account(choir: House) -> None:
    long_ago = timezone.now() - timedelta(days=900)
    for user in (make_user(), *choir.members.values()):
        user.date_joined = long_ago
        user.save()
    assert erasure.close_unused(unused_since=timezone.now() - timedelta(days=365)) == 1


def _erase(person: Any) -> None:
    erasure.close(person, Erasure.Cause.ASKED)
    erasure.finish(person.pk)
