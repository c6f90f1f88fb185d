"""Taking a wish for the best seats to the desk, as often as it makes sense."""

from dataclasses import replace

from reservations import desk
from reservations.choosing import houses
from reservations.commands import LockBest
from reservations.errors import Outpaced
from reservations.records import Answer

TRIES = 5


def lock_best(*, event_id: int, command: LockBest, key: str | None) -> Answer:
    """Have the best seats for a wish locked, and return the desk's answer.

    Raises: SeatcastError, with which it was refused: NoSeatsTogether when there are too few;
    Outpaced when others were faster each time, which need not be so a moment later; LockCooldown
    when each choice had seats that the asker has held for as long as possible.
    """
    for _ in range(TRIES - 1):
        try:
            houses.prepare(event_id=event_id)
            again = replace(command, is_last_try=False)
            return desk.submit(event_id=event_id, command=again, key=key)
        except Outpaced as refusal:
            too_soon = {row["seat_id"] for row in refusal.details.get("conflicts", ())}
            command = replace(command, avoid=command.avoid | too_soon)
    # Should what is known of the house not be true, it must not stay so.
    houses.forget(event_id=event_id)
    houses.prepare(event_id=event_id)
    return desk.submit(event_id=event_id, command=command, key=key)
