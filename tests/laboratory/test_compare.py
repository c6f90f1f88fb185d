"""Tables, ratios and targets of the comparison."""

import pytest

from laboratory.compare.tables import BEGIN, END, Outcome, Wanted, put_between, table

RATE = "locks/s"


def _outcome(ours: list[float], theirs: list[float], *wanted: Wanted) -> Outcome:
    return Outcome(
        title="Something",
        wanted=wanted,
        rounds={
            "Seatcast": {number: {RATE: rate} for number, rate in enumerate(ours)},
            "Node": {number: {RATE: rate} for number, rate in enumerate(theirs)},
        },
    )


TWICE = Wanted(number=RATE, beside="Node", at_least=2)


def test_a_ratio_is_of_two_servers_in_the_same_round() -> None:
    assert _outcome([100, 300], [50, 100], TWICE).values(TWICE) == [2, 3]


def test_a_round_without_both_servers_is_ignored() -> None:
    outcome = Outcome(
        title="Something",
        wanted=[TWICE],
        rounds={"Seatcast": {0: {RATE: 100}, 1: {RATE: 300}}, "Node": {1: {RATE: 100}}},
    )
    assert outcome.values(TWICE) == [3]


def test_the_median_of_the_ratios_decides() -> None:
    assert _outcome([200, 200, 10], [100, 100, 100], TWICE).shortfalls == []
    (missed,) = _outcome([200, 190, 10], [100, 100, 100], TWICE).shortfalls
    assert missed == f"{RATE}: Seatcast / Node: at least 2: **missed by 5 %**"


def test_an_unmeasured_figure_misses_its_target() -> None:
    outcome = Outcome(title="Something", wanted=[TWICE], rounds={"Seatcast": {0: {RATE: 100}}})
    assert outcome.shortfalls == [f"{RATE}: Seatcast / Node: not measured"]


def test_a_target_may_be_absolute() -> None:
    winners = Wanted(number=RATE, at_least=1, at_most=None)
    assert _outcome([1, 1], [1, 1], winners).shortfalls == []
    assert _outcome([0, 0], [1, 1], winners).shortfalls != []


def test_the_table_has_medians_with_their_spread_and_verdicts() -> None:
    written = _outcome([1_200, 1_000, 1_100], [400, 500, 500], TWICE).markdown()
    assert "1,100 (1,000 to 1,200) | 500 (400 to 500) |" in written
    assert "2.2 (2 to 3) | at least 2: reached |" in written


def test_table_columns_are_aligned() -> None:
    lines = table(["a", "long head"], [["long cell", "1"]]).splitlines()
    assert lines == [
        "| a         | long head |",
        "|-----------|----------:|",
        "| long cell |         1 |",
    ]


def test_text_outside_the_markers_is_kept() -> None:
    document = f"before\n\n{BEGIN}\n\nold\n\n{END}\n\nafter\n"
    written = put_between(document, "new")
    assert written == f"before\n\n{BEGIN}\n\nnew\n\n{END}\n\nafter\n"
    assert put_between(written, "new") == written


def test_a_document_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="There is no"):
        put_between("before", "new")
