"""Who may do what to which seat: pure decisions.

`decide` takes a command and the board as it stands, and returns an outcome; what the outcome
changes is on the board already when it returns, so that the next command of the batch sees it.
A refusal is an outcome too: it changes nothing.

Invariants, whatever commands come in whatever order:
- a seat that is reserved stays so until its reservation is cancelled;
- a seat locked by somebody is nobody else's before the deadline;
- nobody holds more live locks than the cap;
- a command changes all the seats it names, or none.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import assert_never

from reservations.commands import (
    BlockSeats,
    CancelReservation,
    Command,
    LockSeats,
    ReleaseExpired,
    ReserveSeats,
    UnblockSeats,
    UnlockSeats,
)
from reservations.errors import (
    Conflict,
    LockExpired,
    NotHolder,
    ReservationNotFound,
    SalesClosed,
    SalesNotOpen,
    SeatcastError,
    SeatLimit,
    SeatNotFound,
    SeatUnavailable,
    conflict,
)
from reservations.states import Board, Person, Reason, Sale, SeatState, SeatStatus, Terms, iso


@dataclass(frozen=True, slots=True)
class NewReservation:
    """A booking to store. `id` is the board's placeholder."""

    id: int
    user: Person
    seats: tuple[SeatState, ...]
    total_price: Decimal
    payment_method: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command.

    `changed` are the seats whose state is new, `seats` all that the command named, as they stand
    now. With a `refusal` everything else is empty.
    """

    sentence: str = ""
    seats: tuple[SeatState, ...] = ()
    changed: tuple[SeatState, ...] = ()
    reason: Reason = Reason.LOCKED
    booked: NewReservation | None = None
    cancelled_id: int | None = None
    refusal: SeatcastError | None = None


def decide(command: Command, board: Board) -> Outcome:
    """Decide a command and put what it changes on the board."""
    try:
        outcome = _decide(command, board)
    except SeatcastError as refusal:
        return Outcome(refusal=refusal)
    for seat in outcome.changed:
        board.put(seat)
    return outcome


def price_of(*, seat: Decimal | None, category: Decimal | None, event: Decimal) -> Decimal:
    """Return what a seat costs: its own price, else its category's, else the event's."""
    if seat is not None:
        return seat
    return event if category is None else category


def _decide(command: Command, board: Board) -> Outcome:
    match command:
        case LockSeats():
            return _lock(command, board)
        case UnlockSeats():
            return _unlock(command, board)
        case ReserveSeats():
            return _reserve(command, board)
        case CancelReservation():
            return _cancel(command, board)
        case ReleaseExpired():
            return _release_expired(board)
        case BlockSeats():
            return _block(command, board)
        case UnblockSeats():
            return _unblock(command, board)
        case _:
            assert_never(command)


def _lock(command: LockSeats, board: Board) -> Outcome:
    _require_open_sale(board.terms, now=board.now)
    seats = _named(command.seat_ids, board)
    _require(
        seats,
        lambda seat: _why_not_lockable(seat, person_id=command.actor.id, now=board.now),
        board,
    )
    held = board.held_by(command.actor.id)
    wanted = [seat for seat in seats if seat.id not in held]
    if wanted and len(held) + len(wanted) > board.terms.seat_cap:
        raise SeatLimit(
            f"You can hold at most {_count(board.terms.seat_cap, 'seat')} of this event at a time.",
            seat_cap=board.terms.seat_cap,
            conflicts=[conflict(seat=seat, reason="limit", now=board.now) for seat in wanted],
        )
    deadline = _to_milliseconds(board.now + timedelta(seconds=board.terms.lock_seconds))
    locked = tuple(
        replace(
            seat,
            status=SeatStatus.LOCKED,
            holder_id=command.actor.id,
            locked_until=deadline,
            lapsed_holder_id=None,
        )
        for seat in wanted
    )
    lasting = f"locked for {_duration(board.terms.lock_seconds)}"
    return Outcome(
        sentence=f"{_names(seats)} {lasting if wanted else 'locked by you already'}",
        seats=_updated(seats, locked),
        changed=locked,
        reason=Reason.LOCKED,
    )


def _unlock(command: UnlockSeats, board: Board) -> Outcome:
    seats = _named(command.seat_ids, board)
    _require_held(seats, command.actor, board, taken=NotHolder)
    freed = tuple(_freed(seat) for seat in seats)
    return Outcome(
        sentence=f"{_names(seats)} unlocked", seats=freed, changed=freed, reason=Reason.UNLOCKED
    )


def _reserve(command: ReserveSeats, board: Board) -> Outcome:
    seats = _named(command.seat_ids, board)
    _require_held(seats, command.actor, board, taken=SeatUnavailable)
    reservation_id = board.next_reservation_id()
    reserved = tuple(
        replace(
            seat,
            status=SeatStatus.RESERVED,
            holder_id=None,
            locked_until=None,
            reservation_id=reservation_id,
        )
        for seat in seats
    )
    return Outcome(
        sentence="Reservation confirmed!",
        seats=reserved,
        changed=reserved,
        reason=Reason.RESERVED,
        booked=NewReservation(
            id=reservation_id,
            user=command.actor,
            seats=reserved,
            total_price=sum((seat.price for seat in seats), Decimal(0)),
            payment_method=command.payment_method,
        ),
    )


def _cancel(command: CancelReservation, board: Board) -> Outcome:
    reservation = board.reservations.get(command.reservation_id)
    if reservation is None:
        raise ReservationNotFound
    if reservation.user_id != command.actor.id and not command.as_organiser:
        raise ReservationNotFound
    if not reservation.is_live:
        return Outcome(sentence="The reservation was cancelled already")
    freed = tuple(_freed(board.seats[seat_id]) for seat_id in reservation.seat_ids)
    board.reservations[reservation.id] = replace(reservation, is_live=False)
    return Outcome(
        sentence="Reservation cancelled",
        seats=freed,
        changed=freed,
        reason=Reason.CANCELLED,
        cancelled_id=reservation.id,
    )


def _release_expired(board: Board) -> Outcome:
    freed = tuple(
        replace(_freed(seat), lapsed_holder_id=seat.holder_id)
        for seat in board.seats.values()
        if seat.has_lapsed(now=board.now)
    )
    return Outcome(
        sentence=f"{_count(len(freed), 'expired lock')} released",
        seats=freed,
        changed=freed,
        reason=Reason.EXPIRED,
    )


def _block(command: BlockSeats, board: Board) -> Outcome:
    seats = _named(command.seat_ids, board)
    _require(
        [seat for seat in seats if seat.status is not SeatStatus.BLOCKED],
        lambda seat: _why_not_lockable(seat, person_id=None, now=board.now),
        board,
    )
    blocked = tuple(
        replace(_freed(seat), status=SeatStatus.BLOCKED)
        for seat in seats
        if seat.status is not SeatStatus.BLOCKED
    )
    return Outcome(
        sentence=f"{_names(seats)} blocked",
        seats=_updated(seats, blocked),
        changed=blocked,
        reason=Reason.BLOCKED,
    )


def _unblock(command: UnblockSeats, board: Board) -> Outcome:
    seats = _named(command.seat_ids, board)
    opened = tuple(_freed(seat) for seat in seats if seat.status is SeatStatus.BLOCKED)
    return Outcome(
        sentence=f"{_names(seats)} no longer blocked",
        seats=_updated(seats, opened),
        changed=opened,
        reason=Reason.UNBLOCKED,
    )


def _named(seat_ids: tuple[int, ...], board: Board) -> list[SeatState]:
    """Return the named seats, each once. Raises: SeatNotFound, naming those there are not."""
    wanted = list(dict.fromkeys(seat_ids))
    missing = [seat_id for seat_id in wanted if seat_id not in board.seats]
    if missing:
        raise SeatNotFound(seat_ids=missing)
    return [board.seats[seat_id] for seat_id in wanted]


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


def _require_held(
    seats: list[SeatState], actor: Person, board: Board, *, taken: type[Conflict]
) -> None:
    _require(
        seats,
        lambda seat: _why_not_held(seat, person_id=actor.id, now=board.now),
        board,
        taken=taken,
    )


def _require(
    seats: list[SeatState],
    why_not: Callable[[SeatState], str | None],
    board: Board,
    *,
    taken: type[Conflict] = SeatUnavailable,
) -> None:
    """Let pass only when no seat has a reason against it.

    Raises: a `Conflict` naming all that have; `taken` if one of them is somebody else's.
    """
    faults = [(seat, reason) for seat in seats if (reason := why_not(seat)) is not None]
    if not faults:
        return
    kind = _kind({reason for _, reason in faults}, taken=taken)
    raise kind(
        "; ".join(_fault_sentence(seat, reason) for seat, reason in faults[:5])
        + (f"; and {len(faults) - 5} more." if len(faults) > 5 else "."),
        conflicts=[conflict(seat=seat, reason=reason, now=board.now) for seat, reason in faults],
    )


def _why_not_lockable(seat: SeatState, *, person_id: int | None, now: datetime) -> str | None:
    if seat.is_available(now=now) or (
        person_id is not None and seat.is_held_by(person_id, now=now)
    ):
        return None
    return seat.status.word


def _why_not_held(seat: SeatState, *, person_id: int, now: datetime) -> str | None:
    if seat.is_held_by(person_id, now=now):
        return None
    if not seat.is_available(now=now):
        return seat.status.word
    was_held_by = seat.holder_id if seat.has_lapsed(now=now) else seat.lapsed_holder_id
    return "expired" if was_held_by == person_id else "not_held"


def _kind(reasons: set[str], *, taken: type[Conflict]) -> type[Conflict]:
    if reasons & {"locked", "reserved", "blocked"}:
        return taken
    return LockExpired if "expired" in reasons else NotHolder


def _fault_sentence(seat: SeatState, reason: str) -> str:
    saying = {
        "locked": "is locked by somebody else",
        "reserved": "is reserved already",
        "blocked": "is not for sale",
        "expired": "is no longer yours: its lock ran out",
        "not_held": "is not locked by you",
    }
    return f"Seat {seat.seat_number} {saying[reason]}"


def _freed(seat: SeatState) -> SeatState:
    return replace(
        seat,
        status=SeatStatus.AVAILABLE,
        holder_id=None,
        locked_until=None,
        lapsed_holder_id=None,
        reservation_id=None,
    )


def _updated(seats: list[SeatState], changed: tuple[SeatState, ...]) -> tuple[SeatState, ...]:
    new = {seat.id: seat for seat in changed}
    return tuple(new.get(seat.id, seat) for seat in seats)


def _to_milliseconds(moment: datetime) -> datetime:
    """Cut a deadline to whole milliseconds, the wire's unit, so that all see the same one."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _names(seats: list[SeatState]) -> str:
    if len(seats) == 1:
        return f"Seat {seats[0].seat_number}"
    return "Seats " + ", ".join(seat.seat_number for seat in seats)


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    parts = [_count(minutes, "minute")] if minutes else []
    parts += [_count(rest, "second")] if rest or not minutes else []
    return " ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
