"""The driver: a process that commits changes at a rate, and notifies the other servers of each.

`python -m laboratory.push.driver EVENT NOTIFIER`, with the settings of a Seatcast server. Like an
API worker it serves no sockets. NOTIFIER says what it notifies besides Seatcast's own publisher:
`none`; `channels`, with one `group_send` per change; `socketio`, through an emitter.

Each line of its input is an order in JSON, `{"changes": n, "per_second": x, "kind": …}`, and each
line of its output the times of the commits, `{"<seq>": <nanoseconds>, …}`. Kind `lock` locks one
seat after the other, each once. `churn` keeps some fifty locked, and in turn locks another one and
unlocks the oldest.
"""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reservations.domain.states import Person

THREADS = 16
CHURNED_SEATS = 50
JITTER = 0.3


def main(event_id: int, ring: str) -> None:
    import django

    from reservations.events.changes import seats_changed

    commits: dict[int, int] = {}

    def note(changes: Any, **_: object) -> None:
        at_ns = time.monotonic_ns()
        commits.update(dict.fromkeys(range(changes.since + 1, changes.seq + 1), at_ns))

    # Before `setup` connects the publisher, whose own time is part of the delay.
    seats_changed.connect(note, weak=False)
    django.setup()
    seller = _Seller(event_id, _RINGS[ring](), commits)
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(seller.carry_out(**order)), flush=True)


class _Seller:
    """Commits changes and passes each to `tell`; a signal handler fills `commits`."""

    def __init__(self, event_id: int, tell: Callable[[str], None], commits: dict[int, int]) -> None:
        from django.db import connection

        from accounts.models import User
        from reservations.domain.states import Person, SeatStatus
        from reservations.events.changes import seats_changed
        from reservations.models import Seat

        self._event_id = event_id
        self._tell = tell
        seats = Seat.objects.filter(event_id=event_id).order_by("pk")
        rows = list(seats.values_list("pk", "status"))
        # So that PostgreSQL's statistics include these reads before anything is measured.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
        self._index_by_id = {pk: index for index, (pk, _) in enumerate(rows)}
        self._free = iter([pk for pk, status in rows if status == SeatStatus.AVAILABLE])
        people = [Person(*row) for row in User.objects.values_list("pk", "username")]
        self._buyers = cycle(people)
        self._held: list[tuple[Person, int]] = []
        self._random = Random(1)
        self._commits = commits
        self._lock = threading.Lock()
        seats_changed.connect(self._pass_on, weak=False)

    def carry_out(self, *, changes: int, per_second: float, kind: str) -> dict[int, int]:
        """Commit changes at that rate, each at its own time; return their times by number."""
        self._commits.clear()
        kinds: dict[str, Callable[[int], object]] = {
            "lock": self._lock_one,
            "churn": self._churn,
        }
        work = kinds[kind]
        if kind == "churn" and not self._held:
            self._held = [self._lock_one(0) for _ in range(CHURNED_SEATS)]
            self._commits.clear()
        start = time.monotonic()
        with ThreadPoolExecutor(THREADS) as threads:
            waiting = []
            for number in range(changes):
                jitter = self._random.uniform(0, JITTER)
                delay = start + (number + jitter) / per_second - time.monotonic()
                if delay > 0:
                    time.sleep(delay)
                waiting.append(threads.submit(_in_thread, work, number))
            for future in waiting:
                future.result()
        return dict(self._commits)

    def _lock_one(self, _: int) -> "tuple[Person, int]":
        from reservations.bookings import command_queue
        from reservations.domain.commands import LockSeats

        with self._lock:
            buyer, seat_id = next(self._buyers), next(self._free)
        command_queue.submit(event_id=self._event_id, command=LockSeats(buyer, (seat_id,)))
        return buyer, seat_id

    def _churn(self, number: int) -> None:
        from reservations.bookings import command_queue
        from reservations.domain.commands import UnlockSeats

        if number % 2:
            with self._lock:
                buyer, seat_id = self._held.pop(0)
            command_queue.submit(event_id=self._event_id, command=UnlockSeats(buyer, (seat_id,)))
        else:
            held = self._lock_one(number)
            with self._lock:
                self._held.append(held)

    def _pass_on(self, changes: Any, **_: object) -> None:
        """Notify of a commit, whose changes are single seats with a number each."""
        from realtime.messages import WireChange, delta_frame, now_ms

        for seq, change in zip(
            range(changes.since + 1, changes.seq + 1), changes.changes, strict=False
        ):
            until = change.locked_until
            wired = WireChange(
                self._index_by_id[change.seat_id],
                change.status,
                round(until.timestamp() * 1000) if until else None,
                change.holder,
            )
            self._tell(delta_frame(since=seq - 1, seq=seq, now_ms=now_ms(), changes=[wired]))


def _in_thread(work: Callable[[int], object], number: int) -> None:
    from django.db import connections

    try:
        work(number)
    finally:
        connections.close_all()


def _no_ring() -> Callable[[str], None]:
    return lambda _: None


def _channels_ring() -> Callable[[str], None]:
    """Return a function that sends a frame to the stock consumer's group without waiting."""
    from channels_redis.pubsub import RedisPubSubChannelLayer

    layer = RedisPubSubChannelLayer(hosts=[{"address": os.environ["REDIS_URL"]}])
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    def tell(frame: str) -> None:
        message = {"type": "seats.changed", "frame": json.loads(frame)}
        asyncio.run_coroutine_threadsafe(layer.group_send("event", message), loop)

    return tell


def _socketio_ring() -> Callable[[str], None]:
    from laboratory.programs import node_program
    from laboratory.push.servers import SOCKETIO

    emitter = subprocess.Popen(
        [node_program(), str(SOCKETIO / "emitter.js")], stdin=subprocess.PIPE, text=True, bufsize=1
    )
    assert emitter.stdin

    def tell(frame: str) -> None:
        assert emitter.stdin
        emitter.stdin.write(f"{frame}\n")

    return tell


_RINGS: dict[str, Callable[[], Callable[[str], None]]] = {
    "none": _no_ring,
    "channels": _channels_ring,
    "socketio": _socketio_ring,
}

if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
