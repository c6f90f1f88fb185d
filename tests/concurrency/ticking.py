"""Deterministic clocks for races between queues."""

from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone


class Ticking:
    """A clock that is some time later each time it is looked at.

    Desks look under the event's row: so whoever looks first was first.
    """

    def __init__(self, start: datetime | None = None, *, seconds: float = 0.001) -> None:
        self._start = start or timezone.now()
        self._step = timedelta(seconds=seconds)
        self._looks = count()

    def __call__(self) -> datetime:
        return self._start + next(self._looks) * self._step


class Noting:
    """A queue's view of a shared clock; `seen` is the last time it read."""

    def __init__(self, clock: Ticking) -> None:
        self._clock = clock
        self.seen: datetime | None = None

    def __call__(self) -> datetime:
        self.seen = self._clock()
        return self.seen
