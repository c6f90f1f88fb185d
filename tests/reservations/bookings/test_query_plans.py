"""The queries of every click, also before PostgreSQL has statistics of the seats.

Without them it may read a hall once; it once read it for each seat that a batch names.
"""

from typing import Any

import pytest
from django.db import connection, transaction

from reservations.bookings import seat_reading
from tests.factories import make_event, make_user, seat_ids

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

SEATS = 50_000
_INSERT = """
    INSERT INTO reservations_seat
        (event_id, seat_number, guid, section, row, number, x, y, status, extensions, version,
         features, note, "group", group_size, sold_by)
    SELECT %s, 'A' || n, 'A' || n, '', 'A', n, n, 0, 0, 0, 0, 0, '', '', 0, 0
    FROM generate_series(1, %s) AS n
    """


def _rows_read(node: dict[str, Any]) -> int:
    """Return how many rows the node of a plan and those below it have produced or filtered out."""
    rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    rows += node.get("Rows Removed by Join Filter", 0)
    return int(rows * node["Actual Loops"]) + sum(map(_rows_read, node.get("Plans", ())))


@pytest.mark.parametrize(
    ("analyzed", "most"), [("when it was empty", 3 * SEATS), ("now", SEATS / 10)]
)
def test_locking_named_seats_does_not_read_the_hall_for_each(analyzed: str, most: float) -> None:
    event = make_event(seats=0)
    people = [make_user().pk for _ in range(8)]
    with connection.cursor() as cursor:
        # Empty pages of earlier tests' seats would count as pages that never have any.
        cursor.execute("VACUUM FULL reservations_seat")
    with transaction.atomic(), connection.cursor() as cursor:
        if analyzed == "when it was empty":
            cursor.execute("ANALYZE reservations_seat")
        cursor.execute(_INSERT, [event.pk, SEATS])
        ids = list(seat_ids(event)[1_000:1_010])
        if analyzed == "now":
            cursor.execute("ANALYZE reservations_seat")
        query = seat_reading._seats._make(event.pk, ids, people)
        sql, parameters = query.query.sql_with_params()
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
        [[[plan]]] = cursor.fetchall()
    assert plan["Plan"]["Actual Rows"] == len(ids)
    assert _rows_read(plan["Plan"]) < most
