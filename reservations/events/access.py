"""The requester's access to events: public ones, those for members, and drafts."""

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q, QuerySet

from reservations.domain.errors import EventNotFound, MembersOnly, SignInFirst
from reservations.models import Event
from reservations.permissions import Permission, holders, sees_all
from reservations.runtime import database

PUBLIC_SECONDS = 1.0

# SQLite allows 32766 parameters.
_PEOPLE_AT_ONCE = 1_000

_MAX_PUBLIC = 10_000

# Until when events count as public without a query, by event id (`time.monotonic`).
_public_until: dict[int, float] = {}
_visibility_locks = [threading.Lock() for _ in range(64)]


@dataclass(frozen=True, slots=True)
class Requester:
    """The sender of a query; `id` is None for anonymous ones. Permissions are queried when needed.

    Without `has_powers` permissions are ignored, because the required second factor is missing.
    """

    id: int | None
    has_powers: bool = False


def require_access(*, event_id: int, requester: Requester) -> None:
    """Raises: EventNotFound, SignInFirst or MembersOnly if the requester may not see an event."""
    if not is_public(event_id=event_id):
        require_access_uncached(event_id=event_id, requester=requester)


def require_access_uncached(*, event_id: int, requester: Requester) -> None:
    """Require that the requester may see an event, without the cache of public events.

    For WebSockets, which are authorised once. Raises: EventNotFound, also for a draft; SignInFirst,
    MembersOnly.
    """
    if visible_to(requester).filter(pk=event_id).exists():
        return
    if not Event.objects.filter(pk=event_id).exclude(visibility=Event.Visibility.DRAFT).exists():
        raise EventNotFound
    raise SignInFirst if requester.id is None else MembersOnly


def members_among(*, event_id: int, person_ids: Collection[int]) -> set[int]:
    """Return those of the people who may see an event without a permission."""
    people = tuple(person_ids)
    event = Event.objects.filter(pk=event_id).only("visibility", "member_group").first()
    if event is not None and event.visibility == Event.Visibility.DRAFT:
        return set()
    if (
        event is None
        or event.visibility == Event.Visibility.PUBLIC
        or event.member_group_id is None
    ):
        return set(people)
    groups = Group.objects.filter(pk=event.member_group_id)
    found: set[int] = set()
    for start in range(0, len(people), _PEOPLE_AT_ONCE):
        some = people[start : start + _PEOPLE_AT_ONCE]
        found.update(groups.filter(user__in=some).values_list("user", flat=True))
    return found


def permitted_viewers(*, event_id: int, person_ids: Collection[int]) -> set[int]:
    """Return those of the people whose permissions let them see a draft or members-only event."""
    found = holders(Permission.VIEW_EVENT, event_id=event_id).filter(pk__in=person_ids)
    return set(found.values_list("pk", flat=True))


def permitted_organisers(*, event_id: int, person_ids: Collection[int]) -> set[int]:
    """Return those of the people who may see the bookings of an event, and its figures."""
    found = holders(Permission.VIEW_RESERVATION, event_id=event_id).filter(pk__in=person_ids)
    return set(found.values_list("pk", flat=True))


def is_public(*, event_id: int) -> bool:
    """Return whether everyone may see an event. Raises: EventNotFound.

    True is cached for a second, and one thread at a time queries, because in a rush every request
    needs it.
    """
    if _is_known_to_be_public(event_id):
        return True
    # A waiting thread must not keep a connection from the one that queries.
    database.release_connection()
    with _visibility_locks[event_id % len(_visibility_locks)]:
        if _is_known_to_be_public(event_id):
            return True
        found = Event.objects.filter(pk=event_id).values_list("visibility", flat=True).first()
        if found is None:
            raise EventNotFound
        if found != Event.Visibility.PUBLIC:
            return False
        if len(_public_until) >= _MAX_PUBLIC:
            _public_until.clear()
        _public_until[event_id] = time.monotonic() + PUBLIC_SECONDS
        return True


def clear_visibility_cache() -> None:
    """Clear the cache of public events."""
    _public_until.clear()


def _is_known_to_be_public(event_id: int) -> bool:
    return _public_until.get(event_id, 0.0) > time.monotonic()


def visible_to(requester: Requester) -> QuerySet[Event]:
    seen = Q(visibility=Event.Visibility.PUBLIC)
    if requester.id is not None:
        own_groups = Group.objects.filter(user=requester.id)
        is_member = Q(member_group__isnull=True) | Q(member_group__in=own_groups)
        seen |= Q(visibility=Event.Visibility.MEMBERS) & is_member
    return Event.objects.filter(seen | permitted_to(requester, Permission.VIEW_EVENT))


def permitted_to(requester: Requester, permission: Permission) -> Q:
    """Return the condition on events that the requester has a permission for them."""
    if requester.id is None or not requester.has_powers:
        return Q(pk__in=())
    # From inside the memberships, the events are the query around the one of the people.
    event_id = OuterRef(OuterRef("pk"))
    return Q(Exists(holders(permission, event_id=event_id).filter(pk=requester.id)))


def managed_by(requester: Requester) -> Q:
    if requester.id is None or not requester.has_powers:
        return Q(pk__in=())
    if sees_all(requester.id):
        return Q()
    return Q(organisation__memberships__user=requester.id)
