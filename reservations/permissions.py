"""Permissions of organisers: Django's, queried at each use and never cached.

A person has a permission for every event and organisation by Django's groups (an operator), or for
one organisation and its events by their role in it (`organisations/roles.py`). `holders` is the one
place that decides. `is_staff` only opens the admin, as everywhere in Django.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import Permission as DjangoPermission
from django.db.models import Exists, OuterRef, Q, QuerySet

from organisations.backends import members_with
from organisations.models import Membership, Organisation
from organisations.roles import granted_to


class Permission(StrEnum):
    """The permissions that the API requires, by their Django names."""

    CHANGE_EVENT = "reservations.change_event"
    ADD_EVENT = "reservations.add_event"
    ADD_ORGANISATION = "organisations.add_organisation"
    CHANGE_ORGANISATION = "organisations.change_organisation"
    CHANGE_RESERVATION = "reservations.change_reservation"
    CHANGE_SEAT = "reservations.change_seat"
    SCAN_TICKET = "reservations.scan_ticket"
    VIEW_EVENT = "reservations.view_event"
    VIEW_RESERVATION = "reservations.view_reservation"


SEE_BOOKINGS = (Permission.VIEW_RESERVATION, Permission.CHANGE_RESERVATION)
"""Either permission is enough to see other people's reservations, as in the admin."""

_OF_ORGANISATIONS = (
    Permission.ADD_EVENT,
    Permission.CHANGE_EVENT,
    Permission.CHANGE_ORGANISATION,
    Permission.VIEW_EVENT,
)


def may(
    person_id: int | None,
    *permissions: Permission,
    event_id: int | None = None,
    organisation_id: int | None = None,
) -> bool:
    """Return whether a person has one of the permissions, for an event or an organisation.

    Without either: for at least one. False for None, without a query.
    """
    if person_id is None:
        return False
    people = holders(*permissions, event_id=event_id, organisation_id=organisation_id)
    return people.filter(pk=person_id).exists()


def holders(
    *permissions: Permission,
    event_id: int | OuterRef | None = None,
    organisation_id: int | None = None,
) -> QuerySet[AbstractUser]:
    """Return the active people who have one of the permissions, for an event or an organisation.

    Without either: for at least one. Superusers have all permissions.
    """
    if isinstance(event_id, OuterRef):
        # The memberships are a query within the query of people.
        event_id = OuterRef(event_id)
    granted = _granted_to_operators(permissions)
    for permission in permissions:
        members = members_with(permission, event_id=event_id, organisation_id=organisation_id)
        granted |= Q(pk__in=members.values("user"))
    return _active_people().filter(granted)


def has_by_group(person: AbstractUser, permission: Permission) -> bool:
    """Return whether Django's groups give a person a permission, as an operator."""
    return _active_people().filter(_granted_to_operators((permission,)), pk=person.pk).exists()


def sees_organisation(person_id: int | None, *, organisation_id: int) -> bool:
    """Return whether an organisation exists, and a person is a member or sees all of them.

    Other people are told that there is no such organisation.
    """
    if person_id is None:
        return False
    members = Membership.objects.filter(organisation=organisation_id, user__is_active=True)
    if members.filter(user=person_id).exists():
        return True
    return sees_all(person_id) and Organisation.objects.filter(pk=organisation_id).exists()


def sees_all(person_id: int) -> bool:
    """Return whether a person is an operator with a permission for all organisations."""
    granted = _granted_to_operators(_OF_ORGANISATIONS)
    return _active_people().filter(granted, pk=person_id).exists()


def permissions_in(person: AbstractUser, *, role: str | None) -> list[str]:
    """Return a person's permissions for an organisation, given their role in it, by name."""
    by_role = granted_to(role) if role else frozenset()
    return sorted(each for each in Permission if each in by_role or person.has_perm(each))


def _active_people() -> QuerySet[AbstractUser]:
    people: Any = get_user_model()._default_manager
    found: QuerySet[AbstractUser] = people.filter(is_active=True)
    return found


def _granted_to_operators(permissions: Iterable[Permission]) -> Q:
    """Return the condition on people that Django's groups give them one of the permissions.

    It is that of `ModelBackend.with_perm`, which takes only one permission: with a subquery for
    each, Django would take three times as long to write the query.
    """
    named = Q()
    for permission in permissions:
        app_label, _, codename = permission.partition(".")
        named |= Q(codename=codename, content_type__app_label=app_label)
    of_person = Q(group__user=OuterRef("pk")) | Q(user=OuterRef("pk"))
    return Q(is_superuser=True) | Q(Exists(DjangoPermission.objects.filter(of_person, named)))
