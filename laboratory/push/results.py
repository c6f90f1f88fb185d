"""Results of figures, compared with their targets."""

import json
import math
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import cpu_count
from statistics import median

from laboratory.push.figures import Figure, Numbers, Target


@dataclass(frozen=True, kw_only=True)
class Result:
    """One figure's rounds."""

    figure: Figure
    rounds: list[Numbers]

    @property
    def medians(self) -> Numbers:
        return {name: median(one[name] for one in self.rounds) for name in self.rounds[0]}

    @property
    def missed(self) -> list[Target]:
        medians = self.medians
        return [
            target
            for target in self.figure.targets
            if not target.inherited_fds(medians[target.number])
        ]


@dataclass(kw_only=True)
class Report:
    """A run: its command, its environment (`facts`) and its results.

    `failures` says by figure why it could not be measured.
    """

    command: str
    date: str
    facts: Mapping[str, str]
    results: dict[str, Result] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def shortfalls(self) -> list[str]:
        """Missed targets and failed figures, a line each."""
        failed = [f"{name}: not measured: {why}" for name, why in self.failures.items()]
        return failed + [
            f"{name}: {target.number}: {verdict(target, result.medians[target.number])}"
            for name, result in self.results.items()
            for target in result.missed
        ]

    def markdown(self) -> str:
        facts = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        parts = [f"`{self.command}`, {self.date}, on: {facts}."]
        parts += [markdown(result) for result in self.results.values()]
        if self.shortfalls:
            parts.append("\n".join(["Not as wanted:", *(f"- {it}" for it in self.shortfalls)]))
        return "\n\n".join(parts) + "\n"

    def json(self) -> str:
        figures = {
            name: {
                "title": result.figure.title,
                "medians": result.medians,
                "missed": [target.number for target in result.missed],
                "rounds": result.rounds,
            }
            for name, result in self.results.items()
        }
        document = {
            "command": self.command,
            "date": self.date,
            "facts": dict(self.facts),
            "figures": figures,
            "failures": self.failures,
        }
        return json.dumps(document, indent=1)


def markdown(result: Result) -> str:
    """Return a table with the median, target, verdict and rounds of each number."""
    wanted = {target.number: target for target in result.figure.targets}
    rows = [(f"median of {len(result.rounds)}", "", "wanted", "each round")]
    for name, middle in result.medians.items():
        target = wanted.get(name)
        each = " · ".join(short(one[name]) for one in result.rounds)
        rows.append((name, short(middle), verdict(target, middle) if target else "", each))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = f"|{'-' * (widths[0] + 2)}|{'-' * (widths[1] + 1)}:|" + "|".join(
        "-" * (width + 2) for width in widths[2:]
    )
    lines = [_row(row, widths) for row in rows]
    return "\n".join([f"### {result.figure.title}", "", lines[0], f"{rule}|", *lines[1:]])


def verdict(target: Target, middle: float) -> str:
    """Return the target, and whether it was reached or missed by how much."""
    limit = target.at_most if target.at_most is not None else target.at_least
    assert limit is not None
    wanted = f"{'at most' if target.at_most is not None else 'at least'} {short(limit)}"
    if target.inherited_fds(middle):
        return f"{wanted}: reached"
    off = abs(middle - limit)
    by = f"{short(100 * off / limit)} %" if limit else short(off)
    return f"{wanted}: **missed by {by}**"


def machine() -> dict[str, str]:
    """Return the hardware and software of this machine."""
    return {
        "cores": str(cpu_count()),
        "kernel": f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}",
        "Python": sys.version.split()[0],
    }


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, middle, *others = cells
    padded = [name.ljust(widths[0]), middle.rjust(widths[1])]
    padded += [cell.ljust(width) for cell, width in zip(others, widths[2:], strict=True)]
    return f"| {' | '.join(padded)} |"


def short(value: float) -> str:
    """Format a number with three significant digits."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def percentile(samples: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile of the samples.

    Raises: ValueError when there is none.
    """
    if not samples:
        raise ValueError("There are no samples.")
    rank = math.ceil(percent / 100 * len(samples))
    return sorted(samples)[max(rank, 1) - 1]
