"""The request on which something is done, by the id that the web server gave it."""

from contextvars import ContextVar
from uuid import UUID

request_id: ContextVar[UUID | None] = ContextVar("request_id", default=None)
"""None for what nobody asked for over the web: what time did, and management commands."""
