"""Sums of an event's sale that are kept up to date by what has changed. Pure.

Invariant: the sums are those of the bookings and log rows that were put in, whatever the order in
which bookings came and however often one was put in again.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
RECENT = timedelta(minutes=60)
"""The minutes of which holds, sales and conflicts are told one by one."""

MAX_COURSE_POINTS = 60
_STEPS = (
    *(MINUTE, 5 * MINUTE, 15 * MINUTE),
    *(HOUR, 6 * HOUR, 24 * HOUR, 7 * 24 * HOUR, 28 * 24 * HOUR),
)
_MINUTES_UP_TO = 10 * HOUR


class HoldStep(StrEnum):
    """What happened to a buyer's hold on a seat."""

    BEGUN = "begun"
    RESERVED = "reserved"
    EXPIRED = "expired"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking as it counts: from when to when, its money, and its prices by section.

    `unpaid_until` is the deadline of one that is not paid yet: then it ends, if nobody pays.
    """

    made: datetime
    ended: datetime | None
    unpaid_until: datetime | None
    total: Decimal
    fees: Decimal
    tickets: int
    sections: Mapping[str, Decimal]


class RecentMinute(NamedTuple):
    """What happened in one minute; `revenue` is what was booked, less what ended."""

    holds: Mapping[HoldStep, int] = {}
    sold: int = 0
    returned: int = 0
    revenue: Decimal = Decimal(0)


class CoursePoint(NamedTuple):
    """What was sold up to a time."""

    at: datetime
    tickets: int
    revenue: Decimal


@dataclass(slots=True)
class _Flow:
    """What was booked and ended in a span of time."""

    sold: int = 0
    returned: int = 0
    revenue: Decimal = Decimal(0)


@dataclass(slots=True)
class SaleTally:
    """The sums of one event's sale. `revenue` and the like are those of the live bookings."""

    bookings: int = 0
    tickets: int = 0
    revenue: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    holds: Counter[HoldStep] = field(default_factory=Counter)
    _sections: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    _known: dict[int, Booking] = field(default_factory=dict)
    _unpaid: dict[int, datetime] = field(default_factory=dict)
    _minutes: defaultdict[datetime, _Flow] = field(default_factory=lambda: defaultdict(_Flow))
    _hours: defaultdict[datetime, _Flow] = field(default_factory=lambda: defaultdict(_Flow))
    _recent_holds: defaultdict[datetime, Counter[HoldStep]] = field(
        default_factory=lambda: defaultdict(Counter)
    )

    def put(self, number: int, booking: Booking) -> None:
        """Count a booking, in place of what was known of it."""
        before = self._known.pop(number, None)
        if before is not None:
            self._add(before, -1)
        self._known[number] = booking
        self._add(booking, 1)
        if booking.ended is None and booking.unpaid_until is not None:
            self._unpaid[number] = booking.unpaid_until
        else:
            self._unpaid.pop(number, None)

    def add_holds(self, step: HoldStep, count: int, *, minute: datetime | None) -> None:
        """Count holds; `minute` is None for those that are not recent."""
        self.holds[step] += count
        if minute is not None:
            self._recent_holds[minute][step] += count

    def due(self, now: datetime) -> list[int]:
        """Return the bookings that were to be paid by now, and must be read again."""
        return [number for number, until in self._unpaid.items() if until <= now]

    def sections(self) -> list[tuple[str, Decimal]]:
        """Return the prices of the live bookings' seats by section, by name."""
        return sorted((name, amount) for name, amount in self._sections.items() if amount)

    def recent(self, now: datetime) -> dict[datetime, RecentMinute]:
        """Return the recent minutes in which anything happened."""
        minutes = recent_minutes(now)
        for minute in [each for each in self._recent_holds if each < minutes[0]]:
            del self._recent_holds[minute]
        found: dict[datetime, RecentMinute] = {}
        for minute in minutes:
            flow, holds = self._minutes.get(minute), self._recent_holds.get(minute)
            if flow is not None or holds is not None:
                flow = flow or _Flow()
                found[minute] = RecentMinute(
                    dict(holds or {}), flow.sold, flow.returned, flow.revenue
                )
        return found

    def course(self, now: datetime) -> list[CoursePoint]:
        """Return what was sold in the course of time, from the first booking, at even steps.

        The last step may end after now. Steps without a change are left out.
        """
        if not self._hours:
            return []
        is_short = now - min(self._hours) <= _MINUTES_UP_TO
        flows = self._minutes if is_short else self._hours
        first = min(flows)
        step = next(
            (each for each in _STEPS if (now - first) / each < MAX_COURSE_POINTS - 1), _STEPS[-1]
        )
        sums: dict[datetime, tuple[int, Decimal]] = {}
        for at in sorted(flows):
            # What is sold in a step is told at its end.
            end = _floor(at, step) + step
            tickets, revenue = sums.get(end, (0, Decimal(0)))
            flow = flows[at]
            sums[end] = tickets + flow.sold - flow.returned, revenue + flow.revenue
        points = [CoursePoint(first, 0, Decimal(0))]
        for end, (tickets, revenue) in sums.items():
            last = points[-1]
            points.append(CoursePoint(end, last.tickets + tickets, last.revenue + revenue))
        return points

    def _add(self, booking: Booking, sign: int) -> None:
        self._flow(booking.made, booking, sign, is_end=False)
        if booking.ended is not None:
            self._flow(booking.ended, booking, sign, is_end=True)
            return
        self.bookings += sign
        self.tickets += sign * booking.tickets
        self.revenue += sign * booking.total
        self.fees += sign * booking.fees
        for section, amount in booking.sections.items():
            self._sections[section] += sign * amount

    def _flow(self, at: datetime, booking: Booking, sign: int, *, is_end: bool) -> None:
        for flows, span in ((self._minutes, MINUTE), (self._hours, HOUR)):
            flow = flows[_floor(at, span)]
            if is_end:
                flow.returned += sign * booking.tickets
                flow.revenue -= sign * booking.total
            else:
                flow.sold += sign * booking.tickets
                flow.revenue += sign * booking.total


def recent_minutes(now: datetime) -> list[datetime]:
    """Return when each of the recent minutes began, oldest first; the present one is the last."""
    present = _floor(now, MINUTE)
    return [present - ago * MINUTE for ago in reversed(range(RECENT // MINUTE))]


def _floor(at: datetime, span: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=at.tzinfo)
    return epoch + (at - epoch) // span * span
