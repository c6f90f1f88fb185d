"""Where personal data is, besides the accounts themselves.

Each module that SEATCAST_PERSONAL_DATA names has these functions; so accounts need not know what
other apps there are, nor they the accounts.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol, cast

from django.conf import settings


class PersonalDataSource(Protocol):
    """What another app keeps about people. All functions may be called again after a failure."""

    def exported(self, *, person_id: int) -> dict[str, Any]:
        """Return what is kept about a person, by name, for them to read."""
        ...

    def obligations(self, *, person_id: int) -> list[Any]:
        """Return what is still owed to a person, such as seats of coming events, as JSON."""
        ...

    def used_since(self, *, person_ids: Collection[int], moment: datetime) -> set[int]:
        """Return who of some people may not be erased for want of use since a moment."""
        ...

    def release(self, *, person_id: int) -> None:
        """Let go of what a person occupies, and delete what tells who they were.

        Called outside a transaction, when the person cannot sign in any more.
        """
        ...


def sources() -> Iterator[PersonalDataSource]:
    """Yield all of them."""
    for path in settings.SEATCAST_PERSONAL_DATA:
        yield cast("PersonalDataSource", import_module(path))
