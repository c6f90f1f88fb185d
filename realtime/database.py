"""Database work of hubs, off the loop and off the one thread that Channels shares."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections

T = TypeVar("T")

_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="hub-database")


async def in_database_thread(work: Callable[[], T]) -> T:
    """Run `work` in a thread that may use the database, and return what it returns."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _run, work)


def _run(work: Callable[[], T]) -> T:
    # Before, so that a connection that died is not used; after, so that none is kept idle.
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()
