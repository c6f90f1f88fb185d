"""Figures of the push benchmark. Every round measures all compared servers anew."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from statistics import median
from typing import Any

from laboratory.push.bench import Bench
from laboratory.results import Numbers, Target, short, table


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure. `measure` is one round; names of numbers contain their units."""

    title: str
    measure: Callable[[Bench], Coroutine[Any, Any, Numbers]]
    targets: tuple[Target, ...]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One figure's rounds."""

    figure: Figure
    rounds: list[Numbers]

    @property
    def medians(self) -> Numbers:
        return {name: median(one[name] for one in self.rounds) for name in self.rounds[0]}

    @property
    def missed(self) -> list[str]:
        """The missed targets, a line each."""
        medians = self.medians
        return [
            f"{target.number}: {target.verdict(medians[target.number])}"
            for target in self.figure.targets
            if not target.is_reached(medians[target.number])
        ]

    def markdown(self) -> str:
        """Return a table with the median, target, verdict and rounds of each number."""
        wanted = {target.number: target for target in self.figure.targets}
        rows = [
            (
                name,
                short(middle),
                wanted[name].verdict(middle) if name in wanted else "",
                " · ".join(short(one[name]) for one in self.rounds),
            )
            for name, middle in self.medians.items()
        ]
        head = (f"median of {len(self.rounds)}", "", "wanted", "each round")
        return f"### {self.figure.title}\n\n{table(head, rows, left=(0, 2, 3))}"
