"""An organisation keeps an owner, and its caps hold, when several changes come at once."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction
from django.db.models import QuerySet
from rest_framework.exceptions import APIException

from accounts.models import User
from organisations import services
from organisations.models import Invitation, Membership, Organisation
from organisations.roles import Role
from tests.concurrent_commands import PATIENCE_SECONDS, at_once
from tests.factories import make_user

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

OWNERS = 6


def _owned_by(count: int) -> tuple[Organisation, list[User]]:
    organisation = Organisation.objects.create(name="Choir")
    owners = [make_user() for _ in range(count)]
    for owner in owners:
        Membership.objects.create(organisation=organisation, user=owner, role=Role.OWNER)
    return organisation, owners


def _refusal(work: Callable[[], object]) -> str | None:
    try:
        work()
    except APIException as error:
        return str(error.get_codes())
    return None


def _owners_left(organisation: Organisation) -> int:
    return organisation.memberships.filter(role=Role.OWNER).count()


def test_when_all_owners_leave_at_once_one_stays() -> None:
    organisation, owners = _owned_by(OWNERS)
    leave = [
        partial(services.remove_member, organisation_id=organisation.pk, user_id=owner.pk)
        if place % 2
        else partial(
            services.change_role,
            organisation_id=organisation.pk,
            user_id=owner.pk,
            role=Role.VIEWER,
        )
        for place, owner in enumerate(owners)
    ]
    refused = at_once([partial(_refusal, work) for work in leave])
    assert sorted(refused, key=str) == [None] * (OWNERS - 1) + ["last_owner"]
    assert _owners_left(organisation) == 1


def _leave_naively(
    user: User, meet: threading.Barrier, *, organisations: QuerySet[Organisation]
) -> bool:
    """Leave by read, check and delete; return whether another owner was there to see."""
    with transaction.atomic():
        organisation = organisations.get()
        others = organisation.memberships.filter(role=Role.OWNER).exclude(user=user)
        is_one_left = others.exists()
        if meet.parties > 1:
            meet.wait(PATIENCE_SECONDS)
        if is_one_left:
            organisation.memberships.filter(user=user).delete()
        return is_one_left


def test_without_the_organisations_row_lock_both_owners_leave() -> None:
    organisation, owners = _owned_by(2)
    meet = threading.Barrier(2)
    leave = partial(_leave_naively, meet=meet, organisations=Organisation.objects.all())
    assert at_once([partial(leave, owner) for owner in owners]) == [True, True]
    assert _owners_left(organisation) == 0


def test_with_the_row_lock_the_same_code_keeps_one() -> None:
    organisation, owners = _owned_by(2)
    locked = Organisation.objects.select_for_update(no_key=True)
    leave = partial(_leave_naively, meet=threading.Barrier(1), organisations=locked)
    left = at_once([partial(leave, owner) for owner in owners])
    assert sorted(map(bool, left)) == [False, True]
    assert _owners_left(organisation) == 1


def test_one_invitation_admits_one_of_many_who_accept_it_at_once() -> None:
    organisation, [owner] = _owned_by(1)
    invitation = services.invite(
        organisation_id=organisation.pk,
        inviter=owner,
        email="zoe@example.com",
        role=Role.EDITOR,
        language="en",
        client="127.0.0.1",
    )
    accept = [
        partial(_refusal, partial(services.accept, key=invitation.key, person=make_user()))
        for _ in range(4)
    ]
    assert sorted(at_once(accept), key=str) == [None] + ["invitation_used"] * 3
    assert organisation.memberships.count() == 2


def test_a_person_who_creates_many_organisations_at_once_stays_below_the_cap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services, "MAX_ORGANISATIONS", 2)
    alice = make_user()
    make = [
        partial(_refusal, partial(services.create, name=f"Choir {number}", owner=alice))
        for number in range(5)
    ]
    assert at_once(make).count("too_many_organisations") == 3
    assert Membership.objects.count() == 2


def test_inviting_one_address_twice_at_once_leaves_one_invitation() -> None:
    organisation, [owner] = _owned_by(1)
    invite = partial(
        services.invite,
        organisation_id=organisation.pk,
        inviter=owner,
        role=Role.EDITOR,
        language="en",
        client="127.0.0.1",
    )
    spellings = ("zoe@example.com", "ZOE@example.com")
    at_once([partial(invite, email=spelling) for spelling in spellings])
    assert Invitation.objects.count() == 1
