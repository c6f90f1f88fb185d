"""Public ids of reservations, and their migration."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps as current_apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import User
from reservations.models import Event, Reservation
from reservations.public_ids import ALPHABET, LENGTH, new_public_id, parse_public_id
from tests.factories import make_event, make_user

BEFORE = ("reservations", "0007_entries_and_public_ids")
filling = import_module("reservations.migrations.0008_give_bookings_public_ids")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("0123456789ABCDEF", "0123456789ABCDEF"),
        ("o1l3456789abcdef", "0113456789ABCDEF"),
        ("I123456789ABCDE", None),
        ("0123456789ABCDEFG", None),
        ("U123456789ABCDEF", None),
        ("0123456789ABCDE\x00", None),
        ("\u0660123456789ABCDEF", None),
        ("", None),
    ],
)
def test_a_typed_public_id_is_normalised(typed: str, found: str | None) -> None:
    assert parse_public_id(typed) == found


def test_a_generated_public_id_is_valid() -> None:
    assert all(parse_public_id(each) == each for each in (new_public_id() for _ in range(200)))


@pytest.fixture
def event_and_user(transactional_db: None) -> tuple[Event, User]:
    return make_event(), make_user()


@pytest.fixture
def at_the_release_before(event_and_user: tuple[Event, User]) -> Iterator[Any]:
    """The tables as they are while servers of the release before still run.

    The event and the user are from before: the present models have columns that are missing here.
    """
    executor = MigrationExecutor(connection)
    executor.migrate([BEFORE])
    try:
        yield executor.loader.project_state([BEFORE]).apps
    finally:
        # Also those of other apps that depend on them.
        call_command("migrate", verbosity=0)


def _fields(event: Any, user: Any) -> dict[str, Any]:
    return {
        "event_id": event.pk,
        "user_id": user.pk,
        "payment_method": "cash",
        "total_price": 50,
        "currency": "EUR",
        "created_at": event.date,
    }


@pytest.mark.thorough
def test_older_reservations_get_public_ids_in_batches(
    at_the_release_before: Any,
    event_and_user: tuple[Event, User],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(filling, "BATCH_ROWS", 7)
    event, user = event_and_user
    old: Any = at_the_release_before.get_model("reservations", "Reservation")
    fields = {**_fields(event, user), "public_id": None}
    old.objects.bulk_create(old(**fields) for _ in range(30))
    kept = old.objects.create(**{**fields, "public_id": "KEPT000000000000"})
    call_command("migrate", "reservations", verbosity=0)
    ids = list(Reservation.objects.values_list("public_id", flat=True))
    assert len(set(ids)) == len(ids) == 31
    assert all(len(each) == LENGTH and set(each) <= set(ALPHABET) for each in ids)
    assert Reservation.objects.get(pk=kept.pk).public_id == "KEPT000000000000"


def test_a_reservation_of_an_older_server_gets_a_public_id_from_the_database(
    db: None,
) -> None:
    event, user = make_event(), make_user()
    columns = {**_fields(event, user), "status": "confirmed"}
    table = current_apps.get_model("reservations", "Reservation")._meta.db_table
    with connection.cursor() as cursor:
        for _ in range(50):
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)})"
                f" VALUES ({', '.join(['%s'] * len(columns))})",
                list(columns.values()),
            )
    ids = list(Reservation.objects.values_list("public_id", flat=True))
    assert len(set(ids)) == 50
    assert all(parse_public_id(each) == each for each in ids)
