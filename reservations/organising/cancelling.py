"""Cancel an event: nothing is sold any more, its bookings are cancelled, and buyers are told.

First the event is marked, in a short transaction; after that every command to hold or buy is
refused. Then the open holds are released and the bookings cancelled, some in each transaction, with
their payments marked for a refund and the mail to their buyers written in the same transaction. The
process may be killed at any point: housekeeping goes on with what is left, and nothing is done
twice. Refunds are made by `reconcile_payments`.
"""

import time

from django.db.models import Exists, OuterRef, Q, QuerySet

from infrastructure.security_log.log import Kind
from reservations.bookings import command_queue
from reservations.domain.commands import CancelReservations, EndLocks
from reservations.domain.states import Person, SeatStatus
from reservations.models import Event, Reservation, Seat, overdue
from reservations.organising.editing import edits
from reservations.runtime import clock

BOOKINGS_AT_ONCE = 50
LOCKS_AT_ONCE = 500


def cancel_event(*, event_id: int, actor: Person, seconds: float | None = None) -> bool:
    """Cancel an event; return whether all of its bookings are cancelled.

    With `seconds`, only as many as can be in that time. Doing it twice changes nothing more.
    Raises: EventNotFound.
    """
    with edits(event_id=event_id, editor_id=actor.id) as edit:
        if edit.event.cancelled_at is None:
            edit.event.cancelled_at = edit.now
            edit.save(Kind.EVENT_CANCELLED, "cancelled_at")
    return finish_cancelling(event_id=event_id, actor=actor, seconds=seconds)


def finish_cancelling(
    *, event_id: int, actor: Person | None = None, seconds: float | None = None
) -> bool:
    """Release the holds and cancel the bookings of a cancelled event; return whether none is left.

    After the mark there are no new ones, so one pass in order finds all. Raises: SeatcastError.
    """
    until = None if seconds is None else time.monotonic() + seconds
    while held := list(open_locks(event_id).values_list("pk", flat=True)[:LOCKS_AT_ONCE]):
        command_queue.submit(event_id=event_id, command=EndLocks(actor, tuple(held)))
    last = 0
    while ids := _next_bookings(event_id, after=last):
        if until is not None and time.monotonic() > until:
            return False
        command_queue.submit(event_id=event_id, command=CancelReservations(actor, tuple(ids)))
        last = ids[-1]
    return True


def unfinished() -> list[int]:
    """Return the ids of the cancelled events that still have holds or bookings."""
    left = Q(Exists(open_locks(OuterRef("pk")))) | Q(Exists(live_bookings(OuterRef("pk"))))
    found = Event.objects.filter(left, cancelled_at__isnull=False).order_by("pk")
    return list(found.values_list("pk", flat=True))


def open_locks(event_id: int | OuterRef) -> QuerySet[Seat]:
    """Return the seats of an event with a live lock."""
    live = Seat.objects.filter(status=SeatStatus.LOCKED, locked_until__gt=clock.now())
    return live.filter(event=event_id).order_by("pk")


def live_bookings(event_id: int | OuterRef) -> QuerySet[Reservation]:
    """Return the confirmed reservations of an event that are not overdue."""
    live = Reservation.objects.filter(status=Reservation.Status.CONFIRMED)
    return live.exclude(overdue(clock.now())).filter(event=event_id).order_by("pk")


def _next_bookings(event_id: int, *, after: int) -> list[int]:
    found = live_bookings(event_id).filter(pk__gt=after)
    return list(found.values_list("pk", flat=True)[:BOOKINGS_AT_ONCE])
