"""Detection of transactions that wait for a lock."""

from django.db import connection


def waits_for_a_row() -> bool:
    """Return whether a PostgreSQL transaction waits for a row that another one has locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return cursor.fetchone() is not None
