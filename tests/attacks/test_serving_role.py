"""The servers' PostgreSQL role has no more privileges than serving needs."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from config.postgresql.roles import (
    APPEND_ONLY_TABLES,
    READ_ONLY_TABLES,
    RoleRefused,
    grant,
    may_change_tables,
)
from infrastructure.security_log.models import SecurityEvent
from reservations.models import Event
from tests.factories import make_event

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
ROLE = "seatcast_role_of_a_test"


@contextmanager
def as_role(role: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")


@pytest.fixture
def serving() -> Iterator[None]:
    """Run the test's queries as the serving role, which the transaction's rollback removes."""
    grant(role=ROLE, password="p@ss/word%'\"")
    with as_role(ROLE):
        yield


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return "permission denied" in str(error) or "must be owner" in str(error)
    return False


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (n int)",
        "CREATE TEMPORARY TABLE mine (n int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE ROLE mine SUPERUSER",
        "CREATE INDEX mine ON reservations_seat (status)",
        "CREATE TRIGGER mine BEFORE UPDATE ON reservations_seat FOR EACH ROW"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "ALTER TABLE reservations_seat DROP COLUMN status",
        "ALTER TABLE security_log_securityevent DISABLE TRIGGER ALL",
        "ALTER TABLE reservations_seat OWNER TO CURRENT_USER",
        "DROP TABLE reservations_seat",
        "TRUNCATE reservations_seatchange",
        "SELECT rolpassword FROM pg_authid",
        "SELECT passwd FROM pg_shadow",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY reservations_seat TO '/tmp/seats'",
        "COPY reservations_seat FROM PROGRAM 'id'",
        "SELECT setval(pg_get_serial_sequence('reservations_event', 'id'), 1)",
        "UPDATE security_log_securityevent SET details = '{}'",
        "DELETE FROM security_log_securityevent",
        "TRUNCATE security_log_securityevent",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
        "DELETE FROM django_migrations",
    ],
)
def test_the_serving_role_lacks_privileges_it_does_not_need(serving: None, statement: str) -> None:
    assert refused(statement)


def test_the_serving_role_can_read_and_write_rows_and_append_to_logs(serving: None) -> None:
    event = make_event(seats=2)
    event.name = "Changed"
    event.save()
    assert Event.objects.select_for_update().get(pk=event.pk).name == "Changed"
    SecurityEvent.objects.create(kind="roles_changed")
    assert SecurityEvent.objects.count() == 1
    assert Event.objects.filter(pk=event.pk).delete()


def test_the_serving_role_can_use_tables_of_later_migrations() -> None:
    grant(role=ROLE, password="")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE later (n int GENERATED ALWAYS AS IDENTITY, seat text)")
        with as_role(ROLE):
            cursor.execute("INSERT INTO later (seat) VALUES ('A1')")
            cursor.execute("UPDATE later SET seat = 'A2'")
            cursor.execute("SELECT n, seat FROM later")
            assert cursor.fetchall() == [(1, "A2")]
            assert refused("TRUNCATE later")


def test_earlier_privileges_are_revoked() -> None:
    grant(role=ROLE, password="")
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}")
        cursor.execute(f"GRANT CREATE ON SCHEMA public TO {ROLE}")
        with as_role(ROLE):
            assert may_change_tables(cursor)
    grant(role=ROLE, password="")
    with connection.cursor() as cursor, as_role(ROLE):
        assert not may_change_tables(cursor)
        for table in (*APPEND_ONLY_TABLES, *READ_ONLY_TABLES):
            assert refused(f"DELETE FROM {table}")
        assert refused("TRUNCATE reservations_seat")


@pytest.mark.parametrize(
    "excess",
    [
        f"ALTER ROLE {ROLE} SUPERUSER",
        f"ALTER ROLE {ROLE} CREATEROLE",
        f"GRANT pg_read_all_data TO {ROLE}",
        f"ALTER TABLE reservations_seat OWNER TO {ROLE}",
    ],
)
def test_a_role_with_too_many_privileges_is_refused(excess: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE} LOGIN")
        cursor.execute(excess)
    with pytest.raises(RoleRefused, match="may do more than serve"):
        grant(role=ROLE, password="")


def test_an_owner_without_createrole_gets_the_needed_sql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE seatcast_owner_of_a_test")
    with (
        as_role("seatcast_owner_of_a_test"),
        pytest.raises(RoleRefused, match=f"CREATE ROLE {ROLE} LOGIN"),
    ):
        grant(role=ROLE, password="")


def test_the_owner_role_cannot_be_the_serving_role() -> None:
    owner = connection.settings_dict["USER"]
    with pytest.raises(RoleRefused, match="the same role"):
        grant(role=owner, password="")
