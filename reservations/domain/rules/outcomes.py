"""What the rules return."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from reservations.domain.errors import SeatcastError
from reservations.domain.rules.pricing import Bill
from reservations.domain.states import (
    AllocationKind,
    EntryState,
    Person,
    Reason,
    SaleChannel,
    SeatState,
    Settling,
)


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A pending payment to store before the provider is called."""

    reference: str
    user: Person
    method: str
    amount: Decimal


class OpenedPayment(NamedTuple):
    """A payment that stays open until `expires_at`."""

    reference: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewReservation:
    """A reservation to store. `id` is a negative placeholder until then.

    `reference` names its payment; without one it must be paid by `payment_due_at`, or was paid at
    `paid_at`. One without a `user` is of somebody without an account: `buyer_name`.
    """

    id: int
    user: Person | None
    bill: Bill
    payment_method: str
    reference: str | None = None
    payment_due_at: datetime | None = None
    paid_at: datetime | None = None
    channel: SaleChannel = SaleChannel.ONLINE
    buyer_name: str = ""
    buyer_email: str = ""


@dataclass(frozen=True, slots=True)
class NewAllocation:
    """An allocation to store. `id` is a negative placeholder until then."""

    id: int
    kind: AllocationKind
    label: str
    until: datetime | None
    created_by: Person


class Transfer(NamedTuple):
    """Money that goes with seats to another booking; `payment` is None for the box office's."""

    payment: str | None
    amount: Decimal


class MovedSeat(NamedTuple):
    """A seat that was given up for another one. `price` is the new one's in the booking."""

    old: SeatState
    new: SeatState
    old_price: Decimal
    price: Decimal
    ticket_type: str


@dataclass(frozen=True, slots=True)
class Move:
    """Seats of a reservation that were moved, and how the difference in price was settled.

    `difference` is that of today's prices, and `waived` the part of it that was waived. `refunds`
    are to be made by the provider.
    """

    reservation_id: int
    seats: tuple[MovedSeat, ...]
    settling: Settling
    difference: Decimal
    waived: Decimal = Decimal(0)
    refunds: tuple[Transfer, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """Seats that were split off a reservation. `new_id` is a negative placeholder."""

    reservation_id: int
    new_id: int
    seat_ids: tuple[int, ...]
    amount: Decimal
    transfers: tuple[Transfer, ...]
    buyer_name: str
    buyer_email: str


@dataclass(frozen=True, slots=True)
class Merge:
    """A reservation that was merged into another one."""

    reservation_id: int
    other_id: int
    amount: Decimal
    fees: Decimal
    due_at: datetime | None
    transfers: tuple[Transfer, ...]


class TakenOver(NamedTuple):
    """A guest whose payments and reservations of the event become an account's."""

    guest_id: int
    account_id: int


class ChangedBuyer(NamedTuple):
    """The name and the address that a reservation has of its own now."""

    reservation_id: int
    name: str
    email: str


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
    states; `admitted` are entries, which change no seat; `left_id` is a person whose open payments
    are voided. With a `refusal` all else is empty.
    """

    sentence: str = ""
    seats: tuple[SeatState, ...] = ()
    transitions: tuple[Transition, ...] = ()
    started: NewPayment | None = None
    opened: OpenedPayment | None = None
    booked: NewReservation | None = None
    allocated: NewAllocation | None = None
    ended_allocations: tuple[int, ...] = ()
    cancelled_ids: tuple[int, ...] = ()
    admitted: tuple[EntryState, ...] = ()
    lapsed_ids: tuple[int, ...] = ()
    withdrawn_id: int | None = None
    paid_id: int | None = None
    buyer_changed: ChangedBuyer | None = None
    rebooked: Move | Split | Merge | None = None
    taken_over: TakenOver | None = None
    left_id: int | None = None
    refusal: SeatcastError | None = None

    @property
    def changed(self) -> tuple[SeatState, ...]:
        """The new states of the seats that changed."""
        return tuple(seat for seat, _ in self.transitions)
