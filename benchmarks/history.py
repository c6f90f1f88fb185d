"""Time an event's map at moments of a long history: `python -m benchmarks.history`.

Makes an event with 50,000 seats and a log of a million changes in the database of `DATABASE_URL`,
prints how long each moment takes, and removes the event. Exits with 1 if one takes longer than a
second.
"""

import os
import sys
import time
from argparse import ArgumentParser

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from reservations.models import Event  # noqa: E402
from reservations.read.history import past_map_record  # noqa: E402
from reservations.read.stories import ChangeFilter, changes  # noqa: E402

MAX_SECONDS = 1.0
_FILL_ROWS = 1_000_000
_SEATS = """
    INSERT INTO reservations_seat
        (event_id, seat_number, guid, section, row, number, x, y, status, extensions, version)
    SELECT %(event)s, 'A' || n, 'A' || n, '', 'A', n, n, 0, 0, 0, 0
    FROM generate_series(1, %(seats)s) AS n
    """
# Each seat is held, booked, freed and blocked in turn; at any moment a quarter is in each state.
_FILL = """
    INSERT INTO reservations_seatchange
        (event_id, seq, seat_id, status, holder_id, locked_until, reason, actor_id, at)
    SELECT %(event)s, seq, %(first)s + place, status,
        CASE status WHEN 1 THEN %(person)s END,
        CASE status WHEN 1 THEN now() + interval '1 day' END,
        (ARRAY['cancelled', 'locked', 'reserved', 'blocked'])[status + 1],
        %(person)s, now() - (%(changes)s - seq) * %(seconds)s * interval '1 second'
    FROM generate_series(%(from)s, %(to)s::bigint) AS seq,
        LATERAL (SELECT seq * 7919 %% %(seats)s AS place) AS found,
        LATERAL (SELECT ((seq / %(seats)s + place) %% 4)::int AS status) AS state
    """


def main() -> int:
    """Return the exit status."""
    options = ArgumentParser(description=__doc__)
    options.add_argument("--seats", type=int, default=50_000)
    options.add_argument("--changes", type=int, default=1_000_000)
    asked = options.parse_args()
    event = _event(asked.seats, asked.changes)
    try:
        print(f"{asked.seats:,} seats, {asked.changes:,} changes")
        slowest = 0.0
        for share in (0, 0.01, 0.25, 0.5, 0.75, 0.99, 1):
            seconds = min(_timed(event, round(share * asked.changes)) for _ in range(3))
            slowest = max(slowest, seconds)
            print(f"  the map after {share:4.0%} of them: {seconds * 1000:7.0f} ms")
        began = time.perf_counter()
        changes(event_id=event.pk, only=ChangeFilter(actor_id=2**40), limit=50)
        print(f"  a person who did nothing:  {(time.perf_counter() - began) * 1000:7.0f} ms")
    finally:
        _remove(event)
    return int(slowest > MAX_SECONDS)


def _event(seats: int, count: int, *, days: float | None = None) -> Event:
    """Make an event with a log of `count` changes, a second apart or evenly in so many days."""
    event = Event.objects.create(
        name="History", venue="Stadium", date=timezone.now(), price=10, layout="benchmark"
    )
    person = get_user_model()._default_manager.create(username=f"history-{event.pk}")
    seconds = 1 if days is None else days * 86_400 / count
    values = {
        **{"event": event.pk, "seats": seats, "person": person.pk},
        **{"changes": count, "seconds": seconds},
    }
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_SEATS, values)
        values["first"] = event.seats.order_by("pk").values_list("pk", flat=True)[0]
        # Without the triggers of foreign keys, which PostgreSQL would queue until the commit.
        cursor.execute("SET session_replication_role = replica")
        for first in range(1, count + 1, _FILL_ROWS):
            cursor.execute(
                _FILL, values | {"from": first, "to": min(first + _FILL_ROWS - 1, count)}
            )
        cursor.execute("RESET session_replication_role")
        cursor.execute(
            "UPDATE reservations_seat SET version = last FROM ("
            " SELECT seat_id, max(seq) AS last FROM reservations_seatchange"
            " WHERE event_id = %(event)s GROUP BY seat_id) AS log WHERE id = seat_id",
            values,
        )
        cursor.execute("ANALYZE reservations_seatchange")
        cursor.execute("ANALYZE reservations_seat")
    Event.objects.filter(pk=event.pk).update(change_seq=count)
    return event


def _remove(event: Event) -> None:
    """Delete the event and its person, without loading a million rows."""
    with connection.cursor() as cursor:
        for table in ("seatchange", "seat"):
            cursor.execute(f"DELETE FROM reservations_{table} WHERE event_id = %s", [event.pk])
    get_user_model()._default_manager.filter(username=f"history-{event.pk}").delete()
    event.delete()


def _timed(event: Event, seq: int) -> float:
    began = time.perf_counter()
    past_map_record(event_id=event.pk, seq=seq)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
