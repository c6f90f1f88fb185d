import pytest

from loadtest.push.samples import percentile, slope


def test_a_percentile_is_a_sample_that_was_taken() -> None:
    assert percentile([10.0, 30.0, 20.0, 40.0], 50) == 20.0


def test_the_99th_percentile_of_a_hundred_is_the_last_but_one() -> None:
    assert percentile(range(1, 101), 99) == 99


def test_a_percentile_of_few_samples_is_the_worst_of_them() -> None:
    assert percentile([3.0, 1.0, 2.0], 99) == 3.0


def test_no_samples_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no samples"):
        percentile([], 50)


def test_a_slope_is_what_is_added_from_one_value_to_the_next() -> None:
    assert slope([5.0, 8.0, 11.0, 14.0]) == pytest.approx(3.0)


def test_a_wave_about_a_level_has_hardly_a_slope() -> None:
    assert abs(slope([10.0, 11.0, 10.0, 9.0] * 5)) < 0.1


def test_one_value_has_no_slope() -> None:
    with pytest.raises(ValueError, match="two"):
        slope([1.0])
