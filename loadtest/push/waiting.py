"""Waiting on a loop for something that only polling tells."""

import asyncio
from collections.abc import Callable

_POLL_SECONDS = 0.05


async def until(condition: Callable[[], bool], *, seconds: float) -> None:
    """Return when `condition()` holds. Raises: TimeoutError when it does not within `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(_POLL_SECONDS)
