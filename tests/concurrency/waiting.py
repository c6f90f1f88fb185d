"""Detect whether a transaction waits for another one."""

from django.db import connection


def waits_for_a_row() -> bool:
    """Return whether a transaction waits for a row lock. PostgreSQL only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return cursor.fetchone() is not None
