"""The heads of events: what tells whether anything of them has changed."""

from collections.abc import Iterable
from dataclasses import dataclass

from reservations.domain.errors import EventNotFound
from reservations.models import Event


@dataclass(frozen=True, slots=True)
class EventHead:
    """An event's sequence number, layout, and revision of its settings."""

    seq: int
    layout: str
    is_public: bool
    revision: int = 0


def event_head(*, event_id: int) -> EventHead:
    """Return an event's head. Raises: EventNotFound."""
    try:
        return event_heads(event_ids=(event_id,))[event_id]
    except KeyError:
        raise EventNotFound from None


def event_heads(*, event_ids: Iterable[int]) -> dict[int, EventHead]:
    """Return the heads of events by id, in one query. Unknown ids are omitted."""
    found = Event.objects.filter(pk__in=event_ids).order_by()
    return {
        pk: EventHead(
            seq=seq,
            layout=layout,
            is_public=visibility == Event.Visibility.PUBLIC,
            revision=revision,
        )
        for pk, seq, layout, visibility, revision in found.values_list(
            "pk", "change_seq", "layout", "visibility", "revision"
        )
    }
