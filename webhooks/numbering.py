"""Give messages their positions, and queue them for the endpoints.

Transactions commit in another order than they draw ids from a sequence: a reader who has seen id 6
could miss id 5. So a message gets its position only after its commit. That is done with the feed's
row locked, so whoever sees a position sees all smaller ones too. Messages of one event keep their
order: each is written with the event's row locked, so its id and its commit come later than those
of the message before.
"""

from django.db import transaction

from reservations.runtime import bulk
from webhooks.models import TEST, Delivery, Endpoint, Feed, Message

MESSAGES_AT_ONCE = 500


def number_all() -> None:
    """Number the committed messages of all organisations."""
    for organisation_id in waiting_organisations():
        number(organisation_id)


def waiting_organisations() -> list[int]:
    """Return the organisations with committed messages that have no position."""
    waiting = Message.objects.filter(position=None).exclude(kind=TEST).order_by()
    return list(waiting.values_list("organisation", flat=True).distinct())


def number(organisation_id: int) -> None:
    """Number the committed messages of an organisation, and queue them for its endpoints.

    Several processes may do it at once.
    """
    while number_some(organisation_id) == MESSAGES_AT_ONCE:
        pass


def number_some(organisation_id: int) -> int:
    """Number some messages in one transaction; return how many, MESSAGES_AT_ONCE at most."""
    waiting = Message.objects.filter(organisation=organisation_id, position=None)
    waiting = waiting.exclude(kind=TEST).order_by("pk")
    with transaction.atomic():
        feeds = Feed.objects.select_for_update(no_key=True).filter(pk=organisation_id)
        feed = feeds.first()
        if feed is None:
            return 0
        # A statement of its own, so that it sees what was committed before the row was locked.
        rows = list(waiting.values_list("pk", "kind", "topic")[:MESSAGES_AT_ONCE])
        if not rows:
            return 0
        numbered = list(enumerate(rows, start=feed.position + 1))
        bulk.write(
            bulk.update(Message, ("position",), [(at, row[0]) for at, row in numbered]),
            bulk.update(Feed, ("position",), [(feed.position + len(rows), feed.pk)]),
        )
        endpoints = Endpoint.objects.filter(organisation=organisation_id, disabled_at=None)
        Delivery.objects.bulk_create(
            Delivery(endpoint_id=endpoint_id, message_id=pk, topic=topic, position=position)
            for endpoint_id, kinds in endpoints.values_list("pk", "kinds")
            for position, (pk, kind, topic) in numbered
            if kind in kinds
        )
    return len(rows)
