"""Replay of a change log: computes the state of each seat, and reports contradictions.

Pure. It checks the guarantees of the rules without using their code.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from reservations.domain.states import Hold, Reason, SeatStatus, iso

# After these, a seat's earlier state does not matter, so a pruned log may begin with them.
BEGINNINGS = (Reason.LOCKED, Reason.BLOCKED)
# The newest part of the log, which is never pruned.
WHOLE_LOG = timedelta(days=1)

# The status of a seat after a change, by reason.
_AFTER: Mapping[str, SeatStatus] = {
    Reason.LOCKED: SeatStatus.LOCKED,
    Reason.EXTENDED: SeatStatus.LOCKED,
    Reason.UNLOCKED: SeatStatus.AVAILABLE,
    Reason.EXPIRED: SeatStatus.AVAILABLE,
    Reason.RESERVED: SeatStatus.RESERVED,
    Reason.CANCELLED: SeatStatus.AVAILABLE,
    Reason.LAPSED: SeatStatus.AVAILABLE,
    Reason.ENDED: SeatStatus.AVAILABLE,
    Reason.BLOCKED: SeatStatus.BLOCKED,
    Reason.UNBLOCKED: SeatStatus.AVAILABLE,
    Reason.RELEASED: SeatStatus.AVAILABLE,
    Reason.SPLIT: SeatStatus.RESERVED,
    Reason.MERGED: SeatStatus.RESERVED,
    Reason.TAKEN_OVER: SeatStatus.LOCKED,
}


# Reasons that free a reservation's seats.
_ENDS = (Reason.CANCELLED, Reason.LAPSED)


_HOLDS = (Reason.LOCKED, Reason.EXTENDED, Reason.TAKEN_OVER)
_HOLD_ENDS = (Reason.UNLOCKED, Reason.EXPIRED, Reason.ENDED, Reason.RELEASED)


class Change(NamedTuple):
    """A row of the log; the fields are the columns in query order."""

    seq: int
    seat_id: int
    status: int
    holder_id: int | None
    locked_until: datetime | None
    held_since: datetime | None
    reservation_id: int | None
    allocation_id: int | None
    reason: str
    actor_id: int | None
    at: datetime


@dataclass(slots=True)
class LoggedSeat:
    """A seat's state after its last replayed change; `first_at` is the time of its first one."""

    version: int = 0
    status: int = SeatStatus.AVAILABLE
    holder_id: int | None = None
    locked_until: datetime | None = None
    locked_at: datetime | None = None
    extensions: int = 0
    lapsed_holder_id: int | None = None
    former_hold: Hold | None = None
    reservation_id: int | None = None
    allocation_id: int | None = None
    first_at: datetime | None = None

    def is_locked(self, at: datetime) -> bool:
        return (
            self.status == SeatStatus.LOCKED
            and self.locked_until is not None
            and self.locked_until > at
        )

    def last_hold(self, at: datetime) -> Hold | None:
        """Return the last hold that has ended; an expired lock counts before it is released."""
        if self.status == SeatStatus.LOCKED and not self.is_locked(at):
            return Hold.of(self.holder_id, self.locked_at, self.locked_until)
        return self.former_hold

    def is_kept_for(self, allocation_id: int | None, at: datetime) -> bool:
        """Return whether a promo code can open the seat: its allocation's, which nobody holds."""
        is_held = self.status == SeatStatus.RESERVED or self.is_locked(at)
        return (
            not is_held and self.allocation_id is not None and self.allocation_id == allocation_id
        )

    def moves_to(self, allocation_id: int | None, at: datetime) -> bool:
        """Return whether the seat can be blocked for another allocation than its own."""
        is_other = allocation_id not in (None, self.allocation_id)
        return is_other and self.is_kept_for(self.allocation_id, at)

    def is_free(self, at: datetime) -> bool:
        """Return whether the seat is available, or its lock has expired."""
        if self.status == SeatStatus.LOCKED:
            return not self.is_locked(at)
        return self.status == SeatStatus.AVAILABLE


@dataclass(slots=True)
class Booking:
    """A change that reserved a reservation's seats, or freed them."""

    change: Change
    reservation_id: int
    seat_ids: set[int] = field(default_factory=set)

    @property
    def is_end(self) -> bool:
        return self.change.reason in _ENDS


@dataclass(slots=True)
class Replay:
    """The replay of one event's log, row by row in order of sequence number and seat.

    `seat_numbers` has the event's seats by id, and `name` returns a person's name. `now` determines
    which part of the log cannot be pruned. `unpaid` are the reservations that were never paid, and
    `direct` those that the box office made of free seats, or of an allocation's. A faulty row is
    reported and then applied as it is, so that it causes no faults in later rows.
    """

    now: datetime
    seat_numbers: Mapping[int, str]
    name: Callable[[int | None], str]
    unpaid: Collection[int] = ()
    direct: Collection[int] = ()
    seats: dict[int, LoggedSeat] = field(default_factory=dict)
    bookings: list[Booking] = field(default_factory=list)
    rows: int = 0
    last: Change | None = None
    _begun_twice: bool = False

    def read(self, change: Change) -> Iterator[str]:
        """Apply the next row, and yield a sentence for each fault in it."""
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
        _move(before, change, former_hold=self._former_hold(before, change))
        self.rows += 1
        self.last = change

    @property
    def last_seq(self) -> int:
        return self.last.seq if self.last else 0

    def seat(self, seat_id: int) -> str:
        """Return a seat's number."""
        return self.seat_numbers.get(seat_id, f"{seat_id} of another event")

    def may_be_pruned(self, seat_id: int, *, until: datetime) -> bool:
        """Return whether a seat's rows up to `until` may have been pruned.

        They may if its first row is later, or was not read yet. A seat without any rows is found
        when it is compared with the stored one.
        """
        seat = self.seats.get(seat_id)
        if not self._is_old(until):
            return False
        return seat is None or seat.first_at is None or seat.first_at >= until

    def _is_direct(self, change: Change) -> bool:
        return change.reservation_id in self.direct

    def _former_hold(self, before: LoggedSeat, change: Change) -> Hold | None:
        """Return the seat's former hold after a change."""
        if change.reason == Reason.RESERVED and self._is_direct(change):
            return None
        is_unpaid = before.reservation_id in self.unpaid
        return _former_hold(before, change, is_unpaid=is_unpaid)

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
            case Reason.LOCKED:
                is_right = before.is_free(change.at) or before.is_kept_for(
                    change.allocation_id, change.at
                )
            case Reason.BLOCKED:
                is_right = before.is_free(change.at) or before.moves_to(
                    change.allocation_id, change.at
                )
            case Reason.RESERVED if self._is_direct(change):
                is_right = before.is_free(change.at) or before.is_kept_for(
                    before.allocation_id, change.at
                )
            case Reason.EXTENDED | Reason.UNLOCKED | Reason.RESERVED:
                is_right = before.is_locked(change.at) and before.holder_id == change.actor_id
            case Reason.TAKEN_OVER:
                is_right = (
                    before.is_locked(change.at) and before.locked_until == change.locked_until
                )
            case Reason.EXPIRED:
                is_right = before.status == SeatStatus.LOCKED and before.is_free(change.at)
            case Reason.ENDED | Reason.RELEASED:
                is_right = before.is_locked(change.at)
            case Reason.CANCELLED | Reason.LAPSED:
                is_right = before.status == SeatStatus.RESERVED
            case Reason.SPLIT | Reason.MERGED:
                is_right = (
                    before.status == SeatStatus.RESERVED
                    and before.reservation_id != change.reservation_id
                )
            case Reason.MOVED if change.status == SeatStatus.AVAILABLE:
                is_right = before.status == SeatStatus.RESERVED
            case Reason.MOVED:
                is_right = before.is_free(change.at) or before.holder_id == change.actor_id
            case Reason.UNBLOCKED:
                is_right = before.status == SeatStatus.BLOCKED
            case _:
                return "there is no such reason"
        if is_right:
            return None
        by = f"by {self.name(change.actor_id)} " if change.actor_id else ""
        return f"it was {self.words(before)} ({by}at {moment(change.at)})"

    def _why_not_so(self, change: Change, before: LoggedSeat) -> str | None:
        """Return how a row contradicts its own reason; None if it does not."""
        after = _AFTER.get(change.reason)
        if change.reason == Reason.MOVED:
            # It frees the old seats, and reserves the new ones.
            is_freed = change.status == SeatStatus.AVAILABLE
            after = SeatStatus.AVAILABLE if is_freed else SeatStatus.RESERVED
        if after is None:
            return None
        if self._goes_back(change, before):
            after = SeatStatus.BLOCKED
        if change.status != after:
            return f"the row says {status_word(change.status)}"
        locked, reserved = after == SeatStatus.LOCKED, after == SeatStatus.RESERVED
        if change.holder_id != (change.actor_id if locked else None):
            return f"the row says that {self.name(change.holder_id)} has it"
        if (change.locked_until is not None) != locked:
            return f"the row says that its deadline is {moment(change.locked_until)}"
        if (change.reservation_id is not None) != reserved:
            return f"the row says reservation {change.reservation_id}"
        is_opened = change.reason in _HOLDS and change.allocation_id == before.allocation_id
        if change.allocation_id is not None and after != SeatStatus.BLOCKED and not is_opened:
            return f"the row says allocation {change.allocation_id}"
        if change.held_since is not None and not self._goes_on(change, before):
            return f"it does not go on with a hold that began at {moment(change.held_since)}"
        earliest = before.locked_until if change.reason == Reason.EXTENDED else change.at
        if change.locked_until and earliest and change.locked_until <= earliest:
            return f"its deadline {moment(change.locked_until)} is no later than {moment(earliest)}"
        return None

    @staticmethod
    def _goes_back(change: Change, before: LoggedSeat) -> bool:
        """Return whether a seat that was held with a promo code is kept for its allocation again.

        It is not if that has ended meanwhile.
        """
        return (
            change.reason in _HOLD_ENDS
            and change.status == SeatStatus.BLOCKED
            and change.allocation_id is not None
            and change.allocation_id == before.allocation_id
        )

    @staticmethod
    def _goes_on(change: Change, before: LoggedSeat) -> bool:
        """Return whether a lock may continue the hold that its row names.

        The earlier hold is unknown if the log was pruned, and outdated if a server of an older
        release changed the seat.
        """
        since, hold = change.held_since, before.last_hold(change.at)
        if change.reason != Reason.LOCKED or since is None or since >= change.at:
            return False
        return hold is None or hold.holder_id != change.holder_id or hold.locked_at == since

    def words(self, seat: LoggedSeat) -> str:
        """Describe a seat's state."""
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


def _move(seat: LoggedSeat, change: Change, *, former_hold: Hold | None) -> None:
    """Apply a row to a seat."""
    seat.former_hold = former_hold
    lapsed = seat.holder_id if change.reason == Reason.EXPIRED else None
    if change.status != SeatStatus.LOCKED:
        seat.locked_at, seat.extensions = None, 0
    elif change.reason == Reason.EXTENDED:
        seat.extensions += 1
    elif change.reason != Reason.TAKEN_OVER:
        seat.locked_at, seat.extensions = change.held_since or change.at, 0
    seat.version, seat.status = change.seq, change.status
    seat.holder_id, seat.locked_until = change.holder_id, change.locked_until
    seat.lapsed_holder_id, seat.reservation_id = lapsed, change.reservation_id
    seat.allocation_id = change.allocation_id


def _former_hold(seat: LoggedSeat, change: Change, *, is_unpaid: bool) -> Hold | None:
    """Return the former hold that a change leaves, unless the box office sold the seat directly."""
    match change.reason:
        case Reason.UNLOCKED | Reason.RESERVED | Reason.ENDED | Reason.RELEASED:
            return Hold.of(seat.holder_id, seat.locked_at, change.at)
        case Reason.EXPIRED:
            return Hold.of(seat.holder_id, seat.locked_at, seat.locked_until)
        case Reason.CANCELLED | Reason.LAPSED if is_unpaid and seat.former_hold is not None:
            return replace(seat.former_hold, released_at=change.at)
        case Reason.SPLIT | Reason.MERGED:
            return seat.former_hold
        case _:
            return None


def moment(at: datetime | None) -> str:
    """Format a time as in the API, with microseconds if it has any."""
    if at is not None and at.microsecond % 1000:
        return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return iso(at) or "never"
