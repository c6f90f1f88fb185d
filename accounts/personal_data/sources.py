"""The interface of other apps that store personal data.

Each module that SEATCAST_PERSONAL_DATA names has the functions of `PersonalDataSource`, so that
accounts and those apps do not import each other.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol, cast

from django.conf import settings


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


def sources() -> Iterator[PersonalDataSource]:
    """Yield the modules that SEATCAST_PERSONAL_DATA names."""
    for path in settings.SEATCAST_PERSONAL_DATA:
        yield cast("PersonalDataSource", import_module(path))
