"""Responses to buyers, with times as `time.monotonic_ns`, for the verdict."""

from collections.abc import Iterable
from dataclasses import dataclass, field

NEVER_NS = 1 << 62


@dataclass(slots=True)
class Hold:
    """A lock that was acknowledged.

    Its holder has the seat for certain from `at_ns`, when the answer came, until `until_ns`. It
    began between `sent_ns` and `at_ns`.
    """

    person: str
    seat: int
    sent_ns: int
    at_ns: int
    until_ns: int


@dataclass(slots=True)
class Booking:
    """An acknowledged reservation."""

    id: str
    person: str
    seats: tuple[int, ...]
    is_cancelled: bool = False


@dataclass
class History:
    """All that was acknowledged, and by whom something was left open.

    `lock_seconds` is how long the site lets a seat be held. `unsure` has the people who do not
    know what came of something that they asked for.
    """

    lock_seconds: float
    holds: list[Hold] = field(default_factory=list)
    bookings: dict[str, Booking] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)
    _open: dict[tuple[str, int], Hold] = field(default_factory=dict)

    def locked(self, person: str, seats: Iterable[int], *, sent_ns: int, at_ns: int) -> None:
        for seat in seats:
            before = self._open.get((person, seat))
            # Locking seats again does not extend the lock.
            if before is not None and before.until_ns > at_ns:
                continue
            # The lock cannot have started before the request.
            until_ns = sent_ns + round(self.lock_seconds * 1e9)
            hold = Hold(person, seat, sent_ns, at_ns, until_ns)
            self.holds.append(hold)
            self._open[person, seat] = hold

    def letting_go(self, person: str, seats: Iterable[int], *, sent_ns: int) -> None:
        """Note that these seats are no longer held."""
        for seat in seats:
            hold = self._open.pop((person, seat), None)
            if hold is not None:
                hold.until_ns = min(hold.until_ns, sent_ns)

    def booked(self, person: str, seats: Iterable[int], *, number: str) -> None:
        booking = Booking(number, person, tuple(seats))
        self.bookings[number] = booking
        for seat in booking.seats:
            hold = self._open.get((person, seat))
            if hold is not None:
                hold.until_ns = NEVER_NS
