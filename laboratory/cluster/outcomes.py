"""What a fault did, from the times at which writes succeeded and viewers were told."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a fault did, in seconds.

    `database` and `valkey` are the longest times without a write, `site` without a command that was
    decided, also by a refusal, and `viewers` is how long viewers were behind the database at most,
    if that was away only once it could be written again.
    """

    fault: str
    database: float
    valkey: float
    site: float
    viewers: float
    came_back: bool


def longest_gap(times: Sequence[float], *, since: float, until: float) -> tuple[float, float]:
    """Return the seconds of the longest gap between times in a window, and when it ended."""
    inside = [since, *(each for each in times if since < each < until), until]
    gaps = [(later - earlier, later) for earlier, later in itertools.pairwise(inside)]
    return max(gaps)


def most_behind(heads: list[tuple[float, int]], reached: list[list[tuple[float, int]]]) -> float:
    """Return how long after the database a viewer had one of its numbers, at most."""
    worst = 0.0
    for steps in reached:
        position = 0
        for at, seq in heads:
            while position < len(steps) and steps[position][1] < seq:
                position += 1
            if position == len(steps):
                return math.inf
            worst = max(worst, steps[position][0] - at)
    return worst
