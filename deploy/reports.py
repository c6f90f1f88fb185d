"""How many tests passed, and the table that says so.

pytest, Vitest and Playwright all write the same kind of report (JUnit's XML); nothing is read
from what they print.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Numbers of tests by outcome."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            passed=self.passed + other.passed,
            failed=self.failed + other.failed,
            skipped=self.skipped + other.skipped,
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one stage came to."""

    title: str
    counts: Counts
    seconds: float


def read_counts(report: Path) -> Counts:
    """Return what a report says; nothing at all when there is none, or half of one."""
    try:
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return Counts()
    failed = sum(_has(case, "failure", "error") for case in cases)
    skipped = sum(_has(case, "skipped") and not _has(case, "failure", "error") for case in cases)
    return Counts(passed=len(cases) - failed - skipped, failed=failed, skipped=skipped)


def judge(counts: Counts, *, status: int) -> Counts:
    """Count a run that failed as a whole, or ran no test, as one failure more.

    `status` is the exit status of the run.
    """
    ran_none = not (counts.passed or counts.failed)
    if ran_none or (status != 0 and not counts.failed):
        return replace(counts, failed=counts.failed + 1)
    return counts


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return a table of the stages, and a last line with the sum of their counts."""
    width = max(len(outcome.title) for outcome in outcomes)
    lines = [f"{'':{width}}  {'passed':>7}  {'failed':>7}  {'skipped':>7}  {'seconds':>7}"]
    for outcome in outcomes:
        counts = outcome.counts
        lines.append(
            f"{outcome.title:{width}}  {counts.passed:>7}  {counts.failed:>7}  "
            f"{counts.skipped:>7}  {outcome.seconds:>7.1f}"
        )
    total = sum((outcome.counts for outcome in outcomes), Counts())
    skipped = f", {total.skipped} skipped" if total.skipped else ""
    return "\n".join([*lines, f"total: {total.passed} passed, {total.failed} failed{skipped}"])


def _has(case: ElementTree.Element, *names: str) -> bool:
    return any(case.find(name) is not None for name in names)
