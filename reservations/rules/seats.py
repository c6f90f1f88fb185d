"""Seats as they become."""

from dataclasses import replace

from reservations.states import SeatState, SeatStatus


def as_free(seat: SeatState) -> SeatState:
    return replace(
        seat,
        status=SeatStatus.AVAILABLE,
        holder_id=None,
        locked_until=None,
        locked_at=None,
        extensions=0,
        lapsed_holder_id=None,
        reservation_id=None,
    )


def updated(seats: list[SeatState], changed: tuple[SeatState, ...]) -> tuple[SeatState, ...]:
    new = {seat.id: seat for seat in changed}
    return tuple(new.get(seat.id, seat) for seat in seats)
