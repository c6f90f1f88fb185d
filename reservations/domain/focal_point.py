"""The focal point of a plan, such as the stage: the best seats are nearest to it. Pure.

A plan without one of its own has it at the position of a text with a word such as stage, screen,
pitch or Bühne. Of several such texts the shortest is taken, so that STAGE wins over STAGE DOOR.
Without any, it is the middle of the plan's top edge.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reservations.domain.rows import Placed

Point = tuple[float, float]

_SIGHT = re.compile(
    r"\b(?:stage|screen|pitch|field|court|rink|podium|manege|sc[eè]ne|[eé]cran|terrain|escenario"
    r"|pantalla|palco|schermo)\b|(?:bühne|buehne|leinwand|spielfeld)\b",
    re.IGNORECASE,
)


def focal_point(plan: Mapping[str, Any], seats: Sequence[Placed]) -> Point:
    """Return the focal point in plan units; `plan` has the form of `Event.plan`."""
    if point := plan.get("focal_point"):
        return point["x"], point["y"]
    sights = list(_sights(plan))
    if sights:
        return min(sights, key=lambda sight: len(sight[0]))[1]
    if plan.get("width"):
        return plan["width"] / 2, 0.0
    xs = [seat.x for seat in seats] or [0.0]
    return (min(xs) + max(xs)) / 2, min((seat.y for seat in seats), default=0.0)


def names_a_sight(text: str) -> bool:
    """Return whether a text has a word such as stage."""
    return _SIGHT.search(text) is not None


def _sights(plan: Mapping[str, Any]) -> Iterator[tuple[str, Point]]:
    """Yield each text that names a stage or the like, with its position."""
    for shape in plan.get("shapes", ()):
        text = shape.get("text")
        if text and names_a_sight(text["text"]):
            turn = math.radians(shape["rotation"])
            sine, cosine = math.sin(turn), math.cos(turn)
            yield (
                text["text"].strip(),
                (
                    shape["x"] + text["x"] * cosine - text["y"] * sine,
                    shape["y"] + text["x"] * sine + text["y"] * cosine,
                ),
            )
