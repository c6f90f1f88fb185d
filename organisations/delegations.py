"""What members delegate, and its end when their role no longer permits it.

An invitation lets somebody in, a device keeps a list of tickets, a webhook tells an address of
bookings: each goes on without the member who made it. A member who was removed, or has a lesser
role by now, must keep none of these. Apps that store such things register them in
`AppConfig.ready`, so that this app need not know them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Model

from organisations.roles import granted_to


@dataclass(frozen=True, slots=True)
class Delegation:
    """A kind of access that members give to others.

    `delegated_by` is the field of `model` that names the member, and `permission` what it takes to
    make one. `withdraw(organisation_id=…, user_id=…)` ends those of a member, in the caller's
    transaction, which has locked the organisation's row; it returns how many there were.
    """

    name: str
    model: type[Model]
    delegated_by: str
    permission: str
    withdraw: Callable[..., int]


_delegations: dict[str, Delegation] = {}


def register(delegation: Delegation) -> None:
    """Have a kind withdrawn from now on; registering it twice changes nothing."""
    _delegations[delegation.name] = delegation


def delegations() -> Sequence[Delegation]:
    """Return all kinds of delegations."""
    return list(_delegations.values())


def withdraw_unpermitted(*, organisation_id: int, user_id: int, role: str | None) -> dict[str, int]:
    """Withdraw what a person delegated in an organisation and their role there does not permit.

    `role` is None for somebody who is no member any more. Return how many of each were withdrawn.
    """
    granted = granted_to(role) if role else frozenset()
    counts = {
        each.name: each.withdraw(organisation_id=organisation_id, user_id=user_id)
        for each in delegations()
        if each.permission not in granted
    }
    return {name: count for name, count in counts.items() if count}
