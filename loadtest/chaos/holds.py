"""Whose each seat is by what people were told, and where that contradicts itself.

An answer is a promise: a seat is somebody's until a deadline, or for good once it is booked. It
counts from when it was received until its holder begins to give the seat back. So what contradicts
itself here did so on the server. Times are Unix seconds, of the one clock that everything on this
machine has.
"""

import math
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# Reasons in a refusal's conflicts that say that a seat is not the asker's.
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
    """The seats of one event; for many threads. `confirmed` counts what was found as promised."""

    clock: Callable[[], float] = time.time
    violations: list[str] = field(default_factory=list)
    confirmed: int = 0
    _holds: dict[int, _Hold] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def locked(self, person: str, deadlines: Mapping[int, float]) -> None:
        """Somebody was told that seats are theirs, each until its deadline."""
        with self._lock:
            for seat, until in deadlines.items():
                self._give(person, seat, until)

    def booked(self, person: str, seats: Iterable[int]) -> None:
        """Somebody was told that seats are booked for them."""
        with self._lock:
            for seat in seats:
                self._give(person, seat, math.inf)

    def let_go(self, person: str, seats: Iterable[int]) -> None:
        """Somebody begins to give seats back, or does not know whether they are theirs."""
        with self._lock:
            for seat in seats:
                if self._is_his(person, seat):
                    del self._holds[seat]

    def refused(
        self, person: str, conflicts: Iterable[Mapping[str, Any]], *, asked_at: float
    ) -> None:
        """Somebody was told what stands against what they asked for."""
        with self._lock:
            for row in conflicts:
                seat, reason = row["seat_id"], row["reason"]
                if reason in _NOT_YOURS and self._is_his(person, seat):
                    is_so = (self._holds[seat].word, reason) == ("booked", "reserved")
                    self._compare(seat, reason, asked_at, as_promised=is_so)

    def listed(self, person: str, seats: Collection[int], *, asked_at: float) -> None:
        """Somebody was shown the seats that they have locked."""
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
            # An old answer that comes late promises nothing for now.
            and now < min(until, other.until)
        ):
            self.violations.append(
                f"seat {seat} is {fresh.word} for {person}, and {other.word} for {other.person}"
            )
        self._holds[seat] = fresh

    def _compare(self, seat: int, said: str, asked_at: float, *, as_promised: bool) -> None:
        """Compare a hold with what was said of it, if it stood from the question to the answer."""
        hold, now = self._holds[seat], self.clock()
        if not hold.told_at < asked_at or now >= hold.until:
            return
        if as_promised:
            self.confirmed += 1
            return
        self.violations.append(f"seat {seat} is {hold.word} for {hold.person}, who is told: {said}")
        del self._holds[seat]
