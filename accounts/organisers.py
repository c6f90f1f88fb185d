"""Decide who is an organiser for the purposes of signing in: anybody with more rights than a buyer.

What an organiser may do is decided for each call elsewhere. Here it decides when an idle session
expires, and who needs a second factor.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q

from accounts.models import User
from accounts.second_factor.errors import SecondFactorRequired


def is_organiser(person: User) -> bool:
    """Return whether a person has staff status, any permission or a role. At most one query."""
    return bool(organiser_ids([person]))


def organiser_ids(people: Sequence[User]) -> set[Any]:
    """Return the primary keys of the organisers among some people. At most one query."""
    found = {person.pk for person in people if person.is_staff or person.is_superuser}
    if others := [person.pk for person in people if person.pk not in found]:
        granted = (
            Q(user_permissions__isnull=False)
            | Q(groups__permissions__isnull=False)
            | Q(memberships__isnull=False)
        )
        found.update(User.objects.filter(granted, pk__in=others).values_list("pk", flat=True))
    return found


def second_factor_status(person: User, *, is_passed: bool) -> dict[str, bool]:
    """Return whether a person has set up, has passed and must pass a second factor."""
    is_required = bool(settings.SEATCAST_REQUIRE_SECOND_FACTOR) and is_organiser(person)
    return {
        "set_up": person.has_second_factor,
        "passed": is_passed,
        "required": is_required,
    }


def may_use_powers(user: object) -> bool:
    """Return whether a request's user may use an organiser's permissions.

    That takes a passed second factor if the account has one, and in any case where
    SEATCAST_REQUIRE_SECOND_FACTOR is set.
    """
    if getattr(user, "mfa_passed", False):
        return True
    has_factor = bool(getattr(user, "has_second_factor", False))
    return not (has_factor or settings.SEATCAST_REQUIRE_SECOND_FACTOR)


def require_second_factor(user: object) -> None:
    """Require that `may_use_powers` is true. Raises: SecondFactorRequired."""
    if not may_use_powers(user):
        raise SecondFactorRequired(set_up=bool(getattr(user, "has_second_factor", False)))
