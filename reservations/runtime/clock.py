"""The current time by the database's clock, by which all deadlines are set and compared.

Servers may run on several machines with different clocks. The unit of work reads the database's
time when it locks the event's row; all other code uses this process's clock, corrected by the last
measured difference.
"""

from datetime import datetime, timedelta

from django.utils import timezone

_difference = timedelta(0)


def now() -> datetime:
    """Return an estimate of the database's time, without a query."""
    return timezone.now() + _difference


def compare(there: datetime, *, earliest: datetime, latest: datetime) -> None:
    """Update the measured difference between the clocks.

    `there` is the database's time at a moment between `earliest` and `latest` by this process's
    clock, which bounds the difference from both sides. The stored difference is moved only as far
    as the bounds require, so a slow query, with wide bounds, does not spoil what faster ones
    measured.
    """
    global _difference
    _difference = min(max(_difference, there - latest), there - earliest)
