"""Replaying a change log: what it says of each seat, and where it contradicts itself.

Pure: rows in, sentences out. It knows what the rules promise, and nothing of how they keep it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from reservations.domain.states import Hold, Reason, SeatStatus, iso

# What a seat was before these makes no difference to what it is after: here a pruned log begins.
BEGINNINGS = (Reason.LOCKED, Reason.BLOCKED)
# So much of the log is never pruned.
WHOLE_LOG = timedelta(days=1)

# What a seat is after a change for each reason.
_AFTER: Mapping[str, SeatStatus] = {
    Reason.LOCKED: SeatStatus.LOCKED,
    Reason.EXTENDED: SeatStatus.LOCKED,
    Reason.UNLOCKED: SeatStatus.AVAILABLE,
    Reason.EXPIRED: SeatStatus.AVAILABLE,
    Reason.RESERVED: SeatStatus.RESERVED,
    Reason.CANCELLED: SeatStatus.AVAILABLE,
    Reason.LAPSED: SeatStatus.AVAILABLE,
    Reason.BLOCKED: SeatStatus.BLOCKED,
    Reason.UNBLOCKED: SeatStatus.AVAILABLE,
}


# What frees a reservation's seats.
_ENDS = (Reason.CANCELLED, Reason.LAPSED)


class Change(NamedTuple):
    """A row of the log; its fields are the columns to read, in this order."""

    seq: int
    seat_id: int
    status: int
    holder_id: int | None
    locked_until: datetime | None
    held_since: datetime | None
    reservation_id: int | None
    reason: str
    actor_id: int | None
    at: datetime


@dataclass(slots=True)
class LoggedSeat:
    """A seat after its last change, as the log has it; `first_at` is when its first one was."""

    version: int = 0
    status: int = SeatStatus.AVAILABLE
    holder_id: int | None = None
    locked_until: datetime | None = None
    locked_at: datetime | None = None
    extensions: int = 0
    lapsed_holder_id: int | None = None
    former_hold: Hold | None = None
    reservation_id: int | None = None
    first_at: datetime | None = None

    def is_locked(self, at: datetime) -> bool:
        return (
            self.status == SeatStatus.LOCKED
            and self.locked_until is not None
            and self.locked_until > at
        )

    def last_hold(self, at: datetime) -> Hold | None:
        """Return the last hold that is over, written down or not."""
        if self.status == SeatStatus.LOCKED and not self.is_locked(at):
            return Hold.of(self.holder_id, self.locked_at, self.locked_until)
        return self.former_hold

    def is_free(self, at: datetime) -> bool:
        """Tell whether anybody may lock it: nobody has it, or a lock that ran out."""
        if self.status == SeatStatus.LOCKED:
            return not self.is_locked(at)
        return self.status == SeatStatus.AVAILABLE


@dataclass(slots=True)
class Booking:
    """What one change did to a reservation: booked its seats, or freed them."""

    change: Change
    reservation_id: int
    seat_ids: set[int] = field(default_factory=set)

    @property
    def is_end(self) -> bool:
        return self.change.reason in _ENDS


@dataclass(slots=True)
class Replay:
    """One event's log, read row by row in order of number and seat.

    `seat_numbers` has the event's seats, and `name` tells what somebody is called. `now` decides
    how much of the log must be whole. `unpaid` are the reservations that were to be paid and were
    not. What rows say counts, even where it cannot be: so one wrong
    row makes no fault of those that follow it.
    """

    now: datetime
    seat_numbers: Mapping[int, str]
    name: Callable[[int | None], str]
    unpaid: Collection[int] = ()
    seats: dict[int, LoggedSeat] = field(default_factory=dict)
    bookings: list[Booking] = field(default_factory=list)
    rows: int = 0
    last: Change | None = None
    _begun_twice: bool = False

    def read(self, change: Change) -> Iterator[str]:
        """Take in the next row and yield what is wrong with it, one sentence for each fault."""
        yield from self._order_faults(change)
        seat = self.seat(change.seat_id)
        if change.seat_id not in self.seat_numbers:
            yield f"change {change.seq}: is about seat {seat}"
        before = self.seats.setdefault(change.seat_id, LoggedSeat(first_at=change.at))
        for fault in (self._why_not_now(change, before), self._why_not_so(change, before)):
            if fault is not None:
                yield f"change {change.seq}, seat {seat}: {change.reason}, but {fault}"
        self._note_booking(change, before)
        self._begun_twice |= change.reason in BEGINNINGS and before.version > 0
        _move(before, change, is_unpaid=before.reservation_id in self.unpaid)
        self.rows += 1
        self.last = change

    @property
    def last_seq(self) -> int:
        return self.last.seq if self.last else 0

    def seat(self, seat_id: int) -> str:
        """Return what a seat is called."""
        return self.seat_numbers.get(seat_id, f"{seat_id} of another event")

    def may_be_pruned(self, seat_id: int, *, until: datetime) -> bool:
        """Tell whether a seat's rows may be gone that were written before `until`, or just then.

        So it is when what is left of them begins later; or has not been read yet, if at all: but
        a seat of which nothing is left is seen when it is compared with its row.
        """
        seat = self.seats.get(seat_id)
        if not self._is_old(until):
            return False
        return seat is None or seat.first_at is None or seat.first_at >= until

    def _order_faults(self, change: Change) -> Iterator[str]:
        last, last_seq = self.last, self.last_seq
        missing = change.seq - last_seq - 1
        # Pruning leaves each seat one beginning at the most, up to where it came.
        if missing > 0 and (self._begun_twice or not self._is_old(change.at)):
            span = f"{last_seq + 1} to {change.seq - 1}" if missing > 1 else str(change.seq - 1)
            yield f"change {span}: not in the log"
        if last is None:
            return
        if change.at < last.at:
            yield (
                f"change {change.seq}: happened at {moment(change.at)},"
                f" before change {last_seq} at {moment(last.at)}"
            )
        elif change.seq == last_seq and (change.reason, change.actor_id, change.at) != (
            last.reason,
            last.actor_id,
            last.at,
        ):
            yield f"change {change.seq}: not the same reason, person and time for all its seats"

    def _is_old(self, at: datetime) -> bool:
        return at <= self.now - WHOLE_LOG

    def _why_not_now(self, change: Change, before: LoggedSeat) -> str | None:
        """Return why the rules would have refused a change, None if they would not."""
        match change.reason:
            case Reason.LOCKED | Reason.BLOCKED:
                is_right = before.is_free(change.at)
            case Reason.EXTENDED | Reason.UNLOCKED | Reason.RESERVED:
                is_right = before.is_locked(change.at) and before.holder_id == change.actor_id
            case Reason.EXPIRED:
                is_right = before.status == SeatStatus.LOCKED and before.is_free(change.at)
            case Reason.CANCELLED | Reason.LAPSED:
                is_right = before.status == SeatStatus.RESERVED
            case Reason.UNBLOCKED:
                is_right = before.status == SeatStatus.BLOCKED
            case _:
                return "there is no such reason"
        if is_right:
            return None
        by = f"by {self.name(change.actor_id)} " if change.actor_id else ""
        return f"it was {self.words(before)} ({by}at {moment(change.at)})"

    def _why_not_so(self, change: Change, before: LoggedSeat) -> str | None:
        """Return what in a row contradicts its own reason, None if nothing does."""
        after = _AFTER.get(change.reason)
        if after is None:
            return None
        if change.status != after:
            return f"the row says {status_word(change.status)}"
        locked, reserved = after == SeatStatus.LOCKED, after == SeatStatus.RESERVED
        if change.holder_id != (change.actor_id if locked else None):
            return f"the row says that {self.name(change.holder_id)} has it"
        if (change.locked_until is not None) != locked:
            return f"the row says that its deadline is {moment(change.locked_until)}"
        if (change.reservation_id is not None) != reserved:
            return f"the row says reservation {change.reservation_id}"
        if change.held_since is not None and not self._goes_on(change, before):
            return f"it does not go on with a hold that began at {moment(change.held_since)}"
        earliest = before.locked_until if change.reason == Reason.EXTENDED else change.at
        if change.locked_until and earliest and change.locked_until <= earliest:
            return f"its deadline {moment(change.locked_until)} is no later than {moment(earliest)}"
        return None

    @staticmethod
    def _goes_on(change: Change, before: LoggedSeat) -> bool:
        """Tell whether a lock goes on with the hold that it says it does.

        What there was before is not known where the log was pruned, and seats that an older release
        changed in between kept the hold from before that.
        """
        since, hold = change.held_since, before.last_hold(change.at)
        if change.reason != Reason.LOCKED or since is None or since >= change.at:
            return False
        return hold is None or hold.holder_id != change.holder_id or hold.locked_at == since

    def words(self, seat: LoggedSeat) -> str:
        """Return what a seat is, for people."""
        match seat.status:
            case SeatStatus.LOCKED:
                until = moment(seat.locked_until)
                return f"locked by {self.name(seat.holder_id)} until {until}"
            case SeatStatus.RESERVED:
                return f"reserved with reservation {seat.reservation_id}"
            case _:
                return status_word(seat.status)

    def _note_booking(self, change: Change, before: LoggedSeat) -> None:
        if change.reason == Reason.RESERVED:
            reservation_id = change.reservation_id
        elif change.reason in _ENDS:
            reservation_id = before.reservation_id
        else:
            return
        if reservation_id is None:
            return
        for booking in reversed(self.bookings):
            if booking.change.seq != change.seq:
                break
            if booking.reservation_id == reservation_id:
                booking.seat_ids.add(change.seat_id)
                return
        self.bookings.append(Booking(change, reservation_id, {change.seat_id}))


def status_word(status: int) -> str:
    try:
        return SeatStatus(status).word
    except ValueError:
        return f"status {status}"


def _move(seat: LoggedSeat, change: Change, *, is_unpaid: bool) -> None:
    """Put a seat into the state that a row says it is in."""
    seat.former_hold = _former_hold(seat, change, is_unpaid=is_unpaid)
    lapsed = seat.holder_id if change.reason == Reason.EXPIRED else None
    if change.status != SeatStatus.LOCKED:
        seat.locked_at, seat.extensions = None, 0
    elif change.reason == Reason.EXTENDED:
        seat.extensions += 1
    else:
        seat.locked_at, seat.extensions = change.held_since or change.at, 0
    seat.version, seat.status = change.seq, change.status
    seat.holder_id, seat.locked_until = change.holder_id, change.locked_until
    seat.lapsed_holder_id, seat.reservation_id = lapsed, change.reservation_id


def _former_hold(seat: LoggedSeat, change: Change, *, is_unpaid: bool) -> Hold | None:
    """Return the hold that is over after a change."""
    match change.reason:
        case Reason.UNLOCKED | Reason.RESERVED:
            return Hold.of(seat.holder_id, seat.locked_at, change.at)
        case Reason.EXPIRED:
            return Hold.of(seat.holder_id, seat.locked_at, seat.locked_until)
        case Reason.CANCELLED | Reason.LAPSED if is_unpaid and seat.former_hold is not None:
            return replace(seat.former_hold, released_at=change.at)
        case _:
            return None


def moment(at: datetime | None) -> str:
    """Return a time as the API writes it, with microseconds if it has any."""
    if at is not None and at.microsecond % 1000:
        return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return iso(at) or "never"
