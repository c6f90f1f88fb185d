"""Numbers out of samples."""

import math
from collections.abc import Sequence


def percentile(samples: Sequence[float], percent: float) -> float:
    """Return the smallest sample that so many percent of them do not exceed (nearest rank).

    Raises: ValueError when there is none.
    """
    if not samples:
        raise ValueError("There are no samples.")
    rank = math.ceil(percent / 100 * len(samples))
    return sorted(samples)[max(rank, 1) - 1]


def slope(values: Sequence[float]) -> float:
    """Return how much the values rise from one to the next, by least squares.

    Raises: ValueError when there are fewer than two.
    """
    if len(values) < 2:
        raise ValueError("A slope takes two values.")
    middle, mean = (len(values) - 1) / 2, sum(values) / len(values)
    spread = sum((place - middle) ** 2 for place in range(len(values)))
    return sum((place - middle) * (value - mean) for place, value in enumerate(values)) / spread
