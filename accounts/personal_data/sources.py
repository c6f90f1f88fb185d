"""The interface of other apps that store personal data.

Each module that is registered here has the functions of `PersonalDataSource`, so that accounts does
not import those apps. `config/apps.py` registers that of reservations, and organisations its own.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol


class PersonalDataSource(Protocol):
    """A module of another app that stores personal data. All functions can be repeated."""

    def exported(self, *, person_id: int) -> dict[str, Any]:
        """Return the data about a person, as keys of their export."""
        ...

    def obligations(self, *, person_id: int) -> list[Any]:
        """Return what a person is still owed, such as seats of upcoming events, as JSON."""
        ...

    def used_since(self, *, person_ids: Collection[int], moment: datetime) -> set[int]:
        """Return which people have used the app since a moment, and are not to be erased."""
        ...

    def release(self, *, person_id: int) -> None:
        """Release what a person occupies, and delete what identifies them.

        Called outside a transaction, when the person can no longer sign in.
        """
        ...

    def bookings_of(self, *, person_ids: Collection[int]) -> int:
        """Return how many bookings people made, including ended ones."""
        ...

    def transfer(self, *, person_id: int, to_id: int) -> None:
        """Make all that a guest has an account's.

        Called outside a transaction, when the guest can no longer sign in.
        """
        ...


_registered: list[PersonalDataSource] = []


def register(source: PersonalDataSource) -> None:
    """Have `source` asked for the data of people, and told who has left."""
    if source not in _registered:
        _registered.append(source)


def sources() -> Sequence[PersonalDataSource]:
    """Return the registered modules."""
    return _registered
