"""Start an export of an event's sale."""

from collections.abc import Generator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from infrastructure.security_log.log import Kind, record
from reservations.domain.errors import EventNotFound, ExportTooLarge
from reservations.exports.formats import FORMATS
from reservations.exports.tables import TABLES
from reservations.formats.time_zones import is_time_zone
from reservations.models import Event


@dataclass(frozen=True, slots=True)
class Export:
    """A file that is written while `chunks` is read. `rows` is how many rows it will have."""

    rows: int
    content_type: str
    file_name: str
    chunks: Generator[bytes]


def start_export(*, event_id: int, table: str, form: str, person_id: int) -> Export:
    """Start an export, which the security log records. Raises: EventNotFound, ExportTooLarge.

    The file has what there was at this moment; a booking that is changed meanwhile is in it as it
    is when its page is read.
    """
    asked, format_ = TABLES[table], FORMATS[form]
    event = Event.objects.filter(pk=event_id).values("time_zone", "organisation_id").first()
    if event is None:
        raise EventNotFound
    limit = asked.limit(event_id)
    rows = asked.count(event_id, limit)
    if format_.max_rows is not None and rows > format_.max_rows:
        raise ExportTooLarge(rows=rows, limit=format_.max_rows)
    record(
        Kind.SALES_EXPORTED,
        actor_id=person_id,
        event_id=event_id,
        organisation_id=event["organisation_id"],
        details={"table": table, "format": form, "rows": rows},
    )
    zone = ZoneInfo(event["time_zone"] if is_time_zone(event["time_zone"]) else "UTC")
    return Export(
        rows=rows,
        content_type=format_.content_type,
        file_name=f"event-{event_id}-{table}.{form}",
        chunks=format_.write(asked.columns, asked.pages(event_id, limit), zone),
    )
