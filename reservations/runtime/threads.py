"""Thread pools for coroutines to run blocking work, such as queries."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import TypeVar

from django.core.exceptions import SynchronousOnlyOperation
from django.db import close_old_connections

T = TypeVar("T")

LOOKUPS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="lookup")
"""For the queries of a request, such as authentication."""

COMMANDS = ThreadPoolExecutor(max_workers=48, thread_name_prefix="command")
"""For work that waits for the command queue or the payment provider."""


async def in_thread(work: Callable[[], T], threads: ThreadPoolExecutor = LOOKUPS) -> T:
    """Run `work` in a pool thread, which may use the database, and return its result."""
    return await _start(threads, work)


async def at_once_or_in_thread(work: Callable[[], T]) -> T:
    """Run `work` on the event loop if its data is in memory; if it would block, run it in a thread.

    On an event loop, Django's queries, Redis calls and waits for other threads raise
    SynchronousOnlyOperation (`django.utils.asyncio.async_unsafe`); `work` is then run again, so it
    must have no side effects before it blocks.
    """
    try:
        return work()
    except SynchronousOnlyOperation:
        return await in_thread(work)


def _start(threads: ThreadPoolExecutor, work: Callable[[], T]) -> Awaitable[T]:
    # Copy the context, which has the request id for logs and changes.
    run = partial(copy_context().run, _run, work)
    return asyncio.get_running_loop().run_in_executor(threads, run)


def _run(work: Callable[[], T]) -> T:
    # Before, to drop a broken connection; after, to return it to the pool.
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()
