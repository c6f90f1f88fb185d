"""Figures of the push benchmark. Every round measures all compared servers anew."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from laboratory.push.bench import Bench

Numbers = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Target:
    """A limit for the median of a number."""

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
    """A figure. `measure` is one round; names of numbers contain their units."""

    title: str
    measure: Callable[[Bench], Coroutine[Any, Any, Numbers]]
    targets: tuple[Target, ...]
