"""Results of test stages, read from JUnit reports.

pytest, Vitest and Playwright all write them; nothing is parsed from their output.
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Numbers of tests by result."""

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
class Failure:
    """A failed test: the arguments with which its runner runs it again, and its output."""

    arguments: tuple[str, ...]
    output: str


@dataclass(frozen=True, kw_only=True)
class StageResult:
    """The result of one stage."""

    name: str
    title: str
    counts: Counts
    seconds: float
    failures: tuple[Failure, ...] = ()


def read_counts(report: Path) -> Counts:
    """Return the counts of a report; zeros if it is missing or incomplete."""
    try:
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return Counts()
    failed = sum(_has(case, "failure", "error") for case in cases)
    skipped = sum(_has(case, "skipped") and not _has(case, "failure", "error") for case in cases)
    return Counts(passed=len(cases) - failed - skipped, failed=failed, skipped=skipped)


def read_failures(report: Path) -> tuple[Failure, ...]:
    """Return the failed tests in the order of a report; none if it is missing or incomplete."""
    try:
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return ()
    return tuple(
        Failure(arguments=_arguments(case), output=_output(case))
        for case in cases
        if _has(case, "failure", "error")
    )


def counts_of_run(counts: Counts, *, status: int) -> Counts:
    """Add one failure if the run failed without a failed test, or ran no test.

    `status` is the exit status of the run.
    """
    ran_none = not (counts.passed or counts.failed)
    if ran_none or (status != 0 and not counts.failed):
        return replace(counts, failed=counts.failed + 1)
    return counts


def summary(results: Sequence[StageResult]) -> str:
    """Return a table of the stages, with a last line for the totals."""
    width = max(len(result.title) for result in results)
    lines = [f"{'':{width}}  {'passed':>7}  {'failed':>7}  {'skipped':>7}  {'seconds':>7}"]
    for result in results:
        counts = result.counts
        lines.append(
            f"{result.title:{width}}  {counts.passed:>7}  {counts.failed:>7}  "
            f"{counts.skipped:>7}  {result.seconds:>7.1f}"
        )
    total = sum((result.counts for result in results), Counts())
    skipped = f", {total.skipped} skipped" if total.skipped else ""
    return "\n".join([*lines, f"total: {total.passed} passed, {total.failed} failed{skipped}"])


def failure_details(result: StageResult, *, target: str) -> str:
    """Return the output of each failed test of a stage, and the command that runs it again.

    `target` is the target of make that ran the stage.
    """
    return "\n".join(
        f"\n--- {result.title}: {' '.join(failure.arguments)} ---\n{failure.output}\n"
        f"Again: make {target} ONLY={result.name}{_tests(failure.arguments)}"
        for failure in result.failures
    )


def _tests(arguments: Sequence[str]) -> str:
    """Return the TESTS argument for make, with `$` escaped."""
    if not arguments:
        return ""
    words = (shlex.quote(each) if re.search(r"""[\s'"\\]""", each) else each for each in arguments)
    return f" TESTS={shlex.quote(' '.join(words).replace('$', '$$'))}"


def _arguments(case: ElementTree.Element) -> tuple[str, ...]:
    name, group, file = (case.get(key, "") for key in ("name", "classname", "file"))
    if file:
        # pytest: the class, if any, follows the module.
        module = file.removesuffix(".py").replace("/", ".")
        classes = group.removeprefix(module).strip(".").split(".")
        return ("::".join([file, *filter(None, classes), name]),)
    if group.endswith(".spec.ts"):
        return (group, "--grep", re.escape(name))
    if not group:
        # tools.check.
        return (name,)
    # Vitest.
    return (group, "-t", re.escape(name.replace(" > ", " ")))


def _output(case: ElementTree.Element) -> str:
    messages = (each for tag in ("failure", "error") for each in case.iterfind(tag))
    return "\n".join((each.text or each.get("message") or "").strip() for each in messages)


def _has(case: ElementTree.Element, *names: str) -> bool:
    return any(case.find(name) is not None for name in names)
