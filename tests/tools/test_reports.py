import shlex
from pathlib import Path

import pytest

from tools import test as launcher
from tools.reports import (
    Counts,
    Failure,
    StageResult,
    counts_of_run,
    failure_details,
    read_counts,
    read_failures,
    summary,
)

REPORT = """<?xml version="1.0"?>
<testsuites tests="6">
  <testsuite name="seats" tests="4">
    <testcase name="locks"/>
    <testcase name="unlocks"><system-out>fine</system-out></testcase>
    <testcase name="reserves"><failure message="no">why</failure></testcase>
    <testcase name="cancels"><skipped message="later"/></testcase>
  </testsuite>
  <testsuite name="sockets" tests="2">
    <testcase name="opens"><error message="broken"/></testcase>
    <testcase name="closes"/>
  </testsuite>
</testsuites>
"""


def test_a_report_is_counted_case_by_case(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert read_counts(report) == Counts(passed=3, failed=2, skipped=1)


@pytest.mark.parametrize("content", [None, "", REPORT[:-40]])
def test_an_incomplete_report_has_no_counts(tmp_path: Path, content: str | None) -> None:
    report = tmp_path / "report.xml"
    if content is not None:
        report.write_text(content)
    assert read_counts(report) == Counts()


@pytest.mark.parametrize(
    ("counts", "status", "failed"),
    [
        (Counts(passed=3), 0, 0),
        (Counts(passed=3, failed=2), 1, 2),
        (Counts(passed=3), 1, 1),
        (Counts(), 0, 1),
        (Counts(skipped=4), 5, 1),
    ],
    ids=["all passed", "some failed", "failed as a whole", "ran nothing", "skipped everything"],
)
def test_a_run_without_tests_is_a_failure(counts: Counts, status: int, failed: int) -> None:
    assert counts_of_run(counts, status=status).failed == failed


def test_the_last_lines_say_what_ran() -> None:
    results = [
        StageResult(
            name="sqlite", title="Python tests", counts=Counts(passed=30, skipped=2), seconds=12.34
        ),
        StageResult(
            name="browser", title="browser tests", counts=Counts(passed=4, failed=1), seconds=123.0
        ),
    ]
    assert summary(results).splitlines() == [
        "                passed   failed  skipped  seconds",
        "Python tests        30        0        2     12.3",
        "browser tests        4        1        0    123.0",
        "total: 34 passed, 1 failed, 2 skipped",
    ]


def test_nothing_skipped_is_not_mentioned() -> None:
    results = [StageResult(name="client", title="client tests", counts=Counts(passed=7), seconds=1)]
    assert summary(results).splitlines()[-1] == "total: 7 passed, 0 failed"


CASES = {
    "pytest": (
        'name="test_it[a$b]" classname="tests.test_seats.TestLock" file="tests/test_seats.py"',
        ["tests/test_seats.py::TestLock::test_it[a$b]"],
    ),
    "Vitest": (
        'name="seats &gt; are free" classname="src/seats.test.ts"',
        ["src/seats.test.ts", "-t", r"seats\ are\ free"],
    ),
    "Playwright": (
        'name="one buys" classname="buying.spec.ts"',
        ["buying.spec.ts", "--grep", r"one\ buys"],
    ),
    "check": ('name="mypy"', ["mypy"]),
}


@pytest.mark.parametrize("target", ["test", "thorough"])
@pytest.mark.parametrize("runner", CASES)
def test_each_failure_has_its_output_and_the_command_to_repeat_it(
    runner: str, target: str, tmp_path: Path
) -> None:
    attributes, arguments = CASES[runner]
    report = tmp_path / "report.xml"
    case = f"<testcase {attributes}><failure>1 is not 2</failure></testcase>"
    report.write_text(f"<testsuite>{case}</testsuite>")
    failures = read_failures(report)
    shown = failure_details(
        StageResult(name="x", title="X", counts=Counts(), seconds=1, failures=failures),
        target=target,
    )
    assert "1 is not 2" in shown
    *command, tests = shlex.split(shown.splitlines()[-1])
    assert command == ["Again:", "make", target, "ONLY=x"]
    # As `make` hands it on.
    assert shlex.split(tests.removeprefix("TESTS=").replace("$$", "$")) == arguments


def test_a_run_without_a_report_shows_the_end_of_its_log() -> None:
    failures = (Failure(arguments=(), output="no such module"),)
    shown = failure_details(
        StageResult(name="x", title="X", counts=Counts(), seconds=1, failures=failures),
        target="test",
    )
    assert shown.splitlines()[-2:] == ["no such module", "Again: make test ONLY=x"]


def test_a_stage_is_done_when_its_report_has_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "REPORTS", tmp_path)
    log, report = tmp_path / "client.log", tmp_path / "client.xml"
    log.write_text("tests/a.py .. [ 40%]\ntests/b.py ..")
    report.write_text("")
    assert launcher._percent("client") == "40 %"
    report.write_text(REPORT)
    assert launcher._percent("client") == "done"
