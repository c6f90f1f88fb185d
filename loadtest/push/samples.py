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
