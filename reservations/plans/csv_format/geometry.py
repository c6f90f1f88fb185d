"""Positions of CSV files in the units of others: feet, metres, degrees, with any origin. Pure.

A plan's seats have a radius of about ten, so that text and tools fit them, and lie inside of it.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from reservations.plans.csv_format.columns import Kind
from reservations.plans.csv_format.lines import Line
from reservations.plans.document import Note
from reservations.plans.frame import DEFAULT_SEAT_RADIUS
from reservations.plans.places import Point

MARGIN = 6 * DEFAULT_SEAT_RADIUS
"""The room around a hall, for the names of rows and sections."""

_PITCH = 2.5 * DEFAULT_SEAT_RADIUS
# Seats that are nearer or farther from each other are drawn in other units.
_LEAST_PITCH, _LARGEST_PITCH = 1.5 * DEFAULT_SEAT_RADIUS, 8 * DEFAULT_SEAT_RADIUS
_LEAST_RADIUS = 0.5 * DEFAULT_SEAT_RADIUS
# With fewer seats their distance tells little.
_MANY = 10
_SAMPLE = 200
# How much longer the way from number to number may be than that along the row.
_DETOUR = 1.5
# No other unit has seats so near to each other; the fifth decimal of a degree is a metre.
_PITCH_IN_DEGREES = 0.001
_LENGTHS = ("x", "y", "radius", "width", "height")
_COORDINATE = re.compile(r"-?[0-9.]+")


def placed(lines: Sequence[Line], *, in_degrees: bool) -> tuple[list[Line], list[Note]]:
    """Return the lines with positions in the units of a plan, inside of it, and what was done."""
    notes: list[Note] = []
    found = [*lines]
    if in_degrees or _are_degrees(found):
        found = _projected(found)
        notes.append(Note("degrees", "Positions are longitude and latitude: north is up."))
    factor = _factor(found)
    if factor != 1:
        found = [_scaled(line, factor) for line in found]
        times = f"{factor:.4g}"
        sentence = f"Positions were multiplied by {times}, so that seats fit their distance."
        notes.append(Note("scaled", sentence, times))
    first = [min(line.amount(axis) for line in found) for axis in ("x", "y")]
    left, top = (MARGIN - each if notes or each < MARGIN else 0.0 for each in first)
    if left or top:
        found = [_with(line, x=line.amount("x") + left, y=line.amount("y") + top) for line in found]
        if not notes and min(first) < DEFAULT_SEAT_RADIUS:
            sentence = "Everything was moved, because seats were outside of the plan."
            notes.append(Note("moved", sentence))
    return found, notes


def order_along(points: Sequence[Point], numbers: Sequence[str]) -> list[int]:
    """Return the seats of a row by index, from one end to the other, the lower number first.

    It does not depend on the order of the points.
    """
    natural = [_natural(number) for number in numbers]
    indexes = sorted(range(len(points)), key=lambda at: (natural[at], points[at]))
    xs, ys = ([points[at][axis] for at in indexes] for axis in (0, 1))
    x, y = math.fsum(xs) / len(xs), math.fsum(ys) / len(ys)
    across = math.fsum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True))
    widths = math.fsum((a - x) ** 2 for a in xs) - math.fsum((b - y) ** 2 for b in ys)
    angle = 0.5 * math.atan2(2 * across, widths)
    cosine, sine = math.cos(angle), math.sin(angle)
    along = sorted(indexes, key=lambda at: round(points[at][0] * cosine + points[at][1] * sine, 6))
    if _length(points, indexes) <= _DETOUR * _length(points, along):
        # It is numbered from end to end: also in a circle, or in a box with two rows.
        return indexes
    return along[::-1] if natural[along[-1]] < natural[along[0]] else along


def _length(points: Sequence[Point], order: Sequence[int]) -> float:
    return math.fsum(math.dist(points[one], points[two]) for one, two in pairwise(order))


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Return a key by which 2 is before 10."""
    parts = re.split(r"([0-9]+)", text)
    return [(int(part.isdecimal()), len(part) if part.isdecimal() else 0, part) for part in parts]


def _seats(lines: Iterable[Line]) -> list[Point]:
    return sorted((line.amount("x"), line.amount("y")) for line in lines if line.kind is Kind.SEAT)


def _pitch(lines: Iterable[Line]) -> float:
    """Return how far seats are from the nearest other one, mostly; 0 if that cannot be told."""
    seats = sorted({*_seats(lines)})
    step = max(len(seats) // _SAMPLE, 1)
    nearest = (_nearest(seats, at) for at in range(0, len(seats), step))
    return median([each for each in nearest if each < math.inf] or [0.0])


def _nearest(seats: Sequence[Point], at: int) -> float:
    """Return the distance from a seat to the nearest other one; they are sorted by x."""
    x, found = seats[at][0], math.inf
    for around in (range(at + 1, len(seats)), range(at - 1, -1, -1)):
        for other in around:
            if abs(seats[other][0] - x) >= found:
                break
            found = min(found, math.dist(seats[at], seats[other]))
    return found


def _factor(lines: Sequence[Line]) -> float:
    radii = [line.amount("radius") for line in lines if line["radius"]]
    if radii and 0 < median(radii) < _LEAST_RADIUS:
        return DEFAULT_SEAT_RADIUS / median(radii)
    pitch = 0.0 if radii else _pitch(lines)
    is_far = pitch > _LARGEST_PITCH and len(lines) >= _MANY
    return _PITCH / pitch if 0 < pitch < _LEAST_PITCH or is_far else 1.0


def _are_degrees(lines: Sequence[Line]) -> bool:
    seats = _seats(lines)
    fit = all(abs(x) <= 180 and abs(y) <= 90 for x, y in seats)
    return fit and len(seats) >= _MANY and 0 < _pitch(lines) < _PITCH_IN_DEGREES


def _projected(lines: Sequence[Line]) -> list[Line]:
    """Return lines in degrees with positions on a plane in degrees of latitude, south down."""
    middle = median([y for _, y in _seats(lines)] or [0.0])
    shrunk = math.cos(math.radians(middle))
    return [_with(line, x=line.amount("x") * shrunk, y=-line.amount("y")) for line in lines]


def _scaled(line: Line, factor: float) -> Line:
    lengths = {name: each * factor for name, each in line.amounts(*_LENGTHS).items()}
    found = _with(line, **lengths)
    if not line["outline"]:
        return found
    outline = _COORDINATE.sub(lambda each: f"{float(each[0]) * factor:.6f}", line["outline"])
    return replace(found, cells={**found.cells, "outline": outline})


def _with(line: Line, **amounts: float) -> Line:
    texts = {name: repr(round(each, 6)) for name, each in amounts.items()}
    return replace(line, cells={**line.cells, **texts})
