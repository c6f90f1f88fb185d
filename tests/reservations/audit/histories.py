"""Events with a history, made by commands."""

import random
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from uuid import uuid4

from django.core.management import call_command

from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import (
    AllocateSeats,
    BlockSeats,
    CancelReservation,
    Command,
    EndAllocations,
    ExtendLocks,
    LockSeats,
    MergeBookings,
    MoveSeats,
    ReleaseExpired,
    ReleaseLocks,
    ReserveSeats,
    SellSeats,
    SplitBooking,
    StartPayment,
    UnblockSeats,
    UnlockSeats,
)
from reservations.domain.errors import SeatcastError, SettlingNotOffered
from reservations.domain.states import (
    AllocationKind,
    BoxOfficeMethod,
    PaymentStatus,
    Person,
    Settling,
)
from reservations.models import Allocation, Event, Payment, Reservation, ReservationSeat
from tests.factories import Clock, make_event, make_person, seat_ids


class History:
    """An event, and what people do with its seats, at times of its own clock."""

    def __init__(self, clock: Clock, *, seats: int = 8) -> None:
        self.clock = clock
        self.event: Event = make_event(seats=seats, lock_seconds=60, seat_cap=seats)
        self.ids = seat_ids(self.event)
        self.people = [make_person() for _ in range(3)]
        self.queue = CommandQueue(self.event.pk, clock=clock)

    def do(self, *commands: Command) -> None:
        for command in commands:
            self.queue.submit(command)

    def book(self, person: Person, *seat_ids: int, method: str = "invoice") -> Reservation:
        """Book seats that a person holds; by card that is paid for, and the money was taken."""
        reference = uuid4().hex if method == "card" else None
        if reference:
            self.do(StartPayment(person, seat_ids, method, reference))
        answer = self.queue.submit(ReserveSeats(person, seat_ids, method, reference))
        Payment.objects.filter(reference=reference).update(status=PaymentStatus.CAPTURED)
        return Reservation.objects.get(public_id=answer["reservation"]["id"])

    def go_on_at_random(self, steps: int, *, seed: int = 1) -> None:
        """Have people do all sorts of things, minutes apart or at once; much is refused."""
        chance = random.Random(seed)
        for _ in range(steps):
            self.clock.advance(chance.choice([0, 0.001, 1, 20, 60, 90]))
            with suppress(SeatcastError):
                self._step(chance)

    def _step(self, chance: random.Random) -> None:
        person = chance.choice(self.people)
        some = tuple(chance.sample(self.ids, chance.choice([1, 1, 2, 3])))
        held = self.held_by(person)
        match chance.randrange(18):
            case 0 | 1 | 2:
                self.do(LockSeats(person, some))
            case 3:
                self.do(ExtendLocks(person, held or some))
            case 4:
                self.do(UnlockSeats(person, held[:1] or some))
            case 5 | 6:
                self.book(person, *(held or some), method=chance.choice(["card", "cash"]))
            case 7:
                self.do(ReleaseExpired())
            case 8:
                is_blocking = chance.random() < 0.5
                self.do(BlockSeats(person, some) if is_blocking else UnblockSeats(person, some))
            case 9:
                self.do(SellSeats(person, some, chance.choice(list(BoxOfficeMethod)), "Zoe"))
            case 10:
                self._sell_or_move_kept(person, some, chance)
            case 11:
                until = self.clock.now + timedelta(seconds=chance.choice([1, 60, 300]))
                kind = chance.choice(list(AllocationKind))
                self.do(AllocateSeats(person, some, kind, "Zoe", chance.choice([None, until])))
            case 12:
                is_releasing = chance.random() < 0.5
                self.do(ReleaseLocks(person, some) if is_releasing else EndAllocations())
            case 13:
                found = self._any_booking(chance)
                self.do(CancelReservation(person, found, as_organiser=True))
            case 14 | 15:
                found = self._any_booking(chance)
                moves = tuple(zip(self._seats_of(found, chance), some, strict=False))
                # One of them fits.
                for settling in chance.sample(list(Settling), len(Settling)):
                    with suppress(SettlingNotOffered):
                        self.do(MoveSeats(person, found, moves, settling))
                        break
            case 16:
                found = self._any_booking(chance)
                self.do(SplitBooking(person, found, self._seats_of(found, chance)[:1], "Zoe"))
            case _:
                kept, other = self._any_booking(chance), self._any_booking(chance)
                self.do(MergeBookings(person, kept, other, is_confirmed=True))

    def _any_booking(self, chance: random.Random) -> int:
        live = Reservation.objects.filter(event=self.event, status="confirmed")
        return chance.choice([found.pk for found in live.order_by("pk")] or [0])

    def _seats_of(self, booking: int, chance: random.Random) -> tuple[int, ...]:
        rows = ReservationSeat.objects.filter(reservation=booking).order_by("seat_id")
        ids = list(rows.values_list("seat_id", flat=True))
        return tuple(chance.sample(ids, len(ids)))

    def _sell_or_move_kept(
        self, person: Person, some: tuple[int, ...], chance: random.Random
    ) -> None:
        kept = Allocation.objects.filter(event=self.event, seats__isnull=False).order_by("pk")
        if (found := kept.first()) is None:
            return
        wanted = *found.seats.values_list("pk", flat=True)[:1], *some[:1]
        method = BoxOfficeMethod.CARD_READER
        if chance.random() < 0.5:
            self.do(SellSeats(person, wanted, method, "Zoe", from_allocation=found.pk))
        else:
            block = AllocationKind.BLOCK
            self.do(AllocateSeats(person, wanted, block, "Piano", from_allocation=found.pk))

    def held_by(self, person: Person) -> tuple[int, ...]:
        live = self.event.seats.filter(locked_by=person.id, locked_until__gt=self.clock.now)
        return tuple(live.order_by("pk").values_list("pk", flat=True))


def run(command: str, *arguments: str) -> str:
    """Run a management command and return what it printed."""
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()
