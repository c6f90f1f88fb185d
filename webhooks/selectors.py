"""Queries that return plain data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Count, Q

from reservations.domain.states import iso
from reservations.runtime import clock
from webhooks import numbering
from webhooks.errors import EndpointNotFound
from webhooks.models import Delivery, Endpoint, Feed, Message


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A page of a feed. `after` is where the next one begins, whether or not there is more."""

    is_open: bool
    messages: list[dict[str, Any]]
    after: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """A page of deliveries, newest first; `end` is the id of the last, None on the last page."""

    deliveries: list[dict[str, Any]]
    end: int | None


def feed(*, organisation_id: int, after: int, limit: int) -> FeedPage:
    """Return the messages after a position, in order, with all that are committed by now."""
    numbering.number(organisation_id)
    found = Message.objects.filter(organisation=organisation_id, position__gt=after)
    rows = list(found.order_by("position").values_list("position", "name", "body")[: limit + 1])
    page = rows[:limit]
    last = page[-1][0] if page else None
    return FeedPage(
        is_open=Feed.objects.filter(pk=organisation_id, is_open=True).exists(),
        messages=[
            {"position": position, "id": name, **orjson.loads(body)}
            for position, name, body in page
        ],
        after=after if last is None else last,
        has_more=len(rows) > limit,
    )


def endpoints(*, organisation_id: int) -> list[dict[str, Any]]:
    """Return an organisation's endpoints, oldest first."""
    found = list(Endpoint.objects.filter(organisation=organisation_id).order_by("pk"))
    counted = _counts([endpoint.pk for endpoint in found])
    return [endpoint_record(endpoint, counted.get(endpoint.pk)) for endpoint in found]


def endpoint(*, organisation_id: int, endpoint_id: int) -> dict[str, Any]:
    """Raises: EndpointNotFound."""
    found = Endpoint.objects.filter(pk=endpoint_id, organisation=organisation_id).first()
    if found is None:
        raise EndpointNotFound
    return endpoint_record(found, _counts([found.pk]).get(found.pk))


def endpoint_record(found: Endpoint, counts: tuple[int, int] | None = None) -> dict[str, Any]:
    """Return an endpoint without its secret; `counts` are of pending and given up deliveries."""
    pending, failed = counts or (0, 0)
    return {
        "id": found.pk,
        "url": found.url,
        "description": found.description,
        "kinds": found.kinds,
        "is_enabled": found.disabled_at is None,
        "disabled_because": found.disabled_because or None,
        "failing_since": iso(found.failing_since),
        "old_secret_until": iso(_future(found.old_secret_until)),
        "created_at": iso(found.created_at),
        "pending": pending,
        "failed": failed,
    }


def deliveries(
    *,
    organisation_id: int,
    endpoint_id: int,
    state: str | None = None,
    before: int | None = None,
    limit: int,
) -> DeliveryPage:
    """Return the deliveries to an endpoint, newest first. Raises: EndpointNotFound."""
    if not Endpoint.objects.filter(pk=endpoint_id, organisation=organisation_id).exists():
        raise EndpointNotFound
    found = Delivery.objects.filter(endpoint=endpoint_id).select_related("message")
    if state is not None:
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: limit + 1])
    page = rows[:limit]
    return DeliveryPage(
        deliveries=[delivery_record(each) for each in page],
        end=page[-1].pk if len(rows) > limit else None,
    )


def delivery_record(found: Delivery) -> dict[str, Any]:
    """Return a delivery with what was sent, and the last response."""
    is_pending = found.state == Delivery.State.PENDING
    return {
        "id": found.pk,
        "message_id": found.message.name,
        "kind": found.message.kind,
        "created_at": iso(found.message.at),
        "state": found.state,
        "due_at": iso(found.due_at) if is_pending else None,
        "attempts": found.attempts,
        "attempted_at": iso(found.attempted_at),
        "duration_ms": found.duration_ms,
        "status_code": found.status_code,
        "error": found.error or None,
        "request": found.message.body,
        "response": found.response,
    }


def _counts(endpoint_ids: list[int]) -> dict[int, tuple[int, int]]:
    """Return the numbers of pending and of given up deliveries by endpoint."""
    found = Delivery.objects.filter(endpoint__in=endpoint_ids).exclude(
        state=Delivery.State.DELIVERED
    )
    counted = (
        found.order_by()
        .values_list("endpoint")
        .annotate(
            pending=Count("pk", filter=Q(state=Delivery.State.PENDING)),
            failed=Count("pk", filter=Q(state=Delivery.State.FAILED)),
        )
    )
    return {endpoint_id: (pending, failed) for endpoint_id, pending, failed in counted}


def _future(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and moment > clock.now() else None
