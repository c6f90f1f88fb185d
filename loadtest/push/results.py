"""What was measured, and how it compares with what was wanted."""

import platform
import sys
from dataclasses import dataclass
from os import cpu_count
from statistics import median
from typing import Any

from loadtest.push.figures import Figure, Numbers, Target


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
            target for target in self.figure.targets if not target.holds(medians[target.number])
        ]


def markdown(result: Result) -> str:
    """Return a table: each number's median, and the least and greatest of the rounds."""
    wanted = {target.number: target for target in result.figure.targets}
    lines = [
        f"### {result.figure.title}",
        "",
        f"| median of {len(result.rounds)} | | least to greatest | wanted |",
        "|---|---:|---|---|",
    ]
    for name, middle in result.medians.items():
        values = [one[name] for one in result.rounds]
        spread = f"{_short(min(values))} to {_short(max(values))}"
        target = wanted.get(name)
        verdict = "" if target is None else _verdict(target, middle)
        lines.append(f"| {name} | {_short(middle)} | {spread} | {verdict} |")
    return "\n".join(lines)


def machine() -> dict[str, Any]:
    """Return what the numbers were measured on."""
    return {
        "cores": cpu_count(),
        "kernel": f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}",
        "python": sys.version.split()[0],
    }


def _verdict(target: Target, middle: float) -> str:
    limit = target.at_most if target.at_most is not None else target.at_least
    assert limit is not None
    word = "at most" if target.at_most is not None else "at least"
    return f"{word} {_short(limit)}: {'yes' if target.holds(middle) else '**no**'}"


def _short(value: float) -> str:
    """Return three significant digits."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
