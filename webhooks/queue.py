"""The queue of deliveries: who may send to an endpoint, what is due, and what came of it.

Concurrency. A worker leases an endpoint, so that only one sends to it at a time, and renews the
lease each time it records results. A worker that was killed leaves a lease that ends by itself. One
that was stopped for longer than its lease can no longer record anything, so it cannot go on with a
later message; what it has sent is sent again.

Order. Of each topic only the earliest pending message is sent, and it is pending until its result
is recorded. So the receiver first sees a message of a booking after it has accepted, or failed for
days to accept, those before.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from infrastructure.security_log import encryption
from reservations.runtime import bulk, clock
from webhooks import notices
from webhooks.models import Delivery, Endpoint
from webhooks.sender import CONCURRENT_REQUESTS, Request, Result

RETRY_SECONDS = (5, 5 * 60, 30 * 60, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24)))
"""How long to wait after each failed attempt; after one more a message is given up."""

DISABLED_AFTER = timedelta(days=3)
"""How long an endpoint fails without a success before it is disabled."""

LEASE = timedelta(seconds=30)
MAX_BACKOFF_SECONDS = 300
"""The longest time without attempts while an endpoint fails; it begins with two seconds."""

_GONE = 410
_RECORDED = ("state", "due_at", "attempts", "attempted_at", "duration_ms", "status_code", "error")


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages to send now, none if nothing is due, and the secrets that sign them."""

    url: str
    keys: list[str]
    requests: list[Request]


def due_endpoints() -> list[int]:
    """Return the ids of the endpoints that have something due, and are not leased."""
    due = _first_of_topics().filter(endpoint=OuterRef("pk"), due_at__lte=Now())
    found = _unleased().filter(Exists(due), disabled_at=None)
    rests = Q(rest_until__gt=Now())
    return list(found.exclude(rests).order_by("pk").values_list("pk", flat=True))


def lease(endpoint_id: int) -> str | None:
    """Lease an endpoint; return the lease, or None if another worker has it."""
    name = secrets.token_hex(16)
    leased = _unleased().filter(pk=endpoint_id)
    return name if leased.update(lease=name, leased_until=Now() + LEASE) else None


def release(endpoint_id: int, lease: str) -> None:
    Endpoint.objects.filter(pk=endpoint_id, lease=lease).update(lease="", leased_until=None)


def record_and_take(
    endpoint_id: int,
    lease: str,
    results: Sequence[Result],
    *,
    under_way: Collection[int] = (),
    most: int = CONCURRENT_REQUESTS,
) -> Batch | None:
    """Record results, renew the lease, and return at most so many further messages.

    `under_way` are the deliveries without a result yet. While an endpoint fails it gets one message
    at a time. None if the lease was lost: then nothing is recorded.
    """
    with transaction.atomic():
        found = Endpoint.objects.select_for_update(no_key=True).filter(pk=endpoint_id, lease=lease)
        endpoint = found.first()
        if endpoint is None:
            return None
        now = clock.now()
        if results:
            _record(endpoint, results, now=now)
        endpoint.leased_until = now + LEASE
        endpoint.save(
            update_fields=[
                *("leased_until", "failing_since", "failures", "rest_until"),
                *("disabled_at", "disabled_because"),
            ]
        )
        if endpoint.failures:
            most = min(most, 1 - len(under_way))
        if endpoint.disabled_at is not None or _rests(endpoint, now=now) or most <= 0:
            return Batch(endpoint.url, [], [])
        due = _due(endpoint, now=now).exclude(pk__in=under_way)[:most]
        requests = [
            Request(delivery_id=pk, name=name, body=body)
            for pk, name, body in due.values_list("pk", "message__name", "message__body")
        ]
        return Batch(endpoint.url, keys_of(endpoint, now=now) if requests else [], requests)


def keys_of(endpoint: Endpoint, *, now: datetime) -> list[str]:
    """Return the secrets that sign: the current one, and for some time the one before."""
    keys = [encryption.decrypt(endpoint.secret)]
    if endpoint.old_secret_until is not None and endpoint.old_secret_until > now:
        keys.append(encryption.decrypt(endpoint.old_secret))
    return keys


def _unleased() -> QuerySet[Endpoint]:
    return Endpoint.objects.filter(Q(leased_until=None) | Q(leased_until__lte=Now()))


def _rests(endpoint: Endpoint, *, now: datetime) -> bool:
    return endpoint.rest_until is not None and endpoint.rest_until > now


def _due(endpoint: Endpoint, *, now: datetime) -> QuerySet[Delivery]:
    due = _first_of_topics().filter(endpoint=endpoint, due_at__lte=now)
    # By the index alone: to sort those that are due at the same time would read all of them.
    return due.order_by("due_at")


def _first_of_topics() -> QuerySet[Delivery]:
    """Return the earliest pending delivery of each topic."""
    pending = Delivery.objects.filter(state=Delivery.State.PENDING)
    earlier = pending.filter(
        endpoint=OuterRef("endpoint"), topic=OuterRef("topic"), position__lt=OuterRef("position")
    )
    return pending.filter(~Exists(earlier))


def _record(endpoint: Endpoint, results: Sequence[Result], *, now: datetime) -> None:
    by_id = {result.delivery_id: result for result in results}
    # Not those that were deleted, or replayed, meanwhile.
    deliveries = Delivery.objects.filter(pk__in=by_id, state=Delivery.State.PENDING)
    rows = [
        (*_outcome(attempts + 1, by_id[pk], now=now), by_id[pk].response, pk)
        for pk, attempts in deliveries.values_list("pk", "attempts")
    ]
    if rows:
        bulk.write(bulk.update(Delivery, (*_RECORDED, "response"), rows))
    if any(result.status_code == _GONE for result in results):
        _disable(endpoint, Endpoint.Disabled.GONE, now=now)
    elif any(result.error is None for result in results):
        endpoint.failing_since = endpoint.rest_until = None
        endpoint.failures = 0
    else:
        endpoint.failing_since = endpoint.failing_since or now
        endpoint.failures += 1
        backoff = min(2.0 ** min(endpoint.failures, 16), MAX_BACKOFF_SECONDS)
        endpoint.rest_until = now + timedelta(seconds=backoff)
        if now - endpoint.failing_since >= DISABLED_AFTER:
            _disable(endpoint, Endpoint.Disabled.FAILING, now=now)


def _outcome(attempts: int, result: Result, *, now: datetime) -> tuple[object, ...]:
    """Return the values of _RECORDED."""
    state, due_at = Delivery.State.DELIVERED, now
    if result.error is not None and attempts > len(RETRY_SECONDS):
        state = Delivery.State.FAILED
    elif result.error is not None:
        state = Delivery.State.PENDING
        # Spread, so that what failed together is not tried together again.
        due_at += timedelta(seconds=RETRY_SECONDS[attempts - 1] * uniform(0.9, 1.1))
    facts = (result.duration_ms, result.status_code, result.error or "")
    return (state.value, due_at, attempts, now, *facts)


def _disable(endpoint: Endpoint, why: Endpoint.Disabled, *, now: datetime) -> None:
    endpoint.disabled_at, endpoint.disabled_because = now, why
    notices.endpoint_disabled(endpoint)


def replay(deliveries: QuerySet[Delivery]) -> int:
    """Queue deliveries again, with the same ids; return how many."""
    return deliveries.update(
        state=Delivery.State.PENDING, due_at=Now(), attempts=0, error="", status_code=None
    )


def retry_now(endpoint: Endpoint) -> None:
    """Make everything pending due."""
    endpoint.deliveries.filter(state=Delivery.State.PENDING).update(due_at=Now())


def wake(endpoint: Endpoint) -> None:
    """Let the next attempt be made at once, although the last ones failed."""
    Endpoint.objects.filter(pk=endpoint.pk).update(rest_until=None)
