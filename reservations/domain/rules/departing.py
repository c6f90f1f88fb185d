"""Rules for guests who are merged into an account, and for people who are erased."""

from dataclasses import replace

from reservations.domain.commands import Leave, TakeOver
from reservations.domain.rules.outcomes import Outcome, TakenOver, transitions
from reservations.domain.rules.preconditions import require_present
from reservations.domain.rules.seats import as_released
from reservations.domain.rules.wording import pluralize
from reservations.domain.states import BatchState, Reason, SeatState


def take_over(command: TakeOver, state: BatchState) -> Outcome:
    """Make the guest's holds the actor's, with their deadlines, and so with whole tables.

    The caps do not apply: nothing new is held or bought.
    """
    require_present(command.actor, state)
    held = tuple(
        replace(seat, holder_id=command.actor.id) for seat in _held_by(command.guest_id, state)
    )
    return Outcome(
        sentence=f"{pluralize(len(held), 'lock')} taken over",
        seats=held,
        transitions=transitions(held, Reason.TAKEN_OVER),
        taken_over=TakenOver(command.guest_id, command.actor.id),
    )


def leave(command: Leave, state: BatchState) -> Outcome:
    """Release the actor's holds, and so whole tables, also those of open payments."""
    freed = tuple(as_released(seat, at=state.now) for seat in _held_by(command.actor.id, state))
    return Outcome(
        sentence=f"{pluralize(len(freed), 'lock')} released",
        seats=freed,
        transitions=transitions(freed, Reason.UNLOCKED),
        left_id=command.actor.id,
    )


def _held_by(person_id: int, state: BatchState) -> list[SeatState]:
    return [seat for seat in state.seats.values() if seat.is_held_by(person_id, now=state.now)]
