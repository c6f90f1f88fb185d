"""The measured difference between this process's and the database's clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from reservations.runtime import clock
from tests.times import this_clock_is_right

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    this_clock_is_right()
    yield
    monkeypatch.undo()
    this_clock_is_right()


def _answer(*, off_ms: float, waited_ms: float = 0, travelled_ms: float = 0) -> None:
    """Have a database answer whose clock is so far ahead, and which read it after a wait."""
    read_at = NOW + timedelta(milliseconds=waited_ms + travelled_ms / 2)
    clock.compare(
        read_at + timedelta(milliseconds=off_ms),
        earliest=NOW,
        latest=read_at + timedelta(milliseconds=travelled_ms / 2),
    )


def _off_ms() -> float:
    return (clock.now() - NOW) / timedelta(milliseconds=1)


@pytest.mark.parametrize("off_ms", [3, -3, 30_000, -30_000])
def test_waiting_for_a_row_lock_does_not_change_the_difference(off_ms: float) -> None:
    _answer(off_ms=off_ms, travelled_ms=1)
    _answer(off_ms=off_ms, waited_ms=4_900, travelled_ms=1)
    assert _off_ms() == pytest.approx(off_ms, abs=1)


def test_a_slow_first_measurement_moves_only_into_its_bounds() -> None:
    _answer(off_ms=3, waited_ms=4_900, travelled_ms=1)
    assert _off_ms() == pytest.approx(3, abs=1)


@pytest.mark.parametrize("off_ms", [30_000, -30_000])
def test_a_corrected_clock_resets_the_difference(off_ms: float) -> None:
    _answer(off_ms=off_ms, travelled_ms=1)
    _answer(off_ms=0, travelled_ms=1)
    assert _off_ms() == pytest.approx(0, abs=1)


def test_a_time_within_the_bounds_changes_nothing() -> None:
    _answer(off_ms=0.4, travelled_ms=1)
    assert _off_ms() == 0
