"""Tell all buyers of an event: that it was changed, or that it begins soon.

An edit writes one row in its transaction. Housekeeping tells the buyers afterwards, some hundred
bookings in each transaction, which also moves the announcement's position: so each is told once,
however often a process is killed, and no sale waits.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from reservations.bookings.notice_fields import booking_fields
from reservations.domain.errors import EventNotFound
from reservations.formats.public_ids import LENGTH
from reservations.models import Announcement, Event, Reservation
from reservations.ports.notices import EventNotice, MailPreview, NewBooking, notices
from reservations.runtime import clock

BATCH_BOOKINGS = 500
"""How many buyers one transaction tells."""

_NOT_YET = timedelta(hours=48)


def announce_change(event: Event, *, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Have the buyers told that an event's date or place is another; in the edit's transaction.

    `before` has the old values of the fields that changed, as JSON, and `after` the present ones of
    all that are told. An announcement that has told nobody yet tells this change too, or nothing if
    it was taken back, unless somebody has booked in between.
    """
    live = Reservation.objects.filter(event=event, status=Reservation.Status.CONFIRMED)
    if not live.exists():
        return
    changed = Announcement.objects.filter(event=event, kind=Announcement.Kind.CHANGED)
    pending = changed.select_for_update().filter(done_at=None, last_id=0).order_by("pk").last()
    if pending is None or live.filter(created_at__gt=pending.created_at).exists():
        changed.create(
            event=event, kind=Announcement.Kind.CHANGED, date=event.date, details=dict(before)
        )
        return
    oldest = {**before, **pending.details}
    pending.details = {name: old for name, old in oldest.items() if old != after[name]}
    if pending.details:
        pending.save(update_fields=["details"])
    else:
        pending.delete()


def plan_reminders() -> int:
    """Announce events that begin within SEATCAST_REMINDER_HOURS, each once; return how many."""
    hours = settings.SEATCAST_REMINDER_HOURS
    if not hours:
        return 0
    now = clock.now()
    soon = Event.objects.filter(
        date__gt=now, date__lte=now + timedelta(hours=hours), cancelled_at=None
    ).exclude(visibility=Event.Visibility.DRAFT)
    rows = [
        Announcement(event_id=pk, kind=Announcement.Kind.REMINDER, date=date)
        for pk, date in soon.values_list("pk", "date")
    ]
    known = set(
        Announcement.objects.filter(
            kind=Announcement.Kind.REMINDER, event__in=[row.event_id for row in rows]
        ).values_list("event", "date")
    )
    new = [row for row in rows if (row.event_id, row.date) not in known]
    # Another process may do the same now.
    Announcement.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def announce_all() -> int:
    """Tell buyers what is to be announced; return how many were told."""
    told = 0
    for pk in Announcement.objects.filter(done_at=None).order_by("pk").values_list("pk", flat=True):
        while (count := _announce_some(pk)) is not None:
            told += count
    return told


def mail_previews(*, event_id: int, language: str) -> Sequence[MailPreview]:
    """Return the mail that buyers of an event get, about a booking of its first two seats.

    Raises: EventNotFound.
    """
    event = Event.objects.filter(pk=event_id).defer("plan", "description").first()
    if event is None:
        raise EventNotFound
    seats = event.seats.order_by("pk").values_list("seat_number", flat=True)[:2]
    sample = NewBooking(
        **booking_fields(Reservation(public_id="0" * LENGTH), event),
        seats=list(seats),
        total=2 * event.price,
        currency=event.currency,
        payment_due_at=None,
    )
    return notices().previews(sample, language=language)


def _announce_some(pk: int) -> int | None:
    """Tell the next buyers; return how many bookings, None if there are no more."""
    with transaction.atomic():
        row = (
            Announcement.objects.select_for_update(of=("self",))
            .select_related("event")
            .defer("event__plan", "event__description")
            .get(pk=pk)
        )
        if row.done_at is not None:
            return None
        live = Reservation.objects.filter(
            event=row.event,
            status=Reservation.Status.CONFIRMED,
            pk__gt=row.last_id,
        )
        if row.kind == Announcement.Kind.REMINDER:
            # Who booked just now needs no reminder.
            live = live.filter(created_at__lt=row.date - _NOT_YET)
        else:
            live = live.filter(created_at__lte=row.created_at)
        live = live.only("public_id", "user_id", "buyer_email")
        some = list(live.order_by("pk")[:BATCH_BOOKINGS])
        is_over = row.event.cancelled_at is not None or row.event.date <= clock.now()
        if not some or is_over:
            Announcement.objects.filter(pk=pk).update(done_at=Now())
            return None
        found = [
            EventNotice(**booking_fields(booking, row.event), before=row.details)
            for booking in some
        ]
        if row.kind == Announcement.Kind.REMINDER:
            notices().reminder(found)
        else:
            notices().event_changed(found)
        Announcement.objects.filter(pk=pk).update(last_id=some[-1].pk)
    return len(some)
