"""Who holds each seat according to the responses, and where these contradict each other.

A response promises a seat until a deadline, or for good once it is booked. The promise counts from
its receipt until the holder starts to release the seat, so contradictions are the server's. Times
are Unix seconds of this machine's clock.
"""

import math
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# Reasons of conflicts which say that a seat is not held by the person who asks.
_NOT_YOURS = {"locked", "reserved", "blocked", "expired", "not_held"}


@dataclass(frozen=True, slots=True)
class _Hold:
    person: str
    until: float
    told_at: float

    @property
    def word(self) -> str:
        return "booked" if self.until == math.inf else "locked"


@dataclass(slots=True)
class Holds:
    """The seats of one event. Thread-safe. `confirmed` counts promises found to be kept."""

    clock: Callable[[], float] = time.time
    violations: list[str] = field(default_factory=list)
    confirmed: int = 0
    _holds: dict[int, _Hold] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def locked(self, person: str, deadlines: Mapping[int, float]) -> None:
        """Note that seats are locked for a person, each until its deadline."""
        with self._lock:
            for seat, until in deadlines.items():
                self._give(person, seat, until)

    def booked(self, person: str, seats: Iterable[int]) -> None:
        """Note that seats are booked for a person."""
        with self._lock:
            for seat in seats:
                self._give(person, seat, math.inf)

    def let_go(self, person: str, seats: Iterable[int]) -> None:
        """Note that a person starts to release seats, or does not know whether they hold them."""
        with self._lock:
            for seat in seats:
                if self._is_his(person, seat):
                    del self._holds[seat]

    def refused(
        self, person: str, conflicts: Iterable[Mapping[str, Any]], *, asked_at: float
    ) -> None:
        """Compare the conflicts of a refusal with the person's holds."""
        with self._lock:
            for row in conflicts:
                seat, reason = row["seat_id"], row["reason"]
                if reason in _NOT_YOURS and self._is_his(person, seat):
                    is_so = (self._holds[seat].word, reason) == ("booked", "reserved")
                    self._compare(seat, reason, asked_at, as_promised=is_so)

    def listed(self, person: str, seats: Collection[int], *, asked_at: float) -> None:
        """Compare a person's list of locks with their holds."""
        with self._lock:
            for seat, hold in list(self._holds.items()):
                if hold.person == person and hold.until < math.inf:
                    is_there = seat in seats
                    self._compare(seat, "not in the list", asked_at, as_promised=is_there)

    def _is_his(self, person: str, seat: int) -> bool:
        return seat in self._holds and self._holds[seat].person == person

    def _give(self, person: str, seat: int, until: float) -> None:
        now, other = self.clock(), self._holds.get(seat)
        fresh = _Hold(person, until, now)
        if (
            other
            and (other.person != person or (other.word, fresh.word) == ("booked", "locked"))
            # A late response promises nothing any more.
            and now < min(until, other.until)
        ):
            self.violations.append(
                f"seat {seat} is {fresh.word} for {person}, and {other.word} for {other.person}"
            )
        self._holds[seat] = fresh

    def _compare(self, seat: int, answered: str, asked_at: float, *, as_promised: bool) -> None:
        """Check a statement about a hold that lasted from request to response."""
        hold, now = self._holds[seat], self.clock()
        if not hold.told_at < asked_at or now >= hold.until:
            return
        if as_promised:
            self.confirmed += 1
            return
        self.violations.append(
            f"seat {seat} is {hold.word} for {hold.person}, who is told: {answered}"
        )
        del self._holds[seat]
