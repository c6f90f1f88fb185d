import random
import time
from itertools import pairwise

from loadtest.engine.arrivals import due, evenly, poisson


def test_arrivals_are_a_poisson_process() -> None:
    times = list(poisson(random.Random(1), per_second=50, seconds=100))
    gaps = [after - before for before, after in pairwise(times)]
    mean = sum(gaps) / len(gaps)
    spread = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    assert times == sorted(times)
    assert times[0] > 0
    assert times[-1] < 100
    assert abs(len(times) - 5_000) < 3 * 5_000**0.5
    # Of independent arrivals, the gaps vary as much as they are long.
    assert 0.9 < spread / mean < 1.1


def test_the_same_seed_gives_the_same_arrivals() -> None:
    one, other = (list(poisson(random.Random(7), per_second=9, seconds=3)) for _ in range(2))
    assert one == other


def test_arrivals_are_evenly_spaced_or_simultaneous() -> None:
    assert list(evenly(4, seconds=2)) == [0, 0.5, 1, 1.5]
    assert list(evenly(3, seconds=0)) == [0, 0, 0]


async def test_a_late_arrival_keeps_its_due_time() -> None:
    began_ns = time.monotonic_ns() - 10 * 10**9
    found = [at_ns - began_ns async for at_ns in due(iter([1.0, 2.5]), began_ns=began_ns)]
    assert found == [1 * 10**9, 25 * 10**8]


async def test_no_arrival_is_early() -> None:
    began_ns = time.monotonic_ns()
    async for at_ns in due(iter([0.02, 0.04]), began_ns=began_ns):
        assert time.monotonic_ns() >= at_ns - 10**6  # timers count in milliseconds
