"""Verification of an event: compares its change log with seats, reservations and payments.

The log is replayed, and the final state of each seat must equal the stored one. Reservations must
match the log and the seats, and payments the reservations. All of it is read in one snapshot, and
needs some hundred bytes per seat, however long the log is.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth import get_user_model

from infrastructure.security_log.people import display_name
from reservations.audit.balance import balance_faults
from reservations.audit.bookings import ReservationCheck, log_faults
from reservations.audit.entries import entry_faults
from reservations.audit.payments import payment_faults
from reservations.audit.replay import Change, LoggedSeat, Replay, moment, status_word
from reservations.audit.snapshots import snapshot
from reservations.domain.errors import EventNotFound
from reservations.domain.states import Hold, SaleChannel
from reservations.models import Event, Reservation, Seat, SeatChange
from reservations.runtime import clock

_CHUNK_ROWS = 5_000
_CHUNK_BOOKINGS = 500


@dataclass(slots=True)
class Counts:
    """The numbers of verified rows."""

    events: int = 0
    changes: int = 0
    seats: int = 0
    reservations: int = 0
    payments: int = 0

    def __str__(self) -> str:
        return ", ".join(
            f"{count:,} {noun if count == 1 else noun + 's'}"
            for count, noun in (
                (self.events, "event"),
                (self.changes, "change"),
                (self.seats, "seat"),
                (self.reservations, "reservation"),
                (self.payments, "payment"),
            )
        )


def differences(
    *,
    event_id: int,
    counts: Counts,
    progress: Callable[[str], None] = lambda _: None,
    written_at: datetime | None = None,
) -> Generator[str]:
    """Yield a sentence for each difference in an event, and add to `counts`.

    The event may be on sale meanwhile, and the log may be pruned. `written_at` is given for an
    archive.

    Raises: EventNotFound.
    """
    with snapshot():
        now = written_at or clock.now()
        event = Event.objects.filter(pk=event_id).defer("plan", "description").first()
        if event is None:
            raise EventNotFound
        seats = Seat.with_removed.filter(event=event).values_list("pk", "seat_number")
        seat_numbers = dict(seats.iterator(_CHUNK_ROWS))
        replay = Replay(now, seat_numbers, _Names(), _unpaid(event), _direct(event))
        reservations = ReservationCheck(event, replay)
        yield from _replayed(event, replay, progress)
        yield from reservations.faults()
        yield from _seat_faults(event, replay, sold=reservations.sold)
        for faults in payment_faults(event):
            counts.payments += 1
            yield from faults
        yield from balance_faults(event)
        yield from entry_faults(event)
    counts.events += 1
    counts.changes += replay.rows
    counts.seats += len(seat_numbers)
    counts.reservations += reservations.count


def _unpaid(event: Event) -> set[int]:
    """Return the ids of offline reservations that were never marked as paid."""
    found = Reservation.objects.filter(
        event=event, payment_due_at__isnull=False, paid_at__isnull=True
    )
    return set(found.values_list("pk", flat=True).iterator(_CHUNK_ROWS))


def _direct(event: Event) -> set[int]:
    """Return the ids of the reservations that the box office made."""
    found = Reservation.objects.filter(event=event).exclude(channel=SaleChannel.ONLINE)
    return set(found.values_list("pk", flat=True).iterator(_CHUNK_ROWS))


@dataclass(slots=True)
class _Names:
    """Looks up names of people, with a cache."""

    known: dict[int, str] = field(default_factory=dict)

    def __call__(self, person_id: int | None) -> str:
        if person_id is None:
            return "nobody"
        if person_id not in self.known:
            people = get_user_model()._default_manager.select_related("merged_into")
            found = people.filter(pk=person_id).first()
            self.known[person_id] = display_name(found) if found else f"user {person_id}"
        return self.known[person_id]


def _replayed(event: Event, replay: Replay, progress: Callable[[str], None]) -> Iterator[str]:
    log = SeatChange.objects.filter(event=event).order_by("seq", "seat_id")
    for row in log.values_list(*Change._fields).iterator(_CHUNK_ROWS):
        change = Change(*row)
        # Only at the first row of a number, so that no change is compared with half of its seats.
        if len(replay.bookings) >= _CHUNK_BOOKINGS and replay.last_seq != change.seq:
            yield from log_faults(event, replay)
        yield from replay.read(change)
        progress(f"Event {event.pk}: change {change.seq:,} of {event.change_seq:,}")
    yield from log_faults(event, replay)
    if replay.last_seq != event.change_seq:
        yield f"the log ends with change {replay.last_seq}, the event says {event.change_seq}"


def _seat_faults(event: Event, replay: Replay, *, sold: dict[int, int]) -> Iterator[str]:
    seats = Seat.with_removed.filter(event=event).order_by("pk").defer("section", "row", "number")
    for seat in seats.iterator(_CHUNK_ROWS):
        replayed, found = replay.seats.get(seat.pk, LoggedSeat()), _as_logged(seat)
        if _is_of_an_older_release(found.former_hold, replayed.former_hold):
            found.former_hold = replayed.former_hold
        logged, stored = _words(replayed, replay.name), _words(found, replay.name)
        if different := [at for at, word in enumerate(logged) if word != stored[at]]:
            yield (
                f"seat {seat.seat_number}: the log says {_listed(logged, different)};"
                f" the seat says {_listed(stored, different)}"
            )
        if seat.reservation_id != sold.get(seat.pk):
            yield (
                f"seat {seat.seat_number}: sold with {_reservation(sold.get(seat.pk))} as live"
                f" reservations say; the seat says {_reservation(seat.reservation_id)}"
            )


def _is_of_an_older_release(stored: Hold | None, logged: Hold | None) -> bool:
    """Return whether a seat was changed by a release without former holds.

    Its former hold is then missing or outdated, which does not prevent anyone from locking it.
    """
    return stored is None or (logged is not None and stored.released_at < logged.released_at)


def _as_logged(seat: Seat) -> LoggedSeat:
    return LoggedSeat(
        version=seat.version,
        status=seat.status,
        holder_id=seat.locked_by_id,
        locked_until=seat.locked_until,
        locked_at=seat.locked_at,
        extensions=seat.extensions,
        lapsed_holder_id=seat.lapsed_holder_id,
        former_hold=Hold.of(seat.former_holder_id, seat.former_locked_at, seat.released_at),
        reservation_id=seat.reservation_id,
        allocation_id=seat.allocation_id,
    )


def _words(seat: LoggedSeat, name: Callable[[int | None], str]) -> list[str]:
    """Describe all columns of a seat, so that different seats have different descriptions."""
    return [
        status_word(seat.status),
        f"held by {name(seat.holder_id)}",
        f"until {moment(seat.locked_until)}",
        f"locked at {moment(seat.locked_at)}",
        f"extended {seat.extensions} times",
        f"lapsed for {name(seat.lapsed_holder_id)}",
        _hold(seat.former_hold, name),
        _reservation(seat.reservation_id),
        f"allocation {seat.allocation_id}" if seat.allocation_id else "no allocation",
        f"change {seat.version}",
    ]


def _hold(hold: Hold | None, name: Callable[[int | None], str]) -> str:
    if hold is None:
        return "never held before"
    since, until = moment(hold.locked_at), moment(hold.released_at)
    return f"last held by {name(hold.holder_id)} from {since} to {until}"


def _reservation(reservation_id: int | None) -> str:
    return f"reservation {reservation_id}" if reservation_id is not None else "no reservation"


def _listed(words: list[str], places: list[int]) -> str:
    return ", ".join(words[place] for place in places)
