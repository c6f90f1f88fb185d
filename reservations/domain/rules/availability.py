"""Rules for releasing expired locks, and for blocking and unblocking seats."""

from dataclasses import replace

from reservations.domain.commands import BlockSeats, EndLocks, UnblockSeats
from reservations.domain.rules.outcomes import Outcome, transitions
from reservations.domain.rules.preconditions import named_seats, require, why_not_lockable
from reservations.domain.rules.seats import as_free, as_released, updated
from reservations.domain.rules.wording import names, pluralize
from reservations.domain.states import BatchState, Reason, SeatStatus


def release_expired(state: BatchState) -> Outcome:
    freed = tuple(
        replace(as_released(seat, at=seat.locked_until), lapsed_holder_id=seat.holder_id)
        for seat in state.seats.values()
        if seat.has_lapsed(now=state.now) and seat.locked_until is not None
    )
    return Outcome(
        sentence=f"{pluralize(len(freed), 'expired lock')} released",
        seats=freed,
        transitions=transitions(freed, Reason.EXPIRED),
    )


def end_locks(command: EndLocks, state: BatchState) -> Outcome:
    seats = named_seats(command.seat_ids, state) if state.terms.is_cancelled else []
    freed = tuple(
        as_released(seat, at=state.now) for seat in seats if seat.is_locked(now=state.now)
    )
    return Outcome(
        sentence=f"{pluralize(len(freed), 'lock')} released",
        seats=freed,
        transitions=transitions(freed, Reason.ENDED),
    )


def block(command: BlockSeats, state: BatchState) -> Outcome:
    seats = named_seats(command.seat_ids, state)
    require(
        [seat for seat in seats if seat.status is not SeatStatus.BLOCKED],
        lambda seat: why_not_lockable(seat, person_id=None, now=state.now),
        state,
    )
    blocked = tuple(
        replace(as_free(seat), status=SeatStatus.BLOCKED)
        for seat in seats
        if seat.status is not SeatStatus.BLOCKED
    )
    return Outcome(
        sentence=f"{names(seats)} blocked",
        seats=updated(seats, blocked),
        transitions=transitions(blocked, Reason.BLOCKED),
    )


def unblock(command: UnblockSeats, state: BatchState) -> Outcome:
    seats = named_seats(command.seat_ids, state)
    opened = tuple(as_free(seat) for seat in seats if seat.status is SeatStatus.BLOCKED)
    return Outcome(
        sentence=f"{names(seats)} no longer blocked",
        seats=updated(seats, opened),
        transitions=transitions(opened, Reason.UNBLOCKED),
    )
