"""Random commands of buyers through the command queue and the checkout.

The payment provider is away, or the process that pays dies, wherever that can happen; meanwhile
deadlines pass, prices change, others take the seats, and payments are reconciled. After each step
seats, bookings, payments, the provider's books, totals and the log must agree, and every booking
that was confirmed to somebody must be there. In the end, once all is reconciled, exactly the live
bookings are charged, and `verify_ledger` finds nothing.
For a longer search that differs each time:
`pytest --thorough tests/reservations/bookings/test_model_at_random.py`.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar, cast

import pytest
from django.utils import timezone
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pytest_django import Settings

from reservations.audit.verification import Counts, differences
from reservations.bookings import command_queue
from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import (
    BlockSeats,
    Command,
    ExtendLocks,
    LockBest,
    LockSeats,
    ReleaseExpired,
    UnblockSeats,
    UnlockSeats,
)
from reservations.domain.criteria import SeatCriteria
from reservations.domain.errors import InProgress, LockCooldown, SeatcastError, Unavailable
from reservations.domain.states import Person, SeatStatus
from reservations.models import DemoCharge, IdempotencyKey, Payment, Reservation, Seat
from reservations.payments import checkout, open_payments, provider_calls, reconciling, refunds
from reservations.payments.checkout import Order
from reservations.payments.demo import ASKING, DemoProvider
from reservations.ports import payment_provider as provider_module
from reservations.ports.payment_provider import is_paid_online
from reservations.runtime import clock
from reservations.seat_finder import index_cache
from tests.factories import Clock, make_event, make_person, seat_ids, stored_id
from tests.reservations.agreement import check_agreement
from tests.reservations.payments.providers import Died, Faulty

pytestmark = pytest.mark.django_db(transaction=True)

SEATS = 5
METHODS = [
    *("invoice", "card", "card", "card", "card_lost", "card_slow"),
    *("card_declined", "card_withdrawn", ASKING, ASKING, ASKING),
]
CALLS = ["start", "look_up", "capture", "void", "refund"]


class Eventful(Faulty):
    """A provider that takes its time: once in the middle of a call, something else happens."""

    meanwhile: ClassVar[dict[str, Callable[[], None]]] = {}

    def _meet(self, call: str, when: str) -> None:
        super()._meet(call, when)
        if when == "after" and call in self.meanwhile:
            self.meanwhile.pop(call)()


@pytest.fixture(autouse=True)
def _eventful(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.SEATCAST_PAYMENT_PROVIDER = f"{Eventful.__module__}.{Eventful.__name__}"
    settings.SEATCAST_DEMO_SLOW_SECONDS = 0.0
    monkeypatch.setattr(provider_calls, "_RETRY_SECONDS", (0.0, 0.0))
    provider_module.provider.cache_clear()
    yield
    provider_module.provider.cache_clear()


people = st.integers(0, 2)
some_places = st.lists(st.integers(0, SEATS - 1), min_size=1, max_size=3)
numbers = st.integers(0, 20)
keys = st.sampled_from([None, None, "new"])
# What goes wrong: usually nothing.
fates = st.sampled_from(
    [
        *[("", "", "")] * 12,
        *[("dies", call, when) for call in CALLS for when in ("before", "after")],
        *[("fails", call, "") for call in CALLS],
    ]
)
# What happens while the provider is asked for the money.
occasions = st.sampled_from(
    [
        *[("", "")] * 8,
        *[("start", what) for what in ("taken over", "price", "late tab")],
        *[("capture", "cancel")],
        *itertools.product(("start", "capture"), ("reconcile", "late", "again", "another tab")),
    ]
)
# What happens while the provider is asked what became of an open payment.
returns = st.sampled_from(
    [
        *[("", "")] * 6,
        *itertools.product(("look_up", "capture"), ("reconcile", "late", "another tab", "give up")),
    ]
)


class Domain(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        # In the past: nothing that is stamped with the real time comes before what is done here.
        self.clock = Clock(timezone.now() - timedelta(hours=12))
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(clock, "now", self.clock)
        self.event = make_event(seats=SEATS, seat_cap=3, lock_seconds=60)
        self.ids = seat_ids(self.event)
        self.people = [make_person() for _ in range(3)]
        self.queue = command_queue._queues[self.event.pk] = CommandQueue(
            self.event.pk, clock=self.clock
        )
        self.confirmed: dict[int, str] = {}
        self.cancelled: set[int] = set()
        self.keyed: list[tuple[Order, int | str | None]] = []
        self.all_is_well()

    @rule(seconds=st.sampled_from([0.001, 1, 20, 59.999, 60, 61, 900]))
    def time_goes_by(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule(who=people, places=some_places, kind=st.sampled_from(["lock", "extend", "unlock"]))
    def take_or_hold_or_let_go(self, who: int, places: list[int], kind: str) -> None:
        person, seats = self.people[who], tuple(self.ids[place] for place in places)
        held = self.held_by(person)
        if kind == "lock" or not held:
            self.submit(LockSeats(person, seats))
        elif kind == "extend":
            self.submit(ExtendLocks(person, held))
        else:
            self.submit(UnlockSeats(person, held[:1]))

    @rule(who=people, count=st.integers(1, 3))
    def take_the_best(self, who: int, count: int) -> None:
        """Lock the best seats; it succeeds if there are enough, or names the person's cool-down."""
        person, before = self.people[who], self.held_by(self.people[who])
        fits = len(before) + count <= 3 and "f" * count in self.free()
        criteria = SeatCriteria(count)
        choice = index_cache.choose(criteria, event_id=self.event.pk, limit=1, now=self.clock.now)
        try:
            self.queue.submit(LockBest(person, criteria, choice))
        except LockCooldown:
            fits = False
        except SeatcastError:
            assert not fits
        assert len(self.held_by(person)) == len(before) + (count if fits else 0)

    @rule(places=some_places, sweep=st.booleans())
    def organise(self, places: list[int], sweep: bool) -> None:
        boss, seats = self.people[0], tuple(self.ids[place] for place in places)
        self.submit(BlockSeats(boss, seats))
        if sweep:
            self.submit(ReleaseExpired())
        self.submit(UnblockSeats(boss, self.ids))

    @rule(
        who=people,
        places=some_places,
        method=st.sampled_from(METHODS),
        key=keys,
        fate=fates,
        occasion=occasions,
    )
    def buy(
        self,
        who: int,
        places: list[int],
        method: str,
        key: str | None,
        fate: tuple[str, str, str],
        occasion: tuple[str, str],
    ) -> None:
        person = self.people[who]
        if not self.held_by(person):
            self.submit(LockSeats(person, tuple(self.ids[place] for place in places)))
        order = Order(
            event_id=self.event.pk,
            actor=person,
            seat_ids=self.held_by(person) or self.ids[:1],
            payment_method=method,
            key=key and f"key {len(self.keyed)}",
        )
        self.all_is_well()
        self.provoke(*fate)
        self.plan(*occasion, order)
        if key:
            self.buy_with_a_key(order)
        else:
            self.reserve(order)

    @rule(who=people, places=some_places, method=st.sampled_from(["invoice", "card"]), key=keys)
    def buy_in_peace(self, who: int, places: list[int], method: str, key: str | None) -> None:
        self.buy(who, places, method, key, ("", "", ""), ("", ""))

    @precondition(lambda self: self.keyed)
    @rule(number=numbers, fate=fates)
    def buy_again(self, number: int, fate: tuple[str, str, str]) -> None:
        """Send an order with a key once more: what came of it, comes of it again."""
        place = number % len(self.keyed)
        order, before = self.keyed[place]
        self.provoke(*fate)
        result = self.reserve(order)
        # Its process died first, or the command was refused as in progress.
        if before is not None:
            assert result == before
        self.keyed[place] = order, result

    @precondition(lambda self: self.open_payments())
    @rule(
        number=numbers,
        answer=st.sampled_from(["approve", "approve", "approve", "decline", ""]),
        fate=fates,
        occasion=returns,
    )
    def come_back_from_the_bank(
        self, number: int, answer: str, fate: tuple[str, str, str], occasion: tuple[str, str]
    ) -> None:
        found = self.open_payments()
        payment = found[number % len(found)]
        if answer:
            DemoProvider().answer_bank(reference=payment.reference, approves=answer == "approve")
        [person] = [each for each in self.people if each.id == payment.user_id]
        order = Order(
            event_id=self.event.pk,
            actor=person,
            seat_ids=self.held_by(person) or self.ids[:1],
            payment_method=ASKING,
        )
        self.provoke(*fate)
        self.plan(*occasion, order)
        with suppress(Died, Unavailable):
            open_payments.advance(payment.reference)
        self.all_is_well()
        payment.refresh_from_db()
        if payment.status in {"authorised", "captured"}:
            self.confirmed[cast("int", payment.reservation_id)] = ASKING

    @precondition(lambda self: self.open_payments())
    @rule(number=numbers, fate=fates)
    def give_up(self, number: int, fate: tuple[str, str, str]) -> None:
        found = self.open_payments()
        self.provoke(*fate)
        with suppress(Died):
            open_payments.give_up(found[number % len(found)].reference)
        self.all_is_well()

    @precondition(lambda self: Reservation.objects.filter(event=self.event).exists())
    @rule(number=numbers, by_owner=st.booleans(), fate=fates)
    def cancel(self, number: int, by_owner: bool, fate: tuple[str, str, str]) -> None:
        bookings = list(Reservation.objects.filter(event=self.event).order_by("pk"))
        booking = bookings[number % len(bookings)]
        [owner] = [each for each in self.people if each.id == booking.user_id]
        self.provoke(*fate)
        self.cancel_for(owner if by_owner else self.people[number % 3], booking.pk)

    @rule(fate=fates)
    def reconcile(self, fate: tuple[str, str, str] = ("", "", "")) -> None:
        self.provoke(*fate)
        with suppress(Died):
            for payment in reconciling.unfinished(older_than_seconds=0):
                with suppress(Unavailable):
                    reconciling.finish(payment)
        self.all_is_well()

    @rule(place=st.integers(0, SEATS - 1), price=st.sampled_from(["50.00", "60.00", "0.00"]))
    def change_a_price(self, place: int, price: str) -> None:
        Seat.objects.filter(pk=self.ids[place]).update(price=price)

    # How it is done.

    def free(self) -> str:
        """Return the row with an f for each seat that can be had."""
        return "".join(
            "f"
            if seat.status == SeatStatus.AVAILABLE
            or (seat.locked_until is not None and seat.locked_until <= self.clock.now)
            else "-"
            for seat in self.event.seats.order_by("pk")
        )

    def submit(self, command: Command) -> None:
        with suppress(SeatcastError):
            self.queue.submit(command)

    def buy_with_a_key(self, order: Order) -> None:
        place = len(self.keyed)
        self.keyed.append((order, None))
        self.keyed[place] = order, self.reserve(order)

    def reserve(self, order: Order) -> int | str | None:
        """Return the reservation, the reference of an open payment or the code of a refusal.

        None when another try may do better.
        """
        try:
            result = checkout.reserve(order)
            if "open_payment" in result:
                return result["open_payment"]
            number = stored_id(result)
        except (Died, Unavailable):
            return None
        except InProgress:
            assert self.is_under_way(order)
            return None
        except SeatcastError as refusal:
            return refusal.code
        finally:
            self.all_is_well()
        if number not in self.cancelled:
            self.confirmed[number] = order.payment_method
        return number

    def is_under_way(self, order: Order) -> bool:
        """Tell whether a payment of theirs is, or was until its process died a moment ago."""
        of_theirs = {"event": self.event, "user": order.actor.id}
        since = self.clock.now - timedelta(seconds=60)
        return (
            Payment.objects.filter(**of_theirs, status="pending", created_at__gt=since).exists()
            or Payment.objects.filter(
                **of_theirs, status="open", expires_at__gt=self.clock.now
            ).exists()
            or IdempotencyKey.objects.filter(
                **of_theirs, key=order.key, answer=None, created_at__gt=since
            ).exists()
        )

    def cancel_for(self, person: Person, number: int) -> CommandResult | None:
        try:
            return refunds.cancel(event_id=self.event.pk, actor=person, reservation_id=number)
        except (Died, SeatcastError):
            return None
        finally:
            self.all_is_well()
            if Reservation.objects.get(pk=number).status == "cancelled":
                self.cancelled.add(number)
                self.confirmed.pop(number, None)

    def provoke(self, what: str, call: str, when: str) -> None:
        if what == "dies":
            Eventful.dies.add((call, when))
        elif what == "fails":
            Eventful.fails.add(call)

    def plan(self, call: str, what: str, order: Order) -> None:
        def happen() -> None:
            self.all_is_well()
            self.meanwhile(what, order)

        if call:
            Eventful.meanwhile[call] = happen

    def meanwhile(self, what: str, order: Order) -> None:
        match what:
            case "late" | "taken over":
                self.clock.advance(61)
                if what == "taken over":
                    [other, *_] = [each for each in self.people if each != order.actor]
                    self.submit(LockSeats(other, order.seat_ids[:1]))
            case "price":
                Seat.objects.filter(pk=order.seat_ids[0]).update(price="70.00")
            case "reconcile":
                self.reconcile()
            case "again":
                with suppress(SeatcastError):
                    checkout.reserve(order)
            case "another tab" | "late tab":
                if what == "late tab":
                    self.clock.advance(61)
                    self.submit(LockSeats(order.actor, order.seat_ids))
                self.buy_with_a_key(replace(order, key=f"tab {len(self.keyed)}"))
            case "give up":
                for payment in self.open_payments():
                    open_payments.give_up(payment.reference)
            case _:
                self.cancel_for(order.actor, Reservation.objects.latest("pk").pk)

    def held_by(self, person: Person) -> tuple[int, ...]:
        held = Seat.objects.filter(
            event=self.event, locked_by=person.id, locked_until__gt=self.clock.now
        )
        return tuple(held.order_by("pk").values_list("pk", flat=True))

    def open_payments(self) -> list[Payment]:
        return list(Payment.objects.filter(event=self.event, status="open").order_by("pk"))

    def all_is_well(self) -> None:
        for what in (Eventful.dies, Eventful.fails, Eventful.calls, Eventful.meanwhile):
            what.clear()

    @invariant()
    def all_books_agree(self) -> None:
        check_agreement(self.event)

    @invariant()
    def what_was_confirmed_is_there(self) -> None:
        live = Reservation.objects.filter(event=self.event, status="confirmed")
        # The bank may withdraw a payment, and with it goes the booking.
        sure = {number for number, by in self.confirmed.items() if by != "card_withdrawn"}
        assert sure <= set(live.values_list("pk", flat=True))

    def teardown(self) -> None:
        # Nobody comes back any more.
        self.clock.advance(3_600)
        self.reconcile()
        assert reconciling.unfinished(older_than_seconds=0) == []
        check_agreement(self.event)
        payments = dict(Payment.objects.filter(event=self.event).values_list("reference", "status"))
        assert set(payments.values()) <= {"captured", "voided", "refunded", "declined"}
        charged = DemoCharge.objects.filter(reference__in=payments, status="captured")
        live = Reservation.objects.filter(event=self.event, status="confirmed")
        assert sum((charge.amount for charge in charged), Decimal(0)) == sum(
            (found.total_price for found in live if is_paid_online(found.payment_method)),
            Decimal(0),
        )
        assert list(differences(event_id=self.event.pk, counts=Counts())) == []
        command_queue._queues.pop(self.event.pk)
        self.patch.undo()


TestDomain = Domain.TestCase
TestDomain.settings = hypothesis_settings(
    max_examples=hypothesis_settings().max_examples // 12, stateful_step_count=25
)
