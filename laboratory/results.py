"""What measurements report: numbers, targets, tables, their options, and where results go."""

import argparse
import json
import math
import platform
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import cpu_count
from pathlib import Path
from statistics import median
from typing import Any

from deploy.console import say
from loadtest.engine.processes import cpu_model

Numbers = dict[str, float]
"""Numbers by their names, which contain their units."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A limit for the median of a number."""

    number: str
    at_most: float | None = None
    at_least: float | None = None

    def is_reached(self, middle: float) -> bool:
        if self.at_most is not None:
            return middle <= self.at_most
        return self.at_least is not None and middle >= self.at_least

    def verdict(self, middle: float) -> str:
        """Return the target, and whether it was reached or missed by how much."""
        limit = self.at_most if self.at_most is not None else self.at_least
        assert limit is not None
        wanted = f"{'at most' if self.at_most is not None else 'at least'} {short(limit)}"
        if self.is_reached(middle):
            return f"{wanted}: reached"
        off = abs(middle - limit)
        by = f"{short(100 * off / limit)} %" if limit else short(off)
        return f"{wanted}: **missed by {by}**"


@dataclass(kw_only=True)
class Report:
    """One run of a command: what it ran on (`facts`), and what it could not measure, by name."""

    name: str
    facts: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    arguments: Sequence[str] = field(default_factory=lambda: sys.argv[1:])

    def fail(self, name: str, error: Exception) -> None:
        """Note an error, so that the other figures can still be measured."""
        self.failures[name] = f"{type(error).__name__}: {error}".splitlines()[0]

    def publish(
        self,
        options: argparse.Namespace,
        *,
        tables: Sequence[str],
        data: Mapping[str, Any],
        missed: Sequence[str] = (),
        document: Path | None = None,
    ) -> int:
        """Print the tables and write them where `options` say; return the exit status.

        `data` is what --json writes besides. `document` is the page that --write changes, between
        its marks; see `put_between`. The status is 0 if nothing failed and no target is missed.
        """
        command = f"python -m laboratory {self.name} {' '.join(self.arguments)}".strip()
        date = datetime.now(UTC).date().isoformat()
        minutes = (time.monotonic() - self.started) / 60
        facts = {"CPU": cpu_model(), **machine(), **self.facts}
        shown = ", ".join(f"{name} {value}" for name, value in facts.items())
        shortfalls = [*(f"{name}: not measured: {why}" for name, why in self.failures.items())]
        shortfalls += missed
        parts = [f"`{command}`, {date}, {minutes:.0f} minutes, on: {shown}.", *tables]
        if shortfalls:
            parts.append("\n".join(["Not as wanted:", "", *(f"- {line}" for line in shortfalls)]))
        generated = "\n\n".join(parts)
        say(f"\n{generated}\n")
        if options.markdown:
            options.markdown.write_text(f"{generated}\n", encoding="utf-8")
        if document and options.write:
            page = put_between(document.read_text(encoding="utf-8"), generated, by=self.name)
            document.write_text(page, encoding="utf-8")
        if options.json:
            about = {"command": command, "date": date, "facts": facts, "shortfalls": shortfalls}
            options.json.write_text(json.dumps({**about, **data}, indent=1), encoding="utf-8")
        return 1 if shortfalls else 0


def parser(
    name: str, *, description: str | None, figures: Collection[str]
) -> argparse.ArgumentParser:
    """Return a parser with the options that all measurements share."""

    def names(text: str) -> list[str]:
        chosen = text.split(",")
        if unknown := set(chosen) - set(figures):
            raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}")
        return chosen

    made = argparse.ArgumentParser(prog=f"python -m laboratory {name}", description=description)
    made.add_argument("--only", type=names, default=list(figures), help=f"of {','.join(figures)}")
    made.add_argument("--scale", type=float, default=1.0, help="size of it all, to try out")
    made.add_argument("--json", type=Path, help="write all numbers there")
    made.add_argument("--markdown", type=Path, help="write the tables there")
    return made


def rounds(text: str) -> int:
    """Parse the number of rounds of a command."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"at least 1, not {text}")
    return int(text)


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, left: Collection[int] = (0,)
) -> str:
    """Return a Markdown table; the columns in `left` are to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rule = [
        f"{'-' * (width + 1)}{'-' if place in left else ':'}" for place, width in enumerate(widths)
    ]
    lines = [
        " | ".join(
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, *rows)
    ]
    return "\n".join(
        f"|{line}|" for line in (f" {lines[0]} ", "|".join(rule), *(f" {it} " for it in lines[1:]))
    )


def put_between(document: str, generated: str, *, by: str) -> str:
    """Return a document with what is between the marks of `make BY` replaced.

    Raises: ValueError when it has no marks.
    """
    begin = f"<!-- What follows is written by `make {by}`. -->"
    end = f"<!-- What was written by `make {by}` ends here. -->"
    before, has_begin, rest = document.partition(begin)
    _, has_end, after = rest.partition(end)
    if not (has_begin and has_end):
        raise ValueError(f"There is no {begin} … {end} in it.")
    return f"{before}{begin}\n\n{generated.strip()}\n\n{end}{after}"


def machine() -> dict[str, str]:
    """Return the hardware and software of this machine."""
    return {
        "cores": str(cpu_count()),
        "kernel": f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}",
        "Python": sys.version.split()[0],
    }


def spread(values: Sequence[float]) -> str:
    """Format the median of values, with the least and the most where they differ."""
    if not values:
        return ""
    if len(set(values)) == 1:
        return short(values[0])
    return f"{short(median(values))} ({short(min(values))} to {short(max(values))})"


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
