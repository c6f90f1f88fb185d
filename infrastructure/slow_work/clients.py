"""Whether the client of the current request is still there. Imports nothing of Django."""

from collections.abc import Callable
from contextvars import ContextVar

is_gone: ContextVar[Callable[[], bool]] = ContextVar("client_is_gone", default=lambda: False)
"""Whether the client has disconnected, as far as its server can tell."""

on_refusal: ContextVar[Callable[[float], None]] = ContextVar(
    "on_refusal", default=lambda _seconds: None
)
"""Called when slow work refuses the current request, with the seconds for which it may be refused
again without asking."""
