"""Running what may block, such as a query, for coroutines."""

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
"""For queries that a request needs, such as who sends it."""

COMMANDS = ThreadPoolExecutor(max_workers=48, thread_name_prefix="command")
"""For what waits for an event's queue, or for a payment provider, in between."""


async def in_thread(work: Callable[[], T], threads: ThreadPoolExecutor = LOOKUPS) -> T:
    """Run `work` in a thread that may use the database, and return what it returns."""
    return await _start(threads, work)


async def at_once_or_in_thread(work: Callable[[], T]) -> T:
    """Run `work` here if what it needs is in memory; if it would block, run it again in a thread.

    Django refuses to be asked for data by a thread with a running event loop, and what asks Redis
    or waits for another thread refuses likewise (`django.utils.asyncio.async_unsafe`). So `work`
    must change nothing before it blocks.
    """
    try:
        return work()
    except SynchronousOnlyOperation:
        return await in_thread(work)


def _start(threads: ThreadPoolExecutor, work: Callable[[], T]) -> Awaitable[T]:
    # With the context, by which logs and changes name their request.
    run = partial(copy_context().run, _run, work)
    return asyncio.get_running_loop().run_in_executor(threads, run)


def _run(work: Callable[[], T]) -> T:
    # Before, so that a connection that died is not used; after, so that none is kept idle.
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()
