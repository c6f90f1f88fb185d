"""Audit of reservations: compares them with the log and with their seats."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.db.models.functions import Coalesce

from reservations.audit.replay import Booking, Replay, moment
from reservations.domain.states import Reason, SaleChannel
from reservations.events.records import money
from reservations.models import Event, GivenUpSeat, Reservation, SeatChange
from reservations.ports.payment_provider import is_paid_online

_CHUNK_ROWS = 5_000
_LIVE = Reservation.Status.CONFIRMED


def log_faults(event: Event, replay: Replay) -> Iterator[str]:
    """Compare the replayed changes of reservations with the stored ones, and clear them."""
    bookings, replay.bookings = replay.bookings, []
    stored = (
        Reservation.objects.filter(event=event)
        .prefetch_related("seats", "given_up")
        .in_bulk({booking.reservation_id for booking in bookings})
    )
    came = _came_by_merging(stored)
    for booking in bookings:
        number = f"change {booking.change.seq}, reservation {booking.reservation_id}"
        reservation = stored.get(booking.reservation_id)
        if reservation is None:
            yield f"{number}: {booking.change.reason}, but there is no such reservation"
            continue
        fault = _end(booking, reservation) or _booking(booking, reservation, replay)
        if fault is not None:
            yield f"{number}: {fault}"
        yield from (f"{number}: {fault}" for fault in _seats(booking, reservation, came, replay))


class _Row(NamedTuple):
    """Columns of a reservation joined with one of its seats, in query order."""

    id: int
    status: str
    total_price: Decimal
    fees: Decimal
    ended_at: datetime | None
    channel: str
    payment_method: str
    payment_id: int | None
    split_from_id: int | None
    merged_into_id: int | None
    seat_id: int | None
    price: Decimal | None
    is_live: bool | None
    seat_event_id: int | None


@dataclass(slots=True)
class ReservationCheck:
    """Compares all reservations of an event with its log; `sold` maps seats to live ones."""

    event: Event
    replay: Replay
    sold: dict[int, int] = field(default_factory=dict)
    count: int = 0

    def faults(self) -> Iterator[str]:
        rows = (
            Reservation.objects.filter(event=self.event)
            .order_by("pk", "seats__seat_id")
            .values_list(
                *("pk", "status", "total_price", "fees"),
                Coalesce("cancelled_at", "lapsed_at"),
                *("channel", "payment_method", "payment", "split_from_id", "merged_into_id"),
                *("seats__seat_id", "seats__price", "seats__live", "seats__event_id"),
            )
        )
        unlogged = self._unlogged()
        read = (_Row(*row) for row in rows.iterator(_CHUNK_ROWS))
        for pk, group in groupby(read, key=lambda row: row.id):
            self.count += 1
            seats = list(group)
            faults = list(self._faults(seats))
            if _should_be_paid(seats[0]):
                faults.append(f"paid by {seats[0].payment_method}, but there is no payment")
            if pk in unlogged and not self._is_pruned(seats):
                faults.append("it is not in the log")
            yield from (f"reservation {pk}: {fault}" for fault in faults)

    def _faults(self, rows: list[_Row]) -> Iterator[str]:
        is_live, total = rows[0].status == _LIVE, rows[0].total_price
        cost = sum((row.price for row in rows if row.price is not None), rows[0].fees)
        if cost != total:
            yield f"costs {money(total)}, its seats and fees together {money(cost)}"
        for row in rows:
            if row.seat_id is None:
                if row.merged_into_id is None:
                    yield "has no seats"
                continue
            name = self.replay.seat_numbers.get(row.seat_id)
            if name is None or row.seat_event_id != self.event.pk:
                yield f"has seat {name or row.seat_id}, which is not of this event"
            if row.is_live:
                self.sold[row.seat_id] = row.id
            if row.is_live != is_live:
                has = "still has" if row.is_live else "no longer has"
                yield f"is {rows[0].status}, but {has} seat {name or row.seat_id}"

    def _unlogged(self) -> set[int]:
        """Return the reservations without a log row."""
        log = SeatChange.objects.filter(event=self.event, reservation__isnull=False)
        unknown = Reservation.objects.filter(event=self.event).exclude(
            pk__in=log.values("reservation_id")
        )
        return set(unknown.values_list("pk", flat=True).iterator(_CHUNK_ROWS))

    def _is_pruned(self, rows: list[_Row]) -> bool:
        """Return whether all log rows of a reservation may have been pruned."""
        ended = rows[0].ended_at
        return ended is not None and all(
            self.replay.may_be_pruned(row.seat_id, until=ended) for row in rows if row.seat_id
        )


def _should_be_paid(row: _Row) -> bool:
    """Return whether a payment is missing.

    What was split off has a part of another booking's, which `balance_faults` checks.
    """
    if row.payment_id is not None or row.split_from_id is not None:
        return False
    return row.channel == SaleChannel.ONLINE and is_paid_online(row.payment_method)


def _was_transferred(guest_id: int | None, account_id: int | None) -> bool:
    """Return whether a guest's bookings became those of an account."""
    people = get_user_model()._default_manager
    return people.filter(pk=guest_id or 0, merged_into=account_id).exists()


def _booking(booking: Booking, reservation: Reservation, replay: Replay) -> str | None:
    change = booking.change
    if booking.is_end:
        return None
    buyer_id = reservation.user_id
    # What the box office sold may be an account's since.
    is_own = reservation.channel == SaleChannel.ONLINE and buyer_id is not None
    if is_own and buyer_id != change.actor_id and not _was_transferred(change.actor_id, buyer_id):
        names = replay.name(change.actor_id), replay.name(reservation.user_id)
        return f"reserved by {names[0]}, but the reservation is {names[1]}'s"
    if reservation.created_at != change.at:
        return (
            f"reserved at {moment(change.at)}, but the reservation is of"
            f" {moment(reservation.created_at)}"
        )
    return None


def _end(booking: Booking, reservation: Reservation) -> str | None:
    reason = booking.change.reason
    has_lapsed = reason == Reason.LAPSED
    ended_at = reservation.lapsed_at if has_lapsed else reservation.cancelled_at
    if not booking.is_end or ended_at == booking.change.at:
        return None
    if ended_at is None:
        is_live = reservation.status == _LIVE
        return f"{reason}, but the reservation is {'live' if is_live else reservation.status}"
    at = moment(booking.change.at), moment(ended_at)
    return f"{reason} at {at[0]}, but the reservation says {at[1]}"


def _came_by_merging(stored: Iterable[int]) -> set[tuple[int, int]]:
    """Return reservations with the seats that they got from others."""
    rows = GivenUpSeat.objects.filter(new_reservation__in=stored)
    return set(rows.values_list("new_reservation_id", "seat_id"))


def _seats(
    booking: Booking, reservation: Reservation, came: set[tuple[int, int]], replay: Replay
) -> Iterator[str]:
    """Yield the seats that a change should have included, or should not.

    A booking is made with the seats that it has or gave up later, and without those that came for
    others or from other bookings. It ends with those that it has.
    """
    change, stored = booking.change, {seat.seat_id for seat in reservation.seats.all()}
    known, needed = stored, stored
    if not booking.is_end:
        given_up = list(reservation.given_up.all())
        known = stored | {each.seat_id for each in given_up}
        needed = {each for each in stored if (reservation.pk, each) not in came} - {
            each.new_seat_id for each in given_up
        }
    for seat_id in sorted(booking.seat_ids - known):
        yield f"{change.reason} with seat {replay.seat(seat_id)}, which it does not have"
    for seat_id in sorted(needed - booking.seat_ids):
        if not replay.may_be_pruned(seat_id, until=change.at):
            yield f"{change.reason} without its seat {replay.seat(seat_id)}"
