"""The plain data that the rules work on: no ORM, no clock."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum


def iso(moment: datetime | None) -> str | None:
    """Return a UTC time as the API writes it: ISO 8601 with milliseconds and a Z."""
    if moment is None:
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_milliseconds(moment: datetime) -> datetime:
    """Cut a time to whole milliseconds, the wire's unit, so that all see the same one."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class SeatStatus(IntEnum):
    """A seat's status; the value is its code on the wire and in the database."""

    AVAILABLE = 0
    LOCKED = 1
    RESERVED = 2
    BLOCKED = 3

    @property
    def word(self) -> str:
        """The status as the API spells it."""
        return self.name.lower()


class Reason(StrEnum):
    """Why a seat changed."""

    LOCKED = "locked"
    EXTENDED = "extended"
    UNLOCKED = "unlocked"
    EXPIRED = "expired"
    RESERVED = "reserved"
    CANCELLED = "cancelled"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


class PaymentStatus(StrEnum):
    """How far a payment has come; the two that are due still have to be told the provider."""

    PENDING = "pending"
    DECLINED = "declined"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    VOID_DUE = "void_due"
    VOIDED = "voided"
    REFUND_DUE = "refund_due"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Person:
    """Who sends a command, and the name that others see."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class SeatState:
    """A seat as the rules see it.

    `locked_at` is when its lock began and `extensions` how often it was extended since.
    `lapsed_holder_id` is whose lock ran out last, so that they can be told why the seat is not
    theirs any more. `reservation_id` is negative while the reservation is not stored yet.
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
    reservation_id: int | None = None

    def is_locked(self, *, now: datetime) -> bool:
        """Tell whether a lock on the seat is worth anything: only before its deadline."""
        return (
            self.status is SeatStatus.LOCKED
            and self.locked_until is not None
            and self.locked_until > now
        )

    def has_lapsed(self, *, now: datetime) -> bool:
        """Tell whether the seat still says locked though its deadline has passed."""
        return self.status is SeatStatus.LOCKED and not self.is_locked(now=now)

    def is_available(self, *, now: datetime) -> bool:
        return self.status is SeatStatus.AVAILABLE or self.has_lapsed(now=now)

    def is_held_by(self, person_id: int, *, now: datetime) -> bool:
        return self.holder_id == person_id and self.is_locked(now=now)


@dataclass(frozen=True, slots=True)
class ReservationState:
    """A stored reservation as the rules see it."""

    id: int
    user_id: int
    is_live: bool
    seat_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PaymentState:
    """A payment that was started, as the rules see it."""

    reference: str
    user_id: int
    amount: Decimal
    status: PaymentStatus


class Sale(StrEnum):
    """Whether seats of an event can be locked now."""

    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms an event's seats are sold.

    A lock lasts `lock_seconds`, can be extended `max_extensions` times, and ends `hold_seconds`
    after it began at the latest. Buyers may cancel until `cancel_until`.
    """

    lock_seconds: int
    seat_cap: int
    sales_open_at: datetime | None = None
    sales_close_at: datetime | None = None
    cancel_until: datetime | None = None
    max_extensions: int = 2
    hold_seconds: int = 900

    def sale(self, *, now: datetime) -> Sale:
        if self.sales_open_at is not None and now < self.sales_open_at:
            return Sale.UPCOMING
        if self.sales_close_at is not None and now >= self.sales_close_at:
            return Sale.CLOSED
        return Sale.OPEN

    def last_deadline(self, *, locked_at: datetime) -> datetime:
        """Return until when a lock that began at `locked_at` can be extended at the most.

        In whole milliseconds, as all deadlines are.
        """
        last = locked_at + timedelta(seconds=max(self.hold_seconds, self.lock_seconds))
        return to_milliseconds(last)

    def extensions_left(
        self, *, locked_at: datetime, locked_until: datetime, extensions: int
    ) -> int:
        """Return how often a lock can still be extended."""
        if locked_until >= self.last_deadline(locked_at=locked_at):
            return 0
        return max(0, self.max_extensions - extensions)


@dataclass(slots=True)
class Board:
    """What a batch of commands is decided on; each command sees what the earlier ones did.

    `seats` must have every seat that the commands name, every seat of the reservations that they
    cancel, and every seat locked by a person who wants to lock; `payments` every payment that they
    refer to, and `paying` the payments under way of those that want to pay, with their person.
    `now` is read once the event's row is locked.
    """

    terms: Terms
    now: datetime
    seats: dict[int, SeatState]
    reservations: dict[int, ReservationState] = field(default_factory=dict)
    payments: dict[str, PaymentState] = field(default_factory=dict)
    paying: dict[str, int] = field(default_factory=dict)
    _held: dict[int, set[int]] = field(init=False, default_factory=dict)
    _new_reservations: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        for seat in self.seats.values():
            self._count(seat)

    def held_by(self, person_id: int) -> frozenset[int]:
        """Return the ids of the seats on which a person has a live lock."""
        return frozenset(self._held.get(person_id, ()))

    def put(self, seat: SeatState) -> None:
        """Replace a seat's state."""
        before = self.seats[seat.id]
        if before.holder_id is not None:
            self._held.get(before.holder_id, set()).discard(seat.id)
        self.seats[seat.id] = seat
        self._count(seat)

    def next_reservation_id(self) -> int:
        """Return a placeholder for a reservation that is not stored yet: -1, -2 and so on."""
        self._new_reservations += 1
        return -self._new_reservations

    def _count(self, seat: SeatState) -> None:
        if seat.holder_id is not None and seat.is_locked(now=self.now):
            self._held.setdefault(seat.holder_id, set()).add(seat.id)
