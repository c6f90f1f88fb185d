"""Who may make which call, by Django's permissions."""

from functools import cache
from typing import Any, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from reservations.permissions import Permission, may


class Powers(Protocol):
    """What SEATCAST_POWERS names: whether the permissions of who signed in count just now."""

    def may_use_powers(self, user: object) -> bool:
        """Return whether a request's user showed the second factor, where one is required."""

    def require_second_factor(self, user: object) -> None:
        """Let pass whose permissions count. Raises: rest_framework's PermissionDenied."""


class HasPermission(BasePermission):
    """Lets pass whom a permission was granted; a token does not say, so the database is asked."""

    permission: Permission

    @classmethod
    def to(cls, permission: Permission) -> type["HasPermission"]:
        """Return the class that asks for a permission."""
        return type(cls.__name__, (cls,), {"permission": permission})

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        """Return whether who asks may. Raises: PermissionDenied without the second factor."""
        if not may(request.user.pk and int(request.user.pk), self.permission):
            return False
        _powers().require_second_factor(request.user)
        return True


def has_powers(user: object) -> bool:
    """Return whether the permissions of a request's user count."""
    return _powers().may_use_powers(user)


@cache
def _powers() -> Powers:
    return cast("Powers", import_string(settings.SEATCAST_POWERS))
