"""Limits of options, so that a typo does not become an attack."""

import argparse
from collections.abc import Callable

MOST_PEOPLE = 20_000
MOST_VIEWERS = 20_000
MOST_SEATS = 100_000
MOST_PER_SECOND = 5_000.0
MOST_SECONDS = 3600.0


def count(most: int, *, least: int = 0) -> Callable[[str], int]:
    """Return an argparse type for integers in a range."""

    def read(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"from {least:,} to {most:,}, not {value:,}")
        return value

    read.__name__ = "number"
    return read


def amount(most: float, *, least: float = 0.0) -> Callable[[str], float]:
    """Return an argparse type for numbers in a range."""

    def read(text: str) -> float:
        value = float(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"from {least:g} to {most:g}, not {value:g}")
        return value

    read.__name__ = "number"
    return read
