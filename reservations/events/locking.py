"""The lock on an event's row, under which everything about its seats is changed."""

import json
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from reservations.domain.errors import EventNotFound
from reservations.models import Event
from reservations.runtime import clock
from reservations.runtime.prepared import PreparedQuery

EVENT_COLUMNS = [
    field.attname
    for field in Event._meta.concrete_fields
    if field.name not in ("plan", "description")
]


def lock_event(event_id: int, *, briefly: bool = False) -> tuple[Event, datetime]:
    """Lock the event's row, and return the event and the database's time after that.

    No other transaction can change the event's seats until commit. With `briefly` the transaction's
    lock time-out is a quarter of a second instead of five.

    Raises: EventNotFound, django.db.OperationalError.
    """
    earliest = timezone.now()
    select = _event_row_briefly if briefly and connection.vendor == "postgresql" else _event_row
    for *values, now in select(event_id):
        clock.compare(now, earliest=earliest, latest=timezone.now())
        event = Event.from_db(connection.alias, EVENT_COLUMNS, values)
        if isinstance(event.offline_methods, str):
            # PreparedQuery returns PostgreSQL's text, unconverted.
            event.offline_methods = json.loads(event.offline_methods)
        return event, now
    raise EventNotFound


@PreparedQuery.with_clock
def _event_row(event_id: int) -> QuerySet[Any, Any]:
    event = Event.objects.select_for_update(no_key=True).filter(pk=event_id)
    return event.order_by().values_list(*EVENT_COLUMNS)


@PreparedQuery.with_clock
def _event_row_briefly(event_id: int) -> QuerySet[Any, Any]:
    event = Event.objects.select_for_update(no_key=True).filter(pk=event_id)
    # In the same statement, to save a round trip; PostgreSQL filters rows before it locks them.
    briefly = "set_config('lock_timeout', '250ms', true) IS NOT NULL"
    return event.extra(where=[briefly]).order_by().values_list(*EVENT_COLUMNS)
