"""The roles that people have in an organisation, and the permissions that each role grants.

Permissions have Django's names. A role grants them for the organisation itself and for its events;
Django's own groups grant them for every event, to the operators of the site.
"""

from django.db import models

_WATCH = frozenset({"reservations.view_event"})
_DOOR = frozenset({"reservations.scan_ticket"})
_SELL = (
    _WATCH
    | _DOOR
    | {
        "reservations.view_reservation",
        "reservations.change_reservation",
        "reservations.change_seat",
    }
)
_EDIT = _WATCH | {
    "reservations.add_event",
    "reservations.change_event",
    "reservations.change_seat",
}
_OWN = _SELL | _EDIT | {"organisations.change_organisation"}


class Role(models.TextChoices):
    """What a person does for an organisation."""

    OWNER = "owner", "Owner"
    EDITOR = "editor", "Editor"
    BOX_OFFICE = "box_office", "Box office"
    DOOR = "door", "Door"
    VIEWER = "viewer", "Viewer"


PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.OWNER: _OWN,
    Role.EDITOR: _EDIT,
    Role.BOX_OFFICE: _SELL,
    Role.DOOR: _DOOR,
    Role.VIEWER: _WATCH,
}


def granted_to(role: str) -> frozenset[str]:
    """Return the permissions of a role: none if only newer servers know it."""
    return PERMISSIONS[Role(role)] if role in Role.values else frozenset()


def roles_with(permission: str) -> list[Role]:
    """Return the roles that grant a permission, by its Django name."""
    return [role for role, granted in PERMISSIONS.items() if permission in granted]
