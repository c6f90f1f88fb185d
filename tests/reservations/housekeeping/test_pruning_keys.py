"""`manage.py prune_keys` deletes idempotency keys a day after they were last used."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection, transaction
from django.utils import timezone

from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats, UnlockSeats
from reservations.housekeeping.pruning import prune_keys
from reservations.models import Event, IdempotencyKey
from tests.concurrent_commands import at_once
from tests.factories import make_event, make_person, seat_ids
from tests.reservations.audit.histories import run

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def _use_keys(event: Event, count: int, *, old: int) -> None:
    """Have so many commands with a key; the first ones were so long ago that they are old."""
    person, ids = make_person(), seat_ids(event)
    for number in range(count):
        command = UnlockSeats(person, ids) if number % 2 else LockSeats(person, ids)
        command_queue.submit(event_id=event.pk, command=command, key=f"key {number}")
    keys = IdempotencyKey.objects.filter(key__in=[f"key {number}" for number in range(old)])
    keys.update(created_at=timezone.now() - DAY - timedelta(seconds=1))


def _left() -> list[str]:
    return list(IdempotencyKey.objects.order_by("pk").values_list("key", flat=True))


def test_old_keys_are_deleted_and_young_ones_kept() -> None:
    _use_keys(make_event(), 6, old=4)
    assert run("prune_keys", "--dry-run") == "4 idempotency keys would be deleted.\n"
    assert len(_left()) == 6
    assert run("prune_keys") == "4 idempotency keys deleted.\n"
    assert _left() == ["key 4", "key 5"]
    assert run("prune_keys") == ""


def test_the_age_is_given_in_hours() -> None:
    _use_keys(make_event(), 2, old=1)
    assert run("prune_keys", "--older-than", "25") == ""
    for hours in ("0", "-1", "1000000000"):
        with pytest.raises(CommandError, match="--older-than: give a number of hours"):
            run("prune_keys", "--older-than", hours)
    assert run("prune_keys", "--older-than", "24") == "1 idempotency key deleted.\n"


def test_keys_are_deleted_in_batches_and_it_can_be_killed_after_any() -> None:
    _use_keys(make_event(), 8, old=7)
    for left in (6, 4, 2, 1, 1):
        next(prune_keys(older_than=DAY, batch_rows=2), None)
        assert len(_left()) == left


def test_a_key_that_is_used_again_meanwhile_is_kept() -> None:
    _use_keys(make_event(), 4, old=4)
    batches = prune_keys(older_than=DAY, batch_rows=1)
    next(batches)
    IdempotencyKey.objects.filter(key="key 2").update(created_at=timezone.now())
    list(batches)
    assert _left() == ["key 2"]


def test_a_key_that_is_used_again_just_before_it_would_go_is_kept() -> None:
    _use_keys(make_event(), 3, old=2)
    used: list[str] = []

    def use(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if " IN (" in sql and not used:
            used.append("key 1")
            IdempotencyKey.objects.filter(key="key 1").update(created_at=timezone.now())
        return execute(sql, *rest)

    with connection.execute_wrapper(use):
        assert sum(prune_keys(older_than=DAY)) == 1
    assert _left() == ["key 1", "key 2"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_locked_key_is_skipped() -> None:
    _use_keys(make_event(), 4, old=3)

    def prune() -> int:
        return sum(prune_keys(older_than=DAY))

    with transaction.atomic():
        IdempotencyKey.objects.select_for_update().get(key="key 1")
        assert at_once([prune]) == [2]
    assert _left() == ["key 1", "key 3"]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_delete_the_same_as_one() -> None:
    _use_keys(make_event(), 30, old=29)

    def prune() -> int:
        return sum(prune_keys(older_than=DAY, batch_rows=3))

    deleted = at_once([prune, prune])
    # What one left to the other may be left over, when that one had not committed yet.
    assert sum(count for count in deleted if isinstance(count, int)) + prune() == 29
    assert _left() == ["key 29"]
