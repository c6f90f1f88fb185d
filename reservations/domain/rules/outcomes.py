"""What the rules return."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from reservations.domain.errors import SeatcastError
from reservations.domain.rules.pricing import Bill
from reservations.domain.states import EntryState, Person, Reason, SeatState


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A pending payment to store before the provider is called."""

    reference: str
    user: Person
    method: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class NewReservation:
    """A reservation to store. `id` is a negative placeholder until then.

    `reference` names its payment; without one it must be paid by `payment_due_at`.
    """

    id: int
    user: Person
    bill: Bill
    payment_method: str
    reference: str | None = None
    payment_due_at: datetime | None = None


class Transition(NamedTuple):
    """A seat's new state, and why it changed."""

    seat: SeatState
    reason: Reason


def transitions(seats: Iterable[SeatState], reason: Reason) -> tuple[Transition, ...]:
    """Return the transitions of seats that all changed for one reason."""
    return tuple(Transition(seat, reason) for seat in seats)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of deciding a command.

    `transitions` has the seats that changed, `seats` all that the command named, in their new
    states; `admitted` are entries, which change no seat. With a `refusal` all else is empty.
    """

    sentence: str = ""
    seats: tuple[SeatState, ...] = ()
    transitions: tuple[Transition, ...] = ()
    started: NewPayment | None = None
    booked: NewReservation | None = None
    cancelled_ids: tuple[int, ...] = ()
    admitted: tuple[EntryState, ...] = ()
    lapsed_ids: tuple[int, ...] = ()
    paid_id: int | None = None
    refusal: SeatcastError | None = None

    @property
    def changed(self) -> tuple[SeatState, ...]:
        """The new states of the seats that changed."""
        return tuple(seat for seat, _ in self.transitions)
