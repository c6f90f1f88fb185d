"""Taking a wish for the best seats to the desk, as often as it makes sense."""

from dataclasses import replace

from reservations import clock
from reservations.domain.commands import LockBest
from reservations.domain.errors import Outpaced
from reservations.domain.rules import decide
from reservations.read.records import CommandResult
from reservations.seat_finder import index_cache
from reservations.write import command_queue
from reservations.write.unit_of_work import read_batch_state

TRIES = 5
MOST_SETS = 64


def lock_best(*, event_id: int, command: LockBest, key: str | None) -> CommandResult:
    """Have the best seats for a wish locked, and return the desk's answer.

    Who may not hold so many more seats is refused without a search.

    Raises: SeatcastError, with which it was refused: NoSeatsTogether when there are too few; Busy;
    Outpaced when others were faster each time, which need not be so a moment later; LockCooldown
    when each choice had seats that the asker has held for as long as possible.
    """
    avoid: frozenset[int] = frozenset()
    may_hold = _may_hold(command, event_id=event_id)
    # Some who ask just now choose the same, here and in other processes. How many is not known, and
    # each set is some more seats to lock: so there are few at first, and more with each try.
    sets = 2 + command_queue.queued() // 8
    tries_left = TRIES
    while True:
        tries_left -= 1
        try:
            if may_hold:
                choice = index_cache.choose(
                    command.criteria,
                    event_id=event_id,
                    limit=min(sets, MOST_SETS),
                    now=clock.now(),
                    avoid=avoid,
                )
                command = replace(command, choice=choice, is_last_try=not tries_left)
            return command_queue.submit(event_id=event_id, command=command, key=key)
        except Outpaced as refusal:
            if not tries_left:
                raise
            avoid |= {row["seat_id"] for row in refusal.details.get("conflicts", ())}
            may_hold, sets = True, 4 * sets
            if tries_left == 1:
                # Should what is known of the house not be true, it must not stay so.
                index_cache.invalidate(event_id=event_id)


def _may_hold(command: LockBest, *, event_id: int) -> bool:
    """Tell whether the rules, by what was committed last, would have seats chosen at all."""
    outcome = decide(command, read_batch_state(command, event_id=event_id))
    return isinstance(outcome.refusal, Outpaced)
