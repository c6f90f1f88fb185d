"""When viewers are due a beat.

While seats change, whoever is cut off misses something and should notice soon. So viewers are then
sent a frame several times in the usual interval, and any frame will do: a beat is only due when no
other was sent. Each beat says in how long the next frame is due. A server that is late itself says
a longer time, so that its viewers do not take it for dead and all connect again.
"""

import math
import time
from collections.abc import Callable

from django.conf import settings

BEATS_WHILE_CHANGING = 6
"""So many frames in a usual interval are enough while seats change."""

CHANGING_SECONDS = 10.0
"""Seats count as changing for so long after a change."""

IGNORED_DELAY_SECONDS = 0.1
"""Clients wait for a frame that is late by some tenths of a second."""

DELAYED_SECONDS = 10.0
"""A delay is expected again for so long."""


class BeatSchedule:
    """When the viewers of a kind, who are sent the same frames, are due a beat."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed_at = -math.inf
        self._sent_at = -math.inf
        # Whether the last beat said that the next frame comes sooner than usual.
        self._has_promised = False
        self._delay = 0.0
        self._delayed_at = -math.inf

    def changed(self) -> None:
        """Record a change of a seat."""
        self._changed_at = self._clock()

    def sent(self) -> None:
        """Record that all these viewers were sent a frame."""
        self._sent_at = self._clock()

    def delayed(self, seconds: float) -> None:
        """Record how late the event loop was, or how long it took to write a frame."""
        now = self._clock()
        if seconds < IGNORED_DELAY_SECONDS:
            return
        if seconds >= self._expected_delay():
            self._delay, self._delayed_at = seconds, now

    def due_at(self) -> float:
        """Return when a beat is due, unless a usual one or another frame comes before.

        Infinite while nothing changes. The first beat of a sale is due at once, to say that the
        next frame comes sooner.
        """
        if self._has_promised:
            return self._sent_at + self._pause()
        return -math.inf if self._is_changing() else math.inf

    def promise(self) -> float:
        """Return in how many seconds the next frame is due, for a beat that is sent now."""
        self._has_promised = self._is_changing()
        if self._has_promised:
            return self._pause() + self._expected_delay()
        return float(settings.SEATCAST_BEAT_SECONDS)

    def _pause(self) -> float:
        """Return how long to wait after a frame: twice a delay, so that beats do not add to it."""
        usual = float(settings.SEATCAST_BEAT_SECONDS)
        return min(usual, max(usual / BEATS_WHILE_CHANGING, 2 * self._expected_delay()))

    def _expected_delay(self) -> float:
        return self._delay if self._clock() < self._delayed_at + DELAYED_SECONDS else 0.0

    def _is_changing(self) -> bool:
        return self._clock() < self._changed_at + CHANGING_SECONDS
