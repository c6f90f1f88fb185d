"""Targets, tables and what a command writes."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from laboratory.push.bench import Bench
from laboratory.push.figures import Figure, Result
from laboratory.results import Numbers, Report, Target, parser, percentile, put_between, table

RATIO, DELAY = "ours / theirs", "p99 ms"
FACTS = {"cores": "2", "Django": "5.2.19"}


async def _unmeasured(_: Bench) -> Numbers:
    raise NotImplementedError


def _result(*ratios: float, delay: float = 2_000.0) -> Result:
    figure = Figure(
        title="Something",
        measure=_unmeasured,
        targets=(Target(number=RATIO, at_most=0.2), Target(number=DELAY, at_least=1_000)),
    )
    return Result(figure=figure, rounds=[{RATIO: ratio, DELAY: delay} for ratio in ratios])


def _cells(result: Result, number: str) -> list[str]:
    """Return the cells of a number's row, without the padding."""
    row = next(line for line in result.markdown().splitlines() if line.startswith(f"| {number} "))
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_the_median_decides() -> None:
    assert _result(0.1, 0.19, 9.0).missed == []
    assert [line.partition(":")[0] for line in _result(0.1, 0.21, 0.22).missed] == [RATIO]


def test_a_value_at_the_limit_reaches_the_target() -> None:
    assert _result(0.2, delay=1_000).missed == []


def test_a_lower_limit_is_missed_by_smaller_values() -> None:
    assert [line.partition(":")[0] for line in _result(0.1, delay=999).missed] == [DELAY]


def test_a_row_has_the_median_each_round_and_the_verdict() -> None:
    assert _cells(_result(0.1, 0.19, 0.15), RATIO) == [
        RATIO,
        "0.15",
        "at most 0.2: reached",
        "0.1 · 0.19 · 0.15",
    ]


def test_a_missed_target_says_by_how_much() -> None:
    assert _cells(_result(0.25), RATIO)[2] == "at most 0.2: **missed by 25 %**"
    assert _cells(_result(0.1, delay=900), DELAY)[2] == "at least 1,000: **missed by 10 %**"


def test_a_limit_of_zero_is_missed_by_an_absolute_number() -> None:
    assert Target(number=RATIO, at_most=0).verdict(3) == "at most 0: **missed by 3**"


def _publish(report: Report, folder: Path, *results: Result) -> tuple[int, str, dict[str, Any]]:
    """Return the exit status, the written tables and the written numbers."""
    options = argparse.Namespace(markdown=folder / "tables.md", json=folder / "numbers.json")
    status = report.publish(
        options,
        tables=[result.markdown() for result in results],
        data={"rounds": [result.rounds for result in results]},
        missed=[line for result in results for line in result.missed],
    )
    return status, options.markdown.read_text(), json.loads(options.json.read_text())


def test_the_report_has_the_command_the_machine_and_every_table(tmp_path: Path) -> None:
    report = Report(name="bench", arguments=["--only", "idle"], facts=FACTS)
    status, text, _ = _publish(report, tmp_path, _result(0.1), _result(0.25))
    for part in ("python -m laboratory bench --only idle", "Django 5.2.19", "missed by 25 %"):
        assert part in text
    assert text.count("### Something") == 2
    assert status == 1


def test_the_report_as_json_has_every_round(tmp_path: Path) -> None:
    status, _, numbers = _publish(Report(name="bench"), tmp_path, _result(0.1, 0.3, 0.2))
    assert [one[RATIO] for one in numbers["rounds"][0]] == [0.1, 0.3, 0.2]
    assert (status, numbers["shortfalls"]) == (0, [])


def test_an_unmeasured_figure_is_reported(tmp_path: Path) -> None:
    report = Report(name="bench")
    report.fail("connect", ConnectionError("refused\nby 127.0.0.1"))
    status, text, numbers = _publish(report, tmp_path)
    assert "connect: not measured: ConnectionError: refused" in text
    assert numbers["shortfalls"] == ["connect: not measured: ConnectionError: refused"]
    assert status == 1


def test_only_missed_targets_are_listed() -> None:
    assert _result(0.1).missed == []
    assert _result(0.25).missed == [f"{RATIO}: at most 0.2: **missed by 25 %**"]


def test_the_options_name_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    options = parser("bench", description=None, figures=["fanout", "rush"])
    assert options.parse_args([]).only == ["fanout", "rush"]
    assert options.parse_args(["--only", "rush"]).only == ["rush"]
    with pytest.raises(SystemExit):
        options.parse_args(["--only", "rush,idle"])
    assert "there is no idle" in capsys.readouterr().err


def test_a_percentile_is_one_of_the_samples() -> None:
    assert percentile([10.0, 30.0, 20.0, 40.0], 50) == 20.0


def test_the_99th_percentile_of_a_hundred_is_the_last_but_one() -> None:
    assert percentile(range(1, 101), 99) == 99


def test_a_percentile_of_few_samples_is_the_worst_of_them() -> None:
    assert percentile([3.0, 1.0, 2.0], 99) == 3.0


def test_a_percentile_without_samples_is_an_error() -> None:
    with pytest.raises(ValueError, match="no samples"):
        percentile([], 50)


BEGIN = "<!-- What follows is written by `make compare`. -->"
END = "<!-- What was written by `make compare` ends here. -->"


def test_table_columns_are_aligned() -> None:
    lines = table(["a", "long head"], [["long cell", "1"]]).splitlines()
    assert lines == [
        "| a         | long head |",
        "|-----------|----------:|",
        "| long cell |         1 |",
    ]


def test_text_outside_the_markers_is_kept() -> None:
    document = f"before\n\n{BEGIN}\n\nold\n\n{END}\n\nafter\n"
    written = put_between(document, "new", by="compare")
    assert written == f"before\n\n{BEGIN}\n\nnew\n\n{END}\n\nafter\n"
    assert put_between(written, "new", by="compare") == written


def test_a_document_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="There is no"):
        put_between("before", "new", by="compare")
