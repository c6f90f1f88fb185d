"""Random batches against the same commands one at a time on an identical event.

Whatever is decided together must come to what it comes to one by one: the same answers, seats,
bookings, payments, log and keys; and what is announced must lead to the same picture. After each
step all that is stored of an event must agree, and in the end `verify_ledger` must find nothing.
For a longer search that differs each time:
`pytest --thorough tests/reservations/bookings/test_batches_at_random.py`.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from reservations.audit.verification import Counts, differences
from reservations.bookings.command_queue import CommandQueue, _QueueItem
from reservations.bookings.records import CommandResult
from reservations.bookings.ticket_codes import public_id_of
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
from reservations.domain.errors import PaymentEnded, SeatcastError
from reservations.domain.states import UNDECIDED, PaymentStatus, Person, SeatStatus
from reservations.events.changes import ChangeSet, seats_changed
from reservations.models import (
    IdempotencyKey,
    Payment,
    Reservation,
    ReservationSeat,
    Seat,
    SeatChange,
)
from tests.factories import Clock, make_event, make_person, seat_ids
from tests.reservations.agreement import check_agreement

pytestmark = pytest.mark.django_db(transaction=True)

SEATS, PEOPLE = 5, 3
NO_SEAT = 2**62


@dataclass(frozen=True)
class SeatCriteria:
    """A command for any twin: seats go by their place, bookings and payments by their number.

    Usually it is about what its person holds; they lock something first if that is nothing.
    """

    kind: str
    person: int
    places: tuple[int, ...]
    is_usual: bool
    number: int
    key: str | None


KINDS = [
    *("lock", "extend", "extend", "unlock", "book", "book", "start", "start", "start", "open"),
    *("book paid", "book paid", "book paid", "cancel", "cancel", "release", "block", "unblock"),
    *("mark paid", "lapse", "open"),
]
_NEED_LOCKS = {"extend", "unlock", "book", "start"}
# Once in a while a seat that there is not.
places = st.sampled_from([*range(SEATS)] * 4 + [SEATS])
all_criteria = st.builds(
    SeatCriteria,
    kind=st.sampled_from(KINDS),
    person=st.integers(0, PEOPLE - 1),
    places=st.lists(places, min_size=1, max_size=3).map(tuple),
    is_usual=st.sampled_from([True, True, True, False]),
    number=st.integers(0, 20),
    key=st.sampled_from([None, None, None, None, "new", "new", "again", "for something else"]),
)


class Twin:
    """One of two events that begin alike."""

    def __init__(self, people: list[Person], clock: Clock, **terms: Any) -> None:
        self.people = people
        self.clock = clock
        self.event = make_event(
            **{"seats": SEATS, "seat_cap": 3, "purchase_cap": 4, "lock_seconds": 60},
            **{"payment_seconds": 120, **terms},
        )
        self.ids = seat_ids(self.event)
        self.queue = CommandQueue(self.event.pk, clock=clock)
        self.keyed: list[tuple[Command, str]] = []
        self.references = 0
        self.seen: dict[int, tuple[Any, ...]] = {}
        self.seen_seq = 0

    def one_by_one(
        self, asked: list[tuple[Command, str | None]]
    ) -> list[CommandResult | SeatcastError]:
        results: list[CommandResult | SeatcastError] = []
        for command, key in asked:
            try:
                results.append(self.queue.submit(command, key))
            except SeatcastError as refusal:
                results.append(refusal)
        return results

    def together(
        self, asked: list[tuple[Command, str | None]]
    ) -> list[CommandResult | SeatcastError]:
        """Have commands decided in one batch, as if they had queued up."""
        items = [_QueueItem(command, key) for command, key in asked]
        self.queue._queue.extend(items)
        self.queue._is_led = True
        before = self.event.change_seq
        self.queue._lead(self.queue._take(), waits_for_row=True)
        assert not self.queue._is_led
        results = [item.result for item in items if item.result is not None]
        assert len(results) == len(items), f"the batch failed after number {before}"
        return results

    def watch(self, changes: ChangeSet) -> None:
        """Take in what is announced, as viewers do."""
        if changes.event_id == self.event.pk:
            assert changes.since == self.seen_seq
            self.seen_seq = changes.seq
            for change in changes.changes:
                seen = (change.status, change.locked_until, change.holder)
                self.seen[change.seat_id] = seen

    def take_the_money(self) -> None:
        Payment.objects.filter(event=self.event, status=PaymentStatus.AUTHORISED).update(
            status=PaymentStatus.CAPTURED
        )

    def change_a_price(self, number: int) -> None:
        price = ["50.00", "60.00"][number % 2]
        Seat.objects.filter(pk=self.ids[number % SEATS]).update(price=price)

    def commands(self, batch: list[SeatCriteria]) -> list[tuple[Command, str | None]]:
        """Return a batch's commands; what they refer to is there before the batch."""
        payments = list(Payment.objects.filter(event=self.event).order_by("pk"))
        bookings = list(Reservation.objects.filter(event=self.event).order_by("pk"))
        asked: list[tuple[Command, str | None]] = []
        for criteria in batch:
            command = self._command(criteria, payments, bookings)
            asked.append(self._keyed(command, criteria))
        return asked

    def _keyed(self, command: Command, criteria: SeatCriteria) -> tuple[Command, str | None]:
        """Return a command with its key; or one that was sent before, with its key, again."""
        if criteria.key == "new":
            self.keyed.append((command, f"key {len(self.keyed)}"))
            return self.keyed[-1]
        if criteria.key and self.keyed:
            stored_result, key = self.keyed[-1 - criteria.number % len(self.keyed)]
            if criteria.key == "again":
                return self._as_if_new(stored_result), key
            return command, key
        return command, None

    def _as_if_new(self, command: Command) -> Command:
        """Give a payment a reference that there was not before."""
        if not isinstance(command, StartPayment):
            return command
        self.references += 1
        return replace(command, reference=f"{self.event.pk}-{self.references}")

    def _command(
        self, criteria: SeatCriteria, payments: list[Payment], bookings: list[Reservation]
    ) -> Command:
        who = self.people[criteria.person]
        seats = tuple(self._seat(place) for place in criteria.places)
        held = self._held_by(who) if criteria.is_usual else ()
        wanted = held or seats
        if criteria.is_usual and not held and criteria.kind in _NEED_LOCKS:
            return LockSeats(who, seats)
        match criteria.kind:
            case "extend":
                return ExtendLocks(who, wanted)
            case "unlock":
                return UnlockSeats(who, wanted[:1])
            case "book":
                return ReserveSeats(who, wanted, "invoice")
            case "start":
                return self._as_if_new(StartPayment(who, wanted, "card", ""))
            case "book paid" if payments:
                return self._paid_booking(criteria, payments)
            case "open" if payments:
                booking = self._paid_booking(criteria, payments)
                return OpenPayment(
                    *(booking.actor, booking.seat_ids, "card", booking.reference or ""),
                    provider_reference="pi_1",
                )
            case "cancel" if bookings:
                return self._cancellation(criteria, bookings)
            case "mark paid" if bookings:
                return MarkPaid(who, bookings[criteria.number % len(bookings)].pk)
            case "lapse":
                return LapseUnpaid()
            case "block":
                return BlockSeats(who, seats)
            case "unblock":
                return UnblockSeats(who, self.ids)
            case "release":
                return ReleaseExpired()
            case _:
                return LockSeats(who, seats)

    def _paid_booking(self, criteria: SeatCriteria, payments: list[Payment]) -> ReserveSeats:
        pending = [each for each in payments if each.status in UNDECIDED]
        if not criteria.is_usual or not pending:
            payment = payments[criteria.number % len(payments)]
            return ReserveSeats(
                self.people[criteria.person], self.ids[:2], "card", payment.reference
            )
        [who] = [each for each in self.people if each.id == pending[-1].user_id]
        wanted = self._held_by(who) or self.ids[:1]
        return ReserveSeats(who, wanted, "card", pending[-1].reference)

    def _cancellation(self, criteria: SeatCriteria, bookings: list[Reservation]) -> Command:
        booking, who = bookings[criteria.number % len(bookings)], self.people[criteria.person]
        if criteria.is_usual:
            [who] = [each for each in self.people if each.id == booking.user_id]
        return CancelReservation(who, booking.pk, as_organiser=criteria.number % 5 == 0)

    def _seat(self, place: int) -> int:
        return self.ids[place] if place < SEATS else NO_SEAT

    def _held_by(self, who: Person) -> tuple[int, ...]:
        held = Seat.objects.filter(
            event=self.event, locked_by=who.id, locked_until__gt=self.clock.now
        )
        return tuple(held.order_by("pk").values_list("pk", flat=True))

    # What twins have in common.

    def plain(self, result: CommandResult | SeatcastError | dict[str, Any] | None) -> Any:
        """Return a result with places and numbers for the ids, which differ between twins."""
        if isinstance(result, SeatcastError):
            return self._plain((result.code, result.sentence, result.details))
        return self._plain(result)

    def stored(self) -> dict[str, Any]:
        """Return all that is stored of the event, in the same way."""
        self.event.refresh_from_db()
        of_event = {"event": self.event}
        keys = IdempotencyKey.objects.filter(**of_event).order_by("user", "key")
        return {
            "seq": self.event.change_seq,
            "seats": self._rows(Seat.objects.filter(**of_event), _SEAT),
            "bookings": self._rows(Reservation.objects.filter(**of_event), _BOOKING),
            "sold": self._rows(ReservationSeat.objects.filter(**of_event), _SOLD),
            "payments": self._rows(Payment.objects.filter(**of_event), _PAYMENT),
            "log": self._rows(SeatChange.objects.filter(**of_event), _LINE),
            "keys": [
                (row.user_id, row.key, row.created_at, self._plain(row.answer)) for row in keys
            ],
        }

    def _rows(self, rows: Any, fields: tuple[str, ...]) -> list[Any]:
        return [self._plain(row) for row in rows.order_by("pk").values(*fields)]

    def _plain(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {each: self._plain(value[each], _what(each, value)) for each in value}
        if isinstance(value, list | tuple):
            return [self._plain(each, name) for each in value]
        if name == "seat" and value in self.ids:
            return f"seat {self.ids.index(value)}"
        if name == "reservation" and value is not None:
            if isinstance(value, str):
                value = Reservation.objects.get(public_id=value).pk
            rows = Reservation.objects.filter(event=self.event, pk__lte=value)
            return f"reservation {rows.count()}"
        if name == "ticket_code":
            return self._plain(public_id_of(value), "reservation")
        if name in {"reference", "open_payment"}:
            return value.removeprefix(f"{self.event.pk}-")
        return "the event" if name == "event" else value


_SEAT = (
    *("id", "status", "locked_by", "locked_until", "locked_at", "extensions", "lapsed_holder"),
    *("former_holder", "former_locked_at", "released_at", "reservation", "version"),
)
_BOOKING = (
    *("user", "status", "payment_method", "total_price", "created_at", "cancelled_at"),
    *("payment_due_at", "paid_at", "lapsed_at"),
)
_SOLD = ("reservation", "seat", "price", "live")
_PAYMENT = (
    *("reference", "user", "reservation", "method", "amount", "status", "order"),
    *("provider_reference", "expires_at", "created_at", "updated_at"),
)
_LINE = (
    *("seq", "seat", "status", "holder", "locked_until", "held_since", "reservation"),
    *("reason", "actor", "at"),
)


def _what(name: str, row: dict[str, Any]) -> str:
    """Return what kind of thing a field names, if that is one with an id."""
    if name == "id":
        return "reservation" if "payment_method" in row else "seat"
    return {"seat_id": "seat", "seat_ids": "seat"}.get(name, name)


class Batches(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        # In the past: nothing that is stamped with the real time comes before what is done here.
        self.clock = Clock(timezone.now() - timedelta(hours=12))
        self.twins: list[Twin] = []

    @initialize(window=st.sampled_from([None, None, (0, 200)]), last=st.sampled_from([None, 200]))
    def make_twins(self, window: tuple[int, int] | None, last: int | None) -> None:
        people = [make_person() for _ in range(PEOPLE)]
        start = self.clock.now
        terms: dict[str, Any] = {"date": start + timedelta(days=30)}
        if window:
            terms["sales_open_at"], terms["sales_close_at"] = (
                start + timedelta(seconds=at) for at in window
            )
        if last:
            terms["cancel_until"] = start + timedelta(seconds=last)
        self.twins = [Twin(people, self.clock, **terms) for _ in range(2)]
        seats_changed.connect(self.announce)

    def announce(self, changes: ChangeSet, **_: object) -> None:
        for twin in self.twins:
            twin.watch(changes)

    @rule(
        seconds=st.sampled_from([0.001, 1, 1, 20, 20, 30, 59.999, 60]),
        batch=st.lists(all_criteria, min_size=1, max_size=8),
        meanwhile=st.sampled_from(["", "", "", "capture", "price"]),
    )
    def some_time_later_a_batch(
        self, seconds: float, batch: list[SeatCriteria], meanwhile: str
    ) -> None:
        self.clock.advance(seconds)
        for twin in self.twins:
            if meanwhile == "capture":
                twin.take_the_money()
            elif meanwhile == "price":
                twin.change_a_price(batch[0].number)
        together, alone = self.twins
        assert [together.plain(found) for found in together.together(together.commands(batch))] == [
            alone.plain(found) for found in alone.one_by_one(alone.commands(batch))
        ]

    @invariant()
    def the_twins_are_alike(self) -> None:
        for twin in self.twins:
            check_agreement(twin.event, provider_is_ours=False)
        first, second = (twin.stored() for twin in self.twins)
        assert first == second

    @invariant()
    def viewers_see_the_seats_as_they_are(self) -> None:
        for twin in self.twins:
            assert twin.seen_seq == twin.event.change_seq
            names = {who.id: who.name for who in twin.people}
            for seat in Seat.objects.filter(event=twin.event):
                status, until, holder = twin.seen.get(seat.pk, (SeatStatus.AVAILABLE, None, None))
                assert (status, until) == (seat.status, seat.locked_until)
                assert holder == (names[seat.locked_by_id] if seat.locked_by_id else None)

    def teardown(self) -> None:
        seats_changed.disconnect(self.announce)
        for twin in self.twins:
            found = list(differences(event_id=twin.event.pk, counts=Counts()))
            assert found == []


TestBatches = Batches.TestCase
TestBatches.settings = settings(max_examples=settings().max_examples // 25, stateful_step_count=20)


@pytest.fixture
def twins(clock: Clock) -> list[Twin]:
    people, date = [make_person() for _ in range(PEOPLE)], clock.now + timedelta(days=30)
    return [Twin(people, clock, date=date) for _ in range(2)]


def _as_alone(
    twins: list[Twin], before: list[SeatCriteria], batch: list[SeatCriteria]
) -> list[Any]:
    """Return the results of a batch, having made sure that they are as one by one."""
    for twin in twins:
        for criteria in before:
            twin.one_by_one(twin.commands([criteria]))
    together, alone = twins
    results = [together.plain(found) for found in together.together(together.commands(batch))]
    assert results == [alone.plain(found) for found in alone.one_by_one(alone.commands(batch))]
    assert together.stored() == alone.stored()
    return results


def _wish(kind: str, *places: int, key: str | None = None) -> SeatCriteria:
    return SeatCriteria(kind, 0, places or (0,), is_usual=True, number=0, key=key)


def test_a_new_payment_can_start_in_the_batch_that_used_the_last_one(twins: list[Twin]) -> None:
    before = [_wish("lock", 0), _wish("start")]
    batch = [_wish("book paid"), _wish("lock", 1), _wish("start", 1)]
    batch[2] = replace(batch[2], is_usual=False)
    results = _as_alone(twins, before, batch)
    assert [found["message"] for found in results] == [
        *("Reservation confirmed!", "Seat A2 locked for 1 minute", "Payment started")
    ]


def test_a_refused_payment_cannot_be_used_later_in_the_batch(
    twins: list[Twin],
) -> None:
    before = [_wish("lock", 0), _wish("start"), _wish("lock", 1)]
    refused, booked = _as_alone(twins, before, [_wish("book paid"), _wish("book paid")])
    assert (refused[0], booked[0]) == ("price_changed", "payment_ended")


def test_a_payment_pays_for_one_reservation_in_a_batch(twins: list[Twin]) -> None:
    before = [_wish("lock", 0), _wish("start")]
    booked, refused = _as_alone(twins, before, [_wish("book paid"), _wish("book paid")])
    assert (booked["message"], refused[0]) == ("Reservation confirmed!", "seat_unavailable")


def test_a_payment_for_one_event_pays_for_no_other(twins: list[Twin]) -> None:
    one, other = twins
    for twin in twins:
        twin.one_by_one(twin.commands([_wish("lock", 0)]))
    one.one_by_one(one.commands([_wish("start")]))
    reference = Payment.objects.get().reference
    [refusal] = other.together(
        [(ReserveSeats(other.people[0], other.ids[:1], "card", reference), None)]
    )
    assert isinstance(refusal, PaymentEnded)
    assert Payment.objects.get().status == PaymentStatus.PENDING
