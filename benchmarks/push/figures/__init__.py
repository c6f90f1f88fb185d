"""The figures, by name. Each measures everything it compares anew in every round."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from benchmarks.push.bench import Bench

Numbers = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a number's median should be: at most, or at least, a limit."""

    number: str
    at_most: float | None = None
    at_least: float | None = None

    def inherited_fds(self, median: float) -> bool:
        if self.at_most is not None:
            return median <= self.at_most
        return self.at_least is not None and median >= self.at_least

    def __str__(self) -> str:
        limit = f"<= {self.at_most:g}" if self.at_most is not None else f">= {self.at_least:g}"
        return f"{self.number} {limit}"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One thing to know. `measure` is one round; its numbers are named with their unit."""

    title: str
    measure: Callable[[Bench], Coroutine[Any, Any, Numbers]]
    targets: tuple[Target, ...]
