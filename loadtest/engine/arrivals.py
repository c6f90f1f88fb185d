"""When clicks are due. The plan is made before, so that a slow server cannot put it off.

People who wait for an answer before they do the next thing slow down with the server, and then
what they measure flatters it (coordinated omission). Arrivals here keep their times, and a click's
latency counts from when it was due.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator


def poisson(rng: random.Random, *, per_second: float, seconds: float) -> Iterator[float]:
    """Yield times (seconds from the start) of independent people, so many a second on average."""
    at = rng.expovariate(per_second)
    while at < seconds:
        yield at
        at += rng.expovariate(per_second)


def evenly(count: int, *, seconds: float) -> Iterator[float]:
    """Yield so many times, equally far from each other; all at the start when there is no time."""
    for number in range(count):
        yield number * seconds / count


async def due(times: Iterator[float], *, began_ns: int) -> AsyncIterator[int]:
    """Yield each time, in nanoseconds of `time.monotonic_ns`, once it has come.

    What is late is yielded at once, with the time at which it was due.
    """
    for at in times:
        at_ns = began_ns + round(at * 1e9)
        await until(at_ns)
        yield at_ns


async def until(at_ns: int) -> None:
    """Sleep until a time of `time.monotonic_ns`."""
    left = at_ns - time.monotonic_ns()
    if left > 0:
        await asyncio.sleep(left / 1e9)
