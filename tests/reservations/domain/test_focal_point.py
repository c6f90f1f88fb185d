"""The focal point of a plan."""

from typing import Any

import pytest

from reservations.domain.focal_point import focal_point
from tests.reservations.seat_finder.seats import seat


def _text(words: str, x: float = 0, y: float = 0, **shape: Any) -> dict[str, Any]:
    text = {"text": words, "x": x, "y": y, "size": 9.0, "color": None}
    return {"shape": "text", "x": 10.0, "y": 20.0, "rotation": 0.0, "text": text, **shape}


@pytest.mark.parametrize(
    "word",
    [
        *("STAGE", "Main stage", "screen 3", "The Pitch", "COURT", "Bühne", "Hauptbühne"),
        *("LEINWAND", "Spielfeld", "Scène"),
    ],
)
def test_the_focal_point_is_at_a_text_that_names_a_stage(word: str) -> None:
    plan = {"width": 500.0, "shapes": [_text("BAR", 99), _text(word, 5, 6)]}
    assert focal_point(plan, []) == (15, 26)


@pytest.mark.parametrize("word", ["BAR", "Backstage", "FOYER", "Infield", "Screening room", ""])
def test_other_texts_are_ignored(word: str) -> None:
    assert focal_point({"width": 500.0, "shapes": [_text(word, 5, 6)]}, []) == (250, 0)


def test_the_shortest_matching_text_wins() -> None:
    assert focal_point({"shapes": [_text("STAGE DOOR", 99), _text("STAGE", 1)]}, []) == (11, 20)


def test_a_text_rotates_with_its_shape() -> None:
    plan = {"shapes": [_text("STAGE", 5, 0, shape="rectangle", rotation=90.0)]}
    assert focal_point(plan, []) == pytest.approx((10, 25))


def test_without_a_match_it_is_the_middle_of_the_top_edge() -> None:
    rectangle = {"shape": "rectangle", "x": 0.0, "y": 0.0, "rotation": 0.0}
    assert focal_point({"width": 300.0, "height": 200.0, "shapes": [rectangle]}, []) == (150, 0)


def test_without_a_plan_it_is_the_middle_of_the_front_seats() -> None:
    assert focal_point({}, [seat(1, 10, 50), seat(2, 30, 40)]) == (20, 40)
    assert focal_point({}, []) == (0, 0)
