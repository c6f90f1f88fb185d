"""Every command declares in `reads` all that the rules look at when they decide it."""

from dataclasses import replace
from decimal import Decimal
from typing import get_args

import pytest

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
from reservations.domain.criteria import Choice, Places, SeatCriteria
from reservations.domain.rules import decide
from reservations.domain.states import (
    AllocationKind,
    BatchState,
    BoxOfficeMethod,
    PaymentState,
    PaymentStatus,
    PromoCodeState,
    ReservationState,
    SeatState,
    SoldTicket,
    Terms,
    TicketTypeState,
)
from tests.reservations.domain.batch_states import (
    ALICE,
    BOB,
    NOW,
    TERMS,
    blocked,
    booking,
    free,
    locked,
    reserved,
)

SEATS = {
    seat.id: seat
    for seat in (
        free(1),
        free(2),
        locked(3, by=ALICE),
        locked(4, by=BOB, seconds=-1),
        reserved(5, reservation_id=1, by=ALICE),
        reserved(6, reservation_id=2, by=ALICE),
        reserved(7, reservation_id=3, by=BOB),
        blocked(8),
        replace(blocked(9), allocation_id=1),
        replace(blocked(10), allocation_id=2),
        replace(locked(13, by=BOB, seconds=-1), allocation_id=3, promo_code_id=1),
        reserved(11, reservation_id=4, by=ALICE),
        reserved(12, reservation_id=4, by=ALICE),
    )
}
ENDED = frozenset({1})
SPONSOR = PromoCodeState(1, allocation_id=3, left=1)


def _sold(*seat_ids: int, reservation_id: int) -> ReservationState:
    tickets = {each: SoldTicket(Decimal("50.00")) for each in seat_ids}
    return booking(ALICE, *seat_ids, reservation_id=reservation_id, tickets=tickets)


RESERVATIONS = {
    1: _sold(5, reservation_id=1),
    2: booking(ALICE, 6, reservation_id=2, due=60),
    3: booking(BOB, 7, reservation_id=3, due=-1),
    4: _sold(11, 12, reservation_id=4),
}
PAYMENT = PaymentState("paid", ALICE.id, Decimal("50.00"), "EUR", PaymentStatus.PENDING)
CHILD = TicketTypeState(7, "Child", {None: Decimal("20.00")})
TERMS_WITH_VERIFICATION = replace(TERMS, requires_verified_email=True)

# A command of each kind that is carried out, so that the rules look at all that they need.
COMMANDS: list[Command] = [
    LockPlaces(ALICE, "east", 1, Places((2,), left=1)),
    LockSeats(ALICE, (1,)),
    LockSeats(ALICE, (1, 13), "SPONSOR"),
    LockBest(ALICE, SeatCriteria(2), Choice(((1, 2),))),
    ExtendLocks(ALICE, (3,)),
    UnlockSeats(ALICE, (3,)),
    StartPayment(ALICE, (3,), "card", "new"),
    OpenPayment(ALICE, (3,), "card", "paid"),
    ReserveSeats(ALICE, (3,), "card", "paid"),
    ReserveSeats(ALICE, (3,), "invoice"),
    ReserveSeats(ALICE, (3,), "invoice", ticket_types=((3, CHILD.id),)),
    CancelReservation(ALICE, 1),
    CancelReservations(None, (1, 3)),
    WithdrawReservation(1),
    EndLocks(None, (3,)),
    MarkPaid(BOB, 2),
    ChangeBuyer(BOB, 1, "Zoe", "zoe@example.com"),
    MoveSeats(BOB, 1, ((5, 1),)),
    SplitBooking(BOB, 4, (11,)),
    MergeBookings(BOB, 1, 4),
    AdmitSeats(BOB, 1, (5,)),
    LapseUnpaid(),
    ReleaseExpired(),
    BlockSeats(BOB, (1,)),
    UnblockSeats(BOB, (8,)),
    AllocateSeats(BOB, (1, 10), AllocationKind.CHANNEL, "Sponsor", from_allocation=2),
    EndAllocations(),
    SellSeats(BOB, (1, 9), BoxOfficeMethod.CASH, "Zoe", "", ((1, CHILD.id),), from_allocation=1),
    ReleaseLocks(BOB, (3,)),
    TakeOver(BOB, ALICE.id),
    Leave(ALICE),
]


def _state_of(command: Command) -> BatchState:
    """Return the state with nothing but what a command declares to read."""
    reads = command.reads()
    reservations = {
        number: found
        for number, found in RESERVATIONS.items()
        if number in {reads.reservation_id, *reads.reservation_ids}
        or (reads.overdue_reservations and found.is_overdue(now=NOW))
    }
    ids = {*reads.seat_ids, *(each for found in reservations.values() for each in found.seat_ids)}

    def is_read(seat: SeatState) -> bool:
        return (
            seat.id in ids
            or seat.holder_id in {reads.caps_of, reads.holds_of} - {None}
            or (reads.expired_locks and seat.has_lapsed(now=NOW))
            or (reads.ended_allocations and seat.allocation_id in ENDED)
        )

    bought: dict[int, set[int]] = {}
    for seat in SEATS.values():
        if seat.buyer_id is not None and seat.buyer_id == reads.caps_of:
            bought.setdefault(seat.buyer_id, set()).add(seat.id)
    return BatchState(
        terms=_terms_of(command),
        now=NOW,
        seats={seat.id: seat for seat in SEATS.values() if is_read(seat)},
        bought=bought,
        reservations=reservations,
        payments={PAYMENT.reference: PAYMENT} if reads.payment == PAYMENT.reference else {},
        verified=frozenset({reads.verified_email_of} - {None}),  # type: ignore[arg-type]
        ticket_types={CHILD.id: CHILD} if reads.ticket_types else {},
        promo_codes={"SPONSOR": SPONSOR} if reads.promo_code == "SPONSOR" else {},
        ended_allocations=ENDED if reads.ended_allocations else frozenset(),
        caps_of=frozenset({reads.caps_of} - {None}),  # type: ignore[arg-type]
    )


def _terms_of(command: Command) -> Terms:
    is_cancelled = isinstance(command, CancelReservations | EndLocks)
    return replace(TERMS_WITH_VERIFICATION, is_cancelled=is_cancelled)


def test_there_is_an_example_of_every_command() -> None:
    assert {type(command) for command in COMMANDS} == set(get_args(Command))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_a_command_is_decided_the_same_on_only_what_it_reads(command: Command) -> None:
    everything = BatchState(
        terms=_terms_of(command),
        now=NOW,
        seats=dict(SEATS),
        reservations=dict(RESERVATIONS),
        payments={PAYMENT.reference: PAYMENT},
        verified=frozenset({ALICE.id}),
        ticket_types={CHILD.id: CHILD},
        promo_codes={"SPONSOR": SPONSOR},
        ended_allocations=ENDED,
    )
    outcome = decide(command, _state_of(command))
    assert outcome.refusal is None
    assert outcome == decide(command, everything)


def test_counting_seats_that_were_not_read_raises() -> None:
    state = BatchState(terms=TERMS, now=NOW, seats={}, caps_of=frozenset({BOB.id}))
    assert state.held_by(BOB.id) == frozenset()
    with pytest.raises(LookupError, match="caps_of"):
        state.held_by(ALICE.id)
    with pytest.raises(LookupError, match="caps_of"):
        state.bought_by(ALICE.id)
