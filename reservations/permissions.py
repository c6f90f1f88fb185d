"""Permissions of organisers: Django's, queried at each use and never cached.

A person has a permission for every event by Django's groups (an operator), or for the events of an
organisation by their role in it (`organisations/roles.py`). `holders` is the one place that
decides. `is_staff` only opens the admin, as everywhere in Django.
"""

from enum import StrEnum
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db.models import OuterRef, Q, QuerySet

from organisations.backends import members_with

_OPERATORS = "django.contrib.auth.backends.ModelBackend"


class Permission(StrEnum):
    """The permissions that the API requires, by their Django names."""

    CHANGE_EVENT = "reservations.change_event"
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
    *permissions: Permission, event_id: int | OuterRef | None = None
) -> QuerySet[AbstractUser]:
    """Return the active people who have one of the permissions for an event; superusers have all.

    Without an event: for at least one event.
    """
    people: Any = get_user_model()._default_manager
    granted = Q()
    for permission in permissions:
        operators = people.with_perm(permission, backend=_OPERATORS)
        members = members_with(permission, event_id=event_id)
        granted |= Q(pk__in=operators.values("pk")) | Q(pk__in=members.values("user"))
    found: QuerySet[AbstractUser] = people.filter(granted, is_active=True)
    return found
