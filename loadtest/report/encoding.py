"""Encode long lists of numbers as zigzag deltas in base-128 varints, as base64."""

import base64
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

# Positions have one decimal.
TENTHS = 10
STATUS_BITS = 2


def encoded_positions(xs: Sequence[float], ys: Sequence[float]) -> str:
    """Return the seats' positions, each relative to the seat before."""
    rows = [[round(value * TENTHS) for value in values] for values in (xs, ys)]
    steps = zip(*(_steps(row) for row in rows), strict=True)
    return _text(_zigzag(step) for both in steps for step in both)


def encoded_changes(flat: Sequence[float]) -> str:
    """Return what happened to seats: `[ms, index, status, ms, index, …]` in order of time.

    A change is its time since the one before with the status in the lowest bits, then how far
    its seat is from the seat before.
    """
    times = [round(ms) for ms in flat[::3]]
    indexes = [int(index) for index in flat[1::3]]
    return _text(
        number
        for ms, step, status in zip(_steps(times), _steps(indexes), flat[2::3], strict=True)
        for number in (max(0, ms) << STATUS_BITS | int(status), _zigzag(step))
    )


def _steps(numbers: Sequence[int]) -> Iterator[int]:
    return (after - before for before, after in pairwise([0, *numbers]))


def _zigzag(number: int) -> int:
    """Return the zigzag encoding: small numbers for values near zero."""
    return number * 2 if number >= 0 else -number * 2 - 1


def _text(numbers: Iterable[int]) -> str:
    out = bytearray()
    for number in numbers:
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)
    return base64.b64encode(out).decode()
