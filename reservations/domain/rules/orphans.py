"""The rule about orphans: single free seats that a buyer leaves between taken ones.

A booking is refused if the same number of seats could be bought in the same run of free seats, in
the same category, without an orphan. That is so if more than one free seat of the run is left: its
seats at one end, and the others together at the other. So who takes one of the last two seats of a
run may leave the other.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile

from reservations.domain.errors import OrphanSeat, conflict
from reservations.domain.rules.wording import names
from reservations.domain.states import BatchState, Person, SeatState


def require_no_orphans(seats: list[SeatState], actor: Person, state: BatchState) -> None:
    """Require that buying `seats` leaves no orphan that can be avoided.

    Other seats that the actor holds count as free: they may be released. Raises: OrphanSeat.
    """
    if not state.terms.refuses_orphans:
        return
    bought = {seat.id for seat in seats}

    def is_free(seat: SeatState) -> bool:
        return seat.id not in bought and (
            seat.is_available(now=state.now) or seat.is_held_by(actor.id, now=state.now)
        )

    orphans = [
        orphan
        for stretch in state.stretches
        for orphan in _orphans([state.seats[each] for each in stretch], bought, is_free)
    ]
    if orphans:
        one = len(orphans) == 1
        raise OrphanSeat(
            f"That would leave {names(orphans, is_inside=True)} on {'its' if one else 'their'} own."
            f" Take {'it' if one else 'them'} too, or move along.",
            conflicts=[conflict(seat=seat, reason="orphan", now=state.now) for seat in orphans],
        )


def _orphans(
    stretch: Sequence[SeatState], bought: set[int], is_free: Callable[[SeatState], bool]
) -> Iterator[SeatState]:
    """Yield the orphans of adjacent seats that could be avoided."""
    for at, seat in enumerate(stretch):
        beside = [*stretch[max(at - 1, 0) : at], *stretch[at + 1 : at + 2]]
        is_orphan = (
            is_free(seat)
            and seat.is_ordinary
            and any(each.id in bought for each in beside)
            and not any(map(is_free, beside))
        )
        if is_orphan and _left(stretch, at, bought, is_free) > 1:
            yield seat


def _left(
    stretch: Sequence[SeatState], at: int, bought: set[int], is_free: Callable[[SeatState], bool]
) -> int:
    """Return how many seats are free of those that a buyer could have chosen around a seat."""
    category = stretch[at].category_id

    def is_choice(seat: SeatState) -> bool:
        could_be_bought = seat.id in bought or is_free(seat)
        return could_be_bought and seat.is_ordinary and seat.category_id == category

    before, after = reversed(stretch[:at]), stretch[at + 1 :]
    run = [stretch[at], *takewhile(is_choice, before), *takewhile(is_choice, after)]
    return sum(map(is_free, run))
