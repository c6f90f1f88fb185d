"""Store messages. `webhooks/apps.py` registers it with `reservations.ports.outbox`."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from reservations.domain.states import iso
from reservations.ports.outbox import Message
from webhooks import models


def is_open(organisation_id: int) -> bool:
    """Return whether the organisation's messages are stored; one query by primary key."""
    return models.Feed.objects.filter(pk=organisation_id, is_open=True).exists()


def write(messages: Sequence[Message], *, organisation_id: int, at: datetime) -> None:
    """Store messages in the caller's transaction, without positions.

    The caller holds the event's row, so the ids of an event's messages are in the order of its
    commits. Ids of several events are not; `numbering` gives all of them an order.
    """
    models.Message.objects.bulk_create(
        models.Message(
            organisation_id=organisation_id,
            kind=message.kind.value,
            topic=message.topic,
            body=body_of(message.kind.value, message.data, at=at),
            at=at,
        )
        for message in messages
    )


def body_of(kind: str, data: dict[str, object], *, at: datetime) -> str:
    """Return the body of a message, in the form that Standard Webhooks recommends."""
    return orjson.dumps({"type": kind, "timestamp": iso(at), "data": data}).decode()
