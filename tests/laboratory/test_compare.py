"""Tables, ratios and targets of the comparison."""

from laboratory.compare.tables import Outcome, Wanted

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
