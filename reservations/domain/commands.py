"""The commands that people, organisers and the clock send to change an event's seats.

Every command class has a method `reads`, which declares what must be read before it is decided.
"""

import hashlib
import json
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple

from reservations.domain.criteria import Choice, Places, SeatCriteria
from reservations.domain.states import AllocationKind, BoxOfficeMethod, Person, Settling


class Reads(NamedTuple):
    """What a command needs in the `BatchState` on which it is decided.

    `seat_ids` are the seats that the command names. `caps_of` is the person whose held and bought
    seats count towards the caps, and who must not have departed; it has no default, so that a new
    command cannot forget it. `holds_of` brings the seats that one more person holds.
    `reservation_id` and `reservation_ids` bring reservations with their seats and entries, and
    `payment` the payment with that reference. `pending_payments_of` and `verified_email_of` are
    people. `promo_code` brings the code with how often it is used, and `ticket_types` the event's
    ticket types with their prices. `rows` brings all seats in the rows of `seat_ids`, if the event
    refuses orphans; `expired_locks` the seats whose lock has expired; `overdue_reservations` those
    that were not paid in time; `ended_allocations` the allocations whose time has come, with their
    seats; and `money` what the provider can refund of the reservations.

    A command that `is_alone` is not committed together with others, because what it writes depends
    on what they would have written.
    """

    seat_ids: tuple[int, ...]
    caps_of: int | None
    reservation_id: int | None = None
    reservation_ids: tuple[int, ...] = ()
    payment: str | None = None
    holds_of: int | None = None
    pending_payments_of: int | None = None
    verified_email_of: int | None = None
    promo_code: str = ""
    ticket_types: bool = False
    rows: bool = False
    expired_locks: bool = False
    overdue_reservations: bool = False
    ended_allocations: bool = False
    money: bool = False
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class LockSeats:
    """Lock seats for the actor, all or none. `promo_code` opens those of its allocation."""

    actor: Person
    seat_ids: tuple[int, ...]
    promo_code: str = ""

    def reads(self) -> Reads:
        return Reads(self.seat_ids, caps_of=self.actor.id, promo_code=self.promo_code)


@dataclass(frozen=True, slots=True)
class LockBest:
    """Lock the best available seats that meet the criteria, all or none.

    `choice` was made before the event's row was locked: the first of its sets that is still free
    is locked. Without a choice only the code, the caps and the sale window are checked. Unless this
    is the last try, a choice with seats in the actor's cool-down raises Outpaced, so that other
    seats are chosen. `promo_code` opens the seats of its allocation, as in LockSeats.
    """

    actor: Person
    criteria: SeatCriteria
    choice: Choice | None = None
    is_last_try: bool = True
    promo_code: str = ""

    def reads(self) -> Reads:
        seat_ids = tuple(chain.from_iterable(self.choice.sets)) if self.choice else ()
        return Reads(seat_ids, caps_of=self.actor.id, promo_code=self.promo_code)


@dataclass(frozen=True, slots=True)
class LockPlaces:
    """Lock any `count` places of a standing area, `group`, all or none.

    `choice` was made before the event's row was locked: the first of its places that are still free
    are locked, those that `promo_code` opens before others. Without a choice only the code, the
    caps and the sale window are checked.
    """

    actor: Person
    group: str
    count: int
    choice: Places | None = None
    promo_code: str = ""

    def reads(self) -> Reads:
        seat_ids = self.choice.seat_ids if self.choice else ()
        return Reads(seat_ids, caps_of=self.actor.id, promo_code=self.promo_code)


@dataclass(frozen=True, slots=True)
class ExtendLocks:
    """Extend the actor's locks on seats, all or none."""

    actor: Person
    seat_ids: tuple[int, ...]

    def reads(self) -> Reads:
        return Reads(self.seat_ids, caps_of=None)


@dataclass(frozen=True, slots=True)
class UnlockSeats:
    """Release the actor's locks on seats, all or none."""

    actor: Person
    seat_ids: tuple[int, ...]

    def reads(self) -> Reads:
        return Reads(self.seat_ids, caps_of=None)


@dataclass(frozen=True, slots=True)
class StartPayment:
    """Record a pending payment for seats that the actor holds.

    `reference` is new; the provider knows the payment by it. `ticket_types` has pairs of a seat's
    id and a ticket type's; a seat without one is sold at its own price. If `expected_total` is not
    the total, the command is refused.
    """

    actor: Person
    seat_ids: tuple[int, ...]
    payment_method: str
    reference: str
    ticket_types: tuple[tuple[int, int], ...] = ()
    expected_total: Decimal | None = None

    def reads(self) -> Reads:
        who = self.actor.id
        return Reads(
            self.seat_ids,
            caps_of=who,
            pending_payments_of=who,
            verified_email_of=who,
            ticket_types=bool(self.ticket_types),
            rows=True,
        )


@dataclass(frozen=True, slots=True)
class OpenPayment:
    """Keep a pending payment open, and its seats held, until the buyer or their bank has decided.

    The other fields are those of its StartPayment. `provider_reference` is the provider's own name
    for the payment, if it has one.
    """

    actor: Person
    seat_ids: tuple[int, ...]
    payment_method: str
    reference: str
    ticket_types: tuple[tuple[int, int], ...] = ()
    expected_total: Decimal | None = None
    provider_reference: str = ""

    def reads(self) -> Reads:
        return Reads(
            self.seat_ids,
            caps_of=None,
            payment=self.reference,
            pending_payments_of=self.actor.id,
        )


@dataclass(frozen=True, slots=True)
class ReserveSeats:
    """Reserve seats that the actor holds, all or none.

    `reference` names the payment that pays for them; without one they are paid later.
    `ticket_types` and `expected_total` are as in StartPayment.
    """

    actor: Person
    seat_ids: tuple[int, ...]
    payment_method: str
    reference: str | None = None
    ticket_types: tuple[tuple[int, int], ...] = ()
    expected_total: Decimal | None = None

    def reads(self) -> Reads:
        who = self.actor.id
        return Reads(
            self.seat_ids,
            caps_of=who,
            payment=self.reference,
            verified_email_of=who,
            ticket_types=bool(self.ticket_types),
            rows=self.reference is None,
        )


@dataclass(frozen=True, slots=True)
class CancelReservation:
    """Cancel a reservation and free its seats. An organiser may cancel anyone's."""

    actor: Person
    reservation_id: int
    as_organiser: bool = False

    def reads(self) -> Reads:
        return Reads((), caps_of=None, reservation_id=self.reservation_id)


@dataclass(frozen=True, slots=True)
class AdmitSeats:
    """Record the entry of a reservation's seats, all or none; without `seat_ids`, of the rest.

    The seats stay reserved and no map changes, so it takes no sequence number; an `Entry` row is
    stored for each seat. `at` is when a door without a network admitted them; without, it is now.
    See docs/adr/0016-entry-is-not-a-seat-change.md.
    """

    actor: Person
    reservation_id: int
    seat_ids: tuple[int, ...] = ()
    gate: str = ""
    at: datetime | None = None

    def reads(self) -> Reads:
        return Reads((), caps_of=None, reservation_id=self.reservation_id)


@dataclass(frozen=True, slots=True)
class MarkPaid:
    """Mark a reservation that is paid later as paid; organisers only."""

    actor: Person
    reservation_id: int

    def reads(self) -> Reads:
        return Reads((), caps_of=None, reservation_id=self.reservation_id)


@dataclass(frozen=True, slots=True)
class ChangeBuyer:
    """Write the name and the address that a reservation has of its own; organisers only.

    None leaves what it has. Empty: those of its account, if it has one.
    """

    actor: Person
    reservation_id: int
    buyer_name: str | None = None
    buyer_email: str | None = None

    def reads(self) -> Reads:
        # What else is mailed in its batch would go to the former address.
        return Reads((), caps_of=None, reservation_id=self.reservation_id, is_alone=True)


@dataclass(frozen=True, slots=True)
class LapseUnpaid:
    """End overdue reservations and free their seats."""

    actor: None = None

    def reads(self) -> Reads:
        return Reads((), caps_of=None, overdue_reservations=True)


@dataclass(frozen=True, slots=True)
class ReleaseExpired:
    """Store expired locks as released."""

    actor: None = None

    def reads(self) -> Reads:
        return Reads((), caps_of=None, expired_locks=True)


@dataclass(frozen=True, slots=True)
class CancelReservations:
    """Cancel the live ones of some reservations of a cancelled event, and free their seats."""

    actor: Person | None
    reservation_ids: tuple[int, ...]

    def reads(self) -> Reads:
        return Reads((), caps_of=None, reservation_ids=self.reservation_ids)


@dataclass(frozen=True, slots=True)
class WithdrawReservation:
    """Cancel a reservation whose payment cannot be captured, and free its seats."""

    reservation_id: int
    actor: None = None

    def reads(self) -> Reads:
        return Reads((), caps_of=None, reservation_ids=(self.reservation_id,))


@dataclass(frozen=True, slots=True)
class EndLocks:
    """Release the live locks on some seats of a cancelled event, whoever has them."""

    actor: Person | None
    seat_ids: tuple[int, ...]

    def reads(self) -> Reads:
        return Reads(self.seat_ids, caps_of=None)


@dataclass(frozen=True, slots=True)
class BlockSeats:
    """Take available seats off sale, all or none; organisers only, or a plan's import (None)."""

    actor: Person | None
    seat_ids: tuple[int, ...]

    def reads(self) -> Reads:
        return Reads(self.seat_ids, caps_of=None)


@dataclass(frozen=True, slots=True)
class AllocateSeats:
    """Keep available seats for something or somebody, all or none; organisers only.

    `label` is the reason, the person's name or the channel's, and `until` is when the seats are
    released by themselves; None: never. Seats of the allocation `from_allocation` may be among
    them, which moves them to the new one.
    """

    actor: Person
    seat_ids: tuple[int, ...]
    kind: AllocationKind
    label: str
    until: datetime | None = None
    from_allocation: int | None = None

    def reads(self) -> Reads:
        return Reads(self.seat_ids, caps_of=None)


@dataclass(frozen=True, slots=True)
class EndAllocations:
    """Release the seats of allocations whose time has come."""

    actor: None = None

    def reads(self) -> Reads:
        return Reads((), caps_of=None, ended_allocations=True)


@dataclass(frozen=True, slots=True)
class SellSeats:
    """Sell available seats at the box office, all or none, paid at once; organisers only.

    Seats of the allocation `from_allocation` may be among them. With COMP they cost nothing and
    have no ticket types. `ticket_types` and `expected_total` are as in StartPayment. Neither the
    times of sale nor the caps of buyers apply.
    """

    actor: Person
    seat_ids: tuple[int, ...]
    payment_method: BoxOfficeMethod
    buyer_name: str
    buyer_email: str = ""
    ticket_types: tuple[tuple[int, int], ...] = ()
    expected_total: Decimal | None = None
    from_allocation: int | None = None

    def reads(self) -> Reads:
        return Reads(self.seat_ids, caps_of=None, ticket_types=bool(self.ticket_types))


@dataclass(frozen=True, slots=True)
class ReleaseLocks:
    """Release the live locks on seats, whoever has them; organisers only.

    Seats that are available are left as they are; reserved and blocked ones are refused.
    """

    actor: Person
    seat_ids: tuple[int, ...]

    def reads(self) -> Reads:
        return Reads(self.seat_ids, caps_of=None)


@dataclass(frozen=True, slots=True)
class UnblockSeats:
    """Put blocked seats on sale, all or none; organisers only."""

    actor: Person
    seat_ids: tuple[int, ...]

    def reads(self) -> Reads:
        return Reads(self.seat_ids, caps_of=None)


@dataclass(frozen=True, slots=True)
class MoveSeats:
    """Move seats of a reservation to other seats of the event, all or none; organisers only.

    `moves` has pairs of an old seat's id and a new one's. Ticket types are kept. If
    `expected_difference` is given and is not the difference in price, the command is refused.
    """

    actor: Person
    reservation_id: int
    moves: tuple[tuple[int, int], ...]
    settling: Settling = Settling.NONE
    expected_difference: Decimal | None = None

    def reads(self) -> Reads:
        return Reads(
            tuple(new for _, new in self.moves),
            caps_of=None,
            reservation_id=self.reservation_id,
            ticket_types=True,
            money=True,
            is_alone=True,
        )


@dataclass(frozen=True, slots=True)
class SplitBooking:
    """Make a new reservation of some seats of another one; organisers only.

    It has a code, and may have a name and an address, of its own.
    """

    actor: Person
    reservation_id: int
    seat_ids: tuple[int, ...]
    buyer_name: str = ""
    buyer_email: str = ""

    def reads(self) -> Reads:
        return Reads(
            (), caps_of=None, reservation_id=self.reservation_id, money=True, is_alone=True
        )


@dataclass(frozen=True, slots=True)
class MergeBookings:
    """Merge the reservation `other_id` into another one, which keeps its code; organisers only.

    Those of different buyers are merged only if that `is_confirmed`.
    """

    actor: Person
    reservation_id: int
    other_id: int
    is_confirmed: bool = False

    def reads(self) -> Reads:
        ids = (self.reservation_id, self.other_id)
        return Reads((), caps_of=None, reservation_ids=ids, money=True, is_alone=True)


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Make all that a guest has of the event the actor's: holds, payments and reservations.

    The guest is merged into the actor's account already, so there is nothing new. Repeating it
    changes nothing.
    """

    actor: Person
    guest_id: int

    def reads(self) -> Reads:
        return Reads((), caps_of=self.actor.id, holds_of=self.guest_id, is_alone=True)


@dataclass(frozen=True, slots=True)
class Leave:
    """Release all that the actor, who has departed, holds of the event, and void open payments.

    Reservations stay. A payment that is being started is voided when it comes to book its seats.
    """

    actor: Person

    def reads(self) -> Reads:
        return Reads((), caps_of=None, holds_of=self.actor.id, is_alone=True)


ReservationCommand = CancelReservation | MarkPaid | ChangeBuyer | AdmitSeats
Rebooking = MoveSeats | SplitBooking | MergeBookings
Command = (
    LockSeats
    | LockBest
    | LockPlaces
    | ExtendLocks
    | UnlockSeats
    | StartPayment
    | OpenPayment
    | ReserveSeats
    | BlockSeats
    | AllocateSeats
    | UnblockSeats
    | SellSeats
    | ReleaseLocks
    | ReservationCommand
    | Rebooking
    | CancelReservations
    | WithdrawReservation
    | EndLocks
    | ReleaseExpired
    | EndAllocations
    | LapseUnpaid
    | TakeOver
    | Leave
)


def fingerprint(command: Command) -> str:
    """Return a SHA-256 that is equal for two commands with the same intent.

    StartPayment, OpenPayment and ReserveSeats for the same seats have the same fingerprint,
    whatever the payment's references, and so have two LockBest with the same criteria, whatever the
    choice, and two AdmitSeats, whatever the time: it is corrected by a clock's error at each
    attempt. Fields count only if they do not have their default, so that a new one leaves the
    fingerprints alone which servers of the release before have stored.
    """
    is_payment = isinstance(command, StartPayment | OpenPayment)
    kind = ReserveSeats if is_payment else type(command)
    ignored = ("reference", "provider_reference", "choice", "is_last_try", "at")
    intent = {name: value for name, value in _told(command).items() if name not in ignored}
    if command.actor is not None:
        # Somebody who changes networks between two attempts intends the same.
        intent["actor"] = {"id": command.actor.id, "name": command.actor.name}
    text = json.dumps([kind.__name__, intent], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _told(value: Any) -> Any:
    """Return dataclasses as dicts of the fields that do not have their default."""
    if is_dataclass(value):
        told = {field.name: (getattr(value, field.name), field.default) for field in fields(value)}
        return {name: _told(each) for name, (each, default) in told.items() if each != default}
    return [_told(each) for each in value] if isinstance(value, tuple) else value
