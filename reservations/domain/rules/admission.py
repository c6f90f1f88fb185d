"""Rules for entry: each seat of a reservation is admitted once."""

from dataclasses import replace
from datetime import datetime

from reservations.domain.commands import AdmitSeats
from reservations.domain.errors import (
    AlreadyEntered,
    SeatcastError,
    SeatNotFound,
    TicketCancelled,
    TicketLapsed,
    TicketMerged,
    TicketNotFound,
    TicketUnpaid,
)
from reservations.domain.rules.outcomes import Outcome
from reservations.domain.states import BatchState, EntryState, ReservationState, iso

_REFUSALS: dict[str, type[SeatcastError]] = {
    "cancelled": TicketCancelled,
    "lapsed": TicketLapsed,
    "unpaid": TicketUnpaid,
}


def why_not_admitted(reservation: ReservationState, *, now: datetime) -> str | None:
    """Return why a ticket is not valid: cancelled, lapsed, unpaid or used; None if it is."""
    if reservation.has_lapsed or reservation.is_overdue(now=now):
        return "lapsed"
    if not reservation.is_live:
        return "cancelled"
    if reservation.is_unpaid or not reservation.is_charged:
        return "unpaid"
    is_used = all(seat_id in reservation.entries for seat_id in reservation.seat_ids)
    return "used" if is_used else None


def admit(command: AdmitSeats, state: BatchState) -> Outcome:
    reservation = state.reservations.get(command.reservation_id)
    if reservation is None:
        raise TicketNotFound
    if reservation.is_merged:
        raise TicketMerged
    if refusal := _REFUSALS.get(why_not_admitted(reservation, now=state.now) or ""):
        raise refusal
    # Its bookings are cancelled one after the other.
    if state.terms.is_cancelled:
        raise TicketCancelled("This event is cancelled. Its tickets admit nobody.")
    seat_ids = _wanted(command, reservation)
    if again := [seat_id for seat_id in seat_ids if seat_id in reservation.entries]:
        raise already_entered(again, reservation, state)
    entries = {
        seat_id: EntryState(seat_id, at=command.at or state.now, gate=command.gate)
        for seat_id in seat_ids
    }
    state.reservations[reservation.id] = replace(
        reservation, entries={**reservation.entries, **entries}
    )
    count = len(seat_ids)
    return Outcome(
        sentence=f"{count} {'seat' if count == 1 else 'seats'} admitted",
        admitted=tuple(entries.values()),
    )


def _wanted(command: AdmitSeats, reservation: ReservationState) -> tuple[int, ...]:
    """Return the command's seats, else those not yet admitted, else all. Raises: SeatNotFound."""
    named_seats = tuple(dict.fromkeys(command.seat_ids))
    if missing := [seat_id for seat_id in named_seats if seat_id not in reservation.seat_ids]:
        raise SeatNotFound("This ticket is not for these seats.", seat_ids=missing)
    left = tuple(seat_id for seat_id in reservation.seat_ids if seat_id not in reservation.entries)
    return named_seats or left or reservation.seat_ids


def already_entered(
    seat_ids: list[int], reservation: ReservationState, state: BatchState
) -> AlreadyEntered:
    """Return the refusal that lists the entries of some seats of a reservation."""
    numbers = [state.seats[seat_id].seat_number for seat_id in seat_ids]
    what = f"Seat {numbers[0]} has" if len(numbers) == 1 else f"{len(numbers)} seats have"
    return AlreadyEntered(
        f"{what} entered already.",
        entries=[
            {
                "seat_id": seat_id,
                "seat_number": number,
                "at": str(iso(reservation.entries[seat_id].at)),
                "gate": reservation.entries[seat_id].gate,
            }
            for seat_id, number in zip(seat_ids, numbers, strict=True)
        ],
    )
