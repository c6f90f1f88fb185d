"""Unprotected variants of the product for negative controls.

No rows are locked, and the constraints are dropped. The rest is the product's own code on the same
tables, with threads that wait for each other between their reads and writes, so that the race
happens each time.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from django.db import connection, connections
from django.db.models import QuerySet

from reservations.bookings import seat_reading
from reservations.events import locking
from reservations.models import Entry, IdempotencyKey, ReservationSeat

T = TypeVar("T")

BOOKING = 'INSERT INTO "reservations_reservation"'
CANCELLING = 'UPDATE "reservations_reservation"'
PAYING = 'INSERT INTO "reservations_payment"'
CHANGING = 'UPDATE "reservations_event"'

_LOG = "reservations_seatchange"
_UNIQUE = [
    (model, constraint)
    for model in (ReservationSeat, IdempotencyKey)
    for constraint in model._meta.constraints
    if constraint.name
    in {"a_seat_is_in_at_most_one_live_reservation", "an_idempotency_key_is_used_once"}
]


@contextmanager
def protection_off() -> Iterator[None]:
    """Take no row locks, and drop the constraints that forbid doing things twice."""
    with _constraints_off(), row_locks_off():
        yield


@contextmanager
def row_locks_off() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuerySet, "select_for_update", _lock_nothing)
        for compiled in (
            *(locking._event_row, locking._event_row_briefly),
            *(seat_reading._seats_and_usage, seat_reading._seats_and_lapsed),
        ):
            patch.setattr(compiled, "_statement", None)
        yield


def stopping(work: Callable[[], T], *, before: str, to: Callable[[], object]) -> Callable[[], T]:
    """Return `work` with a call of `to` before its first SQL statement that contains `before`."""

    def stop_once() -> T:
        has_stopped = False

        def execute(run: Callable[..., Any], sql: str, *arguments: Any) -> Any:
            nonlocal has_stopped
            if not has_stopped and before in sql:
                has_stopped = True
                to()
            return run(sql, *arguments)

        with connection.execute_wrapper(execute):
            return work()

    return stop_once


def meanwhile(work: Callable[[], object], other: Callable[[], object]) -> type[Exception] | None:
    """Commit `other` on another connection while `work` waits to lock a person's row.

    Return the type of the exception that `work` raises.
    """

    def elsewhere() -> None:
        try:
            other()
        finally:
            connections.close_all()

    def commit_other() -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(elsewhere).result()

    try:
        stopping(work, before="FOR NO KEY UPDATE", to=commit_other)()
    except Exception as error:  # noqa: BLE001 - the test says which one it expects
        return type(error)
    return None


def _lock_nothing(rows: QuerySet[Any], **_: object) -> QuerySet[Any]:
    return rows.all()


@contextmanager
def _constraints_off() -> Iterator[None]:
    assert len(_UNIQUE) == 2
    with connection.schema_editor() as editor:
        for model, constraint in _UNIQUE:
            editor.remove_constraint(model, constraint)
        editor.execute(f"ALTER TABLE {_LOG} DROP CONSTRAINT {_LOG}_pkey")
    try:
        yield
    finally:
        # Delete the rows written meanwhile, which the constraints would reject.
        emptied = (Entry, *(model for model, _ in _UNIQUE))
        tables = ", ".join([_LOG, *(model._meta.db_table for model in emptied)])
        with connection.schema_editor() as editor:
            editor.execute(f"TRUNCATE {tables}")
            for model, constraint in _UNIQUE:
                editor.add_constraint(model, constraint)
            editor.execute(f"ALTER TABLE {_LOG} ADD PRIMARY KEY (event_id, seq, seat_id)")
