"""Rules for releasing locks, and for blocking, allocating and unblocking seats."""

from dataclasses import replace

from reservations.domain.commands import (
    AllocateSeats,
    BlockSeats,
    EndLocks,
    ReleaseLocks,
    UnblockSeats,
)
from reservations.domain.errors import EndsInThePast
from reservations.domain.rules.outcomes import NewAllocation, Outcome, transitions
from reservations.domain.rules.preconditions import (
    named_seats,
    require,
    require_whole_tables,
    why_not_lockable,
    why_not_sellable,
)
from reservations.domain.rules.seats import as_free, as_released, updated
from reservations.domain.rules.wording import names, pluralize
from reservations.domain.states import BatchState, Reason, SeatState, SeatStatus


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


def release_locks(command: ReleaseLocks, state: BatchState) -> Outcome:
    seats = named_seats(command.seat_ids, state)
    require(seats, _why_not_releasable, state)
    held = [seat for seat in seats if seat.is_locked(now=state.now)]
    require_whole_tables(held, state)
    freed = tuple(as_released(seat, at=state.now) for seat in held)
    return Outcome(
        sentence=f"{pluralize(len(freed), 'lock')} released",
        seats=updated(seats, freed),
        transitions=transitions(freed, Reason.RELEASED),
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


def allocate(command: AllocateSeats, state: BatchState) -> Outcome:
    if command.until is not None and command.until <= state.now:
        raise EndsInThePast
    seats = named_seats(command.seat_ids, state)
    require(
        seats,
        lambda seat: why_not_sellable(seat, from_allocation=command.from_allocation, now=state.now),
        state,
    )
    allocation_id = state.next_placeholder()
    kept = tuple(
        replace(as_free(seat), status=SeatStatus.BLOCKED, allocation_id=allocation_id)
        for seat in seats
    )
    return Outcome(
        sentence=f"{pluralize(len(kept), 'seat')} kept off sale",
        seats=kept,
        transitions=transitions(kept, Reason.BLOCKED),
        allocated=NewAllocation(
            allocation_id, command.kind, command.label, command.until, command.actor
        ),
    )


def end_allocations(state: BatchState) -> Outcome:
    """Free the seats of ended allocations, and end those that have none left."""
    kept = [
        seat
        for seat in state.seats.values()
        if seat.status is SeatStatus.BLOCKED and seat.allocation_id in state.ended_allocations
    ]
    freed = tuple(as_free(seat) for seat in kept)
    return Outcome(
        sentence=f"{pluralize(len(freed), 'seat')} of ended allocations released",
        seats=freed,
        transitions=transitions(freed, Reason.UNBLOCKED),
        ended_allocations=tuple(
            sorted(state.ended_allocations - {seat.allocation_id for seat in kept})
        ),
    )


def unblock(command: UnblockSeats, state: BatchState) -> Outcome:
    seats = named_seats(command.seat_ids, state)
    opened = tuple(as_free(seat) for seat in seats if seat.status is SeatStatus.BLOCKED)
    return Outcome(
        sentence=f"{names(seats)} no longer blocked",
        seats=updated(seats, opened),
        transitions=transitions(opened, Reason.UNBLOCKED),
    )


def _why_not_releasable(seat: SeatState) -> str | None:
    is_taken = seat.status in (SeatStatus.RESERVED, SeatStatus.BLOCKED)
    return seat.status.word if is_taken else None
