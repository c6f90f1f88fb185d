"""Rules: random commands at random times, against the same rules kept in plain dicts.

After each step the state must equal the dicts, refusals must be the same, and these invariants
must hold:

1. A refused command changes no seat and no booking. A command that is carried out changes just
   the seats that its outcome names.
2. A seat that is reserved stays so until its own booking is cancelled, or lapses unpaid.
3. Before its deadline only its holder can unlock, reserve or extend a locked seat.
4. A person's live locks, and seats in live reservations, never exceed the two caps.
5. No lock lasts longer than the maximum hold, counted from its beginning, unless a payment of its
   seat was opened: then by an open payment's longest time and a minute more. Breaks shorter than
   the cool-down do not prolong it, unless another person held the seat in between.
6. A lock is extended at most `max_extensions` times, besides by payments that are opened; extending
   keeps holder and beginning, and moves the deadline forward.
7. A deadline is in whole milliseconds.
8. Only a locked seat has holder, deadline and beginning; only a reserved one has a booking.
9. Every reserved seat is in exactly one live booking, and every seat of a live booking is reserved
   for it.
10. A booking costs what its seats cost when it was made.
11. A payment books once at the most: for the person who started it, and for exactly its amount.
    What is refused gives its payment up. Nobody has two payments under way.
12. A booking ends once, cancelled or lapsed, and only an unpaid one past its deadline lapses. From
    `cancel_until` on only an organiser cancels it.

A run takes up to 10,000 steps. For a search that is longer and differs each time, of up to
200,000: `pytest --thorough tests/reservations/domain/test_rules_at_random.py`.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from reservations.domain.commands import (
    BlockSeats,
    CancelReservation,
    Command,
    ExtendLocks,
    LapseUnpaid,
    LockSeats,
    MarkPaid,
    OpenPayment,
    ReleaseExpired,
    ReserveSeats,
    StartPayment,
    UnblockSeats,
    UnlockSeats,
)
from reservations.domain.rules import Outcome, decide
from reservations.domain.states import (
    UNDECIDED,
    BatchState,
    PaymentState,
    PaymentStatus,
    Person,
    ReservationState,
    SeatState,
    SeatStatus,
    Terms,
)
from tests.reservations.domain.batch_states import ALICE, BOB, CAROL, NOW, free, in_seconds
from tests.reservations.payments.bookkeeping import Books

pytestmark = pytest.mark.any_database

SEATS = range(1, 6)
PEOPLE = (ALICE, BOB, CAROL)
CAP, LOCK_SECONDS = 3, 60
PURCHASE_CAP, COOLDOWN_SECONDS, PAYMENT_SECONDS, OPEN_SECONDS = 3, 40, 120, 90
# By how much a payment prolongs a hold at the most.
OPENED = timedelta(seconds=OPEN_SECONDS + 60)
_WORDS = {
    SeatStatus.AVAILABLE: "free",
    SeatStatus.LOCKED: "locked",
    SeatStatus.RESERVED: "reserved",
    SeatStatus.BLOCKED: "blocked",
}

people = st.sampled_from(PEOPLE)
some_seats = st.lists(st.sampled_from(SEATS), min_size=1, max_size=3)
# Deadlines are a minute away: so these steps fall before, onto and after them.
steps = st.sampled_from([0, 0.0004, 0.001, 1, 1, 20, 20, 29.999, 30, 59.999, 60, 60.001])
choices = st.integers(0, 50)
# In most runs the sale is open all the time.
sales = st.sampled_from([(None, None), (None, None), (None, 300), (30, 300)])
last_moments = st.sampled_from([None, 120, 300])
# The longest times fall short of what extending could give, and beyond; one is no limit at all.
longest_times = st.sampled_from([30, 90, 150, 900])


class Rules(RuleBasedStateMachine):
    """A sequence of batches over the same seats, each with a batch state of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.terms = Terms(lock_seconds=LOCK_SECONDS, seat_cap=CAP)
        self.seats: dict[int, SeatState] = {seat: free(seat) for seat in SEATS}
        self.reservations: dict[int, ReservationState] = {}
        self.payments: dict[str, PaymentState] = {}
        self.started_at: dict[str, datetime] = {}
        self.expires_at: dict[str, datetime] = {}
        self.booked_with: Counter[str] = Counter()
        self.books = Books(
            prices={seat.id: seat.price for seat in self.seats.values()},
            cap=CAP,
            lock_seconds=LOCK_SECONDS,
            purchase_cap=PURCHASE_CAP,
            cooldown_seconds=COOLDOWN_SECONDS,
            payment_seconds=PAYMENT_SECONDS,
            open_seconds=OPEN_SECONDS,
        )
        # Who held a seat last, since when, and until when at the most.
        self.stints: dict[int, tuple[int, datetime, datetime]] = {}
        # When the locks began of which a payment was opened, and how often, by seat.
        self.openings: dict[int, Counter[datetime]] = {seat: Counter() for seat in SEATS}

    @initialize(
        window=sales,
        last=last_moments,
        hold_seconds=longest_times,
        extensions=st.integers(0, 3),
        begins=st.sampled_from([None, 400]),
    )
    def agree_on_terms(
        self,
        window: tuple[int | None, int | None],
        last: int | None,
        hold_seconds: int,
        extensions: int,
        begins: int | None,
    ) -> None:
        opens, closes, until = (None if at is None else in_seconds(at) for at in (*window, last))
        self.books.begins = None if begins is None else in_seconds(begins)
        self.terms = Terms(
            *(LOCK_SECONDS, CAP, opens, closes, until, extensions, hold_seconds),
            purchase_cap=PURCHASE_CAP,
            cooldown_seconds=COOLDOWN_SECONDS,
            offline_methods=frozenset({"invoice"}),
            payment_seconds=PAYMENT_SECONDS,
            begins_at=self.books.begins,
            open_payment_seconds=OPEN_SECONDS,
        )
        self.books.opens, self.books.closes, self.books.cancel_until = opens, closes, until
        self.books.hold_seconds, self.books.max_extensions = hold_seconds, extensions

    @rule(seconds=steps, sweep=st.booleans())
    def time_goes_by(self, seconds: float, sweep: bool) -> None:
        self.now += timedelta(seconds=seconds)
        if sweep:
            self.books.release(self.now)
            self.decide(ReleaseExpired(), None)
            self.books.lapse_unpaid(self.now)
            self.decide(LapseUnpaid(), None)

    @rule(choice=choices)
    def the_next_moment_that_matters_comes(self, choice: int) -> None:
        """It is just when a sale opens or closes, a lock, a payment or cancelling ends, or so."""
        of_event = (self.books.opens, self.books.closes, self.books.cancel_until)
        due = (found.due_at for found in self.reservations.values())
        locks = (seat.locked_until for seat in self.seats.values())
        moments = (*of_event, *locks, *due, *self.expires_at.values())
        if ahead := sorted({at for at in moments if at is not None and at > self.now}):
            self.now = ahead[choice % len(ahead)]

    @rule(person=people, wanted=some_seats)
    def lock(self, person: Person, wanted: list[int]) -> None:
        refusal = self.books.lock(person.id, wanted, self.now)
        self.decide(LockSeats(person, tuple(wanted)), refusal)

    @rule(
        person=people, wanted=some_seats, do=st.sampled_from(["unlock", "reserve", "extend", "pay"])
    )
    def do_with_some(self, person: Person, wanted: list[int], do: str) -> None:
        match do:
            case "unlock":
                refusal = self.books.unlock(person.id, wanted, self.now)
                self.decide(UnlockSeats(person, tuple(wanted)), refusal)
            case "extend":
                refusal = self.books.extend(person.id, wanted, self.now)
                self.decide(ExtendLocks(person, tuple(wanted)), refusal)
            case "pay":
                self.start_paying(person, wanted)
            case _:
                refusal = self.books.reserve(person.id, wanted, self.now, self.next_id)
                self.decide(ReserveSeats(person, tuple(wanted), "invoice"), refusal)

    @rule(
        person=people,
        wanted=some_seats,
        most=st.integers(1, CAP),
        do=st.sampled_from(["unlock", "reserve"]),
    )
    def do_with_what_is_held(self, person: Person, wanted: list[int], most: int, do: str) -> None:
        if held := self.held_or_locked(person, wanted)[:most]:
            self.do_with_some(person, held, do)

    @rule(person=people, wanted=some_seats, most=st.integers(1, CAP), seconds=steps)
    def extend_what_is_held_after_a_while(
        self, person: Person, wanted: list[int], most: int, seconds: float
    ) -> None:
        if held := self.held_or_locked(person, wanted)[:most]:
            self.time_goes_by(seconds, sweep=False)
            self.do_with_some(person, held, "extend")

    @rule(person=people, wanted=some_seats)
    def pay_for_what_is_held(self, person: Person, wanted: list[int]) -> None:
        if held := self.held_or_locked(person, wanted):
            self.start_paying(person, held)

    def held_or_locked(self, person: Person, wanted: list[int]) -> list[int]:
        """Return what a person holds, after a try for something if that is nothing."""
        if not self.books.held_by(person.id, self.now):
            self.lock(person, wanted)
        return sorted(self.books.held_by(person.id, self.now))

    def start_paying(self, person: Person, wanted: list[int]) -> None:
        reference = f"r{len(self.payments) + 1}"
        refusal = self.books.start_payment(person.id, wanted, self.now, reference)
        self.decide(StartPayment(person, tuple(wanted), "card", reference), refusal)

    @precondition(lambda self: self.payments)
    @rule(
        choice=choices,
        person=people,
        wanted=some_seats,
        by=st.sampled_from(["payer", "payer", "somebody else", "any"]),
        do=st.sampled_from(["open", "book"]),
    )
    def go_on_with_a_payment(
        self, choice: int, person: Person, wanted: list[int], by: str, do: str
    ) -> None:
        """Mostly for all that the payer holds, with the payment that was started last."""
        references = [*self.payments, "unheard of"]
        reference = references[choice % len(references) if by == "any" else -2]
        if by == "payer":
            person = replace(person, id=self.books.payments[reference]["user"])
        wanted = self.held_or_locked(person, wanted) or list(SEATS)[:1]
        if do == "open":
            self.open_payment(person, wanted, reference)
        else:
            self.book(person, wanted, reference)

    @rule(person=people, wanted=some_seats, seconds=steps, how=st.sampled_from(["book", "leave"]))
    def pay_at_a_bank_that_asks(
        self, person: Person, wanted: list[int], seconds: float, how: str
    ) -> None:
        """Come back from the bank with an authorised payment, or abandon it."""
        if held := self.held_or_locked(person, wanted):
            self.start_paying(person, held)
            if reference := next(reversed(self.payments), None):
                self.open_payment(person, held, reference)
                self.time_goes_by(seconds, sweep=True)
                if how == "book":
                    self.book(person, held, reference)

    @rule(
        person=people,
        wanted=some_seats,
        seconds=st.sampled_from([59.999, 60, 60.001]),
        do=st.sampled_from(["open", "book"]),
    )
    def go_on_with_a_payment_that_was_given_up_for_dead(
        self, person: Person, wanted: list[int], seconds: float, do: str
    ) -> None:
        if held := self.held_or_locked(person, wanted):
            self.start_paying(person, held)
            reference = next(reversed(self.payments), "unheard of")
            self.time_goes_by(seconds, sweep=False)
            self.lock(person, held)
            self.start_paying(person, held)
            if do == "open":
                self.open_payment(person, held, reference)
            else:
                self.book(person, held, reference)

    def open_payment(self, person: Person, wanted: list[int], reference: str) -> None:
        refusal = self.books.open_payment(person.id, wanted, self.now, reference)
        self.decide(OpenPayment(person, tuple(wanted), "card", reference), refusal)

    def book(self, person: Person, wanted: list[int], reference: str) -> None:
        refusal = self.books.reserve(person.id, wanted, self.now, self.next_id, reference)
        self.decide(ReserveSeats(person, tuple(wanted), "card", reference), refusal)

    @precondition(lambda self: self.payments)
    @rule(choice=choices, how=st.sampled_from(["take", "take", "give up", "decline"]))
    def move_a_payment(self, choice: int, how: str) -> None:
        """Do what others do to payments: take the money, give them up, or learn of a refusal."""
        reference = list(self.payments)[choice % len(self.payments)]
        payment = self.payments[reference]
        if how == "take" and payment.status is PaymentStatus.AUTHORISED:
            payment = replace(payment, status=PaymentStatus.CAPTURED)
        elif how != "take" and payment.status in UNDECIDED:
            ended = PaymentStatus.VOID_DUE if how == "give up" else PaymentStatus.DECLINED
            payment = replace(payment, status=ended)
        self.payments[reference] = payment
        self.books.move_payment(reference, how)

    @rule(seat_id=st.sampled_from(SEATS), price=st.sampled_from(["50.00", "60.00", "0.00"]))
    def change_a_price(self, seat_id: int, price: str) -> None:
        self.seats[seat_id] = replace(self.seats[seat_id], price=Decimal(price))
        self.books.prices[seat_id] = Decimal(price)

    @precondition(lambda self: self.books.bookings)
    @rule(person=people, choice=choices, by=st.sampled_from(["owner", "owner", "any", "organiser"]))
    def cancel(self, person: Person, choice: int, by: str) -> None:
        number = choice % (len(self.books.bookings) + 1) + 1
        as_organiser = by == "organiser"
        if by == "owner" and number in self.books.bookings:
            person = replace(person, id=self.books.bookings[number]["user"])
        refusal = self.books.cancel(person.id, number, self.now, as_organiser=as_organiser)
        self.decide(CancelReservation(person, number, as_organiser), refusal)

    @precondition(lambda self: self.books.bookings)
    @rule(person=people, choice=choices)
    def mark_paid(self, person: Person, choice: int) -> None:
        number = choice % (len(self.books.bookings) + 1) + 1
        self.decide(MarkPaid(person, number), self.books.mark_paid(number, self.now))

    @rule(person=people, wanted=some_seats, seconds=st.sampled_from([0, 1, 39.999, 40]))
    def let_go_and_lock_again(self, person: Person, wanted: list[int], seconds: float) -> None:
        held = self.held_or_locked(person, wanted)
        self.do_with_some(person, held or wanted, "unlock")
        self.time_goes_by(seconds, sweep=False)
        self.lock(person, (held or wanted)[:CAP])

    @rule(wanted=some_seats, more=st.booleans())
    def block_for_a_while(self, wanted: list[int], more: bool) -> None:
        """Seats that stay blocked would be in the way of all that can happen to the others."""
        self.decide(BlockSeats(CAROL, tuple(wanted)), self.books.block(wanted, self.now))
        if more:
            self.lock(ALICE, wanted)
        self.decide(UnblockSeats(CAROL, tuple(wanted)), self.books.unblock(wanted))
        self.decide(UnblockSeats(CAROL, tuple(SEATS)), self.books.unblock(list(SEATS)))

    @property
    def next_id(self) -> int:
        return len(self.reservations) + 1

    def as_read(self) -> dict[int, SeatState]:
        """Return the seats as the ledger reads them: overdue bookings count for nobody."""
        overdue = {
            found.id for found in self.reservations.values() if found.is_overdue(now=self.now)
        }
        return {
            seat.id: replace(seat, buyer_id=None) if seat.reservation_id in overdue else seat
            for seat in self.seats.values()
        }

    def decide(self, command: Command, expected_refusal: str | None) -> None:
        self.seats = self.as_read()
        state = BatchState(
            self.terms,
            self.now,
            dict(self.seats),
            dict(self.reservations),
            dict(self.payments),
            self.under_way(),
        )
        outcome = decide(command, state)
        assert (outcome.refusal.code if outcome.refusal else None) == expected_refusal
        check_step(command, outcome, before=self.seats, after=state)
        check_money(command, outcome, before=self.payments)
        check_end(command, outcome, before=self.reservations, state=state)
        check_counts(state)
        self.store(state, outcome)
        self.note_stints(command, outcome)

    def under_way(self) -> dict[str, int]:
        """Return who has which payment under way, as the ledger reads it."""
        return {
            payment.reference: payment.user_id
            for payment in self.payments.values()
            if (
                payment.status is PaymentStatus.PENDING
                and self.started_at[payment.reference] > self.now - timedelta(seconds=60)
            )
            or (
                payment.status is PaymentStatus.OPEN
                and self.expires_at[payment.reference] > self.now
            )
        }

    def store(self, state: BatchState, outcome: Outcome) -> None:
        """Do what the ledger does at the end of a batch."""
        self.seats, self.reservations, self.payments = (
            state.seats,
            state.reservations,
            state.payments,
        )
        if started := outcome.started:
            self.payments[started.reference] = PaymentState(
                started.reference, started.user.id, started.amount, "EUR", PaymentStatus.PENDING
            )
            self.started_at[started.reference] = self.now
        if opened := outcome.opened:
            self.expires_at[opened.reference] = opened.expires_at
            for seat in outcome.seats:
                if seat.locked_at is not None:
                    self.openings[seat.id][seat.locked_at] += 1
        if (booked := outcome.booked) and booked.user:
            self.give_number(
                tuple(ticket.seat.id for ticket in booked.bill.tickets),
                booked.user,
                booked.payment_due_at,
            )
            if booked.reference:
                self.booked_with[booked.reference] += 1
        for number in outcome.cancelled_ids:
            self.move(
                self.books.bookings[number]["reference"],
                {
                    PaymentStatus.AUTHORISED: PaymentStatus.VOID_DUE,
                    PaymentStatus.CAPTURED: PaymentStatus.REFUND_DUE,
                },
            )

    def note_stints(self, command: Command, outcome: Outcome) -> None:
        """Require that nobody has a seat for longer than they may, whatever they do in between."""
        longest = timedelta(seconds=max(self.terms.hold_seconds, LOCK_SECONDS))
        for seat in outcome.changed:
            who, since, until = self.stints.get(seat.id, (0, self.now, self.now))
            if seat.status is SeatStatus.LOCKED and seat.locked_until and seat.holder_id:
                again = until + timedelta(seconds=COOLDOWN_SECONDS, milliseconds=-1)
                if who != seat.holder_id or again <= self.now:
                    since = self.now
                assert seat.locked_until - since <= longest + self.opened_for(seat)
                self.stints[seat.id] = (seat.holder_id, since, seat.locked_until)
            elif isinstance(command, UnlockSeats):
                self.stints[seat.id] = (who, since, self.now)
            elif not isinstance(command, ReleaseExpired):
                self.stints.pop(seat.id, None)

    def opened_for(self, seat: SeatState) -> timedelta:
        """Return by how much payments may have prolonged a lock."""
        is_opened = seat.locked_at is not None and self.openings[seat.id][seat.locked_at]
        return OPENED if is_opened else timedelta(0)

    def give_number(self, seat_ids: tuple[int, ...], user: Person, due_at: datetime | None) -> None:
        number = self.next_id
        self.reservations[number] = ReservationState(number, user.id, True, seat_ids, due_at)
        for seat_id in seat_ids:
            self.seats[seat_id] = replace(self.seats[seat_id], reservation_id=number)

    def move(self, reference: str | None, moves: dict[PaymentStatus, PaymentStatus]) -> None:
        if payment := self.payments.get(reference or ""):
            moved = moves.get(payment.status, payment.status)
            self.payments[payment.reference] = replace(payment, status=moved)

    @invariant()
    def the_board_is_what_the_books_say(self) -> None:
        assert {
            seat.id: {
                "status": _WORDS[seat.status],
                "holder": seat.holder_id,
                "until": seat.locked_until,
                "since": seat.locked_at,
                "extended": seat.extensions,
                "lapsed": seat.lapsed_holder_id,
                "former": (seat.former_holder_id, seat.former_locked_at, seat.released_at)
                if seat.former_locked_at
                else None,
                "booking": seat.reservation_id,
            }
            for seat in self.seats.values()
        } == self.books.seats
        assert {
            payment.reference: {
                "user": payment.user_id,
                "amount": payment.amount,
                "status": payment.status,
                "at": self.started_at[payment.reference],
                "expires": self.expires_at.get(payment.reference),
            }
            for payment in self.payments.values()
        } == self.books.payments

    @invariant()
    def every_reserved_seat_is_in_exactly_one_live_booking(self) -> None:
        live = [found for found in self.reservations.values() if found.is_live]
        booked = {seat_id: found.id for found in live for seat_id in found.seat_ids}
        assert len(booked) == sum(len(found.seat_ids) for found in live)
        assert booked == {
            seat.id: seat.reservation_id
            for seat in self.seats.values()
            if seat.status is SeatStatus.RESERVED
        }

    @invariant()
    def nobody_holds_more_than_the_cap(self) -> None:
        for person in PEOPLE:
            held = [s for s in self.seats.values() if s.is_held_by(person.id, now=self.now)]
            assert len(held) <= CAP

    @invariant()
    def nobody_buys_more_than_the_cap(self) -> None:
        for person in PEOPLE:
            bought = [
                seat_id
                for found in self.reservations.values()
                if found.user_id == person.id and found.is_live
                if not found.is_overdue(now=self.now)
                for seat_id in found.seat_ids
            ]
            assert len(bought) <= PURCHASE_CAP

    @invariant()
    def no_lock_lasts_longer_than_it_may(self) -> None:
        longest = timedelta(seconds=max(self.terms.hold_seconds, LOCK_SECONDS))
        for seat in self.seats.values():
            if seat.locked_until is not None:
                assert seat.locked_at is not None
                openings = self.openings[seat.id][seat.locked_at]
                assert seat.extensions <= self.terms.max_extensions + openings
                assert seat.locked_at <= self.now
                assert seat.locked_until <= seat.locked_at + longest + self.opened_for(seat)
                ahead = max(timedelta(seconds=LOCK_SECONDS), self.opened_for(seat))
                assert seat.locked_until <= self.now + ahead
                assert seat.locked_until.microsecond % 1000 == 0

    @invariant()
    def only_a_locked_seat_has_a_holder_and_only_a_reserved_one_a_booking(self) -> None:
        for seat in self.seats.values():
            held = {seat.holder_id is None, seat.locked_until is None, seat.locked_at is None}
            assert held == {seat.status is not SeatStatus.LOCKED}
            assert seat.extensions == 0 or seat.status is SeatStatus.LOCKED
            assert (seat.reservation_id is not None) == (seat.status is SeatStatus.RESERVED)

    @invariant()
    def no_payment_books_twice_and_nobody_has_two_under_way(self) -> None:
        assert set(self.booked_with.values()) <= {1}
        assert set(Counter(self.under_way().values()).values()) <= {1}


def check_step(
    command: Command, outcome: Outcome, *, before: dict[int, SeatState], after: BatchState
) -> None:
    moved = {seat_id for seat_id in before if before[seat_id] != after.seats[seat_id]}
    assert moved == {seat.id for seat in outcome.changed}
    if outcome.refusal:
        assert outcome == Outcome(refusal=outcome.refusal)
    for seat in (before[seat_id] for seat_id in moved):
        if seat.status is SeatStatus.RESERVED:
            assert isinstance(command, CancelReservation | LapseUnpaid)
            assert seat.reservation_id in {*outcome.cancelled_ids, *outcome.lapsed_ids}
        if seat.is_locked(now=after.now):
            assert isinstance(command, UnlockSeats | ReserveSeats | ExtendLocks | OpenPayment)
            assert command.actor.id == seat.holder_id
        if isinstance(command, ExtendLocks | OpenPayment):
            _check_extension(seat, after.seats[seat.id])


def _check_extension(before: SeatState, after: SeatState) -> None:
    assert before.locked_until is not None
    assert after.locked_until is not None
    assert after.locked_until > before.locked_until
    assert after == replace(
        before, locked_until=after.locked_until, extensions=before.extensions + 1
    )


def check_money(command: Command, outcome: Outcome, *, before: dict[str, PaymentState]) -> None:
    """Check what a booking costs, and that it is what is paid, by who pays."""
    booked = outcome.booked
    if booked is None:
        return
    assert booked.bill.total == sum(ticket.price for ticket in booked.bill.tickets)
    assert isinstance(command, ReserveSeats)
    assert booked.reference == command.reference
    assert booked.user is not None
    if booked.reference is not None:
        paid = before[booked.reference]
        assert (paid.user_id, paid.amount) == (booked.user.id, booked.bill.total)
        assert paid.status in UNDECIDED


def check_end(
    command: Command, outcome: Outcome, *, before: dict[int, ReservationState], state: BatchState
) -> None:
    """Check that a booking ends once, by whom it is ended, and which are paid or lapse."""
    moved = {number for number in before if before[number] != state.reservations[number]}
    cancelled = set(outcome.cancelled_ids)
    paid = {outcome.paid_id} if outcome.paid_id else set()
    assert moved == {*cancelled, *paid, *outcome.lapsed_ids}
    for number in (*outcome.lapsed_ids, *paid):
        assert before[number].is_overdue(now=state.now) == (number in outcome.lapsed_ids)
        assert before[number].is_live
        assert before[number].is_unpaid
    for number in cancelled:
        assert isinstance(command, CancelReservation)
        assert before[number].is_live
        assert state.reservations[number] == replace(before[number], is_live=False)
        if not command.as_organiser:
            assert command.actor.id == before[number].user_id
            assert state.terms.cancel_until is None or state.now < state.terms.cancel_until


def check_counts(state: BatchState) -> None:
    for person in PEOPLE:
        held = {s.id for s in state.seats.values() if s.is_held_by(person.id, now=state.now)}
        assert state.held_by(person.id) == held
        bought = {s.id for s in state.seats.values() if s.buyer_id == person.id}
        assert state.bought_by(person.id) == bought


TestRules = Rules.TestCase
TestRules.settings = settings(max_examples=settings().max_examples, stateful_step_count=50)
