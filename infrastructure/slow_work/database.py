"""Keep database connections out of slow work."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NoReturn

from django.db import connections


class HoldsTransaction(RuntimeError):
    """Slow work was about to begin within a transaction. A mistake of the code, never of input."""


class QueriesDuringSlowWork(RuntimeError):
    """Slow work has made a query. A mistake of the code, never of input."""


@contextmanager
def without_database() -> Iterator[None]:
    """Return this thread's connections, and refuse its queries for the length of the context.

    Raises: HoldsTransaction, QueriesDuringSlowWork.
    """
    release_connections()
    with ExitStack() as stack:
        for each in connections.all():
            stack.enter_context(each.execute_wrapper(_refuse))
        yield


def release_connections() -> None:
    """Return this thread's connections, with their reading slots. Raises: HoldsTransaction."""
    for each in connections.all(initialized_only=True):
        if _is_in_transaction(each):
            raise HoldsTransaction("Slow work may not begin within a transaction.")
        if not each.in_atomic_block:
            each.close()


def _is_in_transaction(connection: Any) -> bool:
    """Return whether a connection is in a transaction, apart from the one around a test."""
    return any(not block._from_testcase for block in connection.atomic_blocks)


def _refuse(*_: object) -> NoReturn:
    raise QueriesDuringSlowWork("Read from the database before slow work begins.")
