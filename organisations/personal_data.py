"""Export and erasure of the personal data in organisations.

These are the functions of `accounts.personal_data.sources`.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from organisations import services
from organisations.models import Invitation, Membership


def exported(*, person_id: int) -> dict[str, Any]:
    """Return a person's roles, and the invitations that they sent and received."""
    roles = Membership.objects.filter(user=person_id)
    facts = ("organisation__name", "email", "role", "created_at", "expires_at", "accepted_at")
    sent = Invitation.objects.filter(invited_by=person_id)
    return {
        "organisations": list(roles.values("organisation_id", "organisation__name", "role")),
        "invitations_sent": list(sent.values(*facts)),
        "invitations_received": list(_received(person_id).values(*facts)),
    }


def obligations(*, person_id: int) -> list[Any]:  # noqa: ARG001
    """Return nothing: who is a member cannot erase their account anyway."""
    return []


def used_since(*, person_ids: Collection[int], moment: datetime) -> set[int]:  # noqa: ARG001
    """Return the members of organisations, who are organisers."""
    members = Membership.objects.filter(user__in=person_ids)
    return set(members.values_list("user", flat=True))


def release(*, person_id: int) -> None:
    """End a person's memberships, delete the invitations that they received, and unsign theirs.

    A person who leaves by themselves has handed on what they own before: this does not check it.
    """
    _received(person_id).delete()
    for member in Membership.objects.filter(user=person_id).select_related("organisation"):
        with transaction.atomic():
            services.end_membership(member)
    Invitation.objects.filter(invited_by=person_id).update(invited_by=None)


def _received(person_id: int) -> QuerySet[Invitation]:
    """Return the invitations that a person accepted, or that went to their verified address."""
    found = Q(accepted_by=person_id)
    person = User.objects.filter(pk=person_id).exclude(email="").first()
    if person is not None and person.email_verified_at:
        found |= Q(email__iexact=person.email)
    return Invitation.objects.filter(found)


def bookings_of(*, person_ids: Collection[int]) -> int:
    """Return 0: organisations have no bookings."""
    del person_ids
    return 0


def transfer(*, person_id: int, to_id: int) -> None:
    """Do nothing: guests are in no organisation."""
