"""The web request that an event comes from. Imports no models: middleware needs it early."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RequestContext:
    """The current web request. Its actor and address are computed when needed."""

    request_id: UUID
    actor_id: Callable[[], int | None]
    address: Callable[[], str]


current_request: ContextVar[RequestContext | None] = ContextVar("security_log_source", default=None)
"""None for management commands and background tasks."""
