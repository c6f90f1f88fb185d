"""A member who was removed, or has a lesser role, tries to come back or to go on reading."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import models

from accounts.mail_links import invitation_fragment
from accounts.models import User
from doors.models import Door
from infrastructure.security_log.models import SecurityEvent
from organisations import delegations, personal_data, services
from organisations.models import Invitation, Membership, Organisation
from organisations.roles import Role
from reservations.domain.errors import NotPermitted
from tests.contract.calls import refusal
from tests.factories import make_event, make_user, signed_in
from tests.organisations.conftest import House, choir
from webhooks import services as webhooks
from webhooks.models import Endpoint

__all__ = ["choir"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

URL = "https://example.com/hook"


@pytest.fixture
def mallory(choir: House) -> User:
    """Another owner."""
    user = make_user("mallory")
    Membership.objects.create(organisation=choir.organisation, user=user, role=Role.OWNER)
    return user


def _open_everything(house: House, person: User) -> None:
    """Invite a second account, register a device, and set up a webhook."""
    client: Any = signed_in(person)
    body = {"email": "second@example.com", "role": "owner"}
    assert client.post(f"{house.path}invitations/", body).status_code == 201
    event = make_event(organisation=house.organisation)
    door = f"/api/events/{event.pk}/doors/{uuid4()}/"
    assert client.put(door, {"name": "North"}).status_code == 200
    hook = {"url": URL, "kinds": ["booking.created"]}
    made = client.post(f"{house.path}webhooks/", hook)
    assert made.status_code == 201, made.json()


def _remove(house: House, person: User) -> None:
    path = f"{house.path}members/{person.pk}/"
    assert house.client().delete(path).status_code == 200


def _demote(house: House, person: User) -> None:
    path = f"{house.path}members/{person.pk}/"
    assert house.client().patch(path, {"role": "viewer"}).status_code == 200


def _erase(house: House, person: User) -> None:
    personal_data.release(person_id=person.pk)


def _is_open(person: User) -> dict[str, bool]:
    return {
        "invitations": Invitation.objects.filter(accepted_at=None).exists(),
        "devices": Door.objects.filter(revoked_at=None).exists(),
        "webhooks": Endpoint.objects.filter(disabled_at=None).exists(),
    }


@pytest.mark.parametrize("end", [_remove, _demote, _erase])
def test_what_a_former_owner_opened_is_withdrawn(
    end: Callable[[House, User], None], choir: House, mallory: User
) -> None:
    _open_everything(choir, mallory)
    assert _is_open(mallory) == {each.name: True for each in delegations.delegations()}
    token = invitation_fragment(Invitation.objects.get().key).removeprefix("token=")
    end(choir, mallory)
    assert _is_open(mallory) == {each.name: False for each in delegations.delegations()}
    second: Any = signed_in(make_user("second"))
    for call in ("check", "accept"):
        tried = second.post(f"/api/invitations/{call}/", {"token": token})
        refusal(tried, 409, "invitation_withdrawn")
    assert Endpoint.objects.get().disabled_because == Endpoint.Disabled.LEFT
    logged = SecurityEvent.objects.filter(subject_id=mallory.pk).latest("pk")
    assert logged.details["withdrawn"] == {"invitations": 1, "devices": 1, "webhooks": 1}


def test_what_others_opened_stays(choir: House, mallory: User) -> None:
    _open_everything(choir, choir.owner)
    _remove(choir, mallory)
    assert all(_is_open(mallory).values())


def test_a_lesser_role_keeps_what_it_may_open(choir: House, mallory: User) -> None:
    _open_everything(choir, mallory)
    path = f"{choir.path}members/{mallory.pk}/"
    assert choir.client().patch(path, {"role": "box_office"}).status_code == 200
    assert _is_open(mallory) == {"invitations": False, "devices": True, "webhooks": False}


@pytest.mark.parametrize("change", ["deactivated", "no operator"])
def test_an_invitation_ends_when_its_sender_may_not_invite_any_more(
    change: str, choir: House
) -> None:
    boss = make_user("boss", is_superuser=True)
    invitation = services.invite(
        organisation_id=choir.organisation.pk,
        inviter=boss,
        email="second@example.com",
        role=Role.OWNER,
        language="en",
        client="",
    )
    lost = {"is_active": False} if change == "deactivated" else {"is_superuser": False}
    User.objects.filter(pk=boss.pk).update(**lost)
    token = invitation_fragment(invitation.key).removeprefix("token=")
    tried = signed_in(make_user("second")).post("/api/invitations/accept/", {"token": token})
    refusal(tried, 409, "invitation_withdrawn")


def test_a_former_owner_sets_up_no_webhook_with_a_request_that_was_under_way(
    choir: House, mallory: User
) -> None:
    made = webhooks.create(
        organisation_id=choir.organisation.pk, url=URL, kinds=[], description=""
    ).endpoint
    _remove(choir, mallory)
    named: Any = {"organisation_id": choir.organisation.pk, "owner_id": mallory.pk}
    with pytest.raises(NotPermitted):
        webhooks.create(url=URL, kinds=[], description="", **named)
    with pytest.raises(NotPermitted):
        webhooks.change(endpoint_id=made.pk, url="https://example.org/", **named)


# What names a person and outlives their membership on purpose.
STAYS = {
    "organisations.membership.user": "the membership itself",
    "organisations.invitation.accepted_by": "who came in, whom owners see and can remove",
    "reservations.event.edited_by": "the event is the organisation's",
    "reservations.plandraft.updated_by": "the plan is the organisation's",
    "reservations.planversion.created_by": "the plan is the organisation's",
    "reservations.allocation.created_by": "kept seats open nothing",
    "reservations.promocode.created_by": "others have the code; owners see it and can withdraw it",
    "reservations.seat.locked_by": "as a buyer",
    "reservations.seat.lapsed_holder": "as a buyer",
    "reservations.seat.former_holder": "as a buyer",
    "reservations.reservation.user": "as a buyer",
    "reservations.payment.user": "as a buyer",
    "reservations.idempotencykey.user": "answers that only this person gets",
    "reservations.settlement.by": "a record",
    "reservations.entry.by": "a record",
    "reservations.seatchange.holder": "a record",
    "reservations.seatchange.actor": "a record",
}


def test_everything_that_names_a_member_is_withdrawn_or_stays_on_purpose() -> None:
    withdrawn = {
        f"{each.model._meta.label_lower}.{each.delegated_by}" for each in delegations.delegations()
    }
    assert withdrawn.isdisjoint(STAYS)
    assert withdrawn | set(STAYS) == {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        if _belongs_to_organisation(model)
        for field in _foreign_keys(model)
        if field.related_model is User
    }


def _belongs_to_organisation(model: type[Any], seen: frozenset[type[Any]] = frozenset()) -> bool:
    """Return whether foreign keys lead from a model to an organisation, not through people."""
    targets = {field.related_model for field in _foreign_keys(model)} - {User, *seen}
    return Organisation in targets or any(
        _belongs_to_organisation(target, seen | {model}) for target in targets - {model}
    )


def _foreign_keys(model: type[Any]) -> list[Any]:
    return [each for each in model._meta.get_fields() if isinstance(each, models.ForeignKey)]
