"""The rules: pure functions that decide commands.

`decide` takes a command and the batch's state, and returns an outcome. It applies the outcome to
the state, so that the next command of the batch sees it. A refusal is an outcome too: it changes no
seat, and closes the payment that was started for the seats.

Invariants, for any commands in any order:
- a reserved seat stays reserved until its reservation is cancelled, lapses unpaid, or is moved;
- a locked seat belongs to its holder until the deadline, or until its event is cancelled, the box
  office releases it, or its holder departs; then it is an account's that takes over, or free;
- whoever has departed holds, pays and books nothing any more;
- a seat costs its holder what it did when the hold began, even if its price changes;
- a hold has a maximum duration, which extending the lock or unlocking and locking again does not
  prolong; after it the former holder must wait for the cool-down, others need not. Only an open
  payment prolongs it, by the time that a payment may stay open, however many there are;
- a person's live locks, and their seats in live reservations, never exceed the two caps, which do
  not apply to what the box office sells;
- a seat of an allocation is sold only by a command that names the allocation;
- a reservation that is not paid at once is paid before its deadline, or lapses;
- a table that is sold as a whole is locked, released and booked as a whole;
- while companion seats are held back, a person books one only with its accessible seat;
- where orphans are refused, nobody buys seats so that a single free one is left that they could
  have avoided;
- a seat that has entered is not moved;
- a seat of a reservation enters once, and only while the reservation is live and paid;
- a command changes all the seats it names, or none;
- a payment pays for at most one reservation, and a person has at most one undecided payment per
  event.
"""

from decimal import Decimal
from typing import assert_never

from reservations.domain.commands import (
    AdmitSeats,
    AllocateSeats,
    BlockSeats,
    CancelReservation,
    CancelReservations,
    ChangeBuyer,
    Command,
    EndAllocations,
    EndLocks,
    ExtendLocks,
    LapseUnpaid,
    Leave,
    LockBest,
    LockPlaces,
    LockSeats,
    MarkPaid,
    MergeBookings,
    MoveSeats,
    OpenPayment,
    ReleaseExpired,
    ReleaseLocks,
    ReserveSeats,
    SellSeats,
    SplitBooking,
    StartPayment,
    TakeOver,
    UnblockSeats,
    UnlockSeats,
    WithdrawReservation,
)
from reservations.domain.errors import SeatcastError
from reservations.domain.rules.admission import admit
from reservations.domain.rules.availability import (
    allocate,
    block,
    end_allocations,
    end_locks,
    release_expired,
    release_locks,
    unblock,
)
from reservations.domain.rules.booking import (
    cancel,
    cancel_all,
    change_buyer,
    lapse_unpaid,
    mark_paid,
    open_payment,
    reserve,
    start_payment,
    withdraw,
)
from reservations.domain.rules.box_office import sell
from reservations.domain.rules.departing import leave, take_over
from reservations.domain.rules.locking import extend, lock, lock_best, lock_places, unlock
from reservations.domain.rules.moving import move
from reservations.domain.rules.outcomes import (
    NewAllocation,
    NewPayment,
    NewReservation,
    Outcome,
    Transition,
)
from reservations.domain.rules.regrouping import merge, split
from reservations.domain.states import BatchState

__all__ = [
    "NewAllocation",
    "NewPayment",
    "NewReservation",
    "Outcome",
    "Transition",
    "decide",
    "price_of",
]


def decide(command: Command, state: BatchState) -> Outcome:
    """Decide a command, and apply the outcome to the state."""
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
        case LockPlaces():
            return lock_places(command, state)
        case ExtendLocks():
            return extend(command, state)
        case UnlockSeats():
            return unlock(command, state)
        case StartPayment():
            return start_payment(command, state)
        case OpenPayment():
            return open_payment(command, state)
        case ReserveSeats():
            return reserve(command, state)
        case CancelReservation():
            return cancel(command, state)
        case AdmitSeats():
            return admit(command, state)
        case MarkPaid():
            return mark_paid(command, state)
        case ChangeBuyer():
            return change_buyer(command, state)
        case MoveSeats():
            return move(command, state)
        case SplitBooking():
            return split(command, state)
        case MergeBookings():
            return merge(command, state)
        case CancelReservations():
            return cancel_all(command, state)
        case WithdrawReservation():
            return withdraw(command, state)
        case EndLocks():
            return end_locks(command, state)
        case LapseUnpaid():
            return lapse_unpaid(state)
        case ReleaseExpired():
            return release_expired(state)
        case BlockSeats():
            return block(command, state)
        case AllocateSeats():
            return allocate(command, state)
        case EndAllocations():
            return end_allocations(state)
        case UnblockSeats():
            return unblock(command, state)
        case SellSeats():
            return sell(command, state)
        case ReleaseLocks():
            return release_locks(command, state)
        case TakeOver():
            return take_over(command, state)
        case Leave():
            return leave(command, state)
        case _:
            assert_never(command)
