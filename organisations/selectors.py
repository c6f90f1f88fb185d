"""Selectors: queries that return frozen data, no models."""

from dataclasses import dataclass
from typing import Any, TypedDict

from django.utils import timezone

from accounts.models import User
from organisations.errors import OrganisationNotFound
from organisations.models import Invitation, Membership, Organisation
from reservations.permissions import permissions_in, sees_all

MAX_PAGE = 100


class OrganisationRecord(TypedDict):
    """An organisation as one person sees it; `role` is None for operators who are not members."""

    id: int
    name: str
    role: str | None
    permissions: list[str]


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """A page of organisations; `end` is the id of the last one, None on the last page."""

    organisations: list[OrganisationRecord]
    end: int | None


def organisations(*, person: User, limit: int = MAX_PAGE, after: int = 0) -> OrganisationPage:
    """Return a person's organisations, or all for an operator, in the order of their ids."""
    seen = Organisation.objects.filter(pk__gt=after).order_by("pk")
    if not sees_all(person.pk):
        seen = seen.filter(memberships__user=person)
    found = list(seen[: limit + 1])
    page = found[:limit]
    members = Membership.objects.filter(user=person, organisation__in=page)
    roles = dict(members.values_list("organisation", "role"))
    return OrganisationPage(
        organisations=[_record(each, person, roles.get(each.pk)) for each in page],
        end=page[-1].pk if len(found) > limit else None,
    )


def organisation(*, organisation_id: int, person: User) -> OrganisationRecord:
    """Return an organisation. The person must see it. Raises: OrganisationNotFound."""
    found = Organisation.objects.filter(pk=organisation_id).first()
    if found is None:
        raise OrganisationNotFound
    roles = Membership.objects.filter(user=person, organisation=found)
    return _record(found, person, roles.values_list("role", flat=True).first())


def members(*, organisation_id: int) -> list[dict[str, Any]]:
    """Return the members of an organisation, in the order in which they joined."""
    found = Membership.objects.filter(organisation=organisation_id).select_related("user")
    return [member_record(each) for each in found.order_by("pk")]


def member_record(member: Membership) -> dict[str, Any]:
    return {
        "user_id": member.user_id,
        "username": member.user.get_username(),
        "role": str(member.role),
    }


def invitations(*, organisation_id: int) -> list[dict[str, Any]]:
    """Return the open invitations of an organisation, newest first."""
    found = Invitation.objects.filter(organisation=organisation_id, accepted_at=None)
    return [invitation_record(each) for each in found.select_related("invited_by").order_by("-pk")]


def invitation_record(invitation: Invitation) -> dict[str, Any]:
    inviter = invitation.invited_by
    return {
        "id": invitation.pk,
        "email": invitation.email,
        "role": str(invitation.role),
        "invited_by": inviter.get_username() if inviter else None,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
        "is_expired": invitation.expires_at <= timezone.now(),
    }


def _record(found: Organisation, person: User, role: str | None) -> OrganisationRecord:
    return {
        "id": found.pk,
        "name": found.name,
        "role": role,
        "permissions": permissions_in(person, role=role),
    }
