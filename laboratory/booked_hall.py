"""Sell seats at the box office: `python -m laboratory booked-hall EVENT --bookings 5000`.

Every booking is of four neighbours of the list, for a buyer with a name and an address.
Prints two of them as JSON, to find and to move. With the `DATABASE_URL` of a running site.
"""

import argparse
import json
from typing import Any

_SEATS_PER_BOOKING = 4


def main() -> None:
    import django

    parser = argparse.ArgumentParser(prog="python -m laboratory booked-hall")
    parser.add_argument("event", type=int)
    parser.add_argument("--bookings", type=int, default=5_000, help="(%(default)s)")
    options = parser.parse_args()
    django.setup()
    print(json.dumps(book(options.event, bookings=options.bookings)), flush=True)


def book(event_id: int, *, bookings: int) -> dict[str, Any]:
    """Sell free seats; return what identifies the last booking, and the id of the first one."""
    from django.contrib.auth import get_user_model
    from django.db.models import F, Value
    from django.db.models.functions import Concat, Replace

    from reservations.bookings.command_queue import CommandQueue
    from reservations.domain.commands import SellSeats
    from reservations.domain.states import BoxOfficeMethod, Person, SeatStatus
    from reservations.models import Reservation, Seat

    clerk = get_user_model()._default_manager.get(username="admin")
    free = Seat.objects.filter(event=event_id, status=SeatStatus.AVAILABLE).order_by("-pk")
    seats = list(free.values_list("pk", flat=True)[: bookings * _SEATS_PER_BOOKING])
    queue = CommandQueue(event_id)
    person = Person(clerk.pk, "")
    for start in range(0, len(seats), _SEATS_PER_BOOKING):
        some = tuple(seats[start : start + _SEATS_PER_BOOKING])
        name = f"Buyer {start // _SEATS_PER_BOOKING:05}"
        queue.submit(SellSeats(person, some, BoxOfficeMethod.CASH, name))
    # Added afterwards, so that nobody is mailed.
    sold = Reservation.objects.filter(event=event_id, buyer_name__startswith="Buyer ")
    mailbox = Replace(F("buyer_name"), Value(" "), Value("."))
    sold.update(buyer_email=Concat(mailbox, Value("@example.org")))
    first, last = sold.earliest("pk"), sold.latest("pk")
    seat = last.seats.select_related("seat").first()
    return {
        "first_id": first.public_id,
        "id": last.public_id,
        "name": last.buyer_name,
        "email": last.buyer_email,
        "seat": seat.seat.seat_number if seat else "",
    }
