import pytest

from loadtest.push.samples import percentile


def test_a_percentile_is_a_sample_that_was_taken() -> None:
    assert percentile([10.0, 30.0, 20.0, 40.0], 50) == 20.0


def test_the_99th_percentile_of_a_hundred_is_the_last_but_one() -> None:
    assert percentile(range(1, 101), 99) == 99


def test_a_percentile_of_few_samples_is_the_worst_of_them() -> None:
    assert percentile([3.0, 1.0, 2.0], 99) == 3.0


def test_no_samples_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no samples"):
        percentile([], 50)
