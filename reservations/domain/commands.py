"""What people, and time, can ask of an event's seats. The rules decide, the desk carries out."""

import hashlib
import json
from dataclasses import asdict, dataclass
from itertools import chain

from reservations.domain.criteria import Choice, SeatCriteria
from reservations.domain.states import Person


@dataclass(frozen=True, slots=True)
class LockSeats:
    """Hold seats for their buyer, all or none."""

    actor: Person
    seat_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LockBest:
    """Hold the best seats there are for a wish, all or none.

    The `choice` was made before the event's row is taken: the first of its sets is held that is
    still free. Without one, only the caps and the sale are looked at. Unless it is the last try, a
    choice with seats that the actor may not lock yet is to be made again.
    """

    actor: Person
    criteria: SeatCriteria
    choice: Choice | None = None
    is_last_try: bool = True

    @property
    def seat_ids(self) -> tuple[int, ...]:
        return tuple(chain.from_iterable(self.choice.sets)) if self.choice else ()


@dataclass(frozen=True, slots=True)
class ExtendLocks:
    """Hold seats for longer that the actor holds, all or none."""

    actor: Person
    seat_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UnlockSeats:
    """Let go of seats that the actor holds, all or none."""

    actor: Person
    seat_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StartPayment:
    """Write down that seats which the actor holds are about to be paid for.

    `reference` is new, and names the payment to the provider.
    """

    actor: Person
    seat_ids: tuple[int, ...]
    payment_method: str
    reference: str


@dataclass(frozen=True, slots=True)
class ReserveSeats:
    """Book seats that the actor holds, all or none.

    With a `reference`, the payment that was started under it is what they are paid with.
    """

    actor: Person
    seat_ids: tuple[int, ...]
    payment_method: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class CancelReservation:
    """Give a booking's seats back. An organiser may cancel anybody's."""

    actor: Person
    reservation_id: int
    as_organiser: bool = False


@dataclass(frozen=True, slots=True)
class AdmitSeats:
    """Record that seats of a booking enter, all or none; without `seat_ids` all that are left.

    The seats stay reserved and nobody's map changes, so it takes no sequence number: its row is
    the seat's entry. See docs/adr/0016-entry-is-not-a-seat-change.md.
    """

    actor: Person
    reservation_id: int
    seat_ids: tuple[int, ...] = ()
    gate: str = ""


@dataclass(frozen=True, slots=True)
class MarkPaid:
    """Write down that a booking is paid that was not paid at once; organisers only."""

    actor: Person
    reservation_id: int


@dataclass(frozen=True, slots=True)
class LapseUnpaid:
    """End bookings that were not paid in time, and free their seats."""

    actor: None = None


@dataclass(frozen=True, slots=True)
class ReleaseExpired:
    """Write down that the locks past their deadline are gone."""

    actor: None = None


@dataclass(frozen=True, slots=True)
class BlockSeats:
    """Keep available seats back from the sale, all or none; organisers only."""

    actor: Person
    seat_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UnblockSeats:
    """Give blocked seats to the sale, all or none; organisers only."""

    actor: Person
    seat_ids: tuple[int, ...]


SeatsCommand = (
    LockSeats
    | LockBest
    | ExtendLocks
    | UnlockSeats
    | StartPayment
    | ReserveSeats
    | BlockSeats
    | UnblockSeats
)
ReservationCommand = CancelReservation | MarkPaid | AdmitSeats
Command = SeatsCommand | ReservationCommand | ReleaseExpired | LapseUnpaid


def seat_ids_of(command: Command) -> tuple[int, ...]:
    """Return the seats that a command is to change, none for one that names a booking."""
    if isinstance(command, ReservationCommand | ReleaseExpired | LapseUnpaid):
        return ()
    return command.seat_ids


def counts_seats_of(command: Command) -> int | None:
    """Return whose seats, held and bought, a command is decided on besides those it names."""
    if isinstance(command, LockSeats | LockBest | StartPayment | ReserveSeats):
        return command.actor.id
    return None


def fingerprint(command: Command) -> str:
    """Return a SHA-256 by which to tell whether two commands ask for the same.

    Both halves of a paid reservation ask for the same, under whatever reference; and who wants the
    best seats wants the same, whichever those are.
    """
    kind = ReserveSeats if isinstance(command, StartPayment) else type(command)
    how = ("reference", "choice", "is_last_try")
    asked = {name: value for name, value in asdict(command).items() if name not in how}
    words = json.dumps([kind.__name__, asked], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()
