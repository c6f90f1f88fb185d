"""The cost of finding seats: `python -m benchmarks.seat_finder --seats 50000 --seconds 5`.

With the `DATABASE_URL` of a running site, or of its own database, it creates an event and submits
commands as an API worker's threads do. Each round measures:
- locks by eight people, alone, and while one account requests seats above its cap twenty times a
  second, which is refused;
- how many searches with many different criteria succeed per second.

It prints the medians as JSON, and removes the event.
"""

import argparse
import itertools
import random
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from benchmarks.single_process import run

if TYPE_CHECKING:
    from reservations.domain.states import Person

CLICKERS = 8
PARTIES = 48
SECTIONS = 7
REFUSED_PER_SECOND = 20


def main() -> None:
    """Measure, and print the medians as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seat_finder")
    parser.add_argument("--seats", type=int, default=50_000, help="of the event (%(default)s)")
    parser.add_argument("--seconds", type=float, default=5, help="for each part (%(default)s)")
    parser.add_argument("--times", type=int, default=3, help="rounds (%(default)s)")
    options = parser.parse_args()
    run(lambda: SeatFinder(options.seats, options.seconds), rounds=options.times, digits=2)


class SeatFinder:
    """An event with sections, and its buyers."""

    def __init__(self, seats: int, seconds: float) -> None:
        from loadtest.fixtures import create_sale
        from reservations.models import Event, Seat

        sale = create_sale(people=CLICKERS + PARTIES + 1, seats=seats)
        self.event_id: int = sale["event_id"]
        self._seconds = seconds
        Event.objects.filter(pk=self.event_id).update(purchase_cap=10)
        self._seats = list(Seat.objects.filter(event=self.event_id).values_list("pk", flat=True))
        size = -(-seats // SECTIONS)
        for number in range(SECTIONS):
            some = self._seats[number * size : (number + 1) * size]
            within = (some[0], some[-1])
            Seat.objects.filter(event=self.event_id, pk__range=within).update(section=f"S{number}")
        people = _people([each["name"] for each in sale["people"]])
        self._greedy, *others = people
        self._clickers, self._parties = others[:CLICKERS], others[CLICKERS:]

    def warm_up(self) -> None:
        """Fill the seat finder's cache, and let one account reach its cap."""
        self._ask(self._greedy, count=10)

    def measure(self) -> dict[str, float]:
        alone = self._clicks(beside=lambda _: None)
        beside = self._clicks(beside=self._be_refused)
        return {
            "clicks_p95_ms": _p95(alone),
            "clicks_p95_ms_beside_refused_searches": _p95(beside),
            "ratio": _p95(beside) / _p95(alone),
            "searches_per_second": self._searches(),
        }

    def _clicks(self, *, beside: Callable[[threading.Event], None]) -> list[float]:
        """Let each clicker lock and unlock seats; return the milliseconds of each lock."""
        from reservations.domain.commands import LockSeats, UnlockSeats

        took: list[float] = []

        def click(who: "Person", seats: list[int]) -> None:
            until = time.monotonic() + self._seconds
            while time.monotonic() < until:
                seat = (random.choice(seats),)
                began = time.monotonic()
                self._submit(LockSeats(who, seat))
                took.append(1_000 * (time.monotonic() - began))
                self._submit(UnlockSeats(who, seat))

        # Away from the best seats, which others may hold.
        behind = self._seats[len(self._seats) // 2 :]
        own = [behind[at::CLICKERS] for at in range(CLICKERS)]
        ended = threading.Event()
        with ThreadPoolExecutor(CLICKERS + 1) as threads:
            other = threads.submit(beside, ended)
            clicking = list(threads.map(click, self._clickers, own))
            ended.set()
            other.result()
        assert len(clicking) == CLICKERS
        return took

    def _be_refused(self, ended: threading.Event) -> None:
        from reservations.domain.criteria import SortBy

        sections = [None, *(f"S{number}" for number in range(SECTIONS))]
        for count, section, by in itertools.cycle(
            itertools.product(range(1, 11), sections, SortBy)
        ):
            if ended.wait(1 / REFUSED_PER_SECOND):
                return
            self._ask(self._greedy, count=count, section=section, by=by)

    def _searches(self) -> float:
        """Let parties search and unlock seats, with random criteria."""
        from reservations.domain.commands import UnlockSeats
        from reservations.domain.criteria import SortBy

        until = time.monotonic() + self._seconds
        fulfilled = itertools.count()

        def party(who: "Person") -> None:
            while time.monotonic() < until:
                got = self._ask(
                    who,
                    count=random.randint(1, 10),
                    by=random.choice(list(SortBy)),
                    section=f"S{random.randrange(SECTIONS)}",
                )
                if got:
                    next(fulfilled)
                    self._submit(UnlockSeats(who, got))

        with ThreadPoolExecutor(PARTIES) as threads:
            list(threads.map(party, self._parties))
        return next(fulfilled) / self._seconds

    def _submit(self, command: Any) -> None:
        from reservations.database import release_connection
        from reservations.write import command_queue

        command_queue.submit(event_id=self.event_id, command=command)
        # As after each request.
        release_connection()

    def _ask(self, who: "Person", **criteria: Any) -> tuple[int, ...]:
        """Return the seats that were locked, or none if refused."""
        from reservations.database import release_connection
        from reservations.domain.commands import LockBest
        from reservations.domain.criteria import SeatCriteria
        from reservations.domain.errors import SeatcastError
        from reservations.seat_finder.locking import lock_best

        try:
            command = LockBest(who, SeatCriteria(**criteria))
            answer = lock_best(event_id=self.event_id, command=command, key=None)
        except SeatcastError:
            return ()
        finally:
            release_connection()
        return tuple(seat["id"] for seat in answer["seats"])


def _people(names: list[str]) -> list["Person"]:
    from accounts.models import User
    from reservations.domain.states import Person

    found = User.objects.filter(username__in=names)
    return [Person(*row) for row in found.values_list("pk", "username")]


def _p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


if __name__ == "__main__":
    main()
