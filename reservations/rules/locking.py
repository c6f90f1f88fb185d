"""Taking seats, holding them for longer, letting them go."""

from dataclasses import replace
from datetime import datetime, timedelta

from reservations.commands import ExtendLocks, LockBest, LockSeats, UnlockSeats
from reservations.errors import (
    ExtensionLimit,
    NoSeatsTogether,
    NotHolder,
    Outpaced,
    SalesClosed,
    SalesNotOpen,
    SeatLimit,
    SeatUnavailable,
    conflict,
)
from reservations.rules.faults import named, require, require_held, why_not_lockable
from reservations.rules.outcomes import Outcome
from reservations.rules.seats import as_free, updated
from reservations.rules.wording import counted, duration, names
from reservations.states import (
    Board,
    Reason,
    Sale,
    SeatState,
    SeatStatus,
    Terms,
    iso,
    to_milliseconds,
)


def lock(command: LockSeats, board: Board) -> Outcome:
    _require_open_sale(board.terms, now=board.now)
    seats = named(command.seat_ids, board)
    require(
        seats,
        lambda seat: why_not_lockable(seat, person_id=command.actor.id, now=board.now),
        board,
    )
    held = board.held_by(command.actor.id)
    wanted = [seat for seat in seats if seat.id not in held]
    if wanted and len(held) + len(wanted) > board.terms.seat_cap:
        raise _limit(wanted, board)
    deadline = to_milliseconds(board.now + timedelta(seconds=board.terms.lock_seconds))
    locked = tuple(
        replace(
            seat,
            status=SeatStatus.LOCKED,
            holder_id=command.actor.id,
            locked_until=deadline,
            locked_at=board.now,
            extensions=0,
            lapsed_holder_id=None,
        )
        for seat in wanted
    )
    lasting = f"locked for {duration(board.terms.lock_seconds)}"
    return Outcome(
        sentence=f"{names(seats)} {lasting if wanted else 'locked by you already'}",
        seats=updated(seats, locked),
        changed=locked,
        reason=Reason.LOCKED,
    )


def lock_best(command: LockBest, board: Board) -> Outcome:
    _require_open_sale(board.terms, now=board.now)
    wish, choice = command.wish, command.choice
    if len(board.held_by(command.actor.id)) + wish.count > board.terms.seat_cap:
        raise _limit([], board)
    if choice is None:
        raise Outpaced
    if not choice.seat_ids:
        raise NoSeatsTogether(_too_few(wish.count, choice.largest), largest=choice.largest)
    try:
        return lock(LockSeats(command.actor, choice.seat_ids), board)
    except SeatUnavailable:
        raise Outpaced from None


def extend(command: ExtendLocks, board: Board) -> Outcome:
    seats = named(command.seat_ids, board)
    require_held(seats, command.actor, board, taken=NotHolder)
    extended = [_extended(seat, board) for seat in seats]
    if stuck := [seat for seat, new in zip(seats, extended, strict=True) if new is None]:
        raise ExtensionLimit(
            f"{names(stuck)} cannot be held for longer.",
            conflicts=[
                conflict(seat=seat, reason="extension_limit", now=board.now) for seat in stuck
            ],
        )
    changed = tuple(seat for seat in extended if seat is not None)
    return Outcome(
        sentence=f"{names(seats)} held for longer",
        seats=changed,
        changed=changed,
        reason=Reason.EXTENDED,
    )


def unlock(command: UnlockSeats, board: Board) -> Outcome:
    seats = named(command.seat_ids, board)
    require_held(seats, command.actor, board, taken=NotHolder)
    freed = tuple(as_free(seat) for seat in seats)
    return Outcome(
        sentence=f"{names(seats)} unlocked", seats=freed, changed=freed, reason=Reason.UNLOCKED
    )


def _extended(seat: SeatState, board: Board) -> SeatState | None:
    """Return the seat with more time, or None when it has had all that there is."""
    terms, locked_at, locked_until = board.terms, seat.locked_at, seat.locked_until
    if locked_at is None or locked_until is None:
        return None
    deadline = min(
        to_milliseconds(board.now + timedelta(seconds=terms.lock_seconds)),
        terms.last_deadline(locked_at=locked_at),
    )
    if seat.extensions >= terms.max_extensions or deadline <= locked_until:
        return None
    return replace(seat, locked_until=deadline, extensions=seat.extensions + 1)


def _limit(wanted: list[SeatState], board: Board) -> SeatLimit:
    return SeatLimit(
        f"You can hold at most {counted(board.terms.seat_cap, 'seat')} of this event at a time.",
        seat_cap=board.terms.seat_cap,
        conflicts=[conflict(seat=seat, reason="limit", now=board.now) for seat in wanted],
    )


def _too_few(count: int, largest: int) -> str:
    if largest == 0:
        return "There is no free seat there any more."
    if largest == 1:
        return "There are only single seats left there."
    return f"There are no {count} seats together there any more, but {largest}."


def _require_open_sale(terms: Terms, *, now: datetime) -> None:
    window = {
        "sales_open_at": iso(terms.sales_open_at),
        "sales_close_at": iso(terms.sales_close_at),
    }
    match terms.sale(now=now):
        case Sale.UPCOMING:
            raise SalesNotOpen("This event is not on sale yet.", **window)
        case Sale.CLOSED:
            raise SalesClosed("This event is not on sale any more.", **window)
        case Sale.OPEN:
            return
