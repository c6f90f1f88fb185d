"""An event with a full history, and functions that corrupt it."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from io import StringIO

from django.core.management import CommandError, call_command
from django.db.models import QuerySet

from reservations.domain.commands import (
    BlockSeats,
    CancelReservation,
    Command,
    ExtendLocks,
    LockSeats,
    ReleaseExpired,
    UnblockSeats,
    UnlockSeats,
)
from reservations.domain.states import Person, SeatStatus
from reservations.models import Event, Payment, Reservation, ReservationSeat, Seat, SeatChange
from tests.factories import Clock, make_person
from tests.reservations.audit.histories import History

AVAILABLE = {
    "status": SeatStatus.AVAILABLE,
    "locked_by": None,
    "locked_until": None,
    "locked_at": None,
    "extensions": 0,
    "reservation": None,
}


@dataclass
class Past:
    """An event's history: seats by number; `paid`, `cash` and `refunded` are reservations."""

    event: Event
    alice: Person
    bob: Person
    ids: dict[str, int]
    paid: Reservation
    cash: Reservation
    refunded: Reservation
    clock: Clock

    def seat(self, number: str, **fields: object) -> None:
        assert Seat.objects.filter(pk=self.ids[number]).update(**fields) == 1

    def log(self, seq: int, *numbers: str, **fields: object) -> None:
        assert self.rows(seq, *numbers).update(**fields) > 0

    def unlog(self, seq: int, *numbers: str) -> None:
        assert self.rows(seq, *numbers).delete()[0] > 0

    def unlog_all(self, *seqs: int) -> None:
        assert SeatChange.objects.filter(event=self.event, seq__in=seqs).delete()[0] > 0

    def rows(self, seq: int, *numbers: str) -> QuerySet[SeatChange]:
        rows = SeatChange.objects.filter(event=self.event, seq=seq)
        return rows.filter(seat__in=[self.ids[each] for each in numbers]) if numbers else rows

    def booked(self, reservation: Reservation, number: str = "") -> QuerySet[ReservationSeat]:
        found = ReservationSeat.objects.filter(reservation=reservation)
        return found.filter(seat=self.ids[number]) if number else found

    def reservation(self, reservation: Reservation, /, **fields: object) -> None:
        assert Reservation.objects.filter(pk=reservation.pk).update(**fields) == 1

    def payment(self, reservation: Reservation, /, **fields: object) -> None:
        assert Payment.objects.filter(reservation=reservation).update(**fields) == 1

    def expect(self, *patterns: str) -> None:
        """Require that exactly these differences are found; * is for anything.

        Those of the money that follow from them are left out.
        """
        found = differences(self.event)
        if patterns:
            found = [line for line in found if not is_of_money(line)]
        names = {"paid": self.paid.pk, "cash": self.cash.pk, "refunded": self.refunded.pk}
        wanted = [pattern.format(**names) for pattern in patterns]
        assert len(found) == len(wanted), found
        for line, pattern in zip(found, wanted, strict=True):
            assert fnmatchcase(line, pattern), (line, pattern)


def is_of_money(difference: str) -> bool:
    """Return whether a difference is one of those of `reservations.audit.balance`."""
    return any(words in difference for words in ("came in,", "told to be paid back"))


def differences(event: Event) -> list[str]:
    """Return what verify_ledger says of an event, a sentence each; it must fail if there is any."""
    out, failure = StringIO(), ""
    try:
        call_command("verify_ledger", "--event", str(event.pk), stdout=out)
    except CommandError as error:
        failure = str(error)
    lines = out.getvalue().splitlines()
    if not failure:
        assert len(lines) == 1
        assert lines[0].endswith(": no difference.")
        return []
    count = "1 difference" if len(lines) == 1 else f"{len(lines)} differences"
    assert failure.endswith(f": {count}.")
    return [line.removeprefix(f"Event {event.pk}: ") for line in lines]


def make_past(clock: Clock) -> Past:
    """Make seats A1 to A8 and changes 1 to 18, which are a second or a minute apart.

    A1, A2: alice's, by card. A3: bob's, in cash. A4: bob's lock, extended; before, his booking
    with A5, which was refunded. A5: blocked. A6: was blocked. A7: several locks, the last one
    bob's that lapsed. A8: never touched.
    """
    history = History(clock)
    alice, bob = make_person("alice"), make_person("bob")
    a1, a2, a3, a4, a5, a6, a7, _ = history.ids

    def do(*commands: Command) -> None:
        for command in commands:
            clock.advance(1)
            history.do(command)

    def book(person: Person, *seats: int, method: str) -> Reservation:
        clock.advance(1)
        return history.book(person, *seats, method=method)

    do(LockSeats(alice, (a1, a2)), ExtendLocks(alice, (a1,)))  # 1, 2
    paid = book(alice, a1, a2, method="card")  # 3
    do(LockSeats(bob, (a3,)))  # 4
    cash = book(bob, a3, method="cash")  # 5
    do(LockSeats(bob, (a4, a5)))  # 6
    refunded = book(bob, a4, a5, method="card")  # 7
    do(CancelReservation(bob, refunded.pk))  # 8
    do(BlockSeats(alice, (a5, a6)), UnblockSeats(alice, (a6,)))  # 9, 10
    do(LockSeats(alice, (a7,)))  # 11
    clock.advance(60)
    do(ReleaseExpired(), LockSeats(bob, (a7,)), UnlockSeats(bob, (a7,)))  # 12, 13, 14
    do(LockSeats(bob, (a7,)))  # 15
    clock.advance(60)
    do(ReleaseExpired())  # 16
    do(LockSeats(bob, (a4,)), ExtendLocks(bob, (a4,)))  # 17, 18
    ids = {f"A{place}": pk for place, pk in enumerate(history.ids, start=1)}
    return Past(history.event, alice, bob, ids, paid, cash, refunded, clock)
