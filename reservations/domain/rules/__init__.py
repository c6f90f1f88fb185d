"""Who may do what to which seat: pure decisions.

`decide` takes a command and the board as it stands, and returns an outcome; what the outcome
changes is on the board already when it returns, so that the next command of the batch sees it.
A refusal is an outcome too: it changes no seat, and closes the payment that was to pay for them.

Invariants, whatever commands come in whatever order:
- a seat that is reserved stays so until its reservation is cancelled, or lapses unpaid;
- a seat locked by somebody is nobody else's before the deadline;
- a hold ends when its longest time is over, however often it is extended, or let go of and taken
  again; then its holder waits for the cool-down, while anybody else may have the seat;
- nobody holds more live locks than the cap, or more seats in live reservations than the other cap;
- what is not paid at once is paid in time, or lapses;
- a seat of a booking enters once, and only while the booking is live and paid for;
- a command changes all the seats it names, or none;
- with a payment at most one reservation is made, and a person has one payment under way at a time.
"""

from decimal import Decimal
from typing import assert_never

from reservations.domain.commands import (
    AdmitSeats,
    BlockSeats,
    CancelReservation,
    Command,
    ExtendLocks,
    LapseUnpaid,
    LockBest,
    LockSeats,
    MarkPaid,
    ReleaseExpired,
    ReserveSeats,
    StartPayment,
    UnblockSeats,
    UnlockSeats,
)
from reservations.domain.errors import SeatcastError
from reservations.domain.rules.booking import (
    cancel,
    lapse_unpaid,
    mark_paid,
    reserve,
    start_payment,
)
from reservations.domain.rules.entering import admit
from reservations.domain.rules.keeping import block, release_expired, unblock
from reservations.domain.rules.locking import extend, lock, lock_best, unlock
from reservations.domain.rules.outcomes import NewPayment, NewReservation, Outcome, Transition
from reservations.domain.states import BatchState

__all__ = ["NewPayment", "NewReservation", "Outcome", "Transition", "decide", "price_of"]


def decide(command: Command, state: BatchState) -> Outcome:
    """Decide a command and put what it changes on the board."""
    try:
        outcome = _decide(command, state)
    except SeatcastError as refusal:
        return Outcome(refusal=refusal)
    for seat, _ in outcome.transitions:
        state.put(seat)
    return outcome


def price_of(*, seat: Decimal | None, category: Decimal | None, event: Decimal) -> Decimal:
    """Return what a seat costs: its own price, else its category's, else the event's."""
    if seat is not None:
        return seat
    return event if category is None else category


def _decide(command: Command, state: BatchState) -> Outcome:
    match command:
        case LockSeats():
            return lock(command, state)
        case LockBest():
            return lock_best(command, state)
        case ExtendLocks():
            return extend(command, state)
        case UnlockSeats():
            return unlock(command, state)
        case StartPayment():
            return start_payment(command, state)
        case ReserveSeats():
            return reserve(command, state)
        case CancelReservation():
            return cancel(command, state)
        case AdmitSeats():
            return admit(command, state)
        case MarkPaid():
            return mark_paid(command, state)
        case LapseUnpaid():
            return lapse_unpaid(state)
        case ReleaseExpired():
            return release_expired(state)
        case BlockSeats():
            return block(command, state)
        case UnblockSeats():
            return unblock(command, state)
        case _:
            assert_never(command)
