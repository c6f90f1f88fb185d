"""Buy at random, in a process that serves no sockets, as an API worker does.

`python -m tests.faults.traffic EVENT SEED` locks, unlocks, reserves and cancels until its input is
closed, and then prints how many of the commands changed something.
"""

import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.environment import clean_environment
from deploy.paths import ROOT
from tests.servers import server_settings

PAUSE_SECONDS = 0.004
END_SECONDS = 120


@contextmanager
def traffic(event_id: int, *, seed: int = 1, **extra: str) -> Iterator[None]:
    """Buy and release seats at random while the context is open."""
    command = [sys.executable, "-m", "tests.faults.traffic", str(event_id), str(seed)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=clean_environment(**{**server_settings(), **extra}),
        cwd=ROOT,
        text=True,
    ) as process:
        yield
        output, _ = process.communicate(timeout=END_SECONDS)
    assert process.returncode == 0
    assert int(output) > 0


def main(event_id: int, seed: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    is_over = threading.Event()

    def at_end_of_input() -> None:
        sys.stdin.read()
        is_over.set()

    threading.Thread(target=at_end_of_input, daemon=True).start()
    print(buy_at_random(event_id, random.Random(seed), is_over))


def buy_at_random(event_id: int, chance: random.Random, is_over: threading.Event) -> int:
    """Buy until `is_over` is set; return the number of successful commands."""
    from django.db import Error, close_old_connections, connection

    from accounts.models import User
    from reservations.bookings import command_queue
    from reservations.domain.commands import (
        CancelReservation,
        Command,
        LockSeats,
        ReserveSeats,
        UnlockSeats,
    )
    from reservations.domain.errors import SeatcastError
    from reservations.domain.states import Person
    from reservations.models import Reservation, Seat

    def command(who: Person, chosen: tuple[int, ...]) -> Command:
        match chance.randrange(8):
            case 0:
                held = Seat.objects.filter(event_id=event_id, locked_by_id=who.id)
                return ReserveSeats(who, tuple(held.values_list("pk", flat=True)[:3]), "invoice")
            case 1:
                booked = Reservation.objects.filter(user_id=who.id).values_list("pk", flat=True)
                return CancelReservation(who, chance.choice([*booked, 0]))
            case 2 | 3:
                return UnlockSeats(who, chosen)
            case _:
                return LockSeats(who, chosen)

    people = [Person(*row) for row in User.objects.values_list("pk", "username")]
    seats = list(Seat.objects.filter(event_id=event_id).values_list("pk", flat=True))
    done = 0
    while not is_over.wait(PAUSE_SECONDS):
        who, chosen = chance.choice(people), tuple(chance.sample(seats, chance.randint(1, 3)))
        close_old_connections()
        try:
            command_queue.submit(event_id=event_id, command=command(who, chosen))
            done += 1
        except (SeatcastError, Error):
            continue
    connection.close()
    return done


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
