"""Locking the best seats: search, send the command, and retry if others were faster."""

from dataclasses import replace
from datetime import datetime

from reservations.bookings import command_queue
from reservations.bookings.batch_reading import read_locking_state
from reservations.bookings.records import CommandResult
from reservations.domain.commands import LockBest
from reservations.domain.criteria import Opened
from reservations.domain.errors import Outpaced
from reservations.domain.rules import decide
from reservations.events import promo_codes
from reservations.runtime import clock
from reservations.seat_finder import index_cache

MAX_TRIES = 5
MAX_SETS = 64


def lock_best(*, event_id: int, command: LockBest, key: str | None) -> CommandResult:
    """Lock the best available seats that meet the command's criteria, and return the result.

    A command beyond the caps is refused without a search.

    Raises: SeatcastError, the refusal: NoSeatsTogether when there are too few seats; Busy; Outpaced
    when others were faster at every try; LockCooldown when each choice had seats that the actor has
    held for the maximum duration.
    """
    avoid: frozenset[int] = frozenset()
    # Without a choice the rules raise Outpaced if caps and sale window allow a search.
    state = read_locking_state(command, event_id=event_id)
    may_hold = isinstance(decide(command, state).refusal, Outpaced)
    holds_companions = state.terms.holds_companions(now=state.now)
    # Concurrent searches find the same seats, in an unknown number of processes. Every set means
    # more rows to lock, so begin with few sets and send more with each try.
    sets = 2 + command_queue.queued() // 8
    tries_left = MAX_TRIES
    while True:
        tries_left -= 1
        try:
            if may_hold:
                now = clock.now()
                choice = index_cache.choose(
                    command.criteria,
                    event_id=event_id,
                    limit=min(sets, MAX_SETS),
                    now=now,
                    avoid=avoid,
                    opened=_opened(command, event_id, now=now),
                    holds_companions=holds_companions,
                )
                command = replace(command, choice=choice, is_last_try=not tries_left)
            return command_queue.submit(event_id=event_id, command=command, key=key)
        except Outpaced as refusal:
            if not tries_left:
                raise
            avoid |= {row["seat_id"] for row in refusal.details.get("conflicts", ())}
            may_hold, sets = True, 4 * sets
            if tries_left == 1:
                # The cached index may be wrong.
                index_cache.invalidate(event_id=event_id)


def _opened(command: LockBest, event_id: int, *, now: datetime) -> Opened:
    """Return the seats that the command's code opens, as far as the criteria allow them."""
    code = promo_codes.usable(event_id, command.promo_code, now=now)
    if code is None:
        return Opened()
    kept = promo_codes.kept_for(code, now=now).order_by()
    if command.criteria.section is not None:
        kept = kept.filter(section=command.criteria.section)
    return Opened(tuple(kept.values_list("pk", flat=True)), code.left)
