"""How many viewers an event has in other processes, as their hubs report periodically."""

import math
import time
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings

BEATS_PER_REPORT = 2
"""How many beats pass between two reports of a hub, while an event has few hubs."""

REPORTS_PER_SECOND = 20
"""How many reports all hubs of an event send together. Every one of them receives each report, so
with more hubs each reports less often: the messages grow with the number of hubs, not its square.
"""

MISSED_REPORTS = 3


class _Report(NamedTuple):
    viewers: int
    valid_until: float


class Presence:
    """The last reports of an event's hubs. A hub that missed MISSED_REPORTS is not counted."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._reports: dict[str, _Report] = {}
        self._own_expected_until = self._end_of(BEATS_PER_REPORT)

    def beats_per_report(self) -> int:
        """Return how many beats should pass between two reports of a hub."""
        seconds = len(self._current()) / REPORTS_PER_SECOND
        return max(BEATS_PER_REPORT, math.ceil(seconds / settings.SEATCAST_BEAT_SECONDS))

    def record(self, hub: str, viewers: int, *, beats: int) -> None:
        """Record a hub's report; it sends the next one after so many beats."""
        self._reports[hub] = _Report(viewers, self._end_of(beats))

    def hears(self, hub: str) -> bool:
        """Return whether one of a hub's last reports has arrived, or may still arrive."""
        report = self._reports.get(hub)
        return (report.valid_until if report else self._own_expected_until) >= self._clock()

    def viewers_elsewhere(self, *, but: str) -> int:
        """Return the number of viewers of all hubs except `but`."""
        return sum(report.viewers for hub, report in self._current().items() if hub != but)

    def is_first(self, hub: str) -> bool:
        """Return whether a hub's name is the first of those that are counted, in their order."""
        return all(hub <= other for other in self._current())

    def _current(self) -> dict[str, _Report]:
        now = self._clock()
        self._reports = {
            hub: each for hub, each in self._reports.items() if each.valid_until >= now
        }
        return self._reports

    def _end_of(self, beats: int) -> float:
        return self._clock() + MISSED_REPORTS * beats * float(settings.SEATCAST_BEAT_SECONDS)
