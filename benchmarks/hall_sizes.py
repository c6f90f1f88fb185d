"""From which size of a hall on frames of sections are worth it: bytes and CPU by viewer.

`python -m benchmarks.hall_sizes [--seconds 60]`. Halls of growing size with as many changes as they
have seats in proportion, each watched by viewers of everything, of a few sections, and of counts.
The frames are those of a real writer; nothing is sent. Bytes are those of WebSocket frames,
compressed from 256 bytes on as for browsers, with 94 bytes around each frame for TCP and TLS. CPU
is beyond that of the system calls.
"""

import argparse
import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtime.frames import Frame

# Seats, sections, and how many sections a screen shows at a size at which seats are chosen.
HALLS = ((120, 2, 2), (500, 5, 3), (1_000, 8, 3), (2_000, 12, 3), (5_000, 20, 3), (50_000, 76, 3))
SHARES_PER_SECOND = {"calm": 0.0005, "rush": 0.01}
VIEWERS = 200
ROUNDS_PER_SECOND = 7
LOCK_SECONDS = 300
OVERHEAD_BYTES = 94


def main() -> None:
    import django

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    django.setup()
    print(f"{'seats':>7} {'sections':>8} {'sale':>5}" + "".join(f"{kind:>22}" for kind in _KINDS))
    for seats, sections, seen in HALLS:
        for sale, share in SHARES_PER_SECOND.items():
            cells = []
            for query_of in _KINDS.values():
                hall = _Hall(seats, sections, seen)
                work = _watched(hall, query_of, changes=seats * share, seconds=options.seconds)
                sent, microseconds = asyncio.run(work)
                cells.append(f"{sent:8.0f} B/s {microseconds:6.1f} us")
            print(f"{seats:7} {sections:8} {sale:>5}" + "".join(f"{cell:>22}" for cell in cells))


@dataclass(frozen=True)
class _Hall:
    seats: int
    sections: int
    seen: int


def _whole(_hall: _Hall, _number: int) -> str:
    return ""


def _near(hall: _Hall, number: int) -> str:
    first = number % (hall.sections - hall.seen + 1)
    return f"sections={first}-{first + hall.seen - 1}&layout=plan"


def _far(_hall: _Hall, _number: int) -> str:
    return "sections=&layout=plan"


_KINDS = {"whole": _whole, "near": _near, "far": _far}


class _Counter:
    """A transport that only counts bytes."""

    def __init__(self) -> None:
        self.bytes = 0

    def offer(self, frame: "Frame") -> bool:
        self.bytes += len(frame.deflated_wire) + OVERHEAD_BYTES
        return True

    def close(self, code: int) -> None:
        """Nothing is open."""


async def _watched(
    hall: _Hall, query_of: Any, *, changes: float, seconds: int
) -> tuple[float, float]:
    """Return the bytes and the microseconds of CPU a second for each viewer."""
    from realtime.replica import Replica
    from realtime.subscriptions import subscription_of
    from realtime.viewers import Viewer, ViewerGroup
    from realtime.writer import COUNT_SECONDS, HubWriter
    from reservations.read.selectors import EventHead, MappedSeat, SeatMap
    from reservations.write.changes import Change

    def section_of(seat: int) -> int:
        return seat * hall.sections // hall.seats

    seats = tuple(
        MappedSeat(seat, 0, None, None, 0, section_of(seat), section_of(seat))
        for seat in range(hall.seats)
    )
    head = EventHead(seq=100_000, layout="plan", is_public=True)
    replica = Replica(SeatMap(head=head, seats=seats), shows_names=False)
    viewers = ViewerGroup()
    writer = HubWriter(1, replica=replica, viewers=viewers, count_viewers=lambda: VIEWERS)
    counters = [_Counter() for _ in range(VIEWERS)]
    for number, counter in enumerate(counters):
        viewer = Viewer(_nowhere)
        viewer.transport = counter
        viewer.subscription = subscription_of(query_of(hall, number))
        viewers.add(viewer, send_missed=writer.send_first_frame, request=writer.subscribe)
        writer.send_first_frame(viewer)
    before = sum(counter.bytes for counter in counters)
    random, spent, owed = Random(1), 0, 0.0
    loop = asyncio.get_running_loop()
    for step in range(seconds * ROUNDS_PER_SECOND):
        owed += changes / ROUNDS_PER_SECOND
        until = datetime.fromtimestamp(time.time() + LOCK_SECONDS, UTC)
        some = [random.randrange(hall.seats) for _ in range(int(owed))]
        owed -= len(some)
        if some:
            states = [Change(seat, seat % 2, until if seat % 2 else None, None) for seat in some]
            replica.merge(since=replica.seq, seq=replica.seq + len(some), changes=states)
        # A second has passed after so many rounds.
        is_full_second = step % ROUNDS_PER_SECOND == 0
        writer._counted_at = loop.time() - (COUNT_SECONDS if is_full_second else 0)
        began = time.process_time_ns()
        await writer._write_changes()
        spent += time.process_time_ns() - began
    sent = sum(counter.bytes for counter in counters) - before
    share = VIEWERS * seconds
    return sent / share, spent / share / 1e3


async def _nowhere(message: dict[str, Any]) -> None:
    """Send nothing."""


if __name__ == "__main__":
    main()
