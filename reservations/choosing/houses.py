"""The houses that this process knows, and what the desk chooses in them.

A house is read once, and kept true by the change log from then on. Reading all of it takes as long
as dozens of batches, so it never happens while an event's row is held: a desk that does not know
its house, or has missed too much, leaves wishes without a choice.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from reservations import selectors
from reservations.choosing.house import House
from reservations.choosing.wishes import Choice
from reservations.commands import Command, LockBest, seat_ids_of
from reservations.errors import Outpaced
from reservations.layouts import static_seats
from reservations.models import Event, Seat
from reservations.sharing import Shared
from reservations.states import SeatStatus

MOST_HOUSES = 4
MAX_LOG_ROWS = 5_000


@dataclass(slots=True)
class _Kept:
    """A house as the log has it up to number `seq`, for who has its lock."""

    layout: str
    seq: int
    house: House
    lock: threading.Lock = field(default_factory=threading.Lock)


_kept: Shared[int, _Kept] = Shared(most=MOST_HOUSES)


def prepare(*, event_id: int) -> None:
    """Have an event's house known to the desk; nothing to do if it is.

    Raises: EventNotFound, Outpaced when the house is rebuilt just now, django.db.Error.
    """
    _kept.get(event_id, lambda: _read(event_id))


def forget(*, event_id: int) -> None:
    """Have an event's house read anew by who prepares it next."""
    _kept.forget(event_id)


def forget_houses() -> None:
    """Forget everything; only tests change seats without writing it into the log."""
    _kept.clear()


def with_choices(commands: Sequence[Command], *, event: Event, now: datetime) -> list[Command]:
    """Return a batch's commands, with seats chosen for those that leave it to us.

    The caller has the event's row. No seat is chosen twice, nor any that another command of the
    batch names. A wish stays without a choice if it might be fulfilled once this batch is done, or
    if the house is not known.
    """
    if not any(isinstance(command, LockBest) for command in commands):
        return list(commands)
    kept = _kept.known(event.pk)
    if kept is None:
        return list(commands)
    with kept.lock:
        if kept.layout != event.layout or not _catch_up(kept, event):
            _kept.forget(event.pk)
            return list(commands)
        kept.house.let_lapse(now=now)
        return _choose(commands, kept.house)


def _choose(commands: Sequence[Command], house: House) -> list[Command]:
    withheld: list[int] = []
    for command in commands:
        withheld += house.withhold(seat_ids_of(command))
    chosen: list[Command] = []
    for command in commands:
        if isinstance(command, LockBest):
            choice = _choice(command, house, is_whole=not withheld)
            withheld += house.withhold(choice.seat_ids if choice else ())
            chosen.append(replace(command, choice=choice))
        else:
            chosen.append(command)
    house.give_back(withheld)
    return chosen


def _choice(command: LockBest, house: House, *, is_whole: bool) -> Choice | None:
    """Return seats for a wish; None if only what others may get is in its way."""
    avoided = house.withhold(command.avoid)
    if seat_ids := house.best(command.wish):
        choice: Choice | None = Choice(seat_ids)
    else:
        choice = Choice((), house.largest(command.wish)) if is_whole else None
    house.give_back(avoided)
    return choice


def _catch_up(kept: _Kept, event: Event) -> bool:
    """Take in what the log has since; tell whether that is all. Raises: django.db.Error."""
    if kept.seq == event.change_seq:
        return True
    logged = selectors.changes_since(event_id=event.pk, seq=kept.seq, limit=MAX_LOG_ROWS)
    if logged is None or logged.seq != event.change_seq:
        return False
    for change in logged.changes:
        kept.house.know(change.seat_id, status=change.status, locked_until=change.locked_until)
    kept.seq = logged.seq
    return True


def _read(event_id: int) -> _Kept:
    """Read a house: first the number it is true up to, then its seats, whose states are absolute.

    Raises: EventNotFound, Outpaced, django.db.Error.
    """
    head, plan = selectors.event_head(event_id=event_id), selectors.plan(event_id=event_id)
    seats = list(static_seats(event_id=event_id, layout=head.layout))
    mine = Seat.objects.filter(event_id=event_id)
    if not seats and mine.exists():
        raise Outpaced
    house = House(seats, plan)
    taken = mine.exclude(status=SeatStatus.AVAILABLE).order_by()
    for seat_id, status, locked_until in taken.values_list("pk", "status", "locked_until"):
        house.know(seat_id, status=status, locked_until=locked_until)
    return _Kept(head.layout, head.seq, house)
