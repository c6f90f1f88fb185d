import json

import pytest

from laboratory.push.bench import Bench
from laboratory.push.figures import Figure, Numbers, Target
from laboratory.push.results import Report, Result, markdown, percentile, verdict

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
    row = next(line for line in markdown(result).splitlines() if line.startswith(f"| {number} "))
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_the_median_decides() -> None:
    assert _result(0.1, 0.19, 9.0).missed == []
    assert [target.number for target in _result(0.1, 0.21, 0.22).missed] == [RATIO]


def test_a_value_at_the_limit_reaches_the_target() -> None:
    assert _result(0.2, delay=1_000).missed == []


def test_a_lower_limit_is_missed_by_smaller_values() -> None:
    assert [target.number for target in _result(0.1, delay=999).missed] == [DELAY]


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
    assert verdict(Target(number=RATIO, at_most=0), 3) == "at most 0: **missed by 3**"


def test_the_report_has_the_command_the_machine_and_every_table() -> None:
    report = Report(command="python -m laboratory bench", date="2026-01-31", facts=FACTS)
    report.results |= {"one": _result(0.1), "two": _result(0.25)}
    text = report.markdown()
    for part in ("python -m laboratory bench", "2026-01-31", "Django 5.2.19", "missed by 25 %"):
        assert part in text
    assert text.count("### Something") == 2


def test_the_report_as_json_has_every_round_and_the_medians() -> None:
    report = Report(command="python -m laboratory bench", date="2026-01-31", facts=FACTS)
    report.results["one"] = _result(0.1, 0.3, 0.2)
    outcome = json.loads(report.json())["figures"]["one"]
    assert [one[RATIO] for one in outcome["rounds"]] == [0.1, 0.3, 0.2]
    assert outcome["medians"][RATIO] == 0.2
    assert outcome["missed"] == []


def test_an_unmeasured_figure_is_reported() -> None:
    report = Report(command="python -m laboratory bench", date="2026-01-31", facts=FACTS)
    report.failures["connect"] = "ConnectionError: refused"
    assert "connect: not measured: ConnectionError: refused" in report.markdown()
    assert json.loads(report.json())["failures"] == {"connect": "ConnectionError: refused"}
    assert report.shortfalls


def test_only_missed_targets_are_listed() -> None:
    report = Report(command="python -m laboratory bench", date="2026-01-31", facts=FACTS)
    report.results |= {"one": _result(0.1), "two": _result(0.25)}
    assert report.shortfalls == [f"two: {RATIO}: at most 0.2: **missed by 25 %**"]


def test_a_percentile_is_one_of_the_samples() -> None:
    assert percentile([10.0, 30.0, 20.0, 40.0], 50) == 20.0


def test_the_99th_percentile_of_a_hundred_is_the_last_but_one() -> None:
    assert percentile(range(1, 101), 99) == 99


def test_a_percentile_of_few_samples_is_the_worst_of_them() -> None:
    assert percentile([3.0, 1.0, 2.0], 99) == 3.0


def test_a_percentile_without_samples_is_an_error() -> None:
    with pytest.raises(ValueError, match="no samples"):
        percentile([], 50)
