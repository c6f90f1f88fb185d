"""Publish an event or make it a draft again, and open and close its sale at once."""

from infrastructure.security_log.log import Kind
from reservations.domain.errors import EventBegun, EventCancelled, EventHasNoSeats
from reservations.domain.states import to_milliseconds
from reservations.models import Event, Seat
from reservations.organising.editing import edits, require_untaken


def publish_event(
    *, event_id: int, members_only: bool = False, editor_id: int | None = None
) -> bool:
    """Show a draft to everyone, or to its members, and put it on sale; return whether it was one.

    Raises: EventNotFound, EventHasNoSeats, EventCancelled.
    """
    shown_to = Event.Visibility.MEMBERS if members_only else Event.Visibility.PUBLIC
    with edits(event_id=event_id, editor_id=editor_id) as edit:
        event = edit.event
        if event.visibility != Event.Visibility.DRAFT:
            return False
        _require_not_cancelled(event)
        if not Seat.objects.filter(event=event).exists():
            raise EventHasNoSeats
        event.visibility = shown_to
        edit.save(Kind.EVENT_PUBLISHED, "visibility", visibility=shown_to.value)
    return True


def unpublish_event(*, event_id: int, editor_id: int | None = None) -> None:
    """Make an event a draft again. Raises: EventNotFound, SeatsTaken."""
    with edits(event_id=event_id, editor_id=editor_id) as edit:
        event, now = edit.event, edit.now
        require_untaken(event, now=now, what="The event cannot become a draft")
        event.visibility = Event.Visibility.DRAFT
        edit.save(Kind.EVENT_UNPUBLISHED, "visibility")


def open_sale(*, event_id: int, editor_id: int | None = None) -> None:
    """Open the sale now; a closing time that has passed is removed.

    Without one a sale ends when the event begins. Raises: EventNotFound, EventCancelled;
    EventBegun if it has begun.
    """
    with edits(event_id=event_id, editor_id=editor_id) as edit:
        event, now = edit.event, edit.now
        _require_not_cancelled(event)
        if event.sales_open_at is None or event.sales_open_at > now:
            event.sales_open_at = to_milliseconds(now)
        if event.sales_close_at is not None and event.sales_close_at <= now:
            event.sales_close_at = None
        if event.sales_close_at is None and event.date <= now:
            raise EventBegun
        edit.save(Kind.SALE_OPENED, "sales_open_at", "sales_close_at")


def close_sale(*, event_id: int, editor_id: int | None = None) -> None:
    """Close the sale now; an opening time that has not come is removed. Holds can still be booked.

    Raises: EventNotFound, EventCancelled.
    """
    with edits(event_id=event_id, editor_id=editor_id) as edit:
        event, now = edit.event, edit.now
        _require_not_cancelled(event)
        closed_at = to_milliseconds(now)
        if event.sales_close_at is None or event.sales_close_at > now:
            event.sales_close_at = closed_at
        if event.sales_open_at is not None and event.sales_open_at >= event.sales_close_at:
            event.sales_open_at = None
        edit.save(Kind.SALE_CLOSED, "sales_open_at", "sales_close_at")


def _require_not_cancelled(event: Event) -> None:
    """Raises: EventCancelled."""
    if event.cancelled_at is not None:
        raise EventCancelled
