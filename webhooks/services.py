"""Create and change an organisation's endpoints, and queue messages again.

Whatever changes endpoints locks the feed's row first. Each change is in the security log, in the
same transaction, and so is each replay; secrets are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from infrastructure.security_log import encryption
from infrastructure.security_log.log import Kind, record
from reservations.domain.errors import NotPermitted
from reservations.permissions import Permission, may
from reservations.runtime import clock
from webhooks import queue, signing
from webhooks.errors import (
    DeliveryNotFound,
    EndpointDisabled,
    EndpointNotFound,
    FeedInUse,
    TooManyEndpoints,
)
from webhooks.models import TEST, Delivery, Endpoint, Feed, Message
from webhooks.outbox import body_of

MAX_ENDPOINTS = 10
"""How many endpoints an organisation can have."""

ROTATION = timedelta(days=1)
"""How long the old secret signs too after a rotation."""

KEPT_DAYS = 30
"""How long messages and deliveries are kept."""

_PRUNED_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class NewSecret:
    """An endpoint with its new secret, which is shown once."""

    endpoint: Endpoint
    secret: str


def create(
    *,
    organisation_id: int,
    url: str,
    kinds: Sequence[str],
    description: str,
    owner_id: int | None = None,
) -> NewSecret:
    """Create an endpoint, and open the feed. Raises: TooManyEndpoints, NotPermitted.

    NotPermitted: `owner_id`, unless it is None, is no owner any more.
    """
    secret = signing.new_secret()
    with transaction.atomic():
        feed = _locked_feed(organisation_id)
        _require_owner(owner_id, organisation_id)
        if Endpoint.objects.filter(organisation=organisation_id).count() >= MAX_ENDPOINTS:
            raise TooManyEndpoints
        endpoint = Endpoint.objects.create(
            organisation_id=organisation_id,
            url=url,
            set_up_by_id=owner_id,
            kinds=list(kinds),
            description=description,
            secret=encryption.encrypt(secret),
        )
        _open(feed)
        _record(Kind.WEBHOOK_CREATED, endpoint, kinds=list(kinds))
    # With what the database has set.
    endpoint.refresh_from_db()
    return NewSecret(endpoint, secret)


def change(
    *,
    organisation_id: int,
    endpoint_id: int,
    owner_id: int | None = None,
    is_enabled: bool | None = None,
    **facts: Any,
) -> Endpoint:
    """Change some of url, kinds and description, or turn an endpoint on or off.

    What is queued for it stays queued while it is off; later messages are only in the feed. Turned
    on, everything pending is attempted at once. Raises: EndpointNotFound; NotPermitted as `create`.
    """
    with transaction.atomic():
        feed = _locked_feed(organisation_id)
        _require_owner(owner_id, organisation_id)
        endpoint = _locked(organisation_id, endpoint_id)
        if is_enabled or facts.get("url", endpoint.url) != endpoint.url:
            endpoint.set_up_by_id = owner_id
        if is_enabled is True and endpoint.disabled_at is not None:
            endpoint.disabled_at, endpoint.disabled_because = None, ""
            endpoint.failing_since, endpoint.failures = None, 0
            _open(feed)
            queue.retry_now(endpoint)
        elif is_enabled is False and endpoint.disabled_at is None:
            endpoint.disabled_at = clock.now()
            endpoint.disabled_because = Endpoint.Disabled.OWNER
        for name, value in facts.items():
            setattr(endpoint, name, value)
        endpoint.rest_until = None
        endpoint.save(
            update_fields=[
                *("url", "set_up_by", "kinds", "description", "disabled_at", "disabled_because"),
                *("failing_since", "failures", "rest_until"),
            ]
        )
        _record(
            Kind.WEBHOOK_CHANGED,
            endpoint,
            kinds=endpoint.kinds,
            is_enabled=endpoint.disabled_at is None,
        )
    return endpoint


def turn_off_of(*, organisation_id: int, user_id: int) -> int:
    """Turn off the endpoints that a person set up for an organisation; return how many.

    Another owner can turn them on again. In the caller's transaction.
    """
    _locked_feed(organisation_id)
    theirs = Endpoint.objects.filter(organisation=organisation_id, set_up_by=user_id)
    found = list(theirs.filter(disabled_at=None))
    for endpoint in found:
        endpoint.disabled_at = clock.now()
        endpoint.disabled_because = Endpoint.Disabled.LEFT
        endpoint.save(update_fields=["disabled_at", "disabled_because"])
        _record(Kind.WEBHOOK_CHANGED, endpoint, kinds=endpoint.kinds, is_enabled=False)
    return len(found)


def delete(*, organisation_id: int, endpoint_id: int) -> None:
    """Delete an endpoint with its deliveries. Raises: EndpointNotFound."""
    with transaction.atomic():
        _locked_feed(organisation_id)
        endpoint = _locked(organisation_id, endpoint_id)
        _record(Kind.WEBHOOK_DELETED, endpoint)
        endpoint.delete()


def rotate_secret(*, organisation_id: int, endpoint_id: int) -> NewSecret:
    """Give an endpoint a new secret; the old one signs too for a day. Raises: EndpointNotFound."""
    secret = signing.new_secret()
    with transaction.atomic():
        _locked_feed(organisation_id)
        endpoint = _locked(organisation_id, endpoint_id)
        endpoint.old_secret, endpoint.secret = endpoint.secret, encryption.encrypt(secret)
        endpoint.old_secret_until = clock.now() + ROTATION
        endpoint.save(update_fields=["secret", "old_secret", "old_secret_until"])
        _record(Kind.WEBHOOK_SECRET_ROTATED, endpoint)
    return NewSecret(endpoint, secret)


def send_test(*, organisation_id: int, endpoint_id: int) -> Delivery:
    """Queue a test message for an endpoint. Raises: EndpointNotFound, EndpointDisabled."""
    now = clock.now()
    with transaction.atomic():
        endpoint = _enabled(organisation_id, endpoint_id)
        message = Message(organisation_id=organisation_id, kind=TEST, at=now)
        message.topic = message.name[:32]
        message.body = body_of(TEST, {"endpoint": endpoint.pk}, at=now)
        message.save()
        delivery = Delivery.objects.create(
            endpoint=endpoint, message=message, topic=message.topic, position=0
        )
        queue.wake(endpoint)
    delivery.refresh_from_db()
    return delivery


def replay_one(*, organisation_id: int, endpoint_id: int, delivery_id: int) -> Delivery:
    """Send a message again, with the same id.

    Raises: EndpointNotFound, EndpointDisabled, DeliveryNotFound.
    """
    with transaction.atomic():
        endpoint = _enabled(organisation_id, endpoint_id)
        if not queue.replay(endpoint.deliveries.filter(pk=delivery_id)):
            raise DeliveryNotFound
        queue.wake(endpoint)
        _record(Kind.WEBHOOK_REPLAYED, endpoint, delivery=delivery_id)
    return Delivery.objects.select_related("message").get(pk=delivery_id)


def replay_failed(*, organisation_id: int, endpoint_id: int) -> int:
    """Send everything that was given up again; return how many.

    Raises: EndpointNotFound, EndpointDisabled.
    """
    with transaction.atomic():
        endpoint = _enabled(organisation_id, endpoint_id)
        number = queue.replay(endpoint.deliveries.filter(state=Delivery.State.FAILED))
        queue.wake(endpoint)
        _record(Kind.WEBHOOK_REPLAYED, endpoint, number=number)
    return number


def set_feed(*, organisation_id: int, is_open: bool) -> None:
    """Open or close the feed. Raises: FeedInUse when closing it while an endpoint is on."""
    with transaction.atomic():
        feed = _locked_feed(organisation_id)
        enabled = Endpoint.objects.filter(organisation=organisation_id, disabled_at=None)
        if not is_open and enabled.exists():
            raise FeedInUse
        if feed.is_open != is_open:
            feed.is_open = is_open
            feed.save(update_fields=["is_open"])
            details = {"organisation": organisation_id, "is_open": is_open}
            record(Kind.FEED_CHANGED, details=details)


def prune(*, older_than: timedelta) -> int:
    """Delete messages older than that, with their deliveries; return how many messages."""
    old = Message.objects.filter(at__lt=clock.now() - older_than).order_by("at")
    deleted = 0
    while pks := list(old.values_list("pk", flat=True)[:_PRUNED_AT_ONCE]):
        with transaction.atomic():
            Delivery.objects.filter(message__in=pks).delete()
            deleted += Message.objects.filter(pk__in=pks).delete()[0]
    return deleted


def _locked_feed(organisation_id: int) -> Feed:
    """Return the organisation's feed, made if it is missing, with its row locked."""
    Feed.objects.get_or_create(pk=organisation_id)
    return Feed.objects.select_for_update(no_key=True).get(pk=organisation_id)


def _require_owner(owner_id: int | None, organisation_id: int) -> None:
    """Require that a person still owns an organisation whose feed is locked. Raises: NotPermitted.

    What a former owner set up was turned off under that lock.
    """
    if owner_id is not None and not may(
        owner_id, Permission.CHANGE_ORGANISATION, organisation_id=organisation_id
    ):
        raise NotPermitted


def _open(feed: Feed) -> None:
    if not feed.is_open:
        feed.is_open = True
        feed.save(update_fields=["is_open"])


def _locked(organisation_id: int, endpoint_id: int) -> Endpoint:
    """Raises: EndpointNotFound."""
    found = Endpoint.objects.select_for_update(no_key=True)
    endpoint = found.filter(pk=endpoint_id, organisation=organisation_id).first()
    if endpoint is None:
        raise EndpointNotFound
    return endpoint


def _enabled(organisation_id: int, endpoint_id: int) -> Endpoint:
    """Raises: EndpointNotFound, EndpointDisabled."""
    endpoint = _locked(organisation_id, endpoint_id)
    if endpoint.disabled_at is not None:
        raise EndpointDisabled
    return endpoint


def _record(kind: Kind, endpoint: Endpoint, **details: Any) -> None:
    # Of the URL only the host: the rest may contain a key of the receiver's.
    named = {
        "organisation": endpoint.organisation_id,
        "endpoint": endpoint.pk,
        "host": endpoint.url.split("/")[2],
    }
    record(kind, details={**named, **details})
