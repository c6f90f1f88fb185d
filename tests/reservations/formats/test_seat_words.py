"""Seats in words, as on tickets. The client is tested with the same seats."""

import json
from pathlib import Path

import pytest

from reservations.formats.seat_words import seat_in_words, seats_in_words

NAMED = json.loads((Path(__file__).parents[2] / "fixtures" / "seat_words.json").read_text())


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("named", NAMED["seats"], ids=lambda each: each["en"])
def test_a_seat_is_named_in_words(named: dict[str, object], language: str) -> None:
    assert seat_in_words(named["seat"], language=language) == named[language]  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("named", NAMED["lists"])
def test_seats_of_one_row_are_named_together(named: dict[str, object], language: str) -> None:
    assert seats_in_words(named["seats"], language=language) == named[language]  # type: ignore[arg-type]
