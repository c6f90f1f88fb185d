"""Deterministic clocks for races between queues."""

from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone


class TickingClock:
    """A clock that advances by `seconds` at each read.

    Queues read the clock while they lock the event row, so reads are in the order of commits.
    """

    def __init__(self, start: datetime | None = None, *, seconds: float = 0.001) -> None:
        self._start = start or timezone.now()
        self._step = timedelta(seconds=seconds)
        self._reads = count()

    def __call__(self) -> datetime:
        return self._start + next(self._reads) * self._step


class Noting:
    """A queue's view of a shared clock; `seen` is the last time it read."""

    def __init__(self, clock: TickingClock) -> None:
        self._clock = clock
        self.seen: datetime | None = None

    def __call__(self) -> datetime:
        self.seen = self._clock()
        return self.seen
