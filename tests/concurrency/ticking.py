"""Clocks for racing command queues: the time depends only on the order of reads."""

from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone


class Ticking:
    """A clock that advances with each read.

    Command queues read it while they lock the event's row, so the order of reads is the order of
    the transactions.
    """

    def __init__(self, start: datetime | None = None, *, seconds: float = 0.001) -> None:
        self._start = start or timezone.now()
        self._step = timedelta(seconds=seconds)
        self._reads = count()

    def __call__(self) -> datetime:
        return self._start + next(self._reads) * self._step


class Noting:
    """One queue's view of a shared clock; `seen` is the last time it read."""

    def __init__(self, clock: Ticking) -> None:
        self._clock = clock
        self.seen: datetime | None = None

    def __call__(self) -> datetime:
        self.seen = self._clock()
        return self.seen
