"""Database work of hubs, off the loop and off the one thread that Channels shares.

Each kind of work has threads of its own, so that one cannot hold up another.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections

T = TypeVar("T")

HEADS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hub-heads")
"""For comparing all events with the database."""

MAPS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="hub-maps")
"""For what one event has to read: its seat map, or what it has missed of the change log."""

OTHERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="hub-database")
"""For everything else, such as who opens a socket."""


async def in_database_thread(work: Callable[[], T], threads: ThreadPoolExecutor = OTHERS) -> T:
    """Run `work` in a thread that may use the database, and return what it returns."""
    return await asyncio.get_running_loop().run_in_executor(threads, _run, work)


def _run(work: Callable[[], T]) -> T:
    # Before, so that a connection that died is not used; after, so that none is kept idle.
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()
