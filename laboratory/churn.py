"""Change seats at a rate: `python -m laboratory churn EVENT --per-second 500 --seconds 30`.

Locks and unlocks parties of adjacent seats, with the command queue, as an API worker does. With
the `DATABASE_URL` and `REDIS_URL` of a running site its viewers see the changes, half of which are
locks. At the end nothing stays locked; `--section` limits it to one section.
"""

import argparse
import json
import random
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reservations.domain.states import Person

PARTY = 5
HELD_PARTIES = 60
THREADS = 16

Hold = tuple["Person", tuple[int, ...]]


def main() -> None:
    """Change seats, and print the number of changes and the seconds as JSON."""
    import django

    parser = argparse.ArgumentParser(prog="python -m laboratory churn")
    parser.add_argument("event", type=int)
    parser.add_argument("--per-second", type=float, default=500, help="changes (%(default)s)")
    parser.add_argument("--seconds", type=float, default=30, help="for so long (%(default)s)")
    parser.add_argument("--section", help="only there; everywhere, if none is named")
    options = parser.parse_args()
    django.setup()
    changes, seconds = churn(
        options.event,
        per_second=options.per_second,
        seconds=options.seconds,
        section=options.section,
    )
    print(json.dumps({"changes": changes, "seconds": round(seconds, 1)}), flush=True)


def churn(
    event_id: int, *, per_second: float, seconds: float, section: str | None
) -> tuple[int, float]:
    """Lock and unlock seats; return the number of changes, and the seconds they took.

    The rate is lower than `per_second` if the database is slower.
    """
    free = list(_parties(event_id, section))
    random.Random(1).shuffle(free)
    parties = deque(free)
    people = deque(_people(HELD_PARTIES + 2 * THREADS))
    held: deque[Hold] = deque()
    changes, started = 0, time.monotonic()
    with ThreadPoolExecutor(THREADS) as threads:
        while (passed := time.monotonic() - started) < seconds:
            if changes > passed * per_second:
                time.sleep((changes / per_second) - passed)
            begun = [(people.popleft(), parties.popleft()) for _ in range(THREADS)]
            ends = [held.popleft() for _ in range(max(len(held) - HELD_PARTIES, 0))]
            list(threads.map(lambda hold: _lock(event_id, hold), begun))
            list(threads.map(lambda hold: _unlock(event_id, hold), ends))
            held += begun
            people += [person for person, _ in ends]
            parties += [seats for _, seats in ends]
            changes += PARTY * (len(begun) + len(ends))
        took = time.monotonic() - started
        list(threads.map(lambda hold: _unlock(event_id, hold), held))
    return changes, took


def _parties(event_id: int, section: str | None) -> Iterator[tuple[int, ...]]:
    """Yield free seats in groups of PARTY, in order."""
    from reservations.domain.states import SeatStatus
    from reservations.models import Seat

    seats = Seat.objects.filter(event_id=event_id, status=SeatStatus.AVAILABLE).order_by("pk")
    if section is not None:
        seats = seats.filter(section=section)
    ids = list(seats.values_list("pk", flat=True))
    for start in range(0, len(ids) - PARTY + 1, PARTY):
        yield tuple(ids[start : start + PARTY])


def _people(count: int) -> list["Person"]:
    from accounts.models import User
    from reservations.domain.states import Person

    names = [f"churn{number}" for number in range(count)]
    User.objects.bulk_create(
        (User(username=name, folded_username=name) for name in names), ignore_conflicts=True
    )
    return [
        Person(*row)
        for row in User.objects.filter(username__in=names).values_list("pk", "username")
    ]


def _lock(event_id: int, hold: Hold) -> None:
    from reservations.bookings import command_queue
    from reservations.domain.commands import LockSeats

    command_queue.submit(event_id=event_id, command=LockSeats(*hold))


def _unlock(event_id: int, hold: Hold) -> None:
    from reservations.bookings import command_queue
    from reservations.domain.commands import UnlockSeats

    command_queue.submit(event_id=event_id, command=UnlockSeats(*hold))
