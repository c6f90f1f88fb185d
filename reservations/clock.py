"""What time it is: the database's time, by which every deadline is set and judged.

Server processes may run on several machines, whose clocks differ. The desk is told the time with
the event's row, once it has that. Everybody else takes this process's clock and adds the difference
that was seen last.
"""

from datetime import datetime, timedelta

from django.utils import timezone

_difference = timedelta(0)


def now() -> datetime:
    """Return the time, as near to the database's as is known, without asking it."""
    return timezone.now() + _difference


def compare(there: datetime, *, earliest: datetime, latest: datetime) -> None:
    """Note by how much clocks differ.

    `there` is what the database's clock said at some moment between `earliest` and `latest`, by
    this process's clock. That bounds the difference from both sides, and it is moved no further
    than into the bounds: an answer that took long, because a row was waited for, bounds it loosely
    and changes nothing that quicker answers have told.
    """
    global _difference
    _difference = min(max(_difference, there - latest), there - earliest)
