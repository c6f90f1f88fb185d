"""Requests that only read, which may use half of a pool's connections.

Readers can be many, and each query slow: without a limit they would take all connections from the
requests that sell. A request is known by its method. Background threads, coroutines' threads and
management commands are not limited.

Concurrency. A request's `request_started` is sent in the thread that runs its queries.
"""

import threading
from collections.abc import Mapping
from typing import Any

from django.core.signals import request_finished, request_started

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

_thread = threading.local()
_slots: dict[str, threading.BoundedSemaphore] = {}


def only_reads() -> bool:
    """Return whether this thread handles a request that only reads."""
    return getattr(_thread, "only_reads", False)


def slots(alias: str, *, pool_size: int) -> threading.BoundedSemaphore:
    """Return the slots for connections of requests that only read."""
    found = _slots.get(alias)
    if found is None:
        found = _slots.setdefault(alias, threading.BoundedSemaphore(max(1, pool_size // 2)))
    return found


def watch_requests() -> None:
    """Note from now on which threads handle requests that only read."""
    request_started.connect(_begin, dispatch_uid="reading")
    request_finished.connect(_end, dispatch_uid="reading")


def _begin(
    environ: Mapping[str, Any] | None = None, scope: Mapping[str, Any] | None = None, **_: Any
) -> None:
    method = environ["REQUEST_METHOD"] if environ else (scope or {}).get("method")
    _thread.only_reads = method in _SAFE_METHODS


def _end(**_: Any) -> None:
    _thread.only_reads = False
