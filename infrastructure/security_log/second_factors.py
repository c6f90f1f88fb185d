"""Whether a user has passed the second factor, without which organisers' permissions are unused.

`config/apps.py` registers who knows.
"""

from typing import Protocol


class SecondFactors(Protocol):
    """What knows the second factors of users."""

    def may_use_powers(self, user: object) -> bool:
        """Return whether the user has passed the second factor, if one is required."""

    def require_second_factor(self, user: object) -> None:
        """Raises: rest_framework's PermissionDenied if the user may not use their permissions."""


_registered: list[SecondFactors] = []


def register(implementation: SecondFactors) -> None:
    """Have `implementation` asked."""
    _registered[:] = [implementation]


def has_powers(user: object) -> bool:
    """Return whether a user may use their permissions now."""
    return _registered[0].may_use_powers(user)


def require_powers(user: object) -> None:
    """Raises: rest_framework's PermissionDenied if the user may not use their permissions now."""
    _registered[0].require_second_factor(user)
