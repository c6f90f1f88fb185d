"""The plain data that the rules work on: no ORM, no clock."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import NamedTuple


def iso(moment: datetime | None) -> str | None:
    """Format a UTC time as in the API: ISO 8601 with milliseconds and a Z."""
    if moment is None:
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_milliseconds(moment: datetime) -> datetime:
    """Truncate a time to milliseconds, the precision of the API and of frames."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class SeatStatus(IntEnum):
    """A seat's status; the value is its code on the wire and in the database."""

    AVAILABLE = 0
    LOCKED = 1
    RESERVED = 2
    BLOCKED = 3

    @property
    def word(self) -> str:
        """The status as in the API."""
        return self.name.lower()


class Reason(StrEnum):
    """Why a seat changed."""

    LOCKED = "locked"
    EXTENDED = "extended"
    UNLOCKED = "unlocked"
    EXPIRED = "expired"
    RESERVED = "reserved"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    ENDED = "ended"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    RELEASED = "released"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"
    TAKEN_OVER = "taken_over"


class AllocationKind(StrEnum):
    """What an allocation keeps seats for: nobody, a person, or a channel such as a sponsor."""

    BLOCK = "block"
    NAME = "name"
    CHANNEL = "channel"


class SaleChannel(StrEnum):
    """Where a booking was made. COMP: given away at the box office."""

    ONLINE = "online"
    BOX_OFFICE = "box_office"
    COMP = "comp"


class BoxOfficeMethod(StrEnum):
    """How a booking of the box office is paid, which is at once."""

    CASH = "cash"
    CARD_READER = "card_reader"
    COMP = "comp"


class PaymentStatus(StrEnum):
    """The status of a payment. VOID_DUE and REFUND_DUE wait for a call to the provider.

    PENDING: the provider has not answered yet. OPEN: it waits for the buyer or their bank.
    REFUND_FAILED is of refunds alone: the provider could not return the money.
    """

    PENDING = "pending"
    OPEN = "open"
    DECLINED = "declined"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    VOID_DUE = "void_due"
    VOIDED = "voided"
    REFUND_DUE = "refund_due"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"


class DisputeStatus(StrEnum):
    """How a dispute stands: the buyer has asked their bank for the money back."""

    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"


class Settling(StrEnum):
    """How the difference in price of a move is settled.

    NONE: there is none, or the booking is not paid yet and costs the new sum. CASH and CARD_READER:
    paid or paid back at the box office. PROVIDER: refunded the way it was paid. WAIVED: the new
    seats cost what the old ones did.
    """

    NONE = "none"
    CASH = "cash"
    CARD_READER = "card_reader"
    PROVIDER = "provider"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Person:
    """The sender of a command, with the user name that others see.

    Seats count towards the caps of all people with the same `mailbox`, and of all those in the same
    `network`. Both are keyed hashes, None if not known. That of a mail address which the person has
    verified is positive; while the address is only claimed it is the negative of that.
    """

    id: int
    name: str
    mailbox: int | None = field(default=None, compare=False)
    network: int | None = field(default=None, compare=False)

    def cap_keys(self) -> frozenset[int]:
        """Return the keys under which seats must be counted to apply the caps to this person."""
        mailboxes = () if self.mailbox is None else (self.mailbox, -self.mailbox)
        return frozenset(mailboxes if self.network is None else (*mailboxes, self.network))


@dataclass(frozen=True, slots=True)
class Hold:
    """A person's past hold on a seat."""

    holder_id: int
    locked_at: datetime
    released_at: datetime

    @classmethod
    def of(
        cls, holder_id: int | None, locked_at: datetime | None, released_at: datetime | None
    ) -> "Hold | None":
        """Return a hold from nullable columns; None if one is empty."""
        if holder_id is None or locked_at is None or released_at is None:
            return None
        return cls(holder_id, locked_at, released_at)


class Grouping(NamedTuple):
    """With which seats a seat is sold: those of its table, and its accessible seat.

    `group` is the table of a seat that is sold only with the whole table, which has `group_size`
    seats; empty for all others. `companion_of` is the id of the accessible seat whose companion
    sits here.
    """

    group: str = ""
    group_size: int = 0
    companion_of: int | None = None


SOLD_ALONE = Grouping()
"""The grouping of a seat that is sold without others."""


@dataclass(frozen=True, slots=True)
class SeatState:
    """A seat as the rules see it.

    `locked_at` is when its lock began, and `extensions` how often it was extended since.
    `lapsed_holder_id` is the holder of the last expired lock, who gets `lock_expired` instead of
    `not_holder`. `former_holder_id` held the seat last, from `former_locked_at` until they unlocked
    or reserved it at `released_at`. `reservation_id` is negative until the reservation is stored;
    `buyer_id` is the person of the reservation. `is_ordinary` is False for accessible and companion
    seats, and for the places of tables and standing areas. `allocation_id` is the allocation of a
    blocked seat, negative until it is stored; None if it is blocked without one.

    `grouping` is the one under which a held or reserved seat was taken, as far as the event's plan
    still requires one. `planned` is that of the present plan, if it is kept apart: it counts for
    whoever takes the seat next.

    A seat that is held with the code `promo_code_id` has its allocation too, until that ends: it
    goes back to it when the hold ends, and is never available to others.

    While it is held or reserved, `mailbox` and `network` are those of the person who locked it.

    `price` is what it costs without a ticket type. If prices or fees were changed while it is held,
    `price`, `held_prices`, by ticket type, and `held_fees` are those from before.
    """

    id: int
    seat_number: str
    price: Decimal
    status: SeatStatus = SeatStatus.AVAILABLE
    holder_id: int | None = None
    locked_until: datetime | None = None
    locked_at: datetime | None = None
    extensions: int = 0
    lapsed_holder_id: int | None = None
    former_holder_id: int | None = None
    former_locked_at: datetime | None = None
    released_at: datetime | None = None
    reservation_id: int | None = None
    buyer_id: int | None = None
    category_id: int | None = None
    held_prices: Mapping[int, Decimal] = field(default_factory=dict)
    held_fees: "Fees | None" = None
    grouping: Grouping = SOLD_ALONE
    planned: Grouping | None = None
    is_ordinary: bool = True
    allocation_id: int | None = None
    promo_code_id: int | None = None
    mailbox: int | None = None
    network: int | None = None

    def is_locked(self, *, now: datetime) -> bool:
        """Return whether the seat has a live lock: one whose deadline has not passed."""
        return (
            self.status is SeatStatus.LOCKED
            and self.locked_until is not None
            and self.locked_until > now
        )

    def has_lapsed(self, *, now: datetime) -> bool:
        """Return whether the seat's status is locked, but its deadline has passed."""
        return self.status is SeatStatus.LOCKED and not self.is_locked(now=now)

    @property
    def is_kept_lock(self) -> bool:
        """Whether the seat goes back to its allocation when its lock ends."""
        return self.status is SeatStatus.LOCKED and self.allocation_id is not None

    def is_available(self, *, now: datetime) -> bool:
        return self.status is SeatStatus.AVAILABLE or (
            self.has_lapsed(now=now) and self.allocation_id is None
        )

    def is_kept_for(self, allocation_id: int | None, *, now: datetime) -> bool:
        """Return whether the seat is kept for that allocation, and nobody holds it."""
        is_kept = self.status is SeatStatus.BLOCKED or self.has_lapsed(now=now)
        return is_kept and self.allocation_id is not None and self.allocation_id == allocation_id

    def is_held_by(self, person_id: int, *, now: datetime) -> bool:
        return self.holder_id == person_id and self.is_locked(now=now)

    def last_hold(self, *, now: datetime) -> Hold | None:
        """Return the last hold that has ended; an expired lock counts before it is released."""
        if self.has_lapsed(now=now):
            return Hold.of(self.holder_id, self.locked_at, self.locked_until)
        return Hold.of(self.former_holder_id, self.former_locked_at, self.released_at)


@dataclass(frozen=True, slots=True)
class EntryState:
    """The entry of a seat: when, and at which gate."""

    seat_id: int
    at: datetime
    gate: str = ""


class SoldTicket(NamedTuple):
    """What a seat of a reservation was sold at, and the name of its ticket type."""

    price: Decimal
    ticket_type: str = ""


@dataclass(frozen=True, slots=True)
class ReservationState:
    """A stored reservation as the rules see it, with its entries by seat.

    `user_id` is None if it was sold at the box office to somebody without an account. `due_at` is
    its payment deadline, None if it was paid online, and `is_paid` whether it was paid since;
    `is_charged` is False while an online payment has not been authorised or captured.

    `tickets` has what its seats were sold at, and `total` their sum with the `fees`. A booking
    `is_settled` if no call to the payment provider is due. `shares` is the money that the provider
    can refund, by the reference of its payment, and `paid_here` what the box office has; both are
    read only for commands that declare `money`.
    `buyer` identifies who booked: bookings with the same one are of the same buyer. It has
    `buyer_name` and `buyer_email` of its own, besides those of its account.
    """

    id: int
    user_id: int | None
    is_live: bool
    seat_ids: tuple[int, ...]
    due_at: datetime | None = None
    is_paid: bool = False
    has_lapsed: bool = False
    is_charged: bool = True
    entries: Mapping[int, EntryState] = field(default_factory=dict)
    tickets: Mapping[int, SoldTicket] = field(default_factory=dict)
    total: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    tax_percent: Decimal | None = None
    payment_method: str = ""
    is_settled: bool = True
    is_merged: bool = False
    shares: Mapping[str, Decimal] = field(default_factory=dict)
    paid_here: Decimal = Decimal(0)
    buyer: str = ""
    buyer_name: str = ""
    buyer_email: str = ""

    @property
    def is_unpaid(self) -> bool:
        return self.due_at is not None and not self.is_paid

    def is_overdue(self, *, now: datetime) -> bool:
        """Return whether its payment deadline has passed, but LapseUnpaid has not ended it yet."""
        return self.is_live and not self.is_paid and self.due_at is not None and self.due_at <= now


@dataclass(frozen=True, slots=True)
class TicketTypeState:
    """A kind of ticket, such as reduced, with its price by category; None is for seats without one.

    It is not sold in categories that have no price here.
    """

    id: int
    name: str
    prices: Mapping[int | None, Decimal]


@dataclass(frozen=True, slots=True)
class PromoCodeState:
    """A code that opens an allocation's seats: for `left` more of them, none once it has ended."""

    id: int
    allocation_id: int
    left: int
    has_ended: bool = False


@dataclass(frozen=True, slots=True)
class Fees:
    """What is added to the price: for each ticket that costs something, and once for each booking.

    `tax_percent` is the rate of the tax that prices and fees include; None where none is shown.
    """

    each_ticket: Decimal = Decimal(0)
    each_booking: Decimal = Decimal(0)
    tax_percent: Decimal | None = None


UNDECIDED = frozenset({PaymentStatus.PENDING, PaymentStatus.OPEN})
"""Payments that may still pay for a reservation."""


@dataclass(frozen=True, slots=True)
class PaymentState:
    """A payment that was started, as the rules see it."""

    reference: str
    user_id: int
    amount: Decimal
    currency: str
    status: PaymentStatus


class Sale(StrEnum):
    """Whether seats of an event can be locked now."""

    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of sale of an event's seats.

    A lock lasts `lock_seconds`, can be extended `max_extensions` times, and ends at most
    `hold_seconds` after it began. Locking a seat again within `cooldown_seconds` after releasing it
    continues the earlier hold. Buyers may cancel until `cancel_until`.

    A person may have `seat_cap` live locks, and `purchase_cap` seats in live reservations; so may
    all people together who have one mail address. All people in one network together may have
    `network_seat_cap` and `network_purchase_cap`; None: any number. With one of the
    `offline_methods`, payment is due within `payment_seconds`, and before `begins_at`.

    Seats are held for `open_payment_seconds` while their payment waits for the buyer or their bank.

    Until `companions_held_until`, or always if it is None, a companion seat is sold only with its
    accessible seat.

    A draft is not on sale, whatever its times of sale are, nor is a cancelled event. `fees` are
    added to the prices; all are in `currency`.

    With `refuses_orphans` nobody may buy seats so that a single free one is left that they could
    have avoided.
    """

    lock_seconds: int
    seat_cap: int
    sales_open_at: datetime | None = None
    sales_close_at: datetime | None = None
    cancel_until: datetime | None = None
    max_extensions: int = 2
    hold_seconds: int = 900
    purchase_cap: int = 10
    network_seat_cap: int | None = None
    network_purchase_cap: int | None = None
    cooldown_seconds: int = 300
    offline_methods: frozenset[str] = frozenset()
    payment_seconds: int = 3 * 24 * 60 * 60
    open_payment_seconds: int = 900
    begins_at: datetime | None = None
    requires_verified_email: bool = False
    is_draft: bool = False
    fees: Fees = Fees()
    companions_held_until: datetime | None = None
    is_cancelled: bool = False
    refuses_orphans: bool = False
    currency: str = "EUR"

    def holds_companions(self, *, now: datetime) -> bool:
        """Return whether companion seats are sold only with their accessible seat."""
        return self.companions_held_until is None or now < self.companions_held_until

    def sale(self, *, now: datetime) -> Sale:
        if self.is_cancelled:
            return Sale.CLOSED
        if self.is_draft:
            return Sale.UPCOMING
        if self.sales_open_at is not None and now < self.sales_open_at:
            return Sale.UPCOMING
        if self.sales_close_at is not None and now >= self.sales_close_at:
            return Sale.CLOSED
        return Sale.OPEN

    def last_deadline(self, *, locked_at: datetime) -> datetime:
        """Return the latest deadline of a lock that began at `locked_at`, in whole milliseconds."""
        last = locked_at + timedelta(seconds=max(self.hold_seconds, self.lock_seconds))
        return to_milliseconds(last)

    def lockable_again_at(self, hold: Hold) -> datetime:
        """Return when the cool-down of a hold ends, in whole milliseconds."""
        return to_milliseconds(hold.released_at + timedelta(seconds=self.cooldown_seconds))

    def payment_due_at(self, *, now: datetime) -> datetime:
        """Return the payment deadline of a reservation made now, in whole milliseconds."""
        due = now + timedelta(seconds=self.payment_seconds)
        return to_milliseconds(due if self.begins_at is None else min(due, self.begins_at))

    def extensions_left(
        self, *, locked_at: datetime, locked_until: datetime, extensions: int
    ) -> int:
        """Return how many more times a lock can be extended."""
        if locked_until >= self.last_deadline(locked_at=locked_at):
            return 0
        return max(0, self.max_extensions - extensions)


@dataclass(slots=True)
class SeatCounts:
    """How many seats are held and bought under the cap keys `keys`."""

    keys: frozenset[int] = frozenset()
    held: Counter[int] = field(default_factory=Counter)
    bought: Counter[int] = field(default_factory=Counter)

    def add(self, seat: SeatState, number: int, *, now: datetime) -> None:
        """Count a seat `number` times under the keys of the person who holds or bought it."""
        if seat.is_locked(now=now):
            counts = self.held
        elif seat.status is SeatStatus.RESERVED:
            counts = self.bought
        else:
            return
        for key in (seat.mailbox, seat.network):
            if key is not None:
                counts[key] += number


@dataclass(slots=True)
class BatchState:
    """The state on which a batch of commands is decided; each sees what earlier ones changed.

    It has what the commands' `reads` declare: `seats` and `reservations` by id, `payments` by
    reference, and in `pending_payments` the payers of pending payments by reference. `verified` has
    the people with a verified address, if the terms require one; `ticket_types` those of the event,
    by id; `promo_codes` the codes by text; `departed` are the people among `caps_of` who were
    erased, or whom an account took over; `ended_allocations` are those whose time has come.
    `refunds_parts` says whether the payment provider can refund a part. If the terms refuse
    orphans, `stretches` has the ids of adjacent seats in order, for the rows of seats that are
    bought. `now` is read after the event's row was locked. `caps_of` are the people whose held
    seats are all in `seats`, and the ids of whose bought ones are in `bought`; None means that
    `seats` has every seat of the event. `counts` has how many seats are held and bought under the
    cap keys of these people (`Person.cap_keys`).
    """

    terms: Terms
    now: datetime
    seats: dict[int, SeatState]
    reservations: dict[int, ReservationState] = field(default_factory=dict)
    payments: dict[str, PaymentState] = field(default_factory=dict)
    pending_payments: dict[str, int] = field(default_factory=dict)
    verified: frozenset[int] = frozenset()
    ticket_types: Mapping[int, TicketTypeState] = field(default_factory=dict)
    promo_codes: dict[str, PromoCodeState] = field(default_factory=dict)
    ended_allocations: frozenset[int] = frozenset()
    departed: frozenset[int] = frozenset()
    refunds_parts: bool = False
    caps_of: frozenset[int] | None = None
    bought: dict[int, set[int]] = field(default_factory=dict)
    counts: SeatCounts = field(default_factory=SeatCounts)
    stretches: Sequence[Sequence[int]] = ()
    _held: dict[int, set[int]] = field(init=False, default_factory=dict)
    _new_rows: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        for seat in self.seats.values():
            self._count(seat)
            if self.caps_of is None:
                self.counts.add(seat, 1, now=self.now)

    def held_by(self, person_id: int) -> frozenset[int]:
        """Return the ids of the seats on which a person has a live lock.

        Raises: LookupError when no command of the batch declares to read them.
        """
        self._require_read(person_id)
        return frozenset(self._held.get(person_id, ()))

    def bought_by(self, person_id: int) -> frozenset[int]:
        """Return the ids of the seats in a person's live reservations.

        Raises: LookupError when no command of the batch declares to read them.
        """
        self._require_read(person_id)
        return frozenset(self.bought.get(person_id, ()))

    def held_under(self, key: int) -> int:
        """Return how many seats have live locks of the people with a cap key.

        Raises: LookupError when no command of the batch declares to read them.
        """
        self._require_counted(key)
        return self.counts.held[key]

    def bought_under(self, key: int) -> int:
        """Return how many seats are reserved by the people with a cap key.

        Raises: LookupError when no command of the batch declares to read them.
        """
        self._require_counted(key)
        return self.counts.bought[key]

    def put(self, seat: SeatState) -> None:
        """Replace a seat's state."""
        before = self.seats[seat.id]
        self.counts.add(before, -1, now=self.now)
        self.counts.add(seat, 1, now=self.now)
        if before.holder_id is not None:
            self._held.get(before.holder_id, set()).discard(seat.id)
        if before.buyer_id is not None:
            self.bought.get(before.buyer_id, set()).discard(seat.id)
        self.seats[seat.id] = seat
        self._count(seat)

    def next_placeholder(self) -> int:
        """Return a placeholder id for a new reservation or allocation: -1, -2 and so on."""
        self._new_rows += 1
        return -self._new_rows

    def _require_read(self, person_id: int) -> None:
        """Raises: LookupError. Counting only some of a person's seats would let them pass a cap."""
        if self.caps_of is not None and person_id not in self.caps_of:
            raise LookupError(f"Declare `caps_of` in `reads`: person {person_id} was not read")

    def _require_counted(self, key: int) -> None:
        if self.caps_of is not None and key not in self.counts.keys:
            raise LookupError("The seats under this cap key were not counted")

    def _count(self, seat: SeatState) -> None:
        if seat.holder_id is not None and seat.is_locked(now=self.now):
            self._held.setdefault(seat.holder_id, set()).add(seat.id)
        if seat.buyer_id is not None:
            self.bought.setdefault(seat.buyer_id, set()).add(seat.id)
