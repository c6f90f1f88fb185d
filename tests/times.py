"""The time, for tests of servers whose clocks are wrong."""

from datetime import datetime
from typing import cast

from django.db import connection
from django.utils import timezone

from reservations.runtime import clock


def database_now() -> datetime:
    """Return the database's time as it is now, not as it was when the transaction began."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cast("datetime", cursor.fetchone()[0])


def this_clock_is_right() -> None:
    """Have this process believe its own clock again."""
    now = timezone.now()
    clock.compare(now, earliest=now, latest=now)
