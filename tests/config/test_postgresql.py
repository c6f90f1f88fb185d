"""Connections to servers that die, become standbys, or are behind a pooler."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from django.db import InternalError, OperationalError, connection, transaction

from accounts.models import User
from config import settings
from config.environment import read_environment

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

IDLE = 6
URL = "postgres://seatcast@one:6432,two:6432/seatcast?target_session_attrs=read-write"


def test_dead_idle_connections_do_not_delay_a_request() -> None:
    _end_sessions(_leave_idle(IDLE))

    # The pool's own check would not get past so many within its time-out.
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_a_primary_that_became_a_standby_counts_as_absent() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (before,) = cursor.fetchone()
        cursor.execute("SET default_transaction_read_only = on")
    with pytest.raises(OperationalError, match="read-only"), transaction.atomic():
        User.objects.create(username="ann", folded_username="ann")

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() != (before,)
    User.objects.create(username="ann", folded_username="ann")


def test_a_server_that_ends_in_the_middle_of_an_answer_counts_as_absent() -> None:
    connection.ensure_connection()
    with pytest.raises(OperationalError, match="2 results"), connection.wrap_database_errors:
        raise psycopg.InternalError("received 2 results from command 'COMMIT'")
    assert connection.connection.closed
    connection.close()
    with pytest.raises(InternalError), connection.wrap_database_errors:
        raise psycopg.errors.DataCorrupted


def test_nothing_is_kept_in_sessions_behind_a_pooler(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read_environment({"SEATCAST_TRANSACTION_POOLER": "True"})
    monkeypatch.setattr(settings, "environment", found)
    pooled = settings._database(URL, as_owner=False)
    assert pooled["DISABLE_SERVER_SIDE_CURSORS"]
    assert pooled["OPTIONS"]["prepare_threshold"] is None
    assert "options" not in pooled["OPTIONS"]
    # The owner does not connect to the pooler.
    owner = settings._database(URL, as_owner=True)
    assert "lock_timeout=5s" in owner["OPTIONS"]["options"]


def _leave_idle(count: int) -> list[int]:
    """Return the server processes of so many connections that wait in the pool."""
    all_ready = Barrier(count, timeout=120)

    def ask(_: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            all_ready.wait()
            (pid,) = cursor.fetchone()
        connection.close()
        return int(pid)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(ask, range(count)))


def _end_sessions(pids: list[int]) -> None:
    """End them, by a connection of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s::int[]) AS pid"
            " WHERE pid <> pg_backend_pid()",
            [pids],
        )
        assert all(ended for (ended,) in cursor.fetchall())
    connection.close()
