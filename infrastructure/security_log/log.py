"""Append to the security log.

A row is written in the caller's transaction, so it is committed together with what it records.
"""

from collections.abc import Mapping
from typing import Any

from infrastructure.security_log.models import Kind, SecurityEvent
from infrastructure.security_log.request_context import current_request

__all__ = ["Kind", "record"]


def record(
    kind: Kind,
    *,
    actor_id: int | None = None,
    subject_id: int | None = None,
    event_id: int | None = None,
    organisation_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append one row. Address, request id and the default for the actor are the current request's.

    `details` must be JSON without secrets. Raises: django.db.Error.
    """
    request = current_request.get()
    if actor_id is None and request is not None:
        actor_id = request.actor_id()
    SecurityEvent.objects.create(
        kind=kind,
        actor_id=actor_id,
        subject_id=subject_id,
        event_id=event_id,
        organisation_id=organisation_id,
        address=request.address()[:64] if request else "",
        request_id=request.request_id if request else None,
        details=dict(details or {}),
    )
