"""The default roles of a site, as Django groups, which its owner may change."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import router, transaction

DOOR = "Door"
_DOOR = ("scan_ticket",)
_BOX_OFFICE = (*_DOOR, "view_event", "view_seat", "view_reservation", "change_reservation")
_ORGANISERS = (
    *_BOX_OFFICE,
    *("change_event", "change_seat", "view_category", "add_category", "change_category"),
)

ROLES = {DOOR: _DOOR, "Box office": _BOX_OFFICE, "Organisers": _ORGANISERS}


def make_roles(*, using: str, **_: Any) -> None:
    """Create missing groups; leave existing ones as they are.

    A receiver of `post_migrate`, because the permissions exist only then.
    """
    if not router.allow_migrate_model(using, Group):
        return
    groups = Group.objects.using(using)
    for name, codenames in ROLES.items():
        with transaction.atomic(using=using):
            group, is_new = groups.get_or_create(name=name)
            if is_new:
                _grant(group, codenames, using=using)


def _grant(group: Group, codenames: tuple[str, ...], *, using: str) -> None:
    """Grant permissions to a new group without `m2m_changed`, which would log a change of roles."""
    permissions = Permission.objects.using(using).filter(
        content_type__app_label="reservations", codename__in=codenames
    )
    through = Group.permissions.through
    through._default_manager.using(using).bulk_create(
        through(group_id=group.pk, permission_id=permission.pk) for permission in permissions
    )
