"""Remove the rows of a past event's change log that an archive has.

What `reservations.housekeeping.pruning` would keep stays: each seat's rows since its last lock or
block, so bookings of the event can still be cancelled or moved, and its log still be verified.
"""

from collections.abc import Iterator
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone

from infrastructure.security_log.log import Kind, record
from reservations.archives.file_format import Header
from reservations.archives.loading import ALIAS, Archive
from reservations.audit.replay import WHOLE_LOG
from reservations.audit.snapshots import snapshot
from reservations.domain.states import iso
from reservations.events.change_log import Log
from reservations.housekeeping.pruning import prune_event
from reservations.models import ArchivedLog, Event, SeatChange
from reservations.runtime import clock

_CHUNK_ROWS = 5_000


class RemovalRefused(Exception):
    """The rows may not be removed yet, or not for this archive. The message says why."""


def require_removable(archive: Archive) -> None:
    """Require that an archive has all that its removal would delete.

    The caller has verified it. Rows that were pruned since it was written may be missing in the
    database. Raises: RemovalRefused.
    """
    header = archive.header
    event = Event.objects.filter(pk=header.event_id).first()
    if event is None:
        raise RemovalRefused(f"There is no event {header.event_id}.")
    if event.cancelled_at is None and event.date > clock.now():
        raise RemovalRefused("The event is still to come.")
    last = Log(event.pk).last_until(header.seq)
    if last is None or last[0] != header.seq:
        raise RemovalRefused(f"The event has no change {header.seq}, with which the archive ends.")
    if last[1] > clock.now() - WHOLE_LOG:
        raise RemovalRefused("The last change of the archive is younger than a day.")
    with snapshot():
        for row in _not_archived(header):
            raise RemovalRefused(f"Change {row[0]} of seat {row[1]} is not so in the archive.")


def remove_log(archive: Archive) -> Iterator[int]:
    """Remove log rows after `require_removable`; yield the number of deleted rows for each batch.

    It can be stopped at any point and repeated. From its beginning on, the history says that the
    log was archived.
    """
    header = archive.header
    with transaction.atomic():
        _, is_new = ArchivedLog.objects.get_or_create(
            event_id=header.event_id,
            seq=header.seq,
            defaults={
                "sha256": archive.end.sha256,
                "written_at": header.written_at,
                "removed_at": timezone.now(),
            },
        )
        if is_new:
            record(
                Kind.LOG_ARCHIVED,
                event_id=header.event_id,
                details={
                    "seq": header.seq,
                    "sha256": archive.end.sha256,
                    "written_at": iso(header.written_at),
                },
            )
    yield from prune_event(event_id=header.event_id, cut=header.seq)


def _not_archived(header: Header) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the log up to the archive's end that it does not have, or otherwise."""
    archived = _log(ALIAS, header)
    for row in _log(DEFAULT_DB_ALIAS, header):
        # The archive may have more: the log may have been pruned since.
        found = next((each for each in archived if each[:2] >= row[:2]), None)
        if found != row:
            yield row


def _log(database: str, header: Header) -> Iterator[tuple[Any, ...]]:
    rows = SeatChange.objects.using(database).filter(event_id=header.event_id, seq__lte=header.seq)
    columns = [field.attname for field in SeatChange._meta.concrete_fields]
    others = [each for each in columns if each not in ("seq", "seat_id")]
    found = rows.order_by("seq", "seat_id").values_list("seq", "seat_id", *others)
    return found.iterator(_CHUNK_ROWS)
