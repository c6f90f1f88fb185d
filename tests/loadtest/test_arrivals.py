import random
import time
from itertools import pairwise

from loadtest.engine.arrivals import due, evenly, poisson


def test_people_come_at_their_rate_and_independently_of_each_other() -> None:
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


def test_the_same_seed_makes_the_same_plan() -> None:
    one, other = (list(poisson(random.Random(7), per_second=9, seconds=3)) for _ in range(2))
    assert one == other


def test_a_crowd_comes_evenly_or_in_one_instant() -> None:
    assert list(evenly(4, seconds=2)) == [0, 0.5, 1, 1.5]
    assert list(evenly(3, seconds=0)) == [0, 0, 0]


async def test_who_is_late_is_still_due_when_they_were() -> None:
    began_ns = time.monotonic_ns() - 10 * 10**9
    found = [at_ns - began_ns async for at_ns in due(iter([1.0, 2.5]), began_ns=began_ns)]
    assert found == [1 * 10**9, 25 * 10**8]


async def test_nobody_comes_before_they_are_due() -> None:
    began_ns = time.monotonic_ns()
    async for at_ns in due(iter([0.02, 0.04]), began_ns=began_ns):
        assert time.monotonic_ns() >= at_ns - 10**6  # timers count in milliseconds
