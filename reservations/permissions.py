"""Permissions of organisers: Django's, queried at each use and never cached.

`is_staff` only opens the admin, as everywhere in Django.

`holders` is the one place that decides. Roles for one event or organisation would be added there;
every caller passes its event already.
"""

from enum import StrEnum
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db.models import OuterRef, Q, QuerySet

_BACKEND = "django.contrib.auth.backends.ModelBackend"


class Permission(StrEnum):
    """The permissions that the API requires, by their Django names."""

    VIEW_EVENT = "reservations.view_event"
    VIEW_RESERVATION = "reservations.view_reservation"
    CHANGE_RESERVATION = "reservations.change_reservation"
    SCAN_TICKET = "reservations.scan_ticket"


SEE_BOOKINGS = (Permission.VIEW_RESERVATION, Permission.CHANGE_RESERVATION)
"""Either permission is enough to see other people's reservations, as in the admin."""


def may(person_id: int | None, *permissions: Permission, event_id: int | None = None) -> bool:
    """Return whether a person has one of the permissions; False for None, without a query."""
    if person_id is None:
        return False
    return holders(*permissions, event_id=event_id).filter(pk=person_id).exists()


def holders(
    *permissions: Permission,
    event_id: int | OuterRef | None = None,  # noqa: ARG001 - for roles that an event has
) -> QuerySet[AbstractUser]:
    """Return the active people who have one of the permissions for an event; superusers have all.

    Without an event: for at least one event.
    """
    people: Any = get_user_model()._default_manager
    granted = Q()
    for permission in permissions:
        granted |= Q(pk__in=people.with_perm(permission, backend=_BACKEND).values("pk"))
    found: QuerySet[AbstractUser] = people.filter(granted)
    return found
