"""What time it is: the database's time, by which every deadline is set and judged.

Server processes may run on several machines, whose clocks differ. The desk asks the database,
once it has the event's row. Everybody else takes this process's clock and adds the difference
that was seen last.
"""

from datetime import datetime, timedelta
from typing import cast

from django.db import connection
from django.utils import timezone

_difference = timedelta(0)


def database_now() -> datetime:
    """Return the database's time as it is now, not as it was when the transaction began.

    SQLite is in this process and has its clock. Raises: django.db.Error.
    """
    if connection.vendor != "postgresql":
        return timezone.now()
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
    _compare(there, earliest=before, latest=timezone.now())
    return cast("datetime", there)


def now() -> datetime:
    """Return the time, as near to the database's as is known, without asking it."""
    return timezone.now() + _difference


def _compare(there: datetime, *, earliest: datetime, latest: datetime) -> None:
    """Note by how much clocks differ; not at all, if the answer fits between asking and hearing."""
    global _difference
    if earliest <= there <= latest:
        _difference = timedelta(0)
    else:
        _difference = there - earliest - (latest - earliest) / 2
