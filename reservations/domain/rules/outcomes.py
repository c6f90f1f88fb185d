"""What the rules return."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reservations.domain.errors import SeatcastError
from reservations.domain.states import EntryState, Person, Reason, SeatState


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A payment to store before the provider is asked for it."""

    reference: str
    user: Person
    method: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class NewReservation:
    """A booking to store. `id` is the board's placeholder.

    `reference` names its payment; without one it is to be paid until `payment_due_at`.
    """

    id: int
    user: Person
    seats: tuple[SeatState, ...]
    total_price: Decimal
    payment_method: str
    reference: str | None = None
    payment_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command.

    `changed` are the seats whose state is new, `seats` all that the command named, as they stand
    now; `admitted` are entries, which change no seat. With a `refusal` everything else is empty.
    """

    sentence: str = ""
    seats: tuple[SeatState, ...] = ()
    changed: tuple[SeatState, ...] = ()
    reason: Reason = Reason.LOCKED
    started: NewPayment | None = None
    booked: NewReservation | None = None
    cancelled_id: int | None = None
    admitted: tuple[EntryState, ...] = ()
    lapsed_ids: tuple[int, ...] = ()
    paid_id: int | None = None
    refusal: SeatcastError | None = None
