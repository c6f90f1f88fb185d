"""Taking a wish for the best seats to the desk, as often as it makes sense."""

from contextlib import suppress

from reservations import desk
from reservations.choosing import houses
from reservations.commands import LockBest
from reservations.errors import Outpaced
from reservations.records import Answer

TRIES = 5


def lock_best(*, event_id: int, command: LockBest, key: str | None) -> Answer:
    """Have the best seats for a wish locked, and return the desk's answer.

    Raises: SeatcastError, with which it was refused: NoSeatsTogether when there are too few;
    Outpaced when others were faster each time, which need not be so a moment later.
    """
    for _ in range(TRIES - 1):
        with suppress(Outpaced):
            houses.prepare(event_id=event_id)
            return desk.submit(event_id=event_id, command=command, key=key)
    # Should what is known of the house not be true, it must not stay so.
    houses.forget(event_id=event_id)
    houses.prepare(event_id=event_id)
    return desk.submit(event_id=event_id, command=command, key=key)
