"""Lock events' rows, as a process that hangs in a transaction does."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from django.db import connection

from reservations.models import Event


@contextmanager
def rows_held(events: Sequence[Event]) -> Iterator[None]:
    """Lock the events' rows while the context is open. PostgreSQL only."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(os.environ["DATABASE_URL"], dbname=name) as holder:
        holder.execute(
            "SELECT FROM reservations_event WHERE id = ANY(%s) FOR UPDATE",
            [[event.pk for event in events]],
        )
        yield
