"""How many viewers an event has in other processes, as their hubs report periodically."""

import time
from collections.abc import Callable

from django.conf import settings

BEATS_PER_REPORT = 2
"""How many beats pass between two reports, which all processes with viewers receive."""

MISSED_REPORTS = 3


class Presence:
    """The other hubs' last viewer counts. A hub that missed MISSED_REPORTS is not counted."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._counts: dict[str, tuple[float, int]] = {}

    def record(self, hub: str, viewers: int) -> None:
        self._counts[hub] = (self._clock(), viewers)

    def hears(self, hub: str) -> bool:
        """Return whether one of a hub's last reports has arrived, or may still arrive."""
        last = self._counts.get(hub, (self._began, 0))[0]
        return last >= self._oldest()

    def viewers_elsewhere(self, *, but: str) -> int:
        """Return the number of viewers of all hubs except `but`."""
        oldest = self._oldest()
        self._counts = {hub: count for hub, count in self._counts.items() if count[0] >= oldest}
        return sum(viewers for hub, (_, viewers) in self._counts.items() if hub != but)

    def _oldest(self) -> float:
        report_seconds = BEATS_PER_REPORT * settings.SEATCAST_BEAT_SECONDS
        return float(self._clock() - MISSED_REPORTS * report_seconds)
