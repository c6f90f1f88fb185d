"""Time the figures of a large sale: `python -m benchmarks.sale_figures`.

Makes an event with 50,000 seats, of which nine in ten are booked, and a log of a million changes in
the database of `DATABASE_URL`. Prints how long the first look takes, one when nothing has changed,
and those after batches of bookings; and removes the event. Exits with 1 if a look after a change
takes longer than a tenth of a second.
"""

import os
import sys
import time
from argparse import ArgumentParser
from uuid import uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import orjson  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.history import _event, _remove  # noqa: E402
from reservations.domain.commands import LockSeats, ReserveSeats, StartPayment  # noqa: E402
from reservations.domain.states import Person  # noqa: E402
from reservations.models import Event  # noqa: E402
from reservations.read.sale_figures import (  # noqa: E402
    Reading,
    clear_figures_cache,
    figures,
    figures_or_reading,
)
from reservations.write.command_queue import CommandQueue  # noqa: E402

MAX_SECONDS = 0.1
SEATS_PER_BOOKING = 2
_BOOK = """
    INSERT INTO reservations_reservation
        (event_id, user_id, status, payment_method, total_price, currency, created_at)
    SELECT %(event)s, %(person)s, 'confirmed', 'card', 20, 'EUR',
        now() - (%(bookings)s - n) * interval '10 seconds'
    FROM generate_series(1, %(bookings)s) AS n
    """
_SEATS = """
    INSERT INTO reservations_reservationseat (reservation_id, event_id, seat_id, price, live)
    SELECT booking.id, %(event)s, seat.id, 10, true
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM reservations_reservation
          WHERE event_id = %(event)s) AS booking
    JOIN (SELECT id, (row_number() OVER (ORDER BY id) + 1) / 2 AS n FROM reservations_seat
          WHERE event_id = %(event)s) AS seat USING (n)
    """
_STATES = """
    UPDATE reservations_seat SET status = 2, section = 'Block ' || seat_id %% 40,
        reservation_id = booked.reservation_id
    FROM reservations_reservationseat AS booked
    WHERE seat_id = reservations_seat.id AND booked.event_id = %(event)s
    """


def main() -> int:
    """Return the exit status."""
    options = ArgumentParser(description=__doc__)
    options.add_argument("--seats", type=int, default=50_000)
    options.add_argument("--changes", type=int, default=1_000_000)
    asked = options.parse_args()
    event = _event(asked.seats, asked.changes)
    try:
        _book(event, bookings=asked.seats * 9 // 10 // SEATS_PER_BOOKING)
        print(f"{asked.seats:,} seats, {asked.changes:,} changes")
        for _ in range(3):
            clear_figures_cache()
            took, longest = _first_look(event)
            print(
                f"  the first look:           {took:7.1f} ms, in calls of {longest:.1f} ms at most"
            )
        print(f"  nothing has changed:      {_milliseconds(event):7.1f} ms")
        slowest = 0.0
        for batch in (1, 10, 100):
            _sell(event, batch)
            took = _milliseconds(event)
            slowest = max(slowest, took)
            print(f"  after {batch:3} bookings:       {took:7.1f} ms")
        size = len(orjson.dumps(figures(event_id=event.pk)))
        print(f"  the figures as JSON:      {size:7,} bytes")
    finally:
        _clean(event)
    return int(slowest > 1000 * MAX_SECONDS)


def _book(event: Event, *, bookings: int) -> None:
    user = get_user_model()._default_manager.get(username=f"history-{event.pk}")
    values = {"event": event.pk, "person": user.pk, "bookings": bookings}
    with connection.cursor() as cursor:
        for statement in (_BOOK, _SEATS, _STATES):
            cursor.execute(statement, values)
        for table in ("reservation", "reservationseat", "seat"):
            cursor.execute(f"ANALYZE reservations_{table}")


def _sell(event: Event, bookings: int) -> None:
    """Book free seats, one by one, for somebody new."""
    user = get_user_model()._default_manager.create(username=f"figures-{uuid4().hex}")
    person = Person(user.pk, "")
    free = event.seats.filter(status=0).order_by("pk").values_list("pk", flat=True)
    Event.objects.filter(pk=event.pk).update(purchase_cap=1_000, seat_cap=1_000)
    queue = CommandQueue(event.pk)
    for seat_id in free[:bookings]:
        reference = uuid4().hex
        queue.submit(LockSeats(person, (seat_id,)))
        queue.submit(StartPayment(person, (seat_id,), "card", reference))
        queue.submit(ReserveSeats(person, (seat_id,), "card", reference))


def _milliseconds(event: Event) -> float:
    began = time.perf_counter()
    figures(event_id=event.pk)
    return 1000 * (time.perf_counter() - began)


def _first_look(event: Event) -> tuple[float, float]:
    """Return how long all calls took, and the longest one, in milliseconds."""
    calls: list[float] = []
    found: object = None
    while found is None or isinstance(found, Reading):
        began = time.perf_counter()
        found = figures_or_reading(event_id=event.pk)
        calls.append(1000 * (time.perf_counter() - began))
    return sum(calls), max(calls)


def _clean(event: Event) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for table in ("payment", "seatchange", "reservationseat", "seat", "reservation"):
            cursor.execute(f"DELETE FROM reservations_{table} WHERE event_id = %s", [event.pk])
            # The next deletions look for references to each row.
            cursor.execute(f"VACUUM reservations_{table}")
    _remove(event)
    get_user_model()._default_manager.filter(username__startswith="figures-").delete()


if __name__ == "__main__":
    sys.exit(main())
