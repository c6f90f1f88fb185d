"""Permission classes for views, by Django's permissions."""

from functools import cache
from typing import Any, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from reservations.permissions import Permission, may


class Powers(Protocol):
    """The interface of SEATCAST_POWERS: whether a user may use their permissions now."""

    def may_use_powers(self, user: object) -> bool:
        """Return whether the user has passed the second factor, if one is required."""

    def require_second_factor(self, user: object) -> None:
        """Raises: rest_framework's PermissionDenied if the user may not use their permissions."""


class HasPermission(BasePermission):
    """Requires a permission, queried at each request because tokens do not carry permissions."""

    permission: Permission

    @classmethod
    def to(cls, permission: Permission) -> type["HasPermission"]:
        """Return the class for one permission."""
        return type(cls.__name__, (cls,), {"permission": permission})

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        """Return whether the user has it. Raises: PermissionDenied without the second factor."""
        if not may(request.user.pk and int(request.user.pk), self.permission):
            return False
        _powers().require_second_factor(request.user)
        return True


def has_powers(user: object) -> bool:
    """Return whether a user may use their permissions now."""
    return _powers().may_use_powers(user)


@cache
def _powers() -> Powers:
    return cast("Powers", import_string(settings.SEATCAST_POWERS))
