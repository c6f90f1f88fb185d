"""Rules: random commands at random times, against the same rules kept in plain dicts."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

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
from reservations.rules import Outcome, decide
from reservations.states import Board, Person, ReservationState, SeatState, SeatStatus, Terms
from tests.reservations.boards import ALICE, BOB, CAROL, NOW, free
from tests.reservations.bookkeeping import Books

SEATS = range(1, 6)
CAP, LOCK_SECONDS = 3, 60
_WORDS = {
    SeatStatus.AVAILABLE: "free",
    SeatStatus.LOCKED: "locked",
    SeatStatus.RESERVED: "reserved",
    SeatStatus.BLOCKED: "blocked",
}

people = st.sampled_from([ALICE, BOB, CAROL])
some_seats = st.lists(st.sampled_from(SEATS), min_size=1, max_size=3)
# Deadlines are a minute away: so these steps fall before, onto and after them.
steps = st.sampled_from([0, 0.001, 1, 29.999, 30, 59.999, 60, 60.001])
# In most runs the sale is open all the time.
sales = st.sampled_from([(None, None), (None, None), (None, 300), (30, 300)])


class Rules(RuleBasedStateMachine):
    """One board after the other, as batches see them, over the same seats."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.terms = Terms(lock_seconds=LOCK_SECONDS, seat_cap=CAP)
        self.seats: dict[int, SeatState] = {seat: free(seat) for seat in SEATS}
        self.reservations: dict[int, ReservationState] = {}
        self.books = Books(seats=SEATS, cap=CAP, lock_seconds=LOCK_SECONDS)

    @initialize(window=sales)
    def open_sale(self, window: tuple[int | None, int | None]) -> None:
        opens, closes = (None if at is None else NOW + timedelta(seconds=at) for at in window)
        self.books.opens, self.books.closes = opens, closes
        self.terms = Terms(LOCK_SECONDS, CAP, sales_open_at=opens, sales_close_at=closes)

    @rule(seconds=steps, sweep=st.booleans())
    def time_goes_by(self, seconds: float, sweep: bool) -> None:
        self.now += timedelta(seconds=seconds)
        if sweep:
            self.books.release(self.now)
            self.decide(ReleaseExpired(), None)

    @rule(person=people, wanted=some_seats)
    def lock(self, person: Person, wanted: list[int]) -> None:
        refusal = self.books.lock(person.id, wanted, self.now)
        self.decide(LockSeats(person, tuple(wanted)), refusal)

    @rule(person=people, wanted=some_seats, book=st.booleans())
    def unlock_or_reserve(self, person: Person, wanted: list[int], book: bool) -> None:
        if book:
            refusal = self.books.reserve(person.id, wanted, self.now, self.next_id)
            self.decide(ReserveSeats(person, tuple(wanted), "card"), refusal)
        else:
            refusal = self.books.unlock(person.id, wanted, self.now)
            self.decide(UnlockSeats(person, tuple(wanted)), refusal)

    @rule(person=people, most=st.integers(1, CAP), book=st.booleans())
    def unlock_or_reserve_what_is_held(self, person: Person, most: int, book: bool) -> None:
        if held := sorted(self.books.held_by(person.id, self.now)):
            self.unlock_or_reserve(person, held[:most], book)

    @precondition(lambda self: self.books.bookings)
    @rule(person=people, choice=st.integers(0, 50), by_owner=st.booleans())
    def cancel(self, person: Person, choice: int, by_owner: bool) -> None:
        number = choice % len(self.books.bookings) + 1
        if by_owner:
            person = replace(person, id=self.books.bookings[number]["user"])
        self.decide(CancelReservation(person, number), self.books.cancel(person.id, number))

    @rule(wanted=some_seats, back=st.booleans())
    def organise(self, wanted: list[int], back: bool) -> None:
        if back:
            self.decide(BlockSeats(CAROL, tuple(wanted)), self.books.block(wanted, self.now))
        else:
            self.decide(UnblockSeats(CAROL, tuple(wanted)), self.books.unblock(wanted))
            self.decide(UnblockSeats(CAROL, tuple(SEATS)), self.books.unblock(list(SEATS)))

    @property
    def next_id(self) -> int:
        return len(self.reservations) + 1

    def decide(self, command: Command, expected_refusal: str | None) -> None:
        board = Board(self.terms, self.now, dict(self.seats), dict(self.reservations))
        outcome = decide(command, board)
        assert (outcome.refusal.code if outcome.refusal else None) == expected_refusal
        _check_step(command, outcome, before=self.seats, after=board.seats, now=self.now)
        _check_counts(board)
        self.store(board, outcome)

    def store(self, board: Board, outcome: Outcome) -> None:
        """Do what the ledger does at the end of a batch: give bookings their real numbers."""
        self.seats, self.reservations = board.seats, board.reservations
        if booked := outcome.booked:
            seat_ids = tuple(seat.id for seat in booked.seats)
            number = self.next_id
            self.reservations[number] = ReservationState(number, booked.user.id, True, seat_ids)
            for seat in booked.seats:
                self.seats[seat.id] = free(
                    seat.id, status=SeatStatus.RESERVED, reservation_id=number
                )

    @invariant()
    def the_board_is_what_the_books_say(self) -> None:
        assert {
            seat.id: {
                "status": _WORDS[seat.status],
                "holder": seat.holder_id,
                "until": seat.locked_until,
                "lapsed": seat.lapsed_holder_id,
                "booking": seat.reservation_id,
            }
            for seat in self.seats.values()
        } == self.books.seats

    @invariant()
    def every_reserved_seat_is_in_exactly_one_live_booking(self) -> None:
        live = [found for found in self.reservations.values() if found.is_live]
        booked = sorted(seat_id for found in live for seat_id in found.seat_ids)
        assert booked == [
            seat.id for seat in self.seats.values() if seat.status is SeatStatus.RESERVED
        ]

    @invariant()
    def nobody_holds_more_than_the_cap(self) -> None:
        for person in (ALICE, BOB, CAROL):
            held = [s for s in self.seats.values() if s.is_held_by(person.id, now=self.now)]
            assert len(held) <= CAP


def _check_step(
    command: Command,
    outcome: Outcome,
    *,
    before: dict[int, SeatState],
    after: dict[int, SeatState],
    now: datetime,
) -> None:
    moved = {seat_id for seat_id in before if before[seat_id] != after[seat_id]}
    assert moved == {seat.id for seat in outcome.changed}
    if outcome.refusal:
        assert not moved
    for seat in (before[seat_id] for seat_id in moved):
        if seat.status is SeatStatus.RESERVED:
            assert isinstance(command, CancelReservation)
            assert outcome.cancelled_id == seat.reservation_id
        if seat.is_locked(now=now):
            assert isinstance(command, UnlockSeats | ReserveSeats)
            assert command.actor.id == seat.holder_id


def _check_counts(board: Board) -> None:
    for person in (ALICE, BOB, CAROL):
        held = {s.id for s in board.seats.values() if s.is_held_by(person.id, now=board.now)}
        assert board.held_by(person.id) == held


TestRules = Rules.TestCase
TestRules.settings = settings(max_examples=3 * settings().max_examples, stateful_step_count=50)
