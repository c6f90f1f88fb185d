"""The states that a seat changes to."""

from dataclasses import replace
from datetime import datetime

from reservations.domain.states import SeatState, SeatStatus


def as_free(seat: SeatState) -> SeatState:
    """Return a seat as available to anyone, under the grouping of the present plan."""
    return replace(
        seat,
        status=SeatStatus.AVAILABLE,
        holder_id=None,
        locked_until=None,
        locked_at=None,
        extensions=0,
        lapsed_holder_id=None,
        former_holder_id=None,
        former_locked_at=None,
        released_at=None,
        reservation_id=None,
        buyer_id=None,
        allocation_id=None,
        promo_code_id=None,
        mailbox=None,
        network=None,
        grouping=seat.grouping if seat.planned is None else seat.planned,
        planned=None,
    )


def as_released(seat: SeatState, *, at: datetime) -> SeatState:
    """Return a seat after it was unlocked, or after its lock expired.

    It is available, or kept again for the allocation from which a promo code opened it.
    """
    is_kept = seat.allocation_id is not None
    return replace(
        as_free(seat),
        status=SeatStatus.BLOCKED if is_kept else SeatStatus.AVAILABLE,
        allocation_id=seat.allocation_id,
        former_holder_id=seat.holder_id,
        former_locked_at=seat.locked_at,
        released_at=at,
    )


def as_cancelled(seat: SeatState, *, is_unpaid: bool, at: datetime) -> SeatState:
    """Return a seat as available after its reservation was cancelled or lapsed.

    After an unpaid reservation the former hold is kept, because otherwise reserving without paying
    would be a way to hold a seat for longer.
    """
    if not is_unpaid or seat.former_locked_at is None:
        return as_free(seat)
    return replace(
        as_free(seat),
        former_holder_id=seat.former_holder_id,
        former_locked_at=seat.former_locked_at,
        released_at=at,
    )


def updated(seats: list[SeatState], changed: tuple[SeatState, ...]) -> tuple[SeatState, ...]:
    new = {seat.id: seat for seat in changed}
    return tuple(new.get(seat.id, seat) for seat in seats)
