"""When clicks are due. Times are fixed before the run, so that a slow server cannot delay them.

Clients that wait for a response before the next request slow down with the server, and then the
measured latency looks too good (coordinated omission). Here arrivals keep their times, and latency
counts from when a click was due.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator


def poisson(rng: random.Random, *, per_second: float, seconds: float) -> Iterator[float]:
    """Yield the times of a Poisson process, in seconds from the start."""
    at = rng.expovariate(per_second)
    while at < seconds:
        yield at
        at += rng.expovariate(per_second)


def evenly(count: int, *, seconds: float) -> Iterator[float]:
    """Yield `count` evenly spaced times, in seconds from the start."""
    for number in range(count):
        yield number * seconds / count


async def due(times: Iterator[float], *, began_ns: int) -> AsyncIterator[int]:
    """Yield each time, as `time.monotonic_ns`, once it has come; late ones at once."""
    for at in times:
        at_ns = began_ns + round(at * 1e9)
        await until(at_ns)
        yield at_ns


async def until(at_ns: int) -> None:
    """Sleep until a time of `time.monotonic_ns`."""
    left = at_ns - time.monotonic_ns()
    if left > 0:
        await asyncio.sleep(left / 1e9)
