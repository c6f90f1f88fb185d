"""Permission classes for views, by Django's permissions."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from infrastructure.security_log.second_factors import has_powers, require_powers
from organisations.errors import OrganisationNotFound
from reservations.domain.errors import NotPermitted
from reservations.events.access import Requester, require_access
from reservations.permissions import Permission, may, sees_organisation


class HasPermission(BasePermission):
    """Requires a permission, queried at each request because tokens do not carry permissions.

    The path's `event_id` or `organisation_id` says for which event or organisation. Without one,
    the permission for any event is enough to come in, and the view must ask for the one at hand.
    """

    permission: Permission
    to_write: Permission

    @classmethod
    def to(
        cls, permission: Permission, *, write: Permission | None = None
    ) -> type["HasPermission"]:
        """Return the class for one permission, or another one for methods that write."""
        granted = {"permission": permission, "to_write": write or permission}
        return type(cls.__name__, (cls,), granted)

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether the user has it. Raises: as `require_permission`, except NotPermitted."""
        if not request.user.pk:
            return False
        is_read = request.method in SAFE_METHODS
        objects = {
            name: view.kwargs[name]
            for name in ("event_id", "organisation_id")
            if name in view.kwargs
        }
        try:
            require_permission(request, self.permission if is_read else self.to_write, **objects)
        except NotPermitted:
            return False
        return True


def require_permission(
    request: Request,
    *permissions: Permission,
    event_id: int | None = None,
    organisation_id: int | None = None,
) -> None:
    """Require that the user has one of the permissions, for an event or an organisation.

    Raises: EventNotFound, SignInFirst, MembersOnly or OrganisationNotFound for what the user may
    not see; NotPermitted; PermissionDenied without the second factor, where one is required.
    """
    person_id = int(request.user.pk) if request.user.pk else None
    if organisation_id is not None:
        require_sight_of(request, organisation_id=organisation_id)
    if may(person_id, *permissions, event_id=event_id, organisation_id=organisation_id):
        require_powers(request.user)
        return
    if event_id is not None:
        who = Requester(id=person_id, has_powers=has_powers(request.user))
        require_access(event_id=event_id, requester=who)
    raise NotPermitted


def require_sight_of(request: Request, *, organisation_id: int) -> None:
    """Require that the user is a member of an organisation, or an operator.

    Raises: OrganisationNotFound; PermissionDenied without the second factor, where one is required.
    """
    person_id = int(request.user.pk) if request.user.pk else None
    if not sees_organisation(person_id, organisation_id=organisation_id):
        raise OrganisationNotFound
    require_powers(request.user)
