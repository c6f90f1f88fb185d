"""Audit of entries: compares them with their reservations."""

from collections.abc import Iterator

from django.db.models import Q

from reservations.audit.replay import moment
from reservations.bookings.states import state_of, with_related
from reservations.domain.rules.admission import why_not_admitted
from reservations.models import Entry, Event, Reservation

_CHUNK_ROWS = 2_000


def entry_faults(event: Event) -> Iterator[str]:
    """Yield a sentence for each fault in the entries of an event.

    A unique constraint already prevents two entries of one seat.
    """
    found = Entry.objects.filter(Q(event=event) | Q(seat__event=event))
    entered = found.select_related("seat__seat").order_by("pk")
    batch: list[Entry] = []
    for entry in entered.iterator(_CHUNK_ROWS):
        batch.append(entry)
        if len(batch) == _CHUNK_ROWS:
            yield from _batch_faults(batch)
            batch = []
    yield from _batch_faults(batch)


def _batch_faults(entries: list[Entry]) -> Iterator[str]:
    ids = {entry.seat.reservation_id for entry in entries}
    stored = with_related(Reservation.objects.all()).in_bulk(ids)
    for entry in entries:
        reservation = stored[entry.seat.reservation_id]
        named = f"entry of seat {entry.seat.seat.seat_number}, reservation {reservation.pk}"
        yield from (f"{named}: {fault}" for fault in _faults(entry, reservation))


def _faults(entry: Entry, reservation: Reservation) -> Iterator[str]:
    if entry.event_id != reservation.event_id:
        yield f"it is of event {entry.event_id}, the reservation of event {reservation.event_id}"
    if entry.at < reservation.created_at:
        yield f"at {moment(entry.at)}, before it was booked at {moment(reservation.created_at)}"
    ended = reservation.cancelled_at or reservation.lapsed_at
    if ended is not None and entry.at > ended:
        yield f"at {moment(entry.at)}, after the reservation ended at {moment(ended)}"
    state = state_of(reservation)
    if ended is None and why_not_admitted(state, now=entry.at) in ("unpaid", "lapsed"):
        yield "the reservation is not paid for"
