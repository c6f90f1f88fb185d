"""Object permissions by role, as an authentication backend of Django's.

`user.has_perm(permission, object)` and `User.objects.with_perm(permission, obj=…)` are Django's own
interface for object permissions; see docs/adr/0020-roles-are-an-authentication-backend.md.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.db.models import Model, OuterRef, Q, QuerySet

from organisations.models import Membership, Organisation
from organisations.roles import roles_with

ADD_ORGANISATION = "organisations.add_organisation"


class RoleBackend(BaseBackend):
    """Grants the permissions of a member's role for the organisation and what belongs to it.

    An object is an Organisation, or a model instance with an `organisation_id`. Where
    SEATCAST_ORGANISATIONS is `anyone`, everybody has the permission to create organisations. It
    signs nobody in.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        """Return whether a person's role grants a permission for an object; False without one."""
        if not user_obj.is_active or user_obj.pk is None:
            return False
        organisation_id = _organisation_id(obj)
        if organisation_id is None:
            return obj is None and perm == ADD_ORGANISATION and _anyone_may_create()
        return members_with(perm, organisation_id=organisation_id).filter(user=user_obj.pk).exists()

    def with_perm(
        self,
        perm: str,
        is_active: bool | None = True,
        include_superusers: bool = True,
        obj: Model | None = None,
    ) -> QuerySet[Any]:
        """Return the people whose roles grant a permission for an object.

        Without an object: for any organisation.
        """
        members = members_with(perm, organisation_id=_organisation_id(obj))
        if obj is not None and _organisation_id(obj) is None:
            members = members.none()
        found = Q(pk__in=members.values("user"))
        if include_superusers:
            found |= Q(is_superuser=True)
        if obj is None and perm == ADD_ORGANISATION and _anyone_may_create():
            found |= Q(pk__isnull=False)
        people = get_user_model()._default_manager.filter(found)
        return people if is_active is None else people.filter(is_active=is_active)


def members_with(
    permission: str,
    *,
    organisation_id: int | None = None,
    event_id: int | OuterRef | None = None,
) -> QuerySet[Membership]:
    """Return the memberships whose role grants a permission.

    For one organisation, or the organisation of one event; otherwise for any.
    """
    found = Membership.objects.filter(role__in=roles_with(permission))
    if organisation_id is not None:
        found = found.filter(organisation=organisation_id)
    if event_id is not None:
        found = found.filter(organisation__events=event_id)
    return found


def _anyone_may_create() -> bool:
    return bool(settings.SEATCAST_ORGANISATIONS == "anyone")


def _organisation_id(obj: Model | None) -> int | None:
    found = obj.pk if isinstance(obj, Organisation) else getattr(obj, "organisation_id", None)
    return None if found is None else int(found)
