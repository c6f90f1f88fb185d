"""What a map weighs, and what making it takes: `python -m laboratory.curves.snapshots EVENT`.

Half of the hall's seats are sold first, at random. It writes its numbers as JSON.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")


def main(event_id: int) -> None:
    import django

    django.setup()
    from django.conf import settings

    from realtime.first_frames import FirstFrames
    from realtime.replica import Replica
    from reservations.events import event_heads, mapped_seats
    from reservations.events.layouts import packed_layout

    sell_half(event_id)
    # The connection's own time is not the map's.
    event_heads.event_head(event_id=event_id)
    picture, picture_ms = _timed(
        lambda: Replica(
            mapped_seats.seat_map(event_id=event_id), shows_names=settings.SEATCAST_SHOW_NAMES
        )
    )
    wire, frame_ms = _timed(lambda: FirstFrames(event_id).frame(picture, since=None).wire)
    layout, layout_ms = _timed(lambda: packed_layout(event_id=event_id, layout=picture.layout))
    numbers = {
        "bytes of the first frame": len(wire),
        "bytes of the layout, gzipped": len(layout.gzipped),
        "CPU ms to read the seats": picture_ms,
        "CPU ms to write the first frame": frame_ms,
        "CPU ms to make the layout": layout_ms,
    }
    print(json.dumps(numbers))


def sell_half(event_id: int) -> None:
    """Sell every other seat, at random, the same ones each time; the others are free."""
    from django.utils import timezone

    from accounts.models import User
    from reservations.domain.states import SeatStatus
    from reservations.models import Reservation, Seat

    hall = Seat.objects.filter(event_id=event_id)
    # What was measured here before may have left locks.
    hall.update(
        status=SeatStatus.AVAILABLE,
        locked_by=None,
        locked_until=None,
        locked_at=None,
        extensions=0,
    )
    seats = list(hall.order_by("pk").values_list("pk", flat=True))
    sold = random.Random(1).sample(seats, len(seats) // 2)
    booking = Reservation.objects.create(
        event_id=event_id,
        user=User.objects.earliest("pk"),
        payment_method="cash",
        total_price=0,
        currency="EUR",
        created_at=timezone.now(),
    )
    Seat.objects.filter(pk__in=sold).update(status=SeatStatus.RESERVED, reservation=booking)


def _timed(make: Callable[[], Made]) -> tuple[Made, float]:
    started = time.process_time()
    made = make()
    return made, 1000 * (time.process_time() - started)


if __name__ == "__main__":
    main(int(sys.argv[1]))
